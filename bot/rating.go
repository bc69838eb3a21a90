package bot

import (
	"context"
	"strconv"

	"chamados/bot/callback"
	"chamados/bot/card"
	"chamados/bot/chat"
	"chamados/bot/flow"
	"chamados/domain"
	"chamados/domain/i18n"
)

// askRating asks the requester for a mark, once for a ticket: nothing is sent when there is
// one, or when it was asked before.
func (v *visit) askRating(ctx context.Context, t domain.Ticket) error {
	if _, err := v.desk.Rating(ctx, v.actor, t.ID); domain.CodeOf(err) != domain.CodeNotFound {
		return err
	}
	return v.send(ctx, card.AskRating(v.lang, t), post{ticket: t.ID, key: "avaliar:" + strconv.FormatInt(t.ID, 10)})
}

// rateTap takes a mark, also one in place of an earlier one. After a bad one, which asks what was
// wrong, the next message is the answer.
func (v *visit) rateTap(ctx context.Context, t *chat.Tap, d callback.Data) error {
	r, err := v.desk.Rate(ctx, v.actor, d.Ticket, domain.NewRating{Stars: int(min(d.Page, domain.MaxStars+1))})
	if err != nil {
		return err
	}
	ticket, err := v.desk.Visible(ctx, v.actor, d.Ticket)
	if err != nil {
		return err
	}
	if v.state.Prompt = nil; r.Low() && r.Text == "" {
		v.state.Prompt = &prompt{Ticket: d.Ticket, Rating: true, At: v.Now().Unix()}
	}
	return v.send(ctx, card.Rated(v.lang, ticket, r), post{edit: t.Message, ticket: d.Ticket})
}

// rateTextTap asks for the sentence that goes with a mark.
func (v *visit) rateTextTap(ctx context.Context, t *chat.Tap, d callback.Data) error {
	if _, err := v.desk.Rating(ctx, v.actor, d.Ticket); err != nil {
		return err
	}
	v.state.Prompt = &prompt{Ticket: d.Ticket, Rating: true, At: v.Now().Unix()}
	// Not linked to the ticket: an answer to it is no comment there.
	return v.send(ctx, chat.Outgoing{Text: v.text("rating.write", nil), Force: i18n.Text(v.lang, "rating.placeholder", nil)}, post{})
}

// rateText takes the sentence.
func (v *visit) rateText(ctx context.Context, m *chat.Message, ticketID int64) error {
	text := flow.Clean(m.Text)
	if text == "" {
		return v.tell(ctx, "bot.reply.empty", nil)
	}
	if _, err := v.desk.Rate(ctx, v.actor, ticketID, domain.NewRating{Text: &text}); err != nil {
		return err
	}
	return v.tell(ctx, "rating.noted", nil)
}
