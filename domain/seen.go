package domain

import (
	"context"
	"time"
)

// UnreadWindow is how long news count as unread: what nobody has looked at for so long is
// no news.
const UnreadWindow = 14 * 24 * time.Hour

// unreadKinds are the events that a person would want to know of.
var unreadKinds = []EventKind{
	EventCreated, EventComment, EventNote, EventAttachment, EventStatus, EventAssignee, EventPriority, EventSLABreach,
	EventAnswered, EventNoAnswer, EventRatedLow,
}

// SeenStore remembers who has seen what.
type SeenStore interface {
	// SetSeen notes that a person has seen a ticket up to an event; never back.
	SetSeen(ctx context.Context, userID, ticketID, eventID int64) error
	// Unread returns those of the tickets with an event of these kinds that the person
	// has not seen, that others made, after a moment; internal ones only if asked for.
	Unread(ctx context.Context, userID int64, tickets []int64, kinds []EventKind, after time.Time, internal bool) ([]int64, error)
}

// Seen notes that the actor has seen a ticket as it was read.
func (d *Desk) Seen(ctx context.Context, a Actor, v TicketView) error {
	if a.ID == 0 || len(v.Events) == 0 {
		return nil
	}
	return d.store.SetSeen(ctx, a.ID, v.ID, v.Events[len(v.Events)-1].ID)
}

// Unread returns which of the tickets, all of which the actor may see, hold news for them.
func (d *Desk) Unread(ctx context.Context, a Actor, tickets []int64) (map[int64]bool, error) {
	out := map[int64]bool{}
	if err := a.authenticated(); err != nil || len(tickets) == 0 {
		return out, err
	}
	news, err := d.store.Unread(ctx, a.ID, tickets, unreadKinds, d.Now().Add(-UnreadWindow), a.IsIT())
	for _, id := range news {
		out[id] = true
	}
	return out, err
}
