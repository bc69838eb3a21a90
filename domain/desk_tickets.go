package domain

import (
	"context"
	"errors"
	"time"
)

// Open opens a ticket for the actor, or by IT on behalf of somebody, and returns it with
// its number.
func (d *Desk) Open(ctx context.Context, a Actor, n NewTicket) (Ticket, error) {
	t, event, err := n.open(a, d.Now())
	if err != nil {
		return Ticket{}, err
	}
	d.tend(nil, &t, a, t.CreatedAt)
	t.Requester = a.Ref()
	if t.RequesterID != a.ID {
		u, err := d.store.User(ctx, t.RequesterID)
		if err != nil {
			return Ticket{}, err
		}
		if !u.Active {
			return Ticket{}, Invalid(FieldError{Field: "usuario_id", Key: "requester_inactive"})
		}
		t.Requester = u.Ref()
	}
	files, err := checkFiles(n.Attachments)
	if err != nil {
		return Ticket{}, err
	}
	events := []Event{event}
	err = d.record(ctx, a, &Record{
		Opened: &t, Events: events, Attachments: files, Origin: n.Origin,
		Notices: notices(t, a, events, 0),
	})
	return t, err
}

// Ticket returns a ticket with all that the actor may see of it.
func (d *Desk) Ticket(ctx context.Context, a Actor, id int64) (TicketView, error) {
	return d.viewed(ctx, a, id, d.store.TicketView)
}

// Thread is Ticket without the events.
func (d *Desk) Thread(ctx context.Context, a Actor, id int64) (TicketView, error) {
	return d.viewed(ctx, a, id, d.store.TicketThread)
}

// viewed reads a ticket with what hangs on it. An employee's right is looked up first: how long reading
// takes would tell of a long conversation that is not theirs.
func (d *Desk) viewed(
	ctx context.Context, a Actor, id int64, read func(context.Context, int64, bool) (TicketView, error),
) (TicketView, error) {
	if !a.IsIT() {
		if _, err := d.Visible(ctx, a, id); err != nil {
			return TicketView{}, err
		}
	}
	v, err := read(ctx, id, a.IsIT())
	if err != nil {
		return TicketView{}, err
	}
	if err := v.visible(a); err != nil {
		return TicketView{}, err
	}
	return v, nil
}

// Visible returns the ticket alone if the actor may see it.
func (d *Desk) Visible(ctx context.Context, a Actor, id int64) (Ticket, error) {
	return visibleTo(ctx, a, id, d.store.Ticket)
}

// locked is Visible, and keeps others from changing the ticket until the transaction ends.
func (d *Desk) locked(ctx context.Context, a Actor, id int64) (Ticket, error) {
	return visibleTo(ctx, a, id, d.store.LockTicket)
}

func visibleTo(ctx context.Context, a Actor, id int64, read func(context.Context, int64) (Ticket, error)) (Ticket, error) {
	if err := a.authenticated(); err != nil {
		return Ticket{}, err
	}
	t, err := read(ctx, id)
	if err != nil {
		return Ticket{}, err
	}
	if err := t.visible(a); err != nil {
		return Ticket{}, err
	}
	return t, nil
}

// Tickets returns a page of the tickets that the actor may see, and whether more follow.
func (d *Desk) Tickets(ctx context.Context, a Actor, f TicketFilter) ([]Ticket, bool, error) {
	if err := f.restrict(a); err != nil {
		return nil, false, err
	}
	return d.store.Tickets(ctx, f)
}

// EachTicket streams the tickets that the actor may see.
func (d *Desk) EachTicket(ctx context.Context, a Actor, f TicketFilter, yield func(*Ticket) error) error {
	if err := f.restrict(a); err != nil {
		return err
	}
	return d.store.EachTicket(ctx, f, yield)
}

// Board returns the columns with their first cards, as far as the actor may see them.
func (d *Desk) Board(ctx context.Context, a Actor, f TicketFilter, perColumn int) ([]BoardColumn, error) {
	if err := f.restrict(a); err != nil {
		return nil, err
	}
	return d.store.Board(ctx, f, perColumn)
}

// restrict narrows a filter to what the actor may see.
func (f *TicketFilter) restrict(a Actor) error {
	if err := a.authenticated(); err != nil {
		return err
	}
	if f.Deleted && !a.IsIT() {
		return ErrITOnly
	}
	f.Internal = a.IsIT()
	if !a.IsIT() {
		f.RequesterID = a.ID
	}
	return nil
}

// Change applies a partial update. If version is not 0, the change is refused with
// [ErrStale] unless the ticket still has it.
func (d *Desk) Change(ctx context.Context, a Actor, id int64, ch TicketChange, version int64) (Ticket, error) {
	return d.change(ctx, a, id, version, func(Ticket) (TicketChange, error) { return ch, nil })
}

// ChangeThread is Change for who wants to see the outcome with its comments and attachments. With
// [ErrStale] it returns the ticket as it is.
//
// The ticket is not locked, since hardly ever two people change it at the same moment. If they do, it is
// read again, locked.
func (d *Desk) ChangeThread(ctx context.Context, a Actor, id int64, ch TicketChange, version int64) (TicketView, error) {
	out, err := d.changeThread(ctx, a, id, ch, version, false)
	if !errors.Is(err, ErrMoved) {
		return out, err
	}
	err = d.atomically(ctx, func(d *Desk) error {
		out, err = d.changeThread(ctx, a, id, ch, version, true)
		return err
	})
	return out, err
}

