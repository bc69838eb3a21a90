package domain

import (
	"context"
	"slices"
)

// sight is somebody of IT looking at a ticket.
type sight struct {
	by     Actor
	ticket int64
}

// maxSights bounds those that are not written yet. What does not fit is left for the next
// look at the ticket.
const maxSights = 64

// Seen reports whether IT has looked at the ticket.
func (v TicketView) Seen() bool {
	return slices.ContainsFunc(v.Events, func(e Event) bool { return e.Kind == EventSeen })
}

// unseenBy reports whether it is news to the requester that a looks at the ticket.
func (v TicketView) unseenBy(a Actor) bool {
	return a.ID != 0 && a.IsIT() && a.ID != v.RequesterID && v.Status == StatusOpen && v.AssigneeID == 0 &&
		v.DeletedAt.IsZero() && !v.Seen()
}

// Opened notes that a looks at a ticket, which has its events. It never waits: what follows
// is done by [Desk.RecordSights].
func (d *Desk) Opened(a Actor, v TicketView) {
	if !v.unseenBy(a) {
		return
	}
	select {
	case d.sights <- sight{by: a, ticket: v.ID}:
	default:
	}
}

// RecordSights writes down who saw which ticket first, until ctx ends. Failures are given to
// failed; the next look at the ticket tries again.
func (d *Desk) RecordSights(ctx context.Context, failed func(error)) {
	for {
		select {
		case <-ctx.Done():
			return
		case s := <-d.sights:
			if err := d.see(ctx, s); err != nil && ctx.Err() == nil {
				failed(err)
			}
		}
	}
}

// see writes once for each ticket that IT has seen it.
func (d *Desk) see(ctx context.Context, s sight) error {
	return d.atomically(ctx, func(d *Desk) error {
		t, err := d.store.LockTicket(ctx, s.ticket)
		if err != nil {
			return err
		}
		v, err := d.store.TicketView(ctx, s.ticket, false)
		if err != nil || !v.unseenBy(s.by) {
			return err
		}
		events := []Event{t.event(s.by, EventSeen, "", "", d.Now())}
		return d.store.Record(ctx, &Record{Touched: &t, Events: events, Notices: notices(t, s.by, events, 0)})
	})
}
