package notify

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// office is a relay with all its fakes, in a bubble where time passes when all wait.
type office struct {
	t      *testing.T
	outbox *fakeOutbox
	sender *fakeSender
	desk   *fakeDesk
	relay  *Relay
	cancel context.CancelFunc
	ended  chan struct{}
}

func inOffice(t *testing.T, test func(o *office)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o := &office{t: t, outbox: newOutbox(), sender: &fakeSender{}, desk: newDesk(), ended: make(chan struct{})}
		o.relay = New(Options{Outbox: o.outbox, Tickets: o.desk, Desk: o.desk, Sender: o.sender, Renderer: plain{}})
		test(o)
		if o.cancel != nil {
			o.cancel()
			<-o.ended
		}
	})
}

// open starts the relay and lets time pass.
func (o *office) open(d time.Duration) {
	if o.cancel == nil {
		var ctx context.Context
		ctx, o.cancel = context.WithCancel(o.t.Context())
		go func() {
			defer close(o.ended)
			_ = o.relay.Run(ctx)
		}()
	}
	time.Sleep(d)
	synctest.Wait()
}

func (o *office) want(texts ...string) {
	o.t.Helper()
	if got := o.sender.texts(); !slices.Equal(got, texts) {
		o.t.Errorf("sent %q, want %q", got, texts)
	}
}
