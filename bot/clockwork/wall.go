package clockwork

import (
	"errors"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Schedules are kept by the wall clock: its times are carried in UTC, whatever the zone is,
// so that a day is a day for them also where the clock is changed. Only [instant] knows when
// they come.

// Parse returns the schedule of a cron expression of five fields, or of a name such as
// @daily. What has no times of its own, or another time zone than the desk's, is refused.
func Parse(expression string) (cron.Schedule, error) {
	if strings.HasPrefix(expression, "@every") || strings.Contains(expression, "TZ=") {
		return nil, errors.New("only times of the day in the desk's time zone")
	}
	return cron.ParseStandard(expression)
}

// Daily is every day at a minute of the day.
type Daily int

// Next returns the first of its times after t.
func (d Daily) Next(t time.Time) time.Time {
	y, m, day := t.Date()
	next := time.Date(y, m, day, 0, int(d), 0, 0, t.Location())
	if !next.After(t) {
		next = time.Date(y, m, day+1, 0, int(d), 0, 0, t.Location())
	}
	return next
}

// wall returns what the clock on the wall shows.
func wall(t time.Time, loc *time.Location) time.Time {
	t = t.In(loc)
	y, m, d := t.Date()
	return time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// instant returns when the clock on the wall shows w for the first time; where it skips w,
// when it has skipped it.
func instant(w time.Time, loc *time.Location) time.Time {
	y, m, d := w.Date()
	t := time.Date(y, m, d, w.Hour(), w.Minute(), w.Second(), 0, loc)
	start, end := t.ZoneBounds()
	switch shown := wall(t, loc); {
	case shown.After(w):
		return start
	case shown.Before(w):
		return end
	case start.IsZero():
		return t
	}
	_, offset := start.Add(-time.Second).Zone()
	first := w.Add(-time.Duration(offset) * time.Second)
	if first.Before(start) {
		return first.In(loc)
	}
	return t
}

const slotLayout = "2006-01-02 15:04"

// slotName is the time that the wall clock shows: an hour that comes twice is one slot.
func slotName(w time.Time) string { return w.Format(slotLayout) }
