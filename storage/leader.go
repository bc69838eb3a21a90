package storage

import (
	"context"
	"errors"
	"hash/fnv"
	"time"

	"github.com/jackc/pgx/v5"
)

// How often a process that waits asks again, and one that leads makes sure that it still
// does. A lock of a process that died is free as soon as the server notices, at once for a
// killed one.
const (
	leaderRetry = 2 * time.Second
	leaderCheck = 5 * time.Second
)

// Lead waits until this process is the only one that does what name says, across all that
// share the database, and calls fn. fn's context ends when that can no longer be
// guaranteed. It returns fn's error, or that of ctx.
func (db *DB) Lead(ctx context.Context, name string, fn func(ctx context.Context) error) error {
	key := leaderKey(name)
	for {
		err := db.leadOnce(ctx, key, fn)
		if !errors.Is(err, errNotLeader) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(leaderRetry):
		}
	}
}

// Led reports whether some process leads what name says, on the database of url.
func Led(ctx context.Context, url, name string) (led bool, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return false, wrap("ask who leads", err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	key := uint64(leaderKey(name))
	err = conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND classid = $1 AND objid = $2)`,
		uint32(key>>32), uint32(key)).Scan(&led)
	return led, wrap("ask who leads", err)
}

var errNotLeader = errors.New("storage: another process leads")

// leadOnce tries to take the lock on a connection of its own, outside of the pool.
func (db *DB) leadOnce(ctx context.Context, key int64, fn func(context.Context) error) error {
	conn, err := pgx.ConnectConfig(ctx, db.pool.Config().ConnConfig)
	if err != nil {
		db.log.Warn("cannot connect to take the lead", "error", err)
		return errors.Join(errNotLeader, ctx.Err())
	}
	defer func() {
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(bounded)
	}()
	var leads bool
	if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", key).Scan(&leads); err != nil || !leads {
		return errNotLeader
	}
	term, lost := context.WithCancelCause(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		watch(term, conn, lost)
	}()
	err = fn(term)
	lost(nil)
	<-watched
	if ctx.Err() == nil && errors.Is(context.Cause(term), errNotLeader) {
		return errNotLeader
	}
	return err
}

// watch ends the term when the connection, and so the lock, is gone.
func watch(term context.Context, conn *pgx.Conn, lost context.CancelCauseFunc) {
	tick := time.NewTicker(leaderCheck)
	defer tick.Stop()
	for {
		select {
		case <-term.Done():
			return
		case <-tick.C:
			if err := conn.Ping(term); err != nil && term.Err() == nil {
				lost(errNotLeader)
				return
			}
		}
	}
}

func leaderKey(name string) int64 {
	h := fnv.New64a()
	h.Write([]byte("chamados/" + name))
	return int64(h.Sum64())
}
