// Package lanes runs work lane by lane: one piece at a time within a lane, several lanes at
// once. A lane is a chat; what its work is, and where it is kept, is the caller's business.
package lanes

import (
	"context"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// Next says when a lane is to be looked at again.
type Next struct {
	idle  bool
	soft  bool
	after time.Duration
}

// Again: the lane may have more work now; other lanes get their turn first.
func Again() Next { return Next{} }

// Idle: the lane has nothing to do until it is woken.
func Idle() Next { return Next{idle: true} }

// Later: the lane is left alone for d, even if it is woken meanwhile. It holds no worker.
func Later(d time.Duration) Next { return Next{after: max(d, time.Millisecond)} }

// Aside is Later for a lane that [Runner.Rouse] may bring back before the time.
func Aside(d time.Duration) Next { return Next{after: max(d, time.Millisecond), soft: true} }

// Options configure a Runner. Due and Step are required.
type Options struct {
	// Due returns lanes that have work, the urgent first.
	Due func(ctx context.Context, limit int) ([]int64, error)
	// Step does one piece of a lane's work. Its context outlives that of Run by Grace.
	Step func(ctx context.Context, lane int64) Next
	// Parallel is how many lanes are worked on at once; default 8.
	Parallel int
	// Sweep is the pause between looks for lanes that no wake-up told of; default 1 s. Looks that take long are
	// made less often, but after three times that at the latest.
	Sweep time.Duration
	// Batch is how many lanes one look takes; default 256, at least twice Parallel.
	Batch int
	// Grace is how long a step may go on after the stop; default 5 s.
	Grace time.Duration
	Log   *slog.Logger
}

// Runner does the work of lanes while Run runs.
type Runner struct {
	o     Options
	mu    sync.Mutex
	lanes map[int64]*state
	woken queue         // by Wake: something just happened there
	found queue         // by sweeps, and lanes that go on
	turn  int           // counts takings, so that woken lanes do not starve the found
	ready chan struct{} // holds a token while a queue may have lanes
	low   chan struct{} // holds a token when the queues ran empty
}

// state is that of a lane which is queued, running or put aside; an idle lane has none.
type state struct {
	running bool
	again   bool        // woken while running
	roused  bool        // while running
	timer   *time.Timer // set while put aside
	soft    bool        // roused before the timer fires
}

type queue []int64

// New returns a runner that does nothing until Run.
func New(o Options) *Runner {
	if o.Parallel <= 0 {
		o.Parallel = 8
	}
	if o.Sweep <= 0 {
		o.Sweep = time.Second
	}
	if o.Batch <= 0 {
		o.Batch = 256
	}
	// A look that finds only lanes which are being worked on would pass for the last one.
	o.Batch = max(o.Batch, 2*o.Parallel)
	if o.Grace <= 0 {
		o.Grace = 5 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Runner{o: o, lanes: map[int64]*state{}, ready: make(chan struct{}, 1), low: make(chan struct{}, 1)}
}

// Wake says that lanes have work. It never blocks.
func (r *Runner) Wake(lanes []int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, lane := range lanes {
		r.enqueue(lane, &r.woken)
	}
}

// Rouse is Wake for something that also lanes put aside by [Aside] are to be looked at for.
func (r *Runner) Rouse(lanes []int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, lane := range lanes {
		r.rouse(lane)
		r.enqueue(lane, &r.woken)
	}
}

// RouseAll brings back all lanes put aside by [Aside].
func (r *Runner) RouseAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for lane := range r.lanes {
		if r.rouse(lane) {
			r.enqueue(lane, &r.found)
		}
	}
}

// rouse reports whether a lane was aside and is idle now; the caller holds mu.
func (r *Runner) rouse(lane int64) bool {
	s := r.lanes[lane]
	if s == nil {
		return false
	}
	s.roused = s.running
	if s.timer == nil || !s.soft {
		return false
	}
	s.timer.Stop()
	delete(r.lanes, lane)
	return true
}

// enqueue lets an idle lane queue and marks a running one; the caller holds mu.
func (r *Runner) enqueue(lane int64, q *queue) {
	s, ok := r.lanes[lane]
	if ok {
		s.again = s.again || s.running
		return
	}
	r.lanes[lane] = &state{}
	*q = append(*q, lane)
	signal(r.ready)
}

// Run works until ctx ends, then lets steps that are under way finish. It returns nil.
func (r *Runner) Run(ctx context.Context) error {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(r.o.Grace, cancel) })()
	var wg sync.WaitGroup
	for range r.o.Parallel {
		wg.Go(func() { r.worker(ctx, work) })
	}
	r.sweeper(ctx)
	wg.Wait()
	r.forget()
	return nil
}

