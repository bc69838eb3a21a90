package bot

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"chamados/bot/callback"
	"chamados/bot/card"
	"chamados/bot/chat"
	"chamados/bot/flow"
	"chamados/domain"
	"chamados/domain/i18n"
)

// recently is how new a change of a ticket is for the next message to be likely about it.
const recently = 10 * time.Minute

// newDraft starts a draft with a message.
func (v *visit) newDraft(ctx context.Context, m *chat.Message) error {
	if m.Unreadable || flow.Clean(m.Text) == "" && len(m.Files)+len(m.TooLarge) == 0 {
		return v.tell(ctx, "bot.draft.unreadable", nil)
	}
	about, err := v.candidates(ctx)
	if err != nil {
		return err
	}
	d := flow.New(nonce(), v.chat.ID, about)
	v.state.Draft = &d
	return v.draftInput(ctx, inputOf(m))
}

// emptyDraft starts a draft that asks before anything was said.
func (v *visit) emptyDraft(ctx context.Context, origin int64, forWhom domain.User) error {
	if v.state.Draft != nil {
		return v.showAgain(ctx)
	}
	d := flow.New(nonce(), v.chat.ID, nil)
	d.Origin.MessageID = origin
	if forWhom.ID != 0 && forWhom.ID != v.actor.ID {
		d.Requester, d.ForName = forWhom.ID, forWhom.Name
	}
	d.Shown = 1
	v.state.Draft, v.state.Prompt = &d, nil
	return v.send(ctx, card.Draft(v.lang, d), post{key: screenKey(d, flow.Show{Number: d.Shown})})
}

// showAgain shows the draft that there is instead of starting another.
func (v *visit) showAgain(ctx context.Context) error {
	d := v.state.Draft
	if err := v.settle(ctx, *d, flow.Settle{Message: d.Screen, Number: d.Shown, Step: flow.StepPreview}); err != nil {
		return err
	}
	d.Screen = 0
	d.Shown++
	out := card.Draft(v.lang, *d, v.text("bot.draft.already", nil))
	return v.send(ctx, out, post{key: screenKey(*d, flow.Show{Number: d.Shown})})
}

// candidates returns the open tickets that a message out of the blue may be about: IT waits
// for an answer, or something has just happened to them.
func (v *visit) candidates(ctx context.Context) ([]flow.Candidate, error) {
	const most = 2
	open, _, err := v.desk.Tickets(ctx, v.actor, domain.TicketFilter{
		RequesterID: v.actor.ID, Open: true, Order: domain.OrderUpdated, Limit: 10,
	})
	var out []flow.Candidate
	for _, t := range open {
		likely := t.Status == domain.StatusWaiting || v.Now().Sub(t.UpdatedAt) < recently
		if likely && len(out) < most {
			out = append(out, flow.Candidate{ID: t.ID, Title: t.Title})
		}
	}
	return out, err
}

// inputOf turns a message into the draft's input.
func inputOf(m *chat.Message) flow.Input {
	return flow.Input{
		Message: m.ID, Text: m.Text, Files: m.Files, TooLarge: m.TooLarge, Album: m.AlbumID,
		Unreadable: m.Unreadable,
	}
}

// draftTap takes a button of a draft's screen.
func (v *visit) draftTap(ctx context.Context, t *chat.Tap, d callback.Data) error {
	if v.state.Draft == nil || v.state.Draft.Nonce != d.Nonce {
		v.alertKey("bot.tap.draft_over", nil)
		return nil
	}
	return v.draftInput(ctx, flow.Input{Message: t.Message, Action: flow.Action(d.Word), Value: d.Value})
}

