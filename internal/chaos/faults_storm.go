package main

import (
	"context"
	"time"

	"chamados/bot/emulator"
)

// squall is the short form: a little of everything, within seconds.
var squall = scenario{
	name: "squall", short: true, replicas: 2, restarts: true, rate: 16, settle: 4 * time.Minute,
	disturb: func(ctx context.Context, st *stage) error {
		for _, f := range []emulator.Fault{
			{Kind: emulator.FaultServerError, Times: 2}, {Kind: emulator.FaultDropBefore, Times: 2}, {Kind: emulator.FaultDropAfter},
			{Kind: emulator.FaultDuplicate, Times: 3}, {Kind: emulator.FaultReorder, Times: 3}, {Kind: emulator.FaultRateLimited, RetryAfter: 1, Times: 2},
			{Kind: emulator.FaultDropAfter, Method: "getUpdates"},
		} {
			st.telegram.Fault(f)
		}
		pause(ctx, time.Second)
		for _, blow := range []func() error{
			func() error { return st.kill(0) },
			func() error { return st.programs[0].start(ctx) },
			func() error { return st.disconnect(ctx) },
			func() error { return st.cluster.crash(ctx, 300*time.Millisecond) },
			func() error { return st.replace(ctx, 1) },
		} {
			pause(ctx, st.between(100*time.Millisecond, 700*time.Millisecond))
			if err := blow(); err != nil {
				return err
			}
		}
		return nil
	},
}

// storm draws from everything for minutes, several at once.
var storm = scenario{
	name: "storm", replicas: 3, webhook: true, restarts: true, mails: true, rate: 10, settle: 6 * time.Minute,
	disturb: func(ctx context.Context, st *stage) error {
		for end := time.Now().Add(8 * time.Minute); time.Now().Before(end) && ctx.Err() == nil; {
			if err := st.strike(ctx); err != nil {
				return err
			}
			pause(ctx, st.between(50*time.Millisecond, 3*time.Second))
		}
		return nil
	},
}

// strike does one thing of the worst, drawn from the schedule.
func (st *stage) strike(ctx context.Context) error {
	n := st.rand.IntN(st.replicas)
	switch st.rand.IntN(8) {
	case 0, 1:
		if err := st.kill(n); err != nil {
			return err
		}
		pause(ctx, st.between(0, 2*time.Second))
		return st.programs[n].start(ctx)
	case 2:
		return st.cluster.crash(ctx, st.between(0, 3*time.Second))
	case 3:
		return st.disconnect(ctx)
	case 4:
		return st.hold(ctx, "LOCK TABLE saida IN ACCESS EXCLUSIVE MODE", st.between(time.Second, 15*time.Second))
	case 5:
		return st.replace(ctx, n)
	case 6:
		st.mail.behave([]mood{well, away, cuts, slowly}[st.rand.IntN(4)])
	default:
		f := callFaults[st.rand.IntN(len(callFaults))]
		f.Times = max(f.Times, 1+st.rand.IntN(4))
		st.telegram.Fault(f)
	}
	return nil
}
