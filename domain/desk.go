package domain

import (
	"context"
	"time"
)

// Passwords hashes and checks passwords. Both are slow on purpose.
type Passwords interface {
	Hash(password string) (string, error)
	// Matches reports whether password has this hash; an empty hash takes as long as any
	// other and never matches.
	Matches(hash, password string) bool
}

// Desk is the helpdesk's use-cases. Each asks who acts, lets the nouns decide, and
// writes the outcome with its events and notices in one transaction. Errors that a
// person may be told are of type [Error].
type Desk struct {
	store     Store
	passwords Passwords
	now       func() time.Time
	sla       *SLAPolicy
	care      *CarePolicy
	lead      string
	pace      *pace
	allowance int64 // bytes, 0 for no bound
	sights    chan sight
}

// Option is something that a desk does beside its main job.
type Option func(*Desk)

// WithSLA makes the desk keep promises; nil for none.
func WithSLA(p *SLAPolicy) Option { return func(d *Desk) { d.sla = p } }

// WithCare makes the desk look after tickets that would be forgotten; nil for not.
func WithCare(p *CarePolicy) Option { return func(d *Desk) { d.care = p } }

// WithLead names, by the address of their account, who hears of breaches and of
// dissatisfaction beside the group; "" for nobody.
func WithLead(email string) Option { return func(d *Desk) { d.lead = NormalizeEmail(email) } }

// WithPace bounds what one employee does in a minute that is told like everybody's: news of what is beyond
// wait behind other people's. 0: no bound.
func WithPace(perMinute int) Option { return func(d *Desk) { d.pace = newPace(perMinute) } }

// NewDesk returns a desk on a store. now is the clock.
func NewDesk(store Store, passwords Passwords, now func() time.Time, options ...Option) *Desk {
	d := &Desk{store: store, passwords: passwords, now: now, sights: make(chan sight, maxSights)}
	for _, o := range options {
		o(d)
	}
	return d
}

// In returns the desk working inside a transaction that the caller commits.
func (d *Desk) In(tx Store) *Desk {
	in := *d
	in.store = tx
	return &in
}

// Now returns the desk's time in UTC, to the microsecond: what a database keeps, so that
// what a use-case returns is what is stored.
func (d *Desk) Now() time.Time { return d.now().UTC().Truncate(time.Microsecond) }

// record writes what a has done. Of a flood others hear after everybody else's news; in one's own chat
// everything keeps its order.
func (d *Desk) record(ctx context.Context, a Actor, r *Record) error {
	if err := d.allow(ctx, a, r.Attachments); err != nil {
		return err
	}
	if d.pace.floods(a, d.Now()) {
		for i := range r.Notices {
			r.Notices[i].Flood = r.Notices[i].UserID != a.ID
		}
	}
	return d.store.Record(ctx, r)
}

func (d *Desk) atomically(ctx context.Context, fn func(*Desk) error) error {
	return d.store.Atomically(ctx, func(s Store) error { return fn(d.In(s)) })
}

// tend keeps what a ticket remembers of its targets and its care true, when old (nil for a
// new ticket) has become next by a's doing.
func (d *Desk) tend(old, next *Ticket, a Actor, now time.Time) {
	if old == nil {
		d.sla.open(next, now)
	} else {
		d.sla.change(*old, next, a, now)
	}
	d.care.plan(old, next, now)
	d.schedule(next)
}

// schedule sets when the desk has to look at a ticket next.
func (d *Desk) schedule(t *Ticket) {
	t.WakeAt = time.Time{}
	if t.DeletedAt.IsZero() {
		t.WakeAt = soonest(d.sla.next(*t), t.Care.Next)
	}
}
