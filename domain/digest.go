package domain

import (
	"context"
	"time"
)

// DigestSpan is how far back a daily digest looks for what is new.
const DigestSpan = 24 * time.Hour

// DigestQuery says whose tickets a digest is about; zero fields do not restrict.
type DigestQuery struct {
	Now        time.Time
	Since      time.Time // from when on tickets are new, or lately resolved
	AssigneeID int64
	Categories []Category
}

// Digest is how the desk stands, or one of its people.
type Digest struct {
	Open       map[Priority]int64 // neither resolved, closed nor cancelled
	New        int64              // opened since
	Resolved   int64              // since
	Overdue    int64
	AtRisk     int64
	OnUs       int64 // open or in progress
	Waiting    int64 // for the requester
	Unassigned int64
	Oldest     []Ticket // at most three that are on us, without descriptions
	Next       *Ticket  // the first one of the queue that nobody has; nil for none
}

// Total returns how many tickets are open.
func (d Digest) Total() int64 {
	var n int64
	for _, k := range d.Open {
		n += k
	}
	return n
}

// Empty reports whether there is nothing to tell.
func (d Digest) Empty() bool { return d.Total() == 0 && d.New == 0 && d.Resolved == 0 }

// DigestStore sums up.
type DigestStore interface {
	Digest(ctx context.Context, q DigestQuery) (Digest, error)
}

// Digest returns how the desk stands; IT only.
func (d *Desk) Digest(ctx context.Context, a Actor, q DigestQuery) (Digest, error) {
	if err := a.requireIT(); err != nil {
		return Digest{}, err
	}
	return d.store.Digest(ctx, q)
}

// QuietUntil returns when the quiet hours that now lies in end; zero if it lies in none.
func (p Preferences) QuietUntil(now time.Time, loc *time.Location) time.Time {
	local := now.In(loc)
	minute := local.Hour()*60 + local.Minute()
	y, m, day := local.Date()
	switch {
	case !p.Quiet:
		return time.Time{}
	case p.QuietFrom > p.QuietTo && minute >= p.QuietFrom:
		day++
	case p.QuietFrom > p.QuietTo && minute < p.QuietTo:
	case minute >= p.QuietFrom && minute < p.QuietTo:
	default:
		return time.Time{}
	}
	return time.Date(y, m, day, p.QuietTo/60, p.QuietTo%60, 0, 0, loc)
}
