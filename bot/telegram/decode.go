package telegram

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-telegram/bot/models"

	"chamados/bot/chat"
	"chamados/domain"
)

// Decode turns a raw update into the bot's own words. botID and botUsername are the bot's
// own: what it did itself is nothing to handle, and a command may be addressed to it. Kinds
// of updates that the bot does not handle, channel posts and what other bots write have
// none of the pointers set. The error says that raw is no update at all; trying again does
// not help.
func Decode(botID int64, botUsername string, raw []byte) (chat.Update, error) {
	var u update
	if err := json.Unmarshal(raw, &u); err != nil {
		return chat.Update{}, fmt.Errorf("telegram: decode update: %w", err)
	}
	d := decoder{botID: botID, botUsername: botUsername}
	out := chat.Update{ID: u.ID}
	switch {
	case u.Message != nil:
		out.Message = d.written(u.Message, raw, "message")
	case u.Edited != nil:
		out.Edited = d.written(u.Edited, raw, "edited_message")
	case u.Callback != nil:
		out.Tap = tap(u.Callback)
	case u.Member != nil:
		out.Membership = member(u.Member)
	}
	return out, nil
}

type decoder struct {
	botID       int64
	botUsername string
}

// written returns a message as something to handle, nil if it is none.
func (d decoder) written(m *message, raw []byte, kind string) *chat.Message {
	if m.Chat.Type == models.ChatTypeChannel {
		return nil
	}
	if m.MigrateTo == 0 && m.SenderChat == nil && m.From != nil && m.From.IsBot && m.From.ID != chat.Anonymous {
		return nil
	}
	out := d.message(m)
	if m.Reply != nil && !m.beginsTopic() {
		out.ReplyTo = d.message(m.Reply)
	}
	if out.Text == "" && len(out.Files) == 0 && len(out.TooLarge) == 0 {
		out.Service, out.Unreadable = silent(raw, kind, out.Chat.Kind)
	}
	return out
}

// beginsTopic reports whether the message only "answers" the one that opened its topic, as
// every message of a topic does.
func (m *message) beginsTopic() bool { return m.IsTopicMessage && m.Reply.ID == m.Thread }

func (d decoder) message(m *message) *chat.Message {
	out := &chat.Message{
		ID: int64(m.ID), Chat: where(m.Chat), Text: text(m), AlbumID: m.AlbumID, ThreadID: thread(m),
		Forwarded: len(m.ForwardOrigin) > 0 || m.ForwardDate != 0, MigratedTo: m.MigrateTo,
	}
	out.From, out.Anonymous = author(m)
	out.Command, out.Args, out.ForOther = d.command(m)
	out.Files, out.TooLarge = files(m)
	return out
}

// author returns who wrote a message. Who writes in the name of a chat is nobody that we
// know: the account that Telegram puts there is shared by everybody.
func author(m *message) (chat.Person, bool) {
	switch {
	case m.SenderChat != nil:
		return chat.Person{Name: m.SenderChat.Title}, true
	case m.From == nil:
		return chat.Person{}, false
	case m.From.ID == chat.Anonymous:
		return chat.Person{}, true
	}
	return person(*m.From), false
}

func person(u models.User) chat.Person {
	p := chat.Person{
		ID: u.ID, Bot: u.IsBot, Username: u.Username,
		Name: strings.TrimSpace(u.FirstName + " " + u.LastName),
	}
	if u.LanguageCode != "" {
		p.Lang = domain.ParseLang(u.LanguageCode)
	}
	return p
}

func where(c models.Chat) chat.Chat {
	out := chat.Chat{ID: c.ID, Kind: chat.ChatKind(c.Type), Title: c.Title, Forum: c.IsForum}
	if out.Title == "" {
		out.Title = strings.TrimSpace(c.FirstName + " " + c.LastName)
	}
	return out
}

// thread returns the topic of a message. Outside of forums Telegram numbers chains of
// replies in the same field.
func thread(m *message) int64 {
	if !m.IsTopicMessage || m.Thread == 1 {
		return 0
	}
	return int64(m.Thread)
}

func tap(c *callback) *chat.Tap {
	out := &chat.Tap{ID: c.ID, From: person(c.From), Data: c.Data, Stale: true}
	if c.Message != nil {
		out.Chat, out.Message, out.Thread = where(c.Message.Chat), int64(c.Message.ID), thread(c.Message)
		out.Stale = c.Message.Date == 0
	}
	return out
}

func member(m *membership) *chat.Membership {
	if m.Chat.Type == models.ChatTypeChannel {
		return nil
	}
	out := &chat.Membership{Chat: where(m.Chat), From: person(m.From)}
	switch m.New.Status {
	case models.ChatMemberTypeOwner, models.ChatMemberTypeAdministrator:
		out.Present, out.Admin = true, true
	case models.ChatMemberTypeMember:
		out.Present = true
	case models.ChatMemberTypeRestricted:
		out.Present = m.New.IsMember
	}
	return out
}

// silent tells what a message without readable content is. A kind that did not exist when
// this was written is a person's doing in a private chat, and nobody's in a group.
func silent(raw []byte, kind string, where chat.ChatKind) (isService, isUnreadable bool) {
	var u map[string]json.RawMessage
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &u) != nil || json.Unmarshal(u[kind], &members) != nil {
		return true, false
	}
	has := func(name string) bool { _, ok := members[name]; return ok }
	switch {
	case slices.ContainsFunc(unreadable, has):
		return false, true
	case slices.ContainsFunc(service, has):
		return true, false
	}
	return where != chat.Private, where == chat.Private
}

// Lane returns the chat that a raw update belongs to, or the person where there is no chat;
// 0 if it names neither.
func Lane(raw []byte) int64 {
	type who struct {
		ID int64 `json:"id"`
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return 0
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		var v struct {
			Chat    *who `json:"chat"`
			From    *who `json:"from"`
			User    *who `json:"user"`
			Message *struct {
				Chat *who `json:"chat"`
			} `json:"message"`
		}
		if json.Unmarshal(members[name], &v) != nil {
			continue
		}
		switch {
		case v.Chat != nil:
			return v.Chat.ID
		case v.Message != nil && v.Message.Chat != nil:
			return v.Message.Chat.ID
		case v.From != nil:
			return v.From.ID
		case v.User != nil:
			return v.User.ID
		}
	}
	return 0
}
