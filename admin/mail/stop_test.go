package mail

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// counting counts what is sent; hold makes it take so long.
type counting struct {
	sent atomic.Int32
	hold time.Duration
}

func (s *counting) Send(ctx context.Context, _ Message) error {
	select {
	case <-ctx.Done():
		return &LaterError{Err: ctx.Err()}
	case <-time.After(s.hold):
	}
	s.sent.Add(1)
	return nil
}

// The database goes away between sending a mail and noting it: the mail is not sent again.
func TestOutcomeWaitsForTheDatabase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, s := codeMail, &counting{}
		m.IDs = []int64{1}
		q := newQueue(m)
		q.away = 600
		ctx, stop := context.WithCancel(t.Context())
		go func() { _ = relay(q, s).Run(ctx) }()
		if got := <-q.outcomes; got.what != "sent" || s.sent.Load() != 1 {
			t.Errorf("%+v after %d sends", got, s.sent.Load())
		}
		stop()
		synctest.Wait()
	})
}

// A stop waits for a mail that is nearly sent, and leaves one that hangs for later.
func TestStopDoesNotWaitForAMailThatHangs(t *testing.T) {
	for hold, want := range map[time.Duration]string{2 * time.Second: "sent", time.Minute: "retry"} {
		synctest.Test(t, func(t *testing.T) {
			m := codeMail
			m.IDs = []int64{1}
			q := newQueue(m)
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				_ = relay(q, &counting{hold: hold}).Run(ctx)
			}()
			synctest.Wait()
			begin := time.Now()
			stop()
			<-ended
			if got := <-q.outcomes; got.what != want || time.Since(begin) > 5*time.Second {
				t.Errorf("%s: %+v after %s", hold, got, time.Since(begin))
			}
		})
	}
}
