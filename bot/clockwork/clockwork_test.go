package clockwork_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"chamados/bot/clockwork"
	"chamados/domain"
)

// book remembers slots as a database would.
type book struct {
	mu    sync.Mutex
	taken map[string]bool
}

func (b *book) TakeSlot(_ context.Context, job, slot string, do func(tx domain.Tx) error) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := job + " " + slot
	if b.taken[key] {
		return false, nil
	}
	if err := do(nil); err != nil {
		return false, err
	}
	b.taken[key] = true
	return true, nil
}

func (b *book) LastSlot(_ context.Context, job string) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	last := ""
	for key := range b.taken {
		if slot, ok := strings.CutPrefix(key, job+" "); ok {
			last = max(last, slot)
		}
	}
	return last, nil
}

// tower has some clocks that look at the same time, and a job whose slots it notes.
type tower struct {
	t      *testing.T
	now    time.Time
	clocks []*clockwork.Clock
	done   []string
	fail   int // how many times the job fails
}

func newTower(t *testing.T, zone, expression string, grace time.Duration, clocks int) *tower {
	t.Helper()
	w := &tower{t: t}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	when, err := clockwork.Parse(expression)
	if err != nil {
		t.Fatal(err)
	}
	job := clockwork.Job{Name: "resumo", When: when, Grace: grace, Do: func(_ context.Context, _ domain.Tx, slot time.Time) error {
		if w.fail > 0 {
			w.fail--
			return errors.New("no luck")
		}
		w.done = append(w.done, slot.In(loc).Format("01-02 15:04")+" at "+w.now.In(loc).Format("15:04"))
		return nil
	}}
	b := &book{taken: map[string]bool{}}
	for range clocks {
		w.clocks = append(w.clocks, clockwork.New(clockwork.Options{
			Slots: b, Jobs: []clockwork.Job{job}, Location: loc, Tend: func(context.Context) error { return nil },
			Now: func() time.Time { return w.now }, Log: slog.New(slog.DiscardHandler),
		}))
	}
	return w
}

// pass lets minutes pass and all clocks look in each; down: nobody looks.
func (w *tower) pass(minutes int, down bool) {
	for range minutes {
		if !down {
			for _, c := range w.clocks {
				c.Look(w.t.Context())
			}
		}
		w.now = w.now.Add(time.Minute)
	}
}

func (w *tower) want(want ...string) {
	w.t.Helper()
	if !slices.Equal(w.done, want) {
		w.t.Errorf("done %q, want %q", w.done, want)
	}
}

func TestEachSlotOnceAmongReplicas(t *testing.T) {
	w := newTower(t, "America/Sao_Paulo", "0 8 * * 1-5", time.Hour, 3)
	w.now = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC) // Friday, 7:00
	w.pass(4*24*60, false)
	w.want("11-20 08:00 at 08:00", "11-23 08:00 at 08:00")
}

func TestAMissedSlotIsMadeUpForWithinItsGrace(t *testing.T) {
	w := newTower(t, "UTC", "0 8 * * *", time.Hour, 1)
	w.now = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	w.pass(100, true) // down until 8:40
	w.pass(22*60, false)
	w.pass(4*60, true) // from 6:40 to 10:40
	w.pass(60, false)
	w.want("11-23 08:00 at 08:40")
}

func TestAFailedSlotIsTriedAgain(t *testing.T) {
	w := newTower(t, "UTC", "0 8 * * *", time.Hour, 2)
	w.now, w.fail = time.Date(2026, 11, 23, 7, 59, 0, 0, time.UTC), 3
	w.pass(10, false)
	w.want("11-23 08:00 at 08:01")
}

func TestAnHourThatComesTwiceIsOneSlot(t *testing.T) {
	w := newTower(t, "America/Sao_Paulo", "30 23 * * *", 10*time.Minute, 2)
	w.now = time.Date(2018, 2, 18, 0, 0, 0, 0, time.UTC) // the 17th, 22:00, two hours before the clock is put back
	w.pass(8*60, false)
	w.want("02-17 23:30 at 23:30")
}
