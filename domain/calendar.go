package domain

import (
	"fmt"
	"iter"
	"slices"
	"time"
)

// Window is a part of a working day as the wall clock shows it, in time since midnight:
// from From up to To, at most 24 h.
type Window struct{ From, To time.Duration }

// Hours are the windows of each weekday; a day without any is free.
type Hours map[time.Weekday][]Window

// Calendar says when the desk works. It is immutable.
type Calendar struct {
	loc  *time.Location
	week [7][]Window
	free Holidays
}

// CalendarError is why hours make no calendar. Reason is the last part of the key of a text.
type CalendarError struct {
	Reason string // "no_hours", "window" and "overlap" of a Day, "holidays": more than Max a year
	Day    time.Weekday
	Max    int
}

// Error says it for logs.
func (e *CalendarError) Error() string {
	return fmt.Sprintf("calendar: %s (%s, at most %d)", e.Reason, e.Day, e.Max)
}

// NewCalendar returns a calendar in a time zone, or a [CalendarError] that says what is wrong with
// the hours: there must be some, and windows of one day may not overlap.
func NewCalendar(loc *time.Location, hours Hours, free Holidays) (*Calendar, error) {
	c := &Calendar{loc: loc, free: free}
	if len(free.Yearly) > maxYearly {
		return nil, &CalendarError{Reason: "holidays", Max: maxYearly}
	}
	any := false
	for day, windows := range hours {
		sorted := slices.SortedFunc(slices.Values(windows), func(a, b Window) int { return int(a.From - b.From) })
		for i, w := range sorted {
			if w.From < 0 || w.From >= w.To || w.To > 24*time.Hour {
				return nil, &CalendarError{Reason: "window", Day: day}
			}
			if i > 0 && w.From < sorted[i-1].To {
				return nil, &CalendarError{Reason: "overlap", Day: day}
			}
			any = true
		}
		c.week[day] = sorted
	}
	if !any {
		return nil, &CalendarError{Reason: "no_hours"}
	}
	return c, nil
}

// Location returns the calendar's time zone.
func (c *Calendar) Location() *time.Location { return c.loc }

// Between returns the working time from a to b; negative if b is before a. The time is what
// passes while the wall clock shows working hours: an hour that a change of the clock skips
// or repeats counts as often as it is lived.
func (c *Calendar) Between(a, b time.Time) time.Duration {
	if b.Before(a) {
		return -c.Between(b, a)
	}
	var sum time.Duration
	for s := range c.spans(a) {
		if !s.from.Before(b) {
			break
		}
		sum += earlier(s.to, b).Sub(s.from)
	}
	return sum
}

// Add returns the earliest time at which d of working time lies between t and it. A
// negative d goes back: Between(t, Add(t, d)) is d. Add(t, 0) is t.
func (c *Calendar) Add(t time.Time, d time.Duration) time.Time {
	if d == 0 {
		return t
	}
	if d < 0 {
		return c.back(t, -d)
	}
	for s := range c.spans(t) {
		length := s.to.Sub(s.from)
		if d <= length {
			return s.from.Add(d)
		}
		d -= length
	}
	panic("domain: a calendar that ends") // spans never do
}

// back finds a time early enough and comes forward from there.
func (c *Calendar) back(t time.Time, d time.Duration) time.Time {
	for reach := d + 72*time.Hour; ; reach *= 2 {
		start := t.Add(-reach)
		if w := c.Between(start, t); w > d {
			return c.Add(start, w-d)
		}
	}
}

// Working reports whether the desk works at t.
func (c *Calendar) Working(t time.Time) bool {
	for s := range c.spans(t) {
		return !s.from.After(t)
	}
	return false
}

// WorkingDay reports whether the desk works on the local day of t at all.
func (c *Calendar) WorkingDay(t time.Time) bool { return len(c.windows(t.In(c.loc))) > 0 }

// NextDay returns the same time of the day on the next working day after that of t.
func (c *Calendar) NextDay(t time.Time) time.Time {
	for t = t.In(c.loc).AddDate(0, 0, 1); !c.WorkingDay(t); t = t.AddDate(0, 0, 1) {
	}
	return t
}

// AddDays returns the end of the last window of the n-th working day after the local day of
// t; for n = 0, of that day or the next working day.
func (c *Calendar) AddDays(t time.Time, n int) time.Time {
	if n > 0 || !c.WorkingDay(t) {
		n = max(n, 1)
	}
	day := midnight(t.In(c.loc))
	for n > 0 {
		day = day.AddDate(0, 0, 1)
		if len(c.windows(day)) > 0 {
			n--
		}
	}
	windows := c.windows(day)
	to := windows[len(windows)-1].To
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, int(to/time.Second), 0, c.loc)
}

// span is a stretch of uninterrupted work.
type span struct{ from, to time.Time }

// spans yields the working spans after a time, in order and without end; the first may have
// begun before. It walks the stretches in which the zone's offset is constant, so that a
// wall clock that is put forward or back within a window, or across midnight, is followed.
func (c *Calendar) spans(after time.Time) iter.Seq[span] {
	return func(yield func(span) bool) {
		for at := after.In(c.loc); ; {
			_, end := at.ZoneBounds()
			_, seconds := at.Zone()
			offset := time.Duration(seconds) * time.Second
			for day := midnight(at); ; day = day.AddDate(0, 0, 1) {
				start := day.Add(-offset)
				if !end.IsZero() && !start.Before(end) {
					break
				}
				for _, w := range c.windows(day) {
					s := span{later(start.Add(w.From), at), start.Add(w.To)}
					if !end.IsZero() {
						s.to = earlier(s.to, end)
					}
					if s.from.Before(s.to) && !yield(s) {
						return
					}
				}
			}
			at = end.In(c.loc)
		}
	}
}

// windows returns the windows of the date that day shows.
func (c *Calendar) windows(day time.Time) []Window {
	if c.free.Contains(day) {
		return nil
	}
	return c.week[day.Weekday()]
}

// midnight returns the date that t shows, as midnight in UTC.
func midnight(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
