package storage

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// rollbackTimeout bounds the wait for a rollback; the server rolls back by itself when the connection goes.
const rollbackTimeout = 5 * time.Second

// tx is a transaction that saves round trips: BEGIN goes out with the first statement, deferred writes
// with the next one, the last of them with COMMIT.
type tx struct {
	db       *DB
	conn     *pgxpool.Conn
	deferred []statement
	wake     Wake
	ahead    *ahead
	answers  []*answer
	unknown  bool  // whether it was committed
	failed   error // the statement that spoiled the transaction
	done     bool
}

func (t *tx) run(ctx context.Context, list []statement) error {
	if t.done {
		return errors.New("the transaction has ended")
	}
	if t.failed != nil {
		return fmt.Errorf("the transaction failed before: %w", t.failed)
	}
	t.outdate(list)
	all := make([]statement, 0, len(t.deferred)+len(list)+1)
	if t.conn == nil {
		conn, err := t.db.acquire(ctx)
		if err != nil {
			return err
		}
		t.conn = conn
		all = append(all, statement{sql: "BEGIN"})
	}
	all = append(append(all, t.deferred...), list...)
	t.deferred = nil
	err := send(ctx, t.conn, all)
	if err == nil {
		t.wake.add(woken(all))
	} else if t.conn.Conn().PgConn().TxStatus() != 'T' {
		t.failed = err
	}
	return err
}

// commit sends what is left together with COMMIT. A transaction that never sent anything has nothing to commit.
func (t *tx) commit(ctx context.Context) error {
	if t.failed != nil {
		return t.failed
	}
	if t.conn == nil && len(t.deferred) == 0 {
		t.done = true
		return nil
	}
	if err := t.run(ctx, []statement{{sql: "COMMIT"}}); err != nil {
		return err
	}
	t.done = true
	return nil
}

// end rolls back what was not committed and gives the connection back.
func (t *tx) end(ctx context.Context) {
	t.db.handed.ended(t.answers, !t.unknown)
	t.answers = nil
	if t.conn == nil {
		return
	}
	if !t.done && !t.conn.Conn().IsClosed() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackTimeout)
		defer cancel()
		_, _ = t.conn.Exec(ctx, "ROLLBACK") // a connection on which it fails is not used again
	}
	t.done = true
	t.conn.Release()
	t.conn = nil
}
