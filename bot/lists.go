package bot

import (
	"context"
	"strconv"
	"strings"

	"chamados/bot/callback"
	"chamados/bot/card"
	"chamados/bot/chat"
	"chamados/domain"
)

// lastPage bounds how far a list can be turned; who wants more searches.
const lastPage = 40

func (v *visit) mine(ctx context.Context, _ *chat.Message) error {
	return v.showList(ctx, callback.Mine, 0, 0)
}

func (v *visit) queue(ctx context.Context, _ *chat.Message) error {
	return v.showList(ctx, callback.Queue, 0, 0)
}

func (v *visit) assigned(ctx context.Context, _ *chat.Message) error {
	return v.showList(ctx, callback.Assigned, 0, 0)
}

// listTap turns the page of a list.
func (v *visit) listTap(ctx context.Context, t *chat.Tap, d callback.Data) error {
	return v.showList(ctx, d.Verb, min(d.Page, lastPage), t.Message)
}

// showList shows a page of a list, in place of the message edit if it is not 0.
func (v *visit) showList(ctx context.Context, verb callback.Verb, page, edit int64) error {
	if verb != callback.Mine && !v.actor.IsIT() {
		return domain.ErrITOnly
	}
	need := int(page+1)*card.PageSize + 1
	tickets, err := v.listed(ctx, verb, need)
	if err != nil {
		return err
	}
	l := card.List{Page: page, Turn: verb, For: card.IT, More: len(tickets) == need && page < lastPage}
	from := min(int(page)*card.PageSize, len(tickets))
	l.Tickets = tickets[from:min(from+card.PageSize, len(tickets))]
	switch verb {
	case callback.Mine:
		l.Title, l.Empty, l.For = "bot.list.mine", "bot.list.mine_empty", card.Requester
	case callback.Queue:
		l.Title, l.Empty = "bot.list.queue", "bot.list.queue_empty"
	default:
		l.Title, l.Empty = "bot.list.assigned", "bot.list.assigned_empty"
	}
	return v.send(ctx, card.Tickets(v.lang, l, card.Options{Now: v.Now(), Location: v.Location}), post{edit: edit})
}

// listed returns the first tickets of a list.
func (v *visit) listed(ctx context.Context, verb callback.Verb, limit int) ([]domain.Ticket, error) {
	switch verb {
	case callback.Queue:
		return v.tickets(ctx, domain.TicketFilter{Unassigned: true, Open: true, Order: domain.OrderPriority, Limit: limit})
	case callback.Assigned:
		return v.tickets(ctx, domain.TicketFilter{AssigneeID: v.actor.ID, Open: true, Order: domain.OrderPriority, Limit: limit})
	}
	f := domain.TicketFilter{RequesterID: v.actor.ID, Open: true, Order: domain.OrderUpdated, Limit: limit}
	open, err := v.tickets(ctx, f)
	if err != nil || len(open) >= limit {
		return open, err
	}
	f.Open, f.Statuses = false, []domain.Status{domain.StatusResolved, domain.StatusClosed, domain.StatusCancelled}
	done, err := v.tickets(ctx, f)
	return append(open, done[:min(len(done), limit-len(open))]...), err
}

func (v *visit) tickets(ctx context.Context, f domain.TicketFilter) ([]domain.Ticket, error) {
	out, _, err := v.desk.Tickets(ctx, v.actor, f)
	return out, err
}

// ticket shows one ticket by its number (/chamado 123).
func (v *visit) ticket(ctx context.Context, m *chat.Message) error {
	id, err := strconv.ParseInt(strings.TrimPrefix(m.Args, "#"), 10, 64)
	if err != nil || id <= 0 {
		return v.tell(ctx, "bot.help.ticket_usage", nil)
	}
	r := card.Requester
	if v.actor.IsIT() {
		r = card.IT
	}
	return v.showCard(ctx, id, r)
}
