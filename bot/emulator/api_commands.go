package emulator

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

type commandScope struct {
	Type   string          `json:"type"`
	ChatID json.RawMessage `json:"chat_id,omitempty"`
	UserID int64           `json:"user_id,omitempty"`
}

func (c commandScope) key() string {
	return fmt.Sprintf("%s/%s/%d", c.Type, strings.Trim(string(c.ChatID), `"`), c.UserID)
}

var commandName = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)

func (s *Server) scopeOf(p params) (commandScope, error) {
	scope := commandScope{Type: "default"}
	if _, err := p.json("scope", &scope); err != nil {
		return scope, err
	}
	switch scope.Type {
	case "default", "all_private_chats", "all_group_chats", "all_chat_administrators":
		return commandScope{Type: scope.Type}, nil
	case "chat", "chat_administrators", "chat_member":
	default:
		return scope, badRequest("can't parse BotCommandScope: Unsupported type specified")
	}
	id, err := strconv.ParseInt(strings.Trim(string(scope.ChatID), `"`), 10, 64)
	if err != nil || s.world.chats[id] == nil {
		return scope, badRequest("chat not found")
	}
	if scope.Type == "chat_member" && s.world.people[scope.UserID] == nil {
		return scope, badRequest("invalid user_id specified")
	}
	return scope, nil
}

func (s *Server) setMyCommands(p params) (any, error) {
	set := commandSet{Language: p.get("language_code")}
	var err error
	if set.Scope, err = s.scopeOf(p); err != nil {
		return nil, err
	}
	if _, err = p.json("commands", &set.Commands); err != nil {
		return nil, err
	}
	if len(set.Commands) > 100 {
		return nil, badRequest("BOT_COMMANDS_TOO_MUCH")
	}
	if l := len(set.Language); l != 0 && l != 2 {
		return nil, badRequest("language_code is invalid")
	}
	for i, c := range set.Commands {
		set.Commands[i].Command = strings.TrimPrefix(c.Command, "/")
		switch {
		case !commandName.MatchString(set.Commands[i].Command):
			return nil, badRequest("BOT_COMMAND_INVALID")
		case c.Description == "" || utf16Len(c.Description) > 256:
			return nil, badRequest("BOT_COMMAND_DESCRIPTION_INVALID")
		}
	}
	s.commit(record{Commands: &set})
	s.tell(event{Type: "commands"})
	return true, nil
}

func (s *Server) deleteMyCommands(p params) (any, error) {
	scope, err := s.scopeOf(p)
	if err != nil {
		return nil, err
	}
	s.commit(record{Commands: &commandSet{Scope: scope, Language: p.get("language_code")}})
	s.tell(event{Type: "commands"})
	return true, nil
}

func (s *Server) getMyCommands(p params) (any, error) {
	scope, err := s.scopeOf(p)
	if err != nil {
		return nil, err
	}
	set := s.world.commands[scope.key()+"|"+p.get("language_code")]
	if set.Commands == nil {
		return []Command{}, nil
	}
	return set.Commands, nil
}

// commandsFor returns the menu that a person sees in a chat, by Telegram's order of scopes.
func (s *Server) commandsFor(c *chat, u User) []Command {
	id := json.RawMessage(strconv.FormatInt(c.ID, 10))
	scopes := []commandScope{{Type: "chat_member", ChatID: id, UserID: u.ID}}
	if c.admin(u.ID) {
		scopes = append(scopes, commandScope{Type: "chat_administrators", ChatID: id})
	}
	scopes = append(scopes, commandScope{Type: "chat", ChatID: id})
	if c.admin(u.ID) {
		scopes = append(scopes, commandScope{Type: "all_chat_administrators"})
	}
	general := "all_group_chats"
	if c.private() {
		general = "all_private_chats"
	}
	scopes = append(scopes, commandScope{Type: general}, commandScope{Type: "default"})
	language, _, _ := strings.Cut(u.LanguageCode, "-")
	for _, scope := range scopes {
		for _, l := range []string{language, ""} {
			if set, ok := s.world.commands[scope.key()+"|"+l]; ok {
				return set.Commands
			}
		}
	}
	return []Command{}
}

// setText returns the method that sets a text of the bot's profile.
func setText(name string, limit int) method {
	return func(s *Server, p params) (any, error) {
		text := p.get(name)
		if utf16Len(text) > limit {
			return nil, badRequest("%s is too long", name)
		}
		next := s.world.settings
		next.Description = map[string]string{}
		for k, v := range s.world.settings.Description {
			next.Description[k] = v
		}
		next.Description[name+"|"+p.get("language_code")] = text
		s.commit(record{Settings: &next})
		return true, nil
	}
}

func getText(name string) method {
	return func(s *Server, p params) (any, error) {
		return map[string]string{name: s.world.settings.Description[name+"|"+p.get("language_code")]}, nil
	}
}
