package storage

import (
	"context"
	"fmt"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// store is [domain.Store], alone (tx is nil) or inside a transaction.
type store struct {
	db *DB
	tx *tx
}

var _ domain.Store = (*store)(nil)

// statement is one SQL statement with what reads its rows (nil: only its success matters), whom its
// commit wakes (nil: nobody; read may fill it), and whether what was read [ahead] is the same after it.
type statement struct {
	sql   string
	args  []any
	read  func(pgx.Rows) error
	wake  *Wake
	apart bool
}

// one reads exactly one row, or fails with pgx.ErrNoRows.
func one(scan func(pgx.Rows) error) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		if !rows.Next() {
			if err := rows.Err(); err != nil {
				return err
			}
			return pgx.ErrNoRows
		}
		return scan(rows)
	}
}

// each reads all rows.
func each(scan func(pgx.Rows) error) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		for rows.Next() {
			if err := scan(rows); err != nil {
				return err
			}
		}
		return rows.Err()
	}
}

// run sends statements in one round trip and reads them in order. Outside a transaction they are one by
// themselves; inside, what was deferred goes out before them.
func (s *store) run(ctx context.Context, list ...statement) error {
	if s.tx != nil {
		return s.tx.run(ctx, list)
	}
	return s.db.runOn(ctx, s.db.pool, list)
}

func (db *DB) runOn(ctx context.Context, pool *pgxpool.Pool, list []statement) error {
	conn, err := db.acquireFrom(ctx, pool)
	if err != nil {
		return err
	}
	defer conn.Release()
	if err := send(ctx, conn, list); err != nil {
		return err
	}
	db.wake.committed(woken(list))
	return nil
}

// woken sums up whom statements wake.
func woken(list []statement) Wake {
	var w Wake
	for _, st := range list {
		if st.wake != nil {
			w.add(*st.wake)
		}
	}
	return w
}

// later is run for writes whose outcome the caller does not need: inside a transaction they go out with
// the next statement or with the commit, and an error shows there.
func (s *store) later(ctx context.Context, list ...statement) error {
	if s.tx != nil {
		s.tx.outdate(list)
		s.tx.deferred = append(s.tx.deferred, list...)
		return nil
	}
	return s.run(ctx, list...)
}

// wakes notes whom the transaction's commit wakes; outside one, everything is committed already.
func (s *store) wakes(w Wake) {
	if s.tx != nil {
		s.tx.wake.add(w)
		return
	}
	s.db.wake.committed(w)
}

// acquire takes a connection, or fails with [domain.CodeUnavailable] when none comes free in time.
func (db *DB) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	return db.acquireFrom(ctx, db.pool)
}

func (db *DB) acquireFrom(ctx context.Context, pool *pgxpool.Pool) (*pgxpool.Conn, error) {
	waiting, cancel := context.WithTimeout(ctx, db.wait)
	defer cancel()
	conn, err := pool.Acquire(waiting)
	return conn, wrap("connect to the database", err)
}

// send pipelines statements on a connection. Several of them share one Sync, which makes them one
// transaction when none is open.
func send(ctx context.Context, conn *pgxpool.Conn, list []statement) error {
	if len(list) == 1 {
		rows, err := conn.Query(ctx, list[0].sql, list[0].args...)
		if err != nil {
			return err
		}
		return list[0].consume(rows)
	}
	var batch pgx.Batch
	for _, st := range list {
		batch.Queue(st.sql, st.args...)
	}
	results := conn.SendBatch(ctx, &batch)
	for _, st := range list {
		rows, err := results.Query()
		if err == nil {
			err = st.consume(rows)
		}
		if err != nil {
			_ = results.Close()
			return err
		}
	}
	return results.Close()
}

func (st statement) consume(rows pgx.Rows) error {
	defer rows.Close()
	if st.read != nil {
		if err := st.read(rows); err != nil {
			return err
		}
	}
	rows.Close()
	return rows.Err()
}

// Atomically runs fn in a transaction and commits it unless fn fails; a nested call joins the
// transaction that is running.
func (s *store) Atomically(ctx context.Context, fn func(domain.Store) error) error {
	if s.tx != nil {
		return fn(s)
	}
	return s.db.transact(ctx, func(t *store) error { return fn(t) })
}

func (db *DB) transact(ctx context.Context, fn func(*store) error) error {
	t := &tx{db: db}
	defer t.end(ctx)
	if err := fn(&store{db: db, tx: t}); err != nil {
		return err
	}
	if err := t.commit(ctx); err != nil {
		t.unknown = true
		return wrap("commit", err)
	}
	own := db.handed.committed(t.answers)
	t.answers = nil
	db.wake.committed(t.wake)
	if len(own) > 0 {
		db.wake.announce(Wake{OutboxLanes: own}) // others find nothing to do there
	}
	return nil
}

func unexpected(what string, id int64) error {
	return fmt.Errorf("%s %d is gone inside its own transaction", what, id)
}
