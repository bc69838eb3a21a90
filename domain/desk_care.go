package domain

import (
	"context"
	"errors"
	"time"
)

// CareStore finds what the desk has to look at by itself.
type CareStore interface {
	// DueTickets returns up to limit tickets whose WakeAt has come, the longest due first.
	DueTickets(ctx context.Context, now time.Time, limit int) ([]int64, error)
	// RequesterAnswered reports whether the requester wrote a comment since the ticket's
	// status changed or since they were last reminded.
	RequesterAnswered(ctx context.Context, ticketID int64) (bool, error)
}

// carePage is how many tickets one look takes.
const carePage = 100

// TendDue does what is due for tickets by itself: warns of targets, reminds, closes. Each
// ticket is a transaction of its own that looks again at the locked ticket, so that several
// processes may call it at once. A ticket that fails is left for the next call; the errors
// are joined.
func (d *Desk) TendDue(ctx context.Context) error {
	var errs []error
	done := map[int64]bool{}
	for {
		ids, err := d.store.DueTickets(ctx, d.Now(), len(done)+carePage)
		if err != nil {
			return errors.Join(append(errs, err)...)
		}
		more := false
		for _, id := range ids {
			if done[id] {
				continue
			}
			done[id], more = true, true
			if err := d.atomically(ctx, func(d *Desk) error { return d.tendTicket(ctx, id) }); err != nil {
				errs = append(errs, err)
			}
		}
		if !more || ctx.Err() != nil {
			return errors.Join(errs...)
		}
	}
}

func (d *Desk) tendTicket(ctx context.Context, id int64) error {
	t, err := d.store.LockTicket(ctx, id)
	if err != nil {
		return err
	}
	now := d.Now()
	if t.WakeAt.IsZero() || t.WakeAt.After(now) || !t.DeletedAt.IsZero() {
		return nil
	}
	answered := false
	if reason := t.careReason(); reason == careResolved || reason == careWaiting {
		if answered, err = d.store.RequesterAnswered(ctx, id); err != nil {
			return err
		}
	}
	events := d.sla.watch(&t, now)
	kind, closes := d.care.act(&t, answered, now)
	if closes {
		closed := StatusClosed
		_, err := d.apply(ctx, System, t, TicketChange{Status: &closed})
		return err
	}
	if kind != "" {
		events = append(events, t.careEvent(kind, now))
	}
	d.schedule(&t)
	told, err := d.alarm(ctx, t, System, events)
	if err != nil {
		return err
	}
	return d.store.Record(ctx, &Record{Touched: &t, Noted: true, Events: events, Notices: told})
}

// alarm returns the notices of events, those for the lead among them.
func (d *Desk) alarm(ctx context.Context, t Ticket, a Actor, events []Event) ([]Notice, error) {
	var lead User
	if d.lead != "" && reachLead(events) {
		var err error
		lead, err = d.store.UserByEmail(ctx, d.lead)
		if err != nil && CodeOf(err) != CodeNotFound {
			return nil, err
		}
		if !lead.IsIT() {
			lead.ID = 0
		}
	}
	return noticesAndLead(t, a, events, a.ChatID, lead.ID), nil
}
