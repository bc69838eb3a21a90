package bot

import (
	"context"
	"strconv"

	"chamados/bot/callback"
	"chamados/bot/chat"
	"chamados/bot/flow"
	"chamados/domain"
	"chamados/domain/i18n"
)

// lateEdit is a correction of a message that is a ticket already; it can become a comment.
type lateEdit struct {
	Nonce  string `json:"n"`
	Ticket int64  `json:"chamado"`
	Text   string `json:"texto"`
}

// lateEdit offers to add what a message of a ticket says now as a comment.
func (v *visit) lateEdit(ctx context.Context, m *chat.Message, ticketID int64) error {
	t, err := v.desk.Visible(ctx, v.actor, ticketID)
	text := flow.Clean(m.Text)
	if err != nil || text == "" || text == t.Description {
		return err
	}
	v.state.Late = &lateEdit{Nonce: nonce(), Ticket: ticketID, Text: text}
	args := i18n.Args{"Number": strconv.FormatInt(ticketID, 10)}
	add := v.button("add_edit", args, callback.Must(callback.Data{Verb: callback.AddEdit, Nonce: v.state.Late.Nonce}))
	out := chat.Outgoing{Text: v.text("bot.reply.late_edit", args), Keyboard: [][]chat.Button{{add}}}
	return v.send(ctx, out, post{ticket: ticketID})
}

// addEditTap adds the correction.
func (v *visit) addEditTap(ctx context.Context, t *chat.Tap, d callback.Data) error {
	late := v.state.Late
	if late == nil || late.Nonce != d.Nonce {
		v.alertKey("bot.tap.edit_over", nil)
		return nil
	}
	v.state.Late = nil
	if _, err := v.desk.Comment(ctx, v.actor, late.Ticket, domain.NewComment{Text: late.Text}); err != nil {
		return err
	}
	args := i18n.Args{"Number": strconv.FormatInt(late.Ticket, 10)}
	return v.send(ctx, chat.Outgoing{Text: v.text("bot.draft.attached", args)}, post{edit: t.Message, ticket: late.Ticket})
}
