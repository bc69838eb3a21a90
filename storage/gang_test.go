package storage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// door takes gangs and lets them through when it is opened.
type door struct {
	mu    sync.Mutex
	seen  [][]string
	open  chan struct{}
	fails func(list []string) error
}

func (d *door) write(ctx context.Context, names ...string) error {
	select {
	case <-d.open:
	case <-ctx.Done():
		return ctx.Err()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seen = append(d.seen, names)
	if d.fails != nil {
		return d.fails(names)
	}
	return nil
}

// crowd has so many writes come while the first ones are under way, and returns the outcome of each.
func crowd(d *door, g *gangs[string], n int, then func()) []error {
	out := make([]error, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { out[i] = g.run(context.Background(), fmt.Sprint(i)) })
		synctest.Wait()
	}
	then()
	group.Wait()
	return out
}

func newDoor(t *testing.T) (*door, *gangs[string]) {
	d := &door{open: make(chan struct{})}
	return d, trialGangs(t, d.write)
}

// trialGangs are of a bubble, which does not end before they rest.
func trialGangs(t *testing.T, do func(context.Context, ...string) error) *gangs[string] {
	t.Cleanup(func() { time.Sleep(2 * gangRest) })
	return newGangs(do, refused, 5*time.Second)
}

func TestWritesThatComeTogetherGoTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, g := newDoor(t)
		const all = 1 + gangBeside + gangSize + 3
		for i, err := range crowd(d, g, all, func() { close(d.open) }) {
			if err != nil {
				t.Errorf("write %d: %v", i, err)
			}
		}
		var sizes []int
		var seen []string
		for _, list := range d.seen {
			sizes, seen = append(sizes, len(list)), append(seen, list...)
		}
		slices.Sort(sizes)
		if !slices.Equal(sizes, []int{1, 3, gangBeside, gangSize}) {
			t.Errorf("gangs of %v", sizes)
		}
		slices.Sort(seen)
		if n := len(slices.Compact(seen)); n != all {
			t.Errorf("%d different writes", n)
		}
		synctest.Wait()
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.working != 0 {
			t.Errorf("%d still at work", g.working)
		}
	})
}

// A write that the database refuses is the only one that fails; trouble with the connection is everybody's,
// for nobody knows what became of the commit.
func TestRefusedWriteFailsAlone(t *testing.T) {
	foreignKey := &pgconn.PgError{Severity: "ERROR", Code: "23503"}
	for what, c := range map[string]struct {
		err    error
		others bool // fail too
	}{
		"a value": {foreignKey, false}, "a lock": {&pgconn.PgError{Severity: "ERROR", Code: "55P03"}, false},
		"the server": {&pgconn.PgError{Severity: "FATAL", Code: "57P01"}, true}, "the line": {errors.New("unexpected EOF"), true},
	} {
		synctest.Test(t, func(t *testing.T) {
			d, g := newDoor(t)
			d.fails = func(list []string) error {
				if slices.Contains(list, "4") {
					return c.err
				}
				return nil
			}
			out := crowd(d, g, 6, func() { close(d.open) })
			for i, err := range out {
				want := error(nil)
				if i == 4 || i >= 1 && i <= gangBeside && c.others {
					want = c.err
				}
				if !errors.Is(err, want) {
					t.Errorf("%s, write %d: %v", what, i, err)
				}
			}
		})
	}
}

func TestWriteThatWaitsTooLongIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, g := newDoor(t)
		begin := time.Now()
		var late error
		out := crowd(d, g, 1+gangBeside, func() {
			late = g.run(context.Background(), "late")
			if took := time.Since(begin); took != g.patience {
				t.Errorf("given up after %s", took)
			}
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			if err := g.run(ctx, "gone"); !errors.Is(err, context.Canceled) {
				t.Errorf("whoever has gone: %v", err)
			}
			close(d.open)
		})
		if !errors.Is(late, context.DeadlineExceeded) || !unavailable(late) {
			t.Errorf("the late one: %v", late)
		}
		if err := errors.Join(out...); err != nil || len(d.seen) != 2 {
			t.Errorf("%v, written: %v", err, d.seen)
		}
	})
}

// A transaction that takes long does not hold up the few that come after it: they go beside it when they have waited for
// long, or as soon as there is a place then.
func TestFewWritesGoBesideOneThatTakesLong(t *testing.T) {
	for name, c := range map[string]struct {
		second time.Duration // what another takes that is under way, 0 for none
		takes  time.Duration
	}{"one": {0, gangLate}, "two": {gangLate * 3 / 2, gangLate * 3 / 2}} {
		synctest.Test(t, func(t *testing.T) {
			held := make(chan struct{})
			g := trialGangs(t, func(_ context.Context, list ...string) error {
				switch list[0] {
				case "long":
					<-held
				case "second":
					time.Sleep(c.second)
				}
				return nil
			})
			var group sync.WaitGroup
			group.Go(func() { _ = g.run(context.Background(), "long") })
			time.Sleep(gangLate / 2)
			begin := time.Now()
			if c.second > 0 {
				for range gangBeside {
					group.Go(func() { _ = g.run(context.Background(), "second") })
				}
				synctest.Wait()
			}
			if err := g.run(context.Background(), "short"); err != nil || time.Since(begin) != c.takes {
				t.Errorf("%s: %v after %s", name, err, time.Since(begin))
			}
			close(held)
			group.Wait()
		})
	}
}

// Whoever has served a gang serves the next one, and does not stay when nothing comes.
func TestWhoServesGangsRests(t *testing.T) {
	for begin := time.Now(); serving() > 0; time.Sleep(time.Millisecond) { // gangs of tests before
		if time.Since(begin) > 5*time.Second {
			t.Fatalf("%d still serve", serving())
		}
	}
	synctest.Test(t, func(t *testing.T) {
		g := trialGangs(t, func(context.Context, ...string) error { return nil })
		for range 3 {
			if err := g.run(context.Background(), "work"); err != nil {
				t.Error(err)
			}
			synctest.Wait()
			if n := serving(); n != 1 {
				t.Errorf("%d serve", n)
			}
		}
		time.Sleep(gangRest)
		synctest.Wait()
		if n := serving(); n != 0 {
			t.Errorf("%d stay", n)
		}
	})
}

// serving counts who serves gangs.
func serving() int {
	stacks := make([]byte, 1<<20)
	return bytes.Count(stacks[:runtime.Stack(stacks, true)], []byte("]).serve("))
}
