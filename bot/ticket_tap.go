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

// changeTap takes, releases, moves, ranks or assigns a ticket.
func (v *visit) changeTap(ctx context.Context, t *chat.Tap, d callback.Data) error {
	before, err := v.desk.Visible(ctx, v.actor, d.Ticket)
	if err != nil {
		return err
	}
	after, err := v.change(ctx, d)
	if err != nil {
		return err
	}
	if after.Version == before.Version {
		v.toast("bot.tap.unchanged", nil)
	} else {
		v.toastChange(d, after)
	}
	if after.AssigneeID == v.actor.ID && before.AssigneeID != v.actor.ID && v.isPrivate() && v.face(after) == card.IT {
		// What was tapped becomes the live card that whoever has the ticket gets.
		return v.tx.AdoptCard(ctx, domain.Origin{ChatID: v.chat.ID, MessageID: t.Message}, d.Ticket)
	}
	// The live card is brought up to date by the change itself. A copy is not, and neither is
	// a menu in which nothing was changed.
	if !d.Copy && after.Version != before.Version {
		return nil
	}
	return v.redraw(ctx, t, d, v.face(after))
}

func (v *visit) change(ctx context.Context, d callback.Data) (domain.Ticket, error) {
	var ch domain.TicketChange
	switch d.Verb {
	case callback.Take:
		return v.desk.Take(ctx, v.actor, d.Ticket)
	case callback.Release:
		return v.desk.Release(ctx, v.actor, d.Ticket)
	case callback.SetStatus:
		ch.Status = &d.Status
	case callback.SetPriority:
		ch.Priority = &d.Priority
	case callback.Assign:
		ch.Assignee = &domain.Assignment{UserID: d.User}
	}
	return v.desk.Change(ctx, v.actor, d.Ticket, ch, 0)
}

// toastChange answers the tap with what it did.
func (v *visit) toastChange(d callback.Data, t domain.Ticket) {
	args := i18n.Args{"Number": strconv.FormatInt(t.ID, 10)}
	switch d.Verb {
	case callback.Take:
		v.toast("bot.tap.taken", args)
	case callback.Release:
		v.toast("bot.tap.released", args)
	case callback.SetStatus:
		args["Emoji"], args["To"] = t.Status.Emoji(), i18n.Status(v.own, t.Status)
		v.toast("bot.tap.status", args)
	case callback.SetPriority:
		args["Emoji"], args["To"] = t.Priority.Emoji(), i18n.Priority(v.own, t.Priority)
		v.toast("bot.tap.priority", args)
	case callback.Assign:
		if t.Assignee == nil {
			v.toast("bot.tap.released", args)
			return
		}
		args["Name"] = t.Assignee.Name
		v.toast("bot.tap.assigned", args)
	}
}

// face returns which card the actor sees here of a ticket.
func (v *visit) face(t domain.Ticket) card.Reader {
	if v.actor.IsIT() && (v.chat.IsGroup() || t.RequesterID != v.actor.ID) {
		return card.IT
	}
	return card.Requester
}

// redraw replaces the tapped message by the ticket's full card.
func (v *visit) redraw(ctx context.Context, t *chat.Tap, d callback.Data, r card.Reader) error {
	view, o, err := v.view(ctx, d.Ticket, r, d.Copy)
	if err != nil {
		return err
	}
	return v.send(ctx, card.Ticket(v.lang, view, o), post{edit: t.Message, ticket: d.Ticket})
}

// view returns a ticket as the actor may see it and how its card is drawn.
func (v *visit) view(ctx context.Context, id int64, r card.Reader, isCopy bool) (domain.TicketView, card.Options, error) {
	view, err := v.desk.Ticket(ctx, v.actor, id)
	if err != nil {
		return view, card.Options{}, err
	}
	v.desk.Opened(v.actor, view)
	o, err := v.cardOptions(ctx, view.Ticket, r, isCopy)
	return view, o, err
}

