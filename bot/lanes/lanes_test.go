package lanes

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bench counts the work of lanes.
type bench struct {
	mu      sync.Mutex
	work    map[int64]int // pieces left
	done    []int64
	busy    map[int64]bool
	most    int // lanes at once
	overlap bool
	take    time.Duration // of one piece
	next    func(lane int64) Next
}

func (b *bench) due(_ context.Context, limit int) ([]int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []int64
	for lane, left := range b.work {
		if left > 0 && len(out) < limit {
			out = append(out, lane)
		}
	}
	slices.Sort(out)
	return out, nil
}

func (b *bench) step(_ context.Context, lane int64) Next {
	b.mu.Lock()
	b.overlap = b.overlap || b.busy[lane]
	b.busy[lane] = true
	b.most = max(b.most, len(b.busy))
	b.mu.Unlock()
	time.Sleep(b.take)
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.busy, lane)
	if b.work[lane] == 0 {
		return Idle()
	}
	b.work[lane]--
	b.done = append(b.done, lane)
	if b.next != nil {
		return b.next(lane)
	}
	return Again()
}

func (b *bench) finished() []int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.done)
}

func (b *bench) add(lane int64, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.work[lane] += n
}

// try runs a runner for a time in a bubble.
func try(t *testing.T, o Options, b *bench, test func(r *Runner)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b.work, b.busy = map[int64]int{}, map[int64]bool{}
		o.Due, o.Step = b.due, b.step
		r := New(o)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = r.Run(ctx)
		}()
		synctest.Wait()
		test(r)
		cancel()
		<-ended
	})
}

func TestWakeIsHeardAtOnce(t *testing.T) {
	b := &bench{}
	try(t, Options{}, b, func(r *Runner) {
		b.add(1, 3)
		r.Wake([]int64{1, 1})
		synctest.Wait()
		if got := b.finished(); !slices.Equal(got, []int64{1, 1, 1}) {
			t.Errorf("done %v", got)
		}
	})
}

func TestSweepFindsWhatNobodyTold(t *testing.T) {
	b := &bench{}
	try(t, Options{Batch: 2}, b, func(*Runner) {
		for lane := range int64(50) {
			b.add(lane, 1)
		}
		time.Sleep(1100 * time.Millisecond) // one sweep: the rest follows as fast as it is worked off
		if got := len(b.finished()); got != 50 {
			t.Errorf("done %d", got)
		}
	})
}

// Looks that take long, since very much waits, are made less often, but made. One alone says nothing about that, and
// neither does one that fails.
func TestLongLooksAreMadeLessOften(t *testing.T) {
	for _, c := range []struct {
		took  func(look int) time.Duration
		err   error
		looks int // in a minute
	}{
		{always(0), nil, 60}, {always(5 * time.Millisecond), nil, 60}, {always(20 * time.Millisecond), nil, 30}, {always(5 * time.Second), nil, 8},
		{always(5 * time.Second), errors.New("the database is away"), 10},
		{func(look int) time.Duration { return time.Duration(look%2) * 200 * time.Millisecond }, nil, 55},
	} {
		synctest.Test(t, func(t *testing.T) {
			looks := 0
			r := New(Options{Step: func(context.Context, int64) Next { return Idle() }, Due: func(context.Context, int) ([]int64, error) {
				looks++
				time.Sleep(c.took(looks))
				return nil, c.err
			}})
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute-time.Second/2)
			defer cancel()
			_ = r.Run(ctx)
			if looks != c.looks {
				t.Errorf("%d looks of %s, %s, … (%v) instead of %d", looks, c.took(1), c.took(2), c.err, c.looks)
			}
		})
	}
}

func always(d time.Duration) func(int) time.Duration { return func(int) time.Duration { return d } }

