package main

import (
	"context"
	"time"
)

// calm breaks nothing: what fails here fails because of the suite, or always.
var calm = scenario{
	name: "calm", short: true,
	disturb: func(ctx context.Context, st *stage) error {
		pause(ctx, st.for_(3*time.Second, 15*time.Second))
		return nil
	},
}

// killed kills the only process again and again, at any moment of its life.
var killed = scenario{
	name: "kill -9", short: true, restarts: true,
	disturb: func(ctx context.Context, st *stage) error {
		kills := 100
		if st.short {
			kills = 4
		}
		for range kills {
			pause(ctx, st.between(100*time.Millisecond, 2500*time.Millisecond))
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
	name: "kill -9 of a replica", replicas: 3, webhook: true, restarts: true, rate: 10,
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

// kill kills a replica and notes when.
func (st *stage) kill(n int) error {
	st.ledger.blow()
	return st.programs[n].kill()
}

// between draws a time from the schedule.
func (st *stage) between(low, high time.Duration) time.Duration {
	return low + time.Duration(st.rand.Int64N(int64(high-low)))
}

// for_ is how long something lasts in the short and in the long form.
func (st *stage) for_(short, long time.Duration) time.Duration {
	if st.short {
		return short
	}
	return long
}

// expects reports whether a scenario does to somebody what a line about a queue tells.
func (st *stage) expects(line string) bool {
	return st.scenario.given != nil && st.scenario.given(line)
}