// draftInput gives an input to the draft and carries out what comes of it.
func (v *visit) draftInput(ctx context.Context, in flow.Input) error {
	in.Lang, in.Today = v.lang, v.Now().In(v.Location)
	before := *v.state.Draft
	next, effects := before.Handle(in)
	v.state.Draft = &next
	var says []string
	for _, e := range effects {
		var err error
		switch e := e.(type) {
		case flow.Say:
			says = append(says, v.text(e.Key, e.Args))
		case flow.Settle:
			err = v.settle(ctx, next, e)
		case flow.Show:
			err = v.send(ctx, card.Draft(v.lang, next, says...), screenPost(next, e))
		case flow.Submit:
			err = v.submit(ctx, next, e)
		case flow.Attach:
			err = v.attachDraft(ctx, next, e)
		case flow.Cancelled:
			err = v.discard(ctx, e.Message)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// settle takes the buttons from an earlier screen.
func (v *visit) settle(ctx context.Context, d flow.Draft, e flow.Settle) error {
	p := post{edit: e.Message}
	if e.Message == 0 {
		p.editKey = screenKey(d, flow.Show{Number: e.Number})
	}
	return v.send(ctx, card.Settled(v.lang, d, e.Step), p)
}

// screenPost says in which message a screen is shown.
func screenPost(d flow.Draft, s flow.Show) post {
	switch {
	case s.Edit != 0:
		return post{edit: s.Edit}
	case s.Again:
		return post{editKey: screenKey(d, s)}
	}
	return post{key: screenKey(d, s)}
}

// screenKey names a screen's message before Telegram has given it a number.
func screenKey(d flow.Draft, s flow.Show) string {
	if s.Number == 0 {
		return ""
	}
	return fmt.Sprintf("tela:%d:%s:%d", d.Origin.ChatID, d.Nonce, s.Number)
}

// submit opens the ticket. If that is refused the draft stays as it is.
func (v *visit) submit(ctx context.Context, d flow.Draft, e flow.Submit) error {
	t, err := v.desk.Open(ctx, v.actor, e.Ticket)
	if refused, ok := errors.AsType[*domain.Error](err); ok && refused.Code != domain.CodeUnavailable {
		says := card.Escape(i18n.Error(v.lang, err))
		return v.send(ctx, card.Draft(v.lang, d, says), post{edit: e.Message})
	}
	if err != nil {
		return err
	}
	v.finished(d, t.ID)
	v.toast("bot.tap.sent", i18n.Args{"Number": strconv.FormatInt(t.ID, 10)})
	return v.send(ctx, card.Sent(v.lang, t), post{edit: e.Message, ticket: t.ID})
}

// attachDraft makes the draft a comment on a ticket that is there already.
func (v *visit) attachDraft(ctx context.Context, d flow.Draft, e flow.Attach) error {
	_, err := v.desk.Comment(ctx, v.actor, e.Ticket, domain.NewComment{
		Text: d.Description(), Origin: d.Origin, Attachments: d.Files,
	})
	if err != nil {
		return err
	}
	v.finished(d, e.Ticket)
	text := v.text("bot.draft.attached", i18n.Args{"Number": strconv.FormatInt(e.Ticket, 10)})
	return v.send(ctx, chat.Outgoing{Text: text}, post{edit: e.Message, ticket: e.Ticket})
}

// finished forgets the draft but for the album that it may have been a part of.
func (v *visit) finished(d flow.Draft, ticketID int64) {
	v.state.Draft = nil
	if d.Album != "" {
		v.state.Album = &album{ID: d.Album, Ticket: ticketID}
	}
}

// discard forgets the draft.
func (v *visit) discard(ctx context.Context, message int64) error {
	v.state.Draft = nil
	if v.after.TapID != "" {
		v.toast("bot.tap.discarded", nil)
	}
	return v.send(ctx, chat.Outgoing{Text: v.text("bot.draft.discarded", nil)}, post{edit: message})
}

// cancel gives up what the person is doing (/cancelar).
func (v *visit) cancel(ctx context.Context, _ *chat.Message) error {
	asked := v.state.Prompt
	v.state.Prompt = nil
	if asked != nil && asked.Answered == 0 {
		return v.tell(ctx, "bot.reply.given_up", nil)
	}
	if v.state.Draft == nil {
		return v.tell(ctx, "bot.draft.nothing", nil)
	}
	d := *v.state.Draft
	p := post{edit: d.Screen}
	if d.Screen == 0 {
		p.editKey = screenKey(d, flow.Show{Number: d.Shown})
	}
	if err := v.send(ctx, chat.Outgoing{Text: v.text("bot.draft.discarded_short", nil)}, p); err != nil {
		return err
	}
	return v.discard(ctx, 0)
}
