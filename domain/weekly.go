package domain

import (
	"context"
	"time"
)

// Weekly is a week of the desk, Monday to Sunday, beside the one before it.
type Weekly struct{ This, Before Series }

// Empty reports whether there is nothing to tell: nothing happened in either week, and nothing waits.
func (w Weekly) Empty() bool {
	quiet := func(s Series) bool { return s.Total.Opened+s.Total.Resolved+s.Total.Cancelled+s.Backlog == 0 }
	return quiet(w.This) && quiet(w.Before)
}

// Weekly returns the last whole week before the one that day lies in, in zone; IT only. No
// categories are all.
func (d *Desk) Weekly(ctx context.Context, a Actor, day time.Time, zone *time.Location, categories []Category) (Weekly, error) {
	monday := StepWeek.Floor(day.In(zone)).AddDate(0, 0, -7)
	var out Weekly
	for _, week := range []struct {
		into *Series
		from time.Time
	}{{&out.This, monday}, {&out.Before, monday.AddDate(0, 0, -7)}} {
		s, err := d.Series(ctx, a, SeriesFilter{
			From: week.from, To: week.from.AddDate(0, 0, 6), Step: StepDay, Zone: zone, Categories: categories,
		})
		if err != nil {
			return Weekly{}, err
		}
		*week.into = s
	}
	return out, nil
}
