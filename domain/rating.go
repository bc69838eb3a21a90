package domain

import (
	"context"
	"strconv"
	"time"
	"unicode/utf8"
)

// Rating is what the requester thinks of how a ticket was solved.
type Rating struct {
	TicketID  int64
	UserID    int64
	Stars     int // 1 to 5
	Text      string
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Limits of a rating.
const (
	MaxStars      = 5
	lowStars      = 2 // and below: bad news
	MaxRatingText = 1000
	// RateWindow is how long a rating may be changed.
	RateWindow = 24 * time.Hour
)

// RatingStore keeps ratings; [Record] writes them.
type RatingStore interface {
	// Rating returns a ticket's rating, or [ErrRatingNotFound].
	Rating(ctx context.Context, ticketID int64) (Rating, error)
}

// NewRating is what somebody says of a ticket; a nil text or no stars stay as they are.
type NewRating struct {
	Stars int
	Text  *string
}

// Rating returns a ticket's rating to who may see the ticket, or [ErrRatingNotFound].
func (d *Desk) Rating(ctx context.Context, a Actor, ticketID int64) (Rating, error) {
	if _, err := d.Visible(ctx, a, ticketID); err != nil {
		return Rating{}, err
	}
	return d.store.Rating(ctx, ticketID)
}

// Rate notes what the requester thinks of how a ticket was solved. They alone may, once it
// is resolved or closed, and change it for [RateWindow]. Low marks reach the lead.
func (d *Desk) Rate(ctx context.Context, a Actor, ticketID int64, n NewRating) (Rating, error) {
	var out Rating
	err := d.atomically(ctx, func(d *Desk) error {
		t, err := d.locked(ctx, a, ticketID)
		if err != nil {
			return err
		}
		if err := t.ratable(a); err != nil {
			return err
		}
		old, err := d.store.Rating(ctx, ticketID)
		if err != nil && CodeOf(err) != CodeNotFound {
			return err
		}
		out, err = old.with(n, t, d.Now())
		if err != nil || out == old {
			return err
		}
		event := out.event(t, a)
		told, err := d.alarm(ctx, t, a, []Event{event})
		if err != nil {
			return err
		}
		return d.record(ctx, a, &Record{Touched: &t, Rating: &out, Events: []Event{event}, Notices: told})
	})
	return out, err
}

// ratable reports whether a may rate the ticket now.
func (t Ticket) ratable(a Actor) error {
	if err := t.visible(a); err != nil {
		return err
	}
	if t.RequesterID != a.ID {
		return ErrNotYoursToRate
	}
	if !t.Status.stamps() {
		return ErrNotSolvedYet
	}
	return nil
}

// with returns the rating with n said, unchanged if that says nothing new.
func (r Rating) with(n NewRating, t Ticket, now time.Time) (Rating, error) {
	next := r
	if n.Stars != 0 {
		next.Stars = n.Stars
	}
	if n.Text != nil {
		next.Text = paragraphs(*n.Text)
	}
	var c checks
	if next.Stars < 1 || next.Stars > MaxStars {
		c.add("nota", "stars", "Max", MaxStars)
	}
	switch {
	case utf8.RuneCountInString(next.Text) > MaxRatingText:
		c.add("comentario", "too_long", "Max", MaxRatingText)
	case hasControl(next.Text):
		c.add("comentario", "control_characters")
	}
	if err := c.err(); err != nil || next == r {
		return r, err
	}
	if !r.CreatedAt.IsZero() && now.Sub(r.CreatedAt) > RateWindow {
		return r, ErrRatedTooLate
	}
	next.TicketID, next.UserID, next.UpdatedAt = t.ID, t.RequesterID, now
	if next.CreatedAt.IsZero() {
		next.CreatedAt = now
	}
	return next, nil
}

// Low reports whether the rating is bad news.
func (r Rating) Low() bool { return r.Stars <= lowStars }

// event tells of the rating: the sentence (From) and the stars (To).
func (r Rating) event(t Ticket, a Actor) Event {
	kind := EventRated
	if r.Low() {
		kind = EventRatedLow
	}
	return t.event(a, kind, r.Text, strconv.Itoa(r.Stars), r.UpdatedAt)
}
