package bot

import (
	"context"
	"strconv"

	"chamados/bot/callback"
	"chamados/bot/card"
	"chamados/bot/chat"
	"chamados/domain"
	"chamados/domain/i18n"
)

// offerUndo confirms a comment with a button that takes it back, for as long as that works.
func (v *visit) offerUndo(ctx context.Context, c domain.Comment, out chat.Outgoing) error {
	p := post{ticket: c.TicketID, internal: c.Internal}
	later := p
	later.editKey, later.key, later.at = undoKey(c.ID), undoKey(c.ID)+":fim", v.Now().Add(domain.UndoWindow)
	p.key = undoKey(c.ID)
	offer := out
	offer.Keyboard = [][]chat.Button{{v.button("undo", nil, callback.Must(callback.Data{Verb: callback.Undo, Comment: c.ID}))}}
	if err := v.send(ctx, offer, p); err != nil {
		return err
	}
	return v.send(ctx, out, later)
}

func undoKey(commentID int64) string { return "desfazer:" + strconv.FormatInt(commentID, 10) }

// undo takes a comment back: what was not delivered yet is not delivered any more, and what
// was no longer shows it.
func (v *visit) undo(ctx context.Context, t *chat.Tap, d callback.Data) error {
	c, err := v.tx.Comment(ctx, d.Comment)
	if err != nil {
		return err
	}
	err = v.desk.UndoComment(ctx, v.actor, d.Comment)
	if domain.CodeOf(err) == domain.CodeForbidden && !v.actor.IsIT() {
		return domain.ErrCommentNotFound
	}
	if err != nil {
		return err
	}
	if err := v.withdraw(ctx, c); err != nil {
		return err
	}
	if err := v.tx.Unsend(ctx, undoKey(c.ID)+":fim"); err != nil {
		return err
	}
	v.toast("bot.tap.undone", nil)
	text := v.text("bot.reply.undone", i18n.Args{"Number": strconv.FormatInt(c.TicketID, 10)})
	return v.send(ctx, chat.Outgoing{Text: text}, post{edit: t.Message, ticket: c.TicketID})
}

// withdraw replaces the messages that brought a comment to other chats.
func (v *visit) withdraw(ctx context.Context, c domain.Comment) error {
	messages, err := v.tx.MessagesOfComment(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, m := range messages {
		if m.ChatID == v.chat.ID {
			continue // what the author wrote is theirs
		}
		lang, err := v.langOf(ctx, m.ChatID)
		if err != nil {
			return err
		}
		out := chat.Outgoing{Text: card.Text(lang, "bot.reply.withdrawn", i18n.Args{
			"Name": v.actor.Name, "Number": strconv.FormatInt(c.TicketID, 10),
		})}
		err = v.enqueue(ctx, domain.Outgoing{
			ChatID: m.ChatID, Edit: m.MessageID, TicketID: c.TicketID, Internal: c.Internal,
		}, out)
		if err != nil {
			return err
		}
	}
	return nil
}

// langOf returns the language spoken in a chat.
func (v *visit) langOf(ctx context.Context, chatID int64) (domain.Lang, error) {
	if chatID < 0 {
		return v.DefaultLang, nil
	}
	u, err := v.desk.AccountByTelegram(ctx, chatID)
	if domain.CodeOf(err) == domain.CodeNotFound {
		return v.DefaultLang, nil
	}
	if u.Lang == "" {
		return v.DefaultLang, err
	}
	return u.Lang, err
}