// menuTap replaces the card by one of its menus, or a menu by the card.
func (v *visit) menuTap(ctx context.Context, t *chat.Tap, d callback.Data) error {
	r := card.IT
	switch d.Verb {
	case callback.MyCard, callback.MyHistory, callback.AskCancel:
		r = card.Requester
	default:
		if !v.actor.IsIT() {
			return domain.ErrITOnly
		}
	}
	view, o, err := v.view(ctx, d.Ticket, r, d.Copy)
	if err != nil {
		return err
	}
	out := card.Ticket(v.lang, view, o)
	switch d.Verb {
	case callback.PriorityMenu:
		out = card.PriorityMenu(v.lang, view, o)
	case callback.AssignMenu:
		people, err := v.desk.ITUsers(ctx, v.actor)
		if err != nil {
			return err
		}
		out = card.AssignMenu(v.lang, view, people, d.Page, o)
	case callback.History, callback.MyHistory:
		out = card.History(v.lang, view, o)
	case callback.AskCancel:
		out = card.CancelMenu(v.lang, view, o)
	}
	return v.send(ctx, out, post{edit: t.Message, ticket: d.Ticket})
}

// openTap shows a ticket's card: in place of a notice, below a list.
func (v *visit) openTap(ctx context.Context, t *chat.Tap, d callback.Data) error {
	r := card.Requester
	if d.Verb == callback.Open && v.actor.IsIT() {
		r = card.IT
	}
	if d.Copy {
		return v.redraw(ctx, t, d, r)
	}
	v.replyTo = t.Message
	return v.showCard(ctx, d.Ticket, r)
}

// showCard sends a copy of a ticket's card.
func (v *visit) showCard(ctx context.Context, id int64, r card.Reader) error {
	view, o, err := v.view(ctx, id, r, true)
	if err != nil {
		return err
	}
	return v.send(ctx, card.Ticket(v.lang, view, o), post{ticket: id})
}

// askTap asks for a comment or an internal note.
func (v *visit) askTap(ctx context.Context, t *chat.Tap, d callback.Data) error {
	ticket, err := v.desk.Visible(ctx, v.actor, d.Ticket)
	if err != nil {
		return err
	}
	internal := d.Verb == callback.Note
	if internal && !v.actor.IsIT() {
		return domain.ErrITOnly
	}
	v.replyTo = t.Message
	switch {
	case internal:
		v.toast("bot.tap.write_below", nil)
		key := "bot.reply.ask_note"
		if v.chat.IsGroup() {
			key = "bot.reply.ask_note_group"
		}
		return v.ask(ctx, key, ticket, true)
	case v.chat.IsGroup():
		v.alertKey("bot.tap.reply_to_card", nil)
		return nil
	}
	v.toast("bot.tap.write_below", nil)
	return v.ask(ctx, "bot.reply.ask_comment", ticket, false)
}

// verdictTap takes the requester's word on whether the problem is solved.
func (v *visit) verdictTap(ctx context.Context, t *chat.Tap, d callback.Data) error {
	status, key, toast := domain.StatusClosed, "bot.confirm.solved", "bot.tap.confirmed"
	if d.Verb == callback.Reopen {
		status, key, toast = domain.StatusOpen, "bot.confirm.reopened", "bot.tap.reopened"
	}
	before, err := v.desk.Visible(ctx, v.actor, d.Ticket)
	if err != nil {
		return err
	}
	ticket, err := v.desk.Change(ctx, v.actor, d.Ticket, domain.TicketChange{Status: &status}, 0)
	if err != nil {
		return err
	}
	changed := ticket.Version != before.Version
	v.toast("bot.tap.unchanged", nil)
	if changed {
		v.toast(toast, i18n.Args{"Number": strconv.FormatInt(d.Ticket, 10)})
	}
	switch {
	case d.Copy:
		out := chat.Outgoing{Text: v.text(key, i18n.Args{"Ticket": ticketName(ticket)})}
		err = v.send(ctx, out, post{edit: t.Message, ticket: d.Ticket})
	case !changed:
		err = v.redraw(ctx, t, d, card.Requester)
	}
	if err != nil || !changed {
		return err
	}
	if d.Verb == callback.Confirm {
		return v.askRating(ctx, ticket)
	}
	return v.ask(ctx, "bot.reply.ask_reason", ticket, false)
}
