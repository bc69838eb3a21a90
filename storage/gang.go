package storage

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// gangSize is how much work goes into one transaction at most, and gangTime how long that may take.
	gangSize = 16
	gangTime = 30 * time.Second
	// gangsAtOnce is how many such transactions run beside each other: while one is with the database, the
	// program reads and answers the requests of the next.
	gangsAtOnce = 2
	// gangBeside is how many must wait for another such transaction to begin: larger ones cost less for each.
	gangBeside = 4
	// gangLate is how long fewer wait at most for the transaction that is under way: some ten times what it takes.
	gangLate = 100 * time.Millisecond
	// gangRest is how long who has served gangs waits for more: a goroutine that goes on has the stack that they take.
	gangRest = 100 * time.Millisecond
)

// gangs joins work that comes at the same time, of one kind, into one transaction, sent in one go: what is written shares the commit
// and its wait for the disk, what is read the round trip and the pages that few connections know. Work that comes alone goes alone
// and at once. Each caller learns the outcome; one whose work the database refuses spoils nothing for the others.
//
// Only work goes here that waits for no other transaction, and so does not make each other wait, and whose
// values can be encoded: what the client refuses by itself it refuses to the whole gang.
type gangs[T any] struct {
	do       func(ctx context.Context, list ...T) error
	alone    func(error) bool // whether each may do better alone after an error of all; nil: none
	patience time.Duration    // to wait for a turn
	idle     chan struct{}    // who takes from it begins to work

	mu      sync.Mutex
	waiting []*member[T]
	working int
}

func newGangs[T any](do func(context.Context, ...T) error, alone func(error) bool, patience time.Duration) *gangs[T] {
	return &gangs[T]{do: do, alone: alone, patience: patience, idle: make(chan struct{})}
}

// member is one piece of work.
type member[T any] struct {
	ctx  context.Context
	what T
	err  error
	late bool // it has waited for long: it goes, with however few
	done chan struct{}
}

// run returns when the work is done, and committed, or the error that it failed with.
func (g *gangs[T]) run(ctx context.Context, what T) error {
	m := &member[T]{ctx: ctx, what: what, done: make(chan struct{})}
	g.join(m)
	late := time.NewTimer(min(gangLate, g.patience))
	defer late.Stop()
	for patience := g.patience - gangLate; ; patience = 0 {
		select {
		case <-m.done:
			return m.err
		case <-ctx.Done():
			return g.give(m, ctx.Err())
		case <-late.C:
			if patience <= 0 {
				return g.give(m, context.DeadlineExceeded)
			}
			g.hurry(m)
			late.Reset(patience)
		}
	}
}

// give waits no longer for a turn, or for the outcome if the work has begun.
func (g *gangs[T]) give(m *member[T], cause error) error {
	if g.leave(m) {
		return wrap("wait for a turn", cause)
	}
	<-m.done
	return m.err
}

// hurry lets m, if it waits, go beside a transaction that takes long: now, or as soon as there is a place.
func (g *gangs[T]) hurry(m *member[T]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	m.late = true
	if g.working < gangsAtOnce && slices.Contains(g.waiting, m) {
		g.begin()
	}
}

// begin has somebody work; the caller holds mu.
func (g *gangs[T]) begin() {
	g.working++
	select {
	case g.idle <- struct{}{}:
	default:
		go g.serve()
	}
}

// serve works whenever it is to, until it has not had to for some time.
func (g *gangs[T]) serve() {
	rest := time.NewTimer(gangRest)
	defer rest.Stop()
	for {
		g.work()
		rest.Reset(gangRest)
		select {
		case <-g.idle:
		case <-rest.C:
			return
		}
	}
}

func (g *gangs[T]) join(m *member[T]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = append(g.waiting, m)
	if g.worthwhile() {
		g.begin()
	}
}

// worthwhile reports whether what waits should go beside what is under way; alone it always goes.
func (g *gangs[T]) worthwhile() bool {
	return g.working == 0 || g.working < gangsAtOnce && len(g.waiting) >= gangBeside
}

// leave takes work back that has not begun, and reports whether it could.
func (g *gangs[T]) leave(m *member[T]) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(g.waiting, m)
	if i >= 0 {
		g.waiting = slices.Delete(g.waiting, i, i+1)
	}
	return i >= 0
}

// work serves gang after gang until nothing waits.
func (g *gangs[T]) work() {
	for list := g.take(); len(list) > 0; list = g.take() {
		if len(list) == 1 {
			list[0].err = g.safely(list[0].ctx, list[0].what)
		} else {
			g.together(list)
		}
		for _, m := range list {
			close(m.done)
		}
	}
}

// safely does work. A panic is an error like any other: it is nobody's goroutine that ends with it.
func (g *gangs[T]) safely(ctx context.Context, list ...T) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return g.do(ctx, list...)
}

// take removes the next gang from the queue, or ends the work. Who is ready to run may join it first.
func (g *gangs[T]) take() []*member[T] {
	runtime.Gosched()
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(len(g.waiting), gangSize)
	if g.working > 1 && n < gangBeside && !slices.ContainsFunc(g.waiting, func(m *member[T]) bool { return m.late }) {
		n = 0
	}
	list := slices.Clone(g.waiting[:n])
	g.waiting = slices.Delete(g.waiting, 0, n)
	if n == 0 {
		g.working--
	}
	return list
}

// together does the work of a gang in one transaction, or that of each alone if that may help.
func (g *gangs[T]) together(list []*member[T]) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(list[0].ctx), gangTime)
	defer cancel()
	all := make([]T, len(list))
	for i, m := range list {
		all[i] = m.what
	}
	err := g.safely(ctx, all...)
	var group sync.WaitGroup
	for _, m := range list {
		if m.err = err; err != nil && g.alone != nil && g.alone(err) {
			group.Go(func() { m.err = g.safely(m.ctx, m.what) })
		}
	}
	group.Wait()
}

// refused reports whether an error says that the database will have no part of one of the statements,
// and that nothing was written: values that it does not take, or locks that cannot be had, or not together.
func refused(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Severity == "ERROR" && slices.ContainsFunc([]string{"22", "23", "40", "55P03"}, func(code string) bool {
		return strings.HasPrefix(e.Code, code)
	})
}
