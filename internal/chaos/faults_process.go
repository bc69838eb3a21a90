package main

import (
	"context"
	"fmt"
	"time"
)

// calm breaks nothing: what fails here fails because of the suite, or always.
var calm = scenario{
	name: "calm", mails: true,
	disturb: func(ctx context.Context, _ *stage) error {
		pause(ctx, 15*time.Second)
		return nil
	},
}

// killed kills the only process again and again, at any moment of its life.
var killed = scenario{
	name: "kill -9", restarts: true, mails: true,
	disturb: func(ctx context.Context, st *stage) error {
		for range 100 {
			pause(ctx, st.between(100*time.Millisecond, 3*time.Second))
			if err := st.kill(0); err != nil {
				return err
			}
			if err := st.programs[0].launch(); err != nil {
				return err
			}
		}
		return st.programs[0].serves(ctx, time.Minute)
	},
}

// oneOfThree kills one of three replicas, each time another, and brings it back a moment later.
var oneOfThree = scenario{
	name: "kill -9 of a replica", replicas: 3, webhook: true, restarts: true, mails: true, rate: 10,
	disturb: func(ctx context.Context, st *stage) error {
		for i := range 30 {
			pause(ctx, st.between(200*time.Millisecond, 3*time.Second))
			if err := st.kill(i % 3); err != nil {
				return err
			}
			pause(ctx, st.between(100*time.Millisecond, 2*time.Second))
			if err := st.programs[i%3].start(ctx); err != nil {
				return err
			}
		}
		return nil
	},
}

// restarted ends the replicas in order, one after the other, as an update of the program does. No
// request's answer may get lost: then no repetition of one finds that it was known.
var restarted = scenario{
	name: "SIGTERM", replicas: 2, webhook: true, restarts: true, mails: true, rate: 14,
	disturb: func(ctx context.Context, st *stage) error {
		for i := range 20 {
			pause(ctx, st.between(200*time.Millisecond, 2*time.Second))
			if err := st.replace(ctx, i%2); err != nil {
				return err
			}
		}
		return nil
	},
	check: func(_ context.Context, _ *stage, f *figures) error {
		if f.repeats > 0 {
			f.fault("%d requests were carried out, but their answers were cut", f.repeats)
		}
		return nil
	},
}

// replace ends a replica in order and starts it again.
func (st *stage) replace(ctx context.Context, n int) error {
	took, err := st.programs[n].terminate()
	if err != nil {
		return err
	}
	if st.slowest = max(st.slowest, took); took > maxDrain {
		return fmt.Errorf("the program took %s to end", took)
	}
	return st.programs[n].start(ctx)
}

// kill kills a replica and notes when.
func (st *stage) kill(n int) error {
	st.ledger.blow()
	return st.programs[n].kill()
}

// between draws a time from the schedule.
func (st *stage) between(low, high time.Duration) time.Duration {
	return low + time.Duration(st.rand.Int64N(int64(high-low)))
}
