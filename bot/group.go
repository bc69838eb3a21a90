package bot

import (
	"context"
	"fmt"
	"time"

	"chamados/bot/card"
	"chamados/bot/chat"
	"chamados/domain/i18n"
)

// group handles a message in a group: those of a connected one that speak to the bot.
func (v *visit) group(ctx context.Context, m *chat.Message) error {
	if m.Command == "conectar" || m.Command == "connect" {
		return v.connect(ctx, m)
	}
	if ok, err := v.connected(ctx); !ok || err != nil {
		return err
	}
	link, replied, err := v.linkOf(ctx, m)
	if err != nil {
		return err
	}
	run, isCommand := groupCommand(m.Command)
	if !isCommand && (!replied || m.ForOther || m.Command == "" && !forTicket(m)) {
		return nil
	}
	if m.Anonymous || m.From.ID == chat.Anonymous {
		return v.tell(ctx, "bot.group.anonymous", nil)
	}
	if !v.actor.IsIT() {
		return v.refuse(ctx)
	}
	switch {
	case isCommand:
		return run(v, ctx, m)
	case m.Command != "":
		return v.tell(ctx, "bot.reply.unknown_command", i18n.Args{"Command": card.Shorten(m.Command, maxTyped)})
	}
	return v.comment(ctx, m, link.TicketID, link.Internal, m.Text)
}

// maxTyped is how much of what somebody typed is shown again.
const maxTyped = 30

// forTicket reports whether a reply to a message about a ticket is meant for it: one to the bot, or that adds to what its
// author has written. Who answers a colleague speaks to the colleague.
func forTicket(m *chat.Message) bool { return m.ReplyTo.From.Bot || m.ReplyTo.From.ID == m.From.ID }

// connected reports whether the group is one of IT's that the bot can write to.
func (v *visit) connected(ctx context.Context) (bool, error) {
	g, ok, err := v.desk.Group(ctx, v.chat.ID)
	return ok && !g.Lost(), err
}

// refusalPause is how long somebody is not told again, maxRefused how many are remembered.
const refusalPause, maxRefused = 24 * time.Hour, 200

// refuse tells somebody who is not IT, once, that only IT answers here.
func (v *visit) refuse(ctx context.Context) error {
	if err := v.load(ctx); err != nil {
		return err
	}
	now := v.Now()
	for id, at := range v.state.Told {
		if now.Sub(time.Unix(at, 0)) >= refusalPause {
			delete(v.state.Told, id)
		}
	}
	if _, told := v.state.Told[v.from.ID]; told || len(v.state.Told) >= maxRefused {
		return nil
	}
	if v.state.Told == nil {
		v.state.Told = map[int64]int64{}
	}
	v.state.Told[v.from.ID] = now.Unix()
	key := "bot.start.stranger_group"
	if v.known {
		key = "bot.start.employee_group"
	}
	return v.tell(ctx, key, i18n.Args{"Name": v.from.Name})
}

// membership follows what Telegram says of the bot's place in a chat.
func (v *visit) membership(ctx context.Context, m *chat.Membership) error {
	if m.Chat.Kind == chat.Private {
		return v.desk.ChatBlocked(ctx, m.Chat.ID, !m.Present)
	}
	if !m.Chat.IsGroup() {
		return nil
	}
	if err := v.enter(ctx, m.Chat, m.From); err != nil {
		return err
	}
	if !m.Present {
		_, err := v.GroupLost(ctx, v.tx, m.Chat.ID)
		return err
	}
	g, known, err := v.desk.Group(ctx, m.Chat.ID)
	if err != nil || known && !g.Lost() {
		return err
	}
	text, key := "bot.group.hello", fmt.Sprintf("hello:%d:%s", m.Chat.ID, v.Now().UTC().Format(time.DateOnly))
	if known {
		text, key = "bot.group.hello_again", fmt.Sprintf("hello:%d:%d", m.Chat.ID, g.LostAt.Unix())
	}
	return v.send(ctx, chat.Outgoing{Text: v.text(text, nil)}, post{key: key})
}
