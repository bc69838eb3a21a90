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

// UnreadQuery asks which tickets hold news for a person: an event of one of the kinds, made by others after
// a moment and after the person first asked, of a ticket that they have not seen since. The first
// question is noted as asked now.
type UnreadQuery struct {
	UserID     int64
	Tickets    []int64
	Kinds      []EventKind
	After, Now time.Time
	Internal   bool // internal events count too
}

// SeenStore remembers who has seen what.
type SeenStore interface {
	// SetSeen notes that a person has seen a ticket up to an event; never back.
	SetSeen(ctx context.Context, userID, ticketID, eventID int64) error
	// Unread returns those of the tickets that hold news.
	Unread(ctx context.Context, q UnreadQuery) ([]int64, error)
}

// Seen notes that the actor has seen a ticket as it was read.
func (d *Desk) Seen(ctx context.Context, a Actor, v TicketView) error {
	if a.ID == 0 || len(v.Events) == 0 {
		return nil
	}
	return d.store.SetSeen(ctx, a.ID, v.ID, v.Events[len(v.Events)-1].ID)
}

// Unread returns which of the tickets, all of which the actor may see, hold news for them. Nothing is news that
// happened before the actor first asked.
func (d *Desk) Unread(ctx context.Context, a Actor, tickets []int64) (map[int64]bool, error) {
	out := map[int64]bool{}
	if err := a.authenticated(); err != nil {
		return out, err
	}
	now := d.Now()
	news, err := d.store.Unread(ctx, UnreadQuery{
		UserID: a.ID, Tickets: tickets, Kinds: unreadKinds, After: now.Add(-UnreadWindow), Now: now, Internal: a.IsIT(),
	})
	for _, id := range news {
		out[id] = true
	}
	return out, err
}
