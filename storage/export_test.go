package storage

import (
	"context"
	"errors"
	"time"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// WithTracer makes opts report every statement to t.
func WithTracer(o Options, t pgx.QueryTracer) Options {
	o.tracer = t
	return o
}

// ClaimSQL takes the next delivery of a chat.
const ClaimSQL = claimSQL

// What an export takes along and what not.
var (
	Exported    = exported
	NotExported = notExported
)

// Enter registers db on a connection, whose end gives its lock up.
func (db *DB) Enter(ctx context.Context, conn *pgx.Conn) error { return db.enter(ctx, conn) }

// Beat is what a registered process does every second.
func (db *DB) Beat(ctx context.Context) error { return db.beat(ctx) }

// WriteTogether writes decisions in one transaction, or each alone if the database refuses one of them.
func (db *DB) WriteTogether(ctx context.Context, records ...*domain.Record) error {
	var list []*member[*decision]
	for _, r := range records {
		d, err := newDecision(r)
		if err != nil {
			return err
		}
		list = append(list, &member[*decision]{ctx: ctx, what: d, done: make(chan struct{})})
	}
	db.writes.together(list)
	var errs []error
	for _, m := range list {
		errs = append(errs, m.err)
	}
	return errors.Join(errs...)
}

// Asked is a ticket that is asked for, and what came of it.
type Asked struct {
	ID               int64
	Thread, Internal bool
	View             domain.TicketView
	Err              error
}

// AskTogether reads tickets in one go, as for people who ask at the same moment.
func (db *DB) AskTogether(ctx context.Context, all ...*Asked) {
	var list []*member[*asked]
	for _, a := range all {
		what := &asked{id: a.ID, thread: a.Thread, internal: a.Internal}
		list = append(list, &member[*asked]{ctx: ctx, what: what, done: make(chan struct{})})
	}
	db.reads.together(list)
	for i, m := range list {
		all[i].View, all[i].Err = m.what.view, m.err
	}
}

// Leave is what it does at its end.
func (db *DB) Leave(ctx context.Context) { db.leave(ctx) }

// Conn returns a connection of those that requests have. The caller releases it.
func (db *DB) Conn(ctx context.Context) (*pgxpool.Conn, error) { return db.acquire(ctx) }

// Overdue makes what is in memory for the relay have waited for too long.
func (db *DB) Overdue() {
	db.handed.mu.Lock()
	defer db.handed.mu.Unlock()
	for _, l := range db.handed.lanes {
		for _, a := range l.ready {
			a.committed = a.committed.Add(-time.Minute)
		}
	}
}