func (r *Runner) worker(ctx, work context.Context) {
	for {
		lane, ok := r.take()
		if !ok {
			select {
			case <-ctx.Done():
				return
			case <-r.ready:
				continue
			}
		}
		if ctx.Err() != nil {
			return
		}
		r.settle(lane, r.step(work, lane))
	}
}

// step does one piece of work. A panic is a fault of ours: the lane is tried again later
// and the process lives on.
func (r *Runner) step(ctx context.Context, lane int64) (next Next) {
	defer func() {
		if p := recover(); p != nil {
			r.o.Log.Error("lanes: panic", "lane", lane, "panic", p, "stack", string(debug.Stack()))
			next = Later(r.o.Sweep)
		}
	}()
	return r.o.Step(ctx, lane)
}

// take removes the next lane from the queues. Every fourth is a found one.
func (r *Runner) take() (int64, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turn++
	first, second := &r.woken, &r.found
	if r.turn%4 == 0 {
		first, second = second, first
	}
	q := first
	if len(*q) == 0 {
		q = second
	}
	if len(*q) == 0 {
		return 0, false
	}
	lane := (*q)[0]
	*q = (*q)[1:]
	r.lanes[lane].running = true
	if len(r.woken)+len(r.found) > 0 {
		signal(r.ready)
	} else {
		signal(r.low)
	}
	return lane, true
}

// settle files a lane after a step.
func (r *Runner) settle(lane int64, next Next) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.lanes[lane]
	switch {
	case next.after > 0 && !(next.soft && s.roused):
		s.running, s.again, s.soft = false, false, next.soft
		s.timer = time.AfterFunc(next.after, func() { r.resume(lane, s) })
	case next.idle && !s.again:
		delete(r.lanes, lane)
	default:
		delete(r.lanes, lane)
		r.enqueue(lane, &r.found)
	}
}

// resume lets a lane go on whose timer has fired, unless it was roused just before.
func (r *Runner) resume(lane int64, put *state) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lanes[lane] != put {
		return
	}
	delete(r.lanes, lane)
	r.enqueue(lane, &r.found)
}

// sweeper looks for lanes again and again, and at once when a full batch has been taken.
func (r *Runner) sweeper(ctx context.Context) {
	var before time.Duration
	for {
		var more chan struct{}
		full, took := r.sweep(ctx)
		if full {
			more = r.low
		}
		rest := time.NewTimer(r.rest(min(took, before)))
		before = took
		select {
		case <-ctx.Done():
			rest.Stop()
			return
		case <-rest.C:
		case <-more:
			rest.Stop()
		}
	}
}

// restShare is how many times as long as a look takes nobody looks: with thousands of waiting lanes one takes tens of
// milliseconds, and most of them have a timer of their own. mostSweeps bounds that, in sweeps: others have none.
const (
	restShare  = 100
	mostSweeps = 3
)

// rest is the pause when looks take so long.
func (r *Runner) rest(took time.Duration) time.Duration {
	return min(max(r.o.Sweep, restShare*took), mostSweeps*r.o.Sweep)
}

// sweep reports whether there may be more lanes than it found and some of them were new, and how long it took to look;
// 0 if that failed.
func (r *Runner) sweep(ctx context.Context) (full bool, took time.Duration) {
	begin := time.Now()
	due, err := r.o.Due(ctx, r.o.Batch)
	if err != nil {
		if ctx.Err() == nil {
			r.o.Log.Warn("lanes: cannot look for work", "error", err)
		}
		return false, 0
	}
	took = time.Since(begin)
	r.mu.Lock()
	defer r.mu.Unlock()
	before := len(r.lanes)
	for _, lane := range due {
		r.enqueue(lane, &r.found)
	}
	if len(r.woken)+len(r.found) > 0 {
		select { // a token from before says nothing about this batch
		case <-r.low:
		default:
		}
	}
	return len(due) == r.o.Batch && len(r.lanes) > before, took
}

// forget drops all lanes, so that nothing fires after Run.
func (r *Runner) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.lanes {
		if s.timer != nil {
			s.timer.Stop()
		}
	}
	r.lanes, r.woken, r.found = map[int64]*state{}, nil, nil
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
