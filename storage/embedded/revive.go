package embedded

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	// maxRevivals is how often in a row a server is started again that never lives for settledLife.
	maxRevivals = 3
	settledLife = time.Minute
)

// keeper holds the process of a server and replaces it when it ends by itself, as when the kernel
// kills it for want of memory: the application has no other database to turn to.
type keeper struct {
	launch  func(context.Context) (*process, error)
	log     *slog.Logger
	closing context.Context // ends when the server shall stop
	close   context.CancelFunc
	done    chan struct{} // closed when nothing runs and nothing will be started

	mu      sync.Mutex
	process *process
}

func keep(c *cluster, opts Options, proc *process) *keeper {
	closing, cancel := context.WithCancel(context.Background())
	k := &keeper{
		launch: func(ctx context.Context) (*process, error) { return c.run(ctx, opts) }, log: opts.Log,
		closing: closing, close: cancel, done: make(chan struct{}), process: proc,
	}
	go k.watch()
	return k
}

// current returns the process that runs, or that ran last.
func (k *keeper) current() *process {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.process
}

// watch starts the server again whenever it ends unasked, until it is to stop or is given up.
func (k *keeper) watch() {
	defer close(k.done)
	for failures := 0; failures < maxRevivals; failures++ {
		proc, since := k.current(), time.Now()
		<-proc.done
		if k.closing.Err() != nil {
			return
		}
		if time.Since(since) >= settledLife {
			failures = 0
		}
		k.log.Error("private PostgreSQL ended by itself and is started again", "error", proc.exit)
		next, err := k.launch(k.closing)
		if k.closing.Err() != nil && err != nil {
			return
		}
		if err != nil {
			k.log.Error("private PostgreSQL could not be started again", "error", err)
			continue
		}
		k.mu.Lock()
		k.process = next
		k.mu.Unlock()
	}
	<-k.current().done
}

// stop ends the server and returns when it is gone and nothing will start it again.
func (k *keeper) stop(ctx context.Context) error {
	k.close()
	for {
		if err := k.current().stop(ctx); err != nil {
			return err
		}
		select {
		case <-k.done:
			return nil
		case <-time.After(pollInterval): // a process that was just being started is stopped too
		}
	}
}