func (d *Desk) changeThread(
	ctx context.Context, a Actor, id int64, ch TicketChange, version int64, locked bool,
) (TicketView, error) {
	read := d.store.TicketThread
	if locked {
		read = d.store.LockThread
	}
	v, err := d.viewed(ctx, a, id, read)
	if err != nil {
		return TicketView{}, err
	}
	if version != 0 && version != v.Version {
		return v, ErrStale
	}
	was := v.Ticket
	var r *Record
	if v.Ticket, r, err = d.decide(ctx, a, was, ch); err != nil || r == nil {
		return v, err
	}
	if !locked {
		r.Was = &was
	}
	return v, d.record(ctx, a, r)
}

// Take makes the actor the assignee of a ticket that nobody has and starts work on it.
// If somebody else has it, the error is [Taken] with the name.
func (d *Desk) Take(ctx context.Context, a Actor, id int64) (Ticket, error) {
	return d.change(ctx, a, id, 0, func(t Ticket) (TicketChange, error) { return t.take(a) })
}

// Release gives a ticket that the actor has back to the queue.
func (d *Desk) Release(ctx context.Context, a Actor, id int64) (Ticket, error) {
	return d.change(ctx, a, id, 0, func(t Ticket) (TicketChange, error) {
		if err := a.requireIT(); err != nil {
			return TicketChange{}, err
		}
		if t.AssigneeID != a.ID && t.Assignee != nil {
			return TicketChange{}, Taken(t.Assignee.Name)
		}
		return TicketChange{Assignee: &Assignment{}}, nil
	})
}

// change locks the ticket, lets decide say what to do with the locked state, and writes.
func (d *Desk) change(
	ctx context.Context, a Actor, id, version int64, decide func(Ticket) (TicketChange, error),
) (Ticket, error) {
	var out Ticket
	err := d.atomically(ctx, func(d *Desk) error {
		t, err := d.locked(ctx, a, id)
		if err != nil {
			return err
		}
		if version != 0 && version != t.Version {
			return ErrStale
		}
		ch, err := decide(t)
		if err != nil {
			return err
		}
		out, err = d.apply(ctx, a, t, ch)
		return err
	})
	return out, err
}

func (d *Desk) apply(ctx context.Context, a Actor, t Ticket, ch TicketChange) (Ticket, error) {
	next, r, err := d.decide(ctx, a, t, ch)
	if err != nil || r == nil {
		return next, err
	}
	return next, d.record(ctx, a, r)
}

// decide returns what a change makes of a ticket and what is to be written, nil for nothing.
func (d *Desk) decide(ctx context.Context, a Actor, t Ticket, ch TicketChange) (Ticket, *Record, error) {
	assignee, err := d.assignee(ctx, a, t, ch)
	if err != nil {
		return t, nil, err
	}
	next, events, err := t.Apply(a, ch, assignee, d.Now())
	if err != nil || len(events) == 0 {
		return next, nil, err
	}
	d.tend(&t, &next, a, next.UpdatedAt)
	return next, &Record{Changed: &next, Events: events, Notices: notices(next, a, events, a.ChatID)}, nil
}

// assignee returns the account that ch assigns, nil if it assigns none, the same, or one
// that does not exist.
func (d *Desk) assignee(ctx context.Context, a Actor, t Ticket, ch TicketChange) (*User, error) {
	if ch.Assignee == nil || ch.Assignee.UserID == 0 || ch.Assignee.UserID == t.AssigneeID {
		return nil, nil
	}
	if ch.Assignee.UserID == a.ID {
		return &a.User, nil
	}
	u, err := d.store.User(ctx, ch.Assignee.UserID)
	if CodeOf(err) == CodeNotFound {
		return nil, nil
	}
	return &u, err
}

// Delete removes a ticket from sight; IT can bring it back within [RestoreWindow].
func (d *Desk) Delete(ctx context.Context, a Actor, id int64) error {
	return d.setDeleted(ctx, a, id, true)
}

// Restore brings a deleted ticket back.
func (d *Desk) Restore(ctx context.Context, a Actor, id int64) error {
	return d.setDeleted(ctx, a, id, false)
}

func (d *Desk) setDeleted(ctx context.Context, a Actor, id int64, deleted bool) error {
	if err := a.requireIT(); err != nil {
		return err
	}
	return d.atomically(ctx, func(d *Desk) error {
		t, err := d.store.LockTicket(ctx, id)
		if err != nil {
			return err
		}
		now := d.Now()
		if t.DeletedAt.IsZero() != deleted || !deleted && now.Sub(t.DeletedAt) > RestoreWindow {
			return ErrTicketNotFound
		}
		kind := EventRestored
		if deleted {
			kind = EventDeleted
		}
		events := []Event{t.event(a, kind, "", "", now)}
		told := notices(t, a, events, a.ChatID)
		t.DeletedAt = time.Time{}
		if deleted {
			t.DeletedAt = now
		}
		d.schedule(&t)
		t.Version++
		return d.record(ctx, a, &Record{Changed: &t, Events: events, Notices: told})
	})
}

// Stats returns the counters of all tickets; IT only.
func (d *Desk) Stats(ctx context.Context, a Actor) (Stats, error) {
	if err := a.requireIT(); err != nil {
		return Stats{}, err
	}
	return d.store.Stats(ctx)
}
