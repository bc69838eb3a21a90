package clockwork

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"pgregory.net/rapid"

	"chamados/domain"
)

// zones change their clocks in many ways: at midnight, by half an hour, in the south and in the north.
var zones = []string{"America/Sao_Paulo", "Europe/Lisbon", "Australia/Lord_Howe", "America/Asuncion", "UTC"}

// firsts are the instants of a few days at which the wall clock shows a minute for the first time, found by
// looking at it every minute. A minute that the clock skips is shown when it has skipped it.
func firsts(begin time.Time, days int, loc *time.Location) map[time.Time]time.Time {
	out := map[time.Time]time.Time{}
	highest := wall(begin, loc)
	for t := begin; t.Before(begin.AddDate(0, 0, days)); t = t.Add(time.Minute) {
		for w := wall(t, loc); !highest.After(w); highest = highest.Add(time.Minute) {
			out[highest] = t
		}
	}
	return out
}

func TestInstantAgainstALookAtEachMinute(t *testing.T) {
	for _, zone := range zones {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		for _, begin := range []time.Time{
			time.Date(2018, 2, 15, 0, 0, 0, 0, time.UTC), time.Date(2018, 11, 2, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 27, 0, 0, 0, 0, time.UTC),
			time.Date(2026, 4, 3, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 2, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 23, 0, 0, 0, 0, time.UTC),
		} {
			for w, want := range firsts(begin, 5, loc) {
				if got := instant(w, loc); !got.Equal(want) && !want.Equal(begin) {
					t.Fatalf("%s: %s is first shown at %s, want %s", zone, w, got, want)
				}
			}
		}
	}
}

// once is Slots in memory, which fails now and then.
type once struct {
	taken map[string]int
	fails func() bool
}

func (o *once) TakeSlot(_ context.Context, _, slot string, do func(tx domain.Tx) error) (bool, error) {
	if o.taken[slot] > 0 {
		return false, nil
	}
	if o.fails() {
		return false, context.DeadlineExceeded
	}
	err := do(nil)
	o.taken[slot]++
	return true, err
}

func (o *once) LastSlot(context.Context, string) (string, error) {
	last := ""
	for slot := range o.taken {
		last = max(last, slot)
	}
	return last, nil
}

// In any zone, over any change of the clock, with outages, restarts and failures: a slot is done at most once,
// at its time or within its grace; one that comes while somebody looks is done in that minute; and every one
// that is not done was skipped for its age or for a newer one.
func TestEverySlotIsDoneOnceInTimeOrSkipped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		loc, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		days := []time.Time{
			time.Date(2018, 2, 16, 12, 0, 0, 0, time.UTC), time.Date(2018, 11, 2, 12, 0, 0, 0, time.UTC), time.Date(2026, 3, 28, 0, 0, 0, 0, time.UTC),
			time.Date(2026, 4, 4, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 24, 0, 0, 0, 0, time.UTC),
		}
		begin := rapid.SampledFrom(days).Draw(t, "begin")
		expression := rapid.SampledFrom([]string{"30 23 * * *", "0 8 * * *", "15 0 * * *", "45 1 * * *", "30 2 * * *", "0 0,12 * * *"}).Draw(t, "cron")
		when, err := Parse(expression)
		if err != nil {
			t.Fatal(err)
		}
		grace := time.Duration(rapid.IntRange(10, 180).Draw(t, "grace")) * time.Minute
		now := begin
		slots := &once{taken: map[string]int{}}
		slots.fails = func() bool { return rapid.IntRange(0, 9).Draw(t, "fails") == 0 }
		done := map[int64]bool{} // by when the slot came
		job := Job{Name: "j", When: when, Grace: grace, Do: func(_ context.Context, _ domain.Tx, due time.Time) error {
			if age := now.Sub(due); age < 0 || age > grace {
				t.Fatalf("a slot of %s is done at %s", due, now)
			}
			if done[due.Unix()] {
				t.Fatalf("%s is done twice", due)
			}
			done[due.Unix()] = true
			return nil
		}}
		start := func() *Clock {
			return New(Options{Slots: slots, Jobs: []Job{job}, Location: loc, Tend: func(context.Context) error { return nil },
				Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
		}
		clocks := []*Clock{start(), start()}
		up := map[time.Time]bool{}
		for now.Before(begin.AddDate(0, 0, 3)) {
			if rapid.IntRange(0, 40).Draw(t, "outage") == 0 {
				now = now.Add(time.Duration(rapid.IntRange(1, 400).Draw(t, "minutes")) * time.Minute)
				clocks = []*Clock{start(), start()} // they forget everything
			}
			for range 7 { // minutes
				up[now] = true
				for range 3 { // a failure is tried again at the next look
					for _, c := range clocks {
						c.Look(context.Background())
					}
				}
				now = now.Add(time.Minute)
			}
		}
		for w, first := range firsts(begin, 3, loc) {
			isSlot := when.Next(w.Add(-time.Second)).Equal(w)
			if isSlot && first.After(begin) && up[first] && up[first.Add(time.Minute)] && !done[first.Unix()] {
				t.Fatalf("%s came at %s while somebody looked, and was not done", w, first)
			}
		}
	})
}
