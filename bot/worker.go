// Package bot takes updates from the inbox and lets the conversation handle them: in order
// within a chat, chats in parallel, those that wait in a chat in one transaction, a failing one alone
// and again and, if it never succeeds, aside, so that the next is served.
package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"sync"
	"time"

	"chamados/bot/chat"
	"chamados/bot/lanes"
	"chamados/domain"
)

// Handler is the conversation. It handles one update inside a transaction that the caller
// commits; all it has to say and to store goes through tx. An error undoes everything, and
// the update comes again.
type Handler interface {
	Handle(ctx context.Context, tx domain.Tx, u chat.Update) (After, error)
}

// After is what is done once the transaction has been committed: a tap is answered.
type After struct {
	TapID  string // "" for none
	Answer chat.Answer
}

// Answerer answers taps.
type Answerer interface {
	Answer(ctx context.Context, tapID string, a chat.Answer) error
}

// Letterbox adds messages to the outbox outside of an update's transaction.
type Letterbox interface {
	// Enqueue adds a message; a second one with the same key is not written.
	Enqueue(ctx context.Context, m domain.Outgoing) error
}

// WorkerOptions configure a Worker. Inbox, Handler, Decode, Answerer and Letterbox are
// required.
type WorkerOptions struct {
	Inbox     domain.Inbox
	Handler   Handler
	Decode    func(raw []byte) (chat.Update, error)
	Answerer  Answerer
	Letterbox Letterbox
	Handled   func(u chat.Update) // told of each update after its commit; may be nil
	Parallel  int                 // chats at once; default 8
	Timeout   time.Duration       // of handling one update; default 30 s
	Now       func() time.Time
	Log       *slog.Logger
}

// Worker handles stored updates. Several processes may each run one.
type Worker struct {
	o       WorkerOptions
	lanes   *lanes.Runner
	answers chan After
}

// answersWaiting bounds the taps whose answer has not gone out yet. Beyond it the person
// only misses the end of a spinner.
const answersWaiting, answerers = 1024, 8

// NewWorker returns a worker that does nothing until Run.
func NewWorker(o WorkerOptions) *Worker {
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Handled == nil {
		o.Handled = func(chat.Update) {}
	}
	w := &Worker{o: o, answers: make(chan After, answersWaiting)}
	w.lanes = lanes.New(lanes.Options{Due: o.Inbox.DueLanes, Step: w.step, Parallel: o.Parallel, Log: o.Log})
	return w
}

// Wake says that updates of these lanes were stored. It never blocks.
func (w *Worker) Wake(lanes []int64) { w.lanes.Wake(lanes) }

// Run handles updates until ctx ends; what is being handled is finished, for a few seconds
// at most, and taps are answered. It returns nil.
func (w *Worker) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	for range answerers {
		wg.Go(w.answer)
	}
	err := w.lanes.Run(ctx)
	close(w.answers)
	wg.Wait()
	return err
}

// handling is one update on its way through the handler.
type handling struct {
	stored  domain.Update
	update  chat.Update
	after   After
	decoded bool
	err     error // of decoding or handling
}

// together is how many updates that wait in a chat share a transaction: its cost, more than half of what an update takes, is
// nearly gone at ten, and a chat does not keep the others waiting for long.
const together = 10

// laterTime bounds the handling of an update that is not the first of its transaction: the answers to those before it wait.
const laterTime = 2 * time.Second

// step handles the next updates of a lane. When one of several fails, those before it are handled without it, or the first
// alone: none pays for another's failure.
func (w *Worker) step(ctx context.Context, lane int64) lanes.Next {
	list, err := w.work(ctx, lane, together)
	for err != nil && len(list) > 1 && ctx.Err() == nil {
		most := 1
		if list[len(list)-1].err != nil {
			most = len(list) - 1
		}
		list, err = w.work(ctx, lane, most)
	}
	switch {
	case err != nil && len(list) == 0:
		w.o.Log.Warn("bot: cannot take updates", "error", err)
		return lanes.Later(time.Second)
	case err != nil:
		return w.failed(ctx, list[len(list)-1], err)
	case len(list) == 0:
		return lanes.Idle()
	}
	for _, h := range list {
		w.say(h.after)
		w.o.Handled(h.update)
	}
	return lanes.Again()
}

// work handles updates of a lane in one transaction; with an error none of them is handled.
func (w *Worker) work(ctx context.Context, lane int64, most int) (list []*handling, err error) {
	_, err = w.o.Inbox.Work(ctx, lane, most, func(ctx context.Context, tx domain.Tx, u domain.Update) error {
		h := &handling{stored: u}
		list = append(list, h)
		limit := w.o.Timeout
		if len(list) > 1 {
			limit = min(limit, laterTime)
		}
		h.err = w.handle(ctx, tx, h, limit)
		return h.err
	})
	return list, err
}

// handle decodes and handles one update; a panic is an error like any other.
func (w *Worker) handle(ctx context.Context, tx domain.Tx, h *handling, limit time.Duration) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	if h.update, err = w.o.Decode(h.stored.Payload); err != nil {
		return err
	}
	h.decoded = true
	timed, cancel := context.WithTimeoutCause(ctx, limit, errSlow)
	defer cancel()
	h.after, err = w.o.Handler.Handle(timed, tx, h.update)
	if err != nil && context.Cause(timed) == errSlow {
		err = fmt.Errorf("%w: %w", errSlow, err)
	}
	return err
}

// errSlow marks an update whose handling took too long: that counts as a failure.
var errSlow = errors.New("bot: handling took too long")

// answer sends answers to taps until the channel is closed.
func (w *Worker) answer() {
	for a := range w.answers {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		err := w.o.Answerer.Answer(ctx, a.TapID, a.Answer)
		cancel()
		if err != nil && !errors.Is(err, chat.ErrTooOld) {
			w.o.Log.Warn("bot: tap not answered", "error", err)
		}
	}
}

// say hands an answer over without waiting.
func (w *Worker) say(a After) {
	if a.TapID == "" {
		return
	}
	select {
	case w.answers <- a:
	default:
		w.o.Log.Warn("bot: too many taps wait for an answer; one goes without")
	}
}

// transient reports whether err says nothing about the update itself: the database is away,
// or the process is stopping.
func transient(ctx context.Context, err error) bool {
	if errors.Is(err, errSlow) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	if ctx.Err() != nil || domain.CodeOf(err) == domain.CodeUnavailable {
		return true
	}
	_, network := errors.AsType[net.Error](err)
	return network
}