func TestOneAtATimeWithinALane(t *testing.T) {
	b := &bench{take: 10 * time.Millisecond}
	try(t, Options{Parallel: 4}, b, func(r *Runner) {
		for lane := range int64(10) {
			b.add(lane, 5)
		}
		for range 20 {
			r.Wake([]int64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
			time.Sleep(3 * time.Millisecond)
		}
		time.Sleep(time.Second)
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.overlap || b.most != 4 || len(b.done) != 50 {
			t.Errorf("overlap %v, %d at once, %d done", b.overlap, b.most, len(b.done))
		}
	})
}

func TestLaterHoldsNoWorkerAndHearsNoWake(t *testing.T) {
	b := &bench{}
	b.next = func(lane int64) Next {
		if lane == 1 {
			return Later(time.Minute)
		}
		return Again()
	}
	try(t, Options{Parallel: 1}, b, func(r *Runner) {
		b.add(1, 2)
		r.Wake([]int64{1})
		synctest.Wait()
		b.add(2, 1)
		r.Wake([]int64{1, 2})
		time.Sleep(50 * time.Second)
		if got := b.finished(); !slices.Equal(got, []int64{1, 2}) {
			t.Errorf("done %v", got)
		}
		time.Sleep(11 * time.Second)
		if got := b.finished(); !slices.Equal(got, []int64{1, 2, 1}) {
			t.Errorf("done %v", got)
		}
	})
}

func TestRouseBringsBackWhatIsAside(t *testing.T) {
	b := &bench{}
	b.next = func(lane int64) Next {
		if lane == 1 {
			return Aside(time.Minute)
		}
		return Later(time.Minute)
	}
	try(t, Options{Parallel: 1, Sweep: time.Hour}, b, func(r *Runner) {
		b.add(1, 3)
		b.add(2, 3)
		r.Wake([]int64{1, 2})
		synctest.Wait()
		r.Wake([]int64{1, 2})
		synctest.Wait()
		if got := b.finished(); !slices.Equal(got, []int64{1, 2}) {
			t.Errorf("a wake-up was heard: %v", got)
		}
		r.Rouse([]int64{1, 2})
		synctest.Wait()
		r.RouseAll()
		synctest.Wait()
		if got := b.finished(); !slices.Equal(got, []int64{1, 2, 1, 1}) {
			t.Errorf("done %v", got)
		}
		time.Sleep(150 * time.Second)
		if got := b.finished(); !slices.Equal(got, []int64{1, 2, 1, 1, 2, 2}) || b.overlap {
			t.Errorf("done %v, overlap %v", got, b.overlap)
		}
	})
}

func TestRouseDuringAStepIsHeard(t *testing.T) {
	b := &bench{take: time.Second, next: func(int64) Next { return Aside(time.Hour) }}
	try(t, Options{Sweep: time.Hour}, b, func(r *Runner) {
		b.add(1, 2)
		r.Wake([]int64{1})
		time.Sleep(500 * time.Millisecond)
		r.Rouse([]int64{1})
		time.Sleep(2 * time.Second)
		if got := b.finished(); !slices.Equal(got, []int64{1, 1}) {
			t.Errorf("done %v", got)
		}
	})
}

func TestWokenLanesGoBeforeABacklog(t *testing.T) {
	b := &bench{take: time.Second}
	try(t, Options{Parallel: 1}, b, func(r *Runner) {
		for lane := range int64(100) {
			b.add(lane, 1)
		}
		time.Sleep(5500 * time.Millisecond)
		b.add(999, 1)
		r.Wake([]int64{999})
		time.Sleep(3 * time.Second)
		if got := b.finished(); !slices.Contains(got, 999) {
			t.Errorf("done %v", got)
		}
	})
}

func TestPanicSparesTheOthers(t *testing.T) {
	b := &bench{}
	fell := false
	b.next = func(lane int64) Next {
		if lane == 1 && !fell {
			fell = true
			panic("ouch")
		}
		return Again()
	}
	try(t, Options{Parallel: 1}, b, func(r *Runner) {
		b.add(1, 2)
		b.add(2, 1)
		r.Wake([]int64{1, 2})
		time.Sleep(2 * time.Second)
		if got := b.finished(); len(got) != 3 {
			t.Errorf("done %v", got)
		}
	})
}

func TestStopLetsAStepFinishButNotForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var alive bool
		start := time.Now()
		r := New(Options{
			Due: func(context.Context, int) ([]int64, error) { return []int64{1}, nil },
			Step: func(work context.Context, _ int64) Next {
				cancel()
				synctest.Wait()
				alive = work.Err() == nil
				<-work.Done()
				return Again()
			},
		})
		_ = r.Run(ctx)
		if !alive || time.Since(start) != 5*time.Second {
			t.Errorf("alive %v, took %v", alive, time.Since(start))
		}
	})
}
