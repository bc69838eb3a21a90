package admin

import (
	"context"
	"sync"
	"time"
)

const (
	laterAtOnce  = 64
	laterTimeout = time.Minute
)

// background does what an answer must not wait for, so that its time betrays nothing.
type background struct {
	slots chan struct{}
	group sync.WaitGroup
}

func newBackground() *background { return &background{slots: make(chan struct{}, laterAtOnce)} }

// do runs work soon; false when too much is waiting already.
func (b *background) do(ctx context.Context, work func(ctx context.Context)) bool {
	select {
	case b.slots <- struct{}{}:
	default:
		return false
	}
	b.group.Go(func() {
		defer func() { <-b.slots }()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), laterTimeout)
		defer cancel()
		work(ctx)
	})
	return true
}

func (b *background) wait() { b.group.Wait() }
