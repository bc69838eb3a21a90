package bot

import (
	"context"
	"errors"
	"strconv"

	"chamados/bot/callback"
	"chamados/bot/chat"
	"chamados/bot/flow"
	"chamados/domain"
	"chamados/domain/i18n"
)

// private handles a message of one person to the bot.
func (v *visit) private(ctx context.Context, m *chat.Message) error {
	if v.known && !v.actor.ChatBlocked.IsZero() {
		if err := v.desk.ChatBlocked(ctx, v.from.ID, false); err != nil {
			return err
		}
	}
	if m.Command == "start" {
		return v.start(ctx, m)
	}
	if !v.known {
		return v.stranger(ctx, m)
	}
	if !v.actor.Active {
		return v.tell(ctx, "bot.start.inactive", nil)
	}
	if err := v.load(ctx); err != nil {
		return err
	}
	if m.Command != "" || m.ForOther {
		return v.command(ctx, m)
	}
	if v.outdated {
		return v.tell(ctx, "bot.draft.expired", nil)
	}
	if done, err := v.lateAlbumPart(ctx, m); done || err != nil {
		return err
	}
	if done, err := v.repliedTo(ctx, m); done || err != nil {
		return err
	}
	switch {
	case v.state.Prompt != nil:
		return v.answerPrompt(ctx, m)
	case v.state.Draft != nil:
		return v.draftInput(ctx, inputOf(m))
	case smallTalk(m, flow.IsThanks):
		return v.thanked(ctx)
	case smallTalk(m, flow.IsAck):
		return v.tell(ctx, "bot.confirm.ack", nil)
	case smallTalk(m, flow.IsGreeting):
		return v.tell(ctx, "bot.confirm.greeting", i18n.Args{"Name": firstName(v.actor.Name)})
	}
	return v.newDraft(ctx, m)
}

// smallTalk reports whether a message is nothing but what is says.
func smallTalk(m *chat.Message, is func(string) bool) bool {
	return len(m.Files)+len(m.TooLarge) == 0 && is(m.Text)
}

// thanked answers thanks. They never reopen a ticket; who wants that can tap.
func (v *visit) thanked(ctx context.Context) error {
	resolved, _, err := v.desk.Tickets(ctx, v.actor, domain.TicketFilter{
		RequesterID: v.actor.ID, Statuses: []domain.Status{domain.StatusResolved}, Order: domain.OrderUpdated, Limit: 1,
	})
	if err != nil {
		return err
	}
	if len(resolved) == 0 {
		return v.tell(ctx, "bot.confirm.thanks", nil)
	}
	id := resolved[0].ID
	args := i18n.Args{"Number": strconv.FormatInt(id, 10)}
	return v.tell(ctx, "bot.confirm.thanks_resolved", args, []chat.Button{v.reopenButton(id)})
}

// reopenButton offers to reopen a resolved ticket.
func (v *visit) reopenButton(ticketID int64) chat.Button {
	return v.button("reopen", i18n.Args{"Number": strconv.FormatInt(ticketID, 10)},
		callback.Must(callback.Data{Verb: callback.Reopen, Copy: true, Ticket: ticketID}))
}

// lateAlbumPart keeps a part of an album whose first part became a ticket or comment.
func (v *visit) lateAlbumPart(ctx context.Context, m *chat.Message) (bool, error) {
	a := v.state.Album
	if a == nil || m.AlbumID == "" || m.AlbumID != a.ID || len(m.Files) == 0 {
		return false, nil
	}
	o := domain.Origin{ChatID: v.chat.ID, MessageID: m.ID}
	if text := flow.Clean(m.Text); text != "" {
		c, err := v.desk.Comment(ctx, v.actor, a.Ticket, domain.NewComment{Text: text, Internal: a.Internal, Origin: o, Attachments: m.Files})
		if err != nil {
			return true, err
		}
		return true, v.confirmComment(ctx, c)
	}
	if a.Comment == 0 {
		return true, v.desk.Attach(ctx, v.actor, a.Ticket, m.Files, o)
	}
	err := v.desk.AttachTo(ctx, v.actor, a.Comment, m.Files, o)
	if errors.Is(err, domain.ErrCommentNotFound) {
		err = nil // taken back before all of it had come
	}
	return true, err
}

// firstName is how people are addressed.
func firstName(name string) string {
	for i, r := range name {
		if r == ' ' && i > 0 {
			return name[:i]
		}
	}
	return name
}
