package bot

import (
	"context"
	"slices"

	"chamados/bot/chat"
	"chamados/domain"
	"chamados/domain/i18n"
)

// Menu is a list of commands that Telegram shows.
type Menu string

const (
	MenuPrivate Menu = "privado" // private chats of everybody
	MenuIT      Menu = "ti"      // private chats of IT
	MenuGroup   Menu = "grupo"   // IT's groups
)

// Command is one entry of a menu. Name has no slash.
type Command struct{ Name, Description string }

type commandRun func(*visit, context.Context, *chat.Message) error

// command is something that people can type. Both names are always understood.
type command struct {
	portuguese, english string
	menus               []Menu
	itOnly              bool
	run                 commandRun
}

// commands returns all commands in the order of the menus.
func commands() []command {
	everybody, it := []Menu{MenuPrivate, MenuIT}, []Menu{MenuIT, MenuGroup}
	return []command{
		{"fila", "queue", it, true, (*visit).queue},
		{"resumo", "summary", it, true, (*visit).summary},
		{"minhas", "assigned", it, true, (*visit).assigned},
		{"chamado", "ticket", it, false, (*visit).ticket},
		{"buscar", "search", it, false, (*visit).find},
		{"novo", "new", everybody, false, (*visit).create},
		{"meus", "mine", everybody, false, (*visit).mine},
		{"abrir", "open", []Menu{MenuIT}, true, (*visit).behalf},
		{"nota", "note", []Menu{MenuGroup}, true, (*visit).note},
		{"cancelar", "cancel", everybody, false, (*visit).cancel},
		{"ajuda", "help", []Menu{MenuPrivate, MenuIT, MenuGroup}, false, (*visit).help},
		{"avisos", "notices", everybody, false, (*visit).notices},
		{"silenciar", "mute", everybody, false, (*visit).mute},
		{"idioma", "language", everybody, false, (*visit).language},
		{"sair", "leave", everybody, false, (*visit).leave},
		{"conectar", "connect", []Menu{MenuGroup}, false, (*visit).connect},
		{"desconectar", "disconnect", []Menu{MenuGroup}, false, (*visit).disconnect},
	}
}

// Commands returns the entries of a menu for setMyCommands, named and described in a
// language; "" is Portuguese.
func Commands(m Menu, lang domain.Lang) []Command {
	if lang == "" {
		lang = domain.LangPortuguese
	}
	var out []Command
	for _, c := range commands() {
		if !slices.Contains(c.menus, m) {
			continue
		}
		name := c.portuguese
		if lang == domain.LangEnglish {
			name = c.english
		}
		out = append(out, Command{Name: name, Description: i18n.Text(lang, "bot.command."+c.english, nil)})
	}
	return out
}

func findCommand(name string) (command, bool) {
	for _, c := range commands() {
		if name != "" && (c.portuguese == name || c.english == name) {
			return c, true
		}
	}
	return command{}, false
}

// command runs a command typed in a private chat.
func (v *visit) command(ctx context.Context, m *chat.Message) error {
	c, ok := findCommand(m.Command)
	if !ok {
		return v.tell(ctx, "bot.help.unknown_command", nil)
	}
	if c.itOnly && !v.actor.IsIT() {
		return v.tell(ctx, "bot.help.it_only", nil)
	}
	return c.run(v, ctx, m)
}

// groupCommand returns what a command does in a group; false for one that is not the bot's.
func groupCommand(name string) (commandRun, bool) {
	c, ok := findCommand(name)
	if !ok {
		return nil, false
	}
	if !slices.Contains(c.menus, MenuGroup) {
		return func(v *visit, ctx context.Context, _ *chat.Message) error {
			return v.tell(ctx, "bot.help.private_only", nil)
		}, true
	}
	return c.run, true
}

// create starts a draft (/novo, also with the text at once).
func (v *visit) create(ctx context.Context, m *chat.Message) error {
	if m.Args == "" && len(m.Files) == 0 {
		return v.emptyDraft(ctx, m.ID, domain.User{})
	}
	written := *m
	written.Text, written.Command, written.Args = m.Args, "", ""
	v.state.Prompt = nil
	if v.state.Draft != nil {
		return v.draftInput(ctx, inputOf(&written))
	}
	return v.newDraft(ctx, &written)
}
