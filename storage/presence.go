package storage

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// beatEvery is how often a process says that it lives.
	beatEvery = time.Second
	// lockProcess is the class of the advisory locks that processes hold on their numbers.
	lockProcess = 3
	// beatsBeforeJudging is how long a process must have been here itself before it takes others for
	// dead: after an absence of the database all come back at their own pace.
	beatsBeforeJudging = 3
	// strangerLease bounds the leases of a process that is not registered (yet): nobody would free them
	// early.
	strangerLease = time.Minute
	leaveTimeout  = 2 * time.Second
)

// presence is this process among those that share the database. A process is dead when the server has
// given up its lock, which it does at once for a killed one, and it has not been heard of for three
// seconds: one that only lost a connection comes back within that time.
type presence struct {
	id    atomic.Int64 // 0 before it is registered
	beats int          // in a row, without a failure
}

// enter registers the process, or takes its lock again, on a connection that lives as long as it does.
func (db *DB) enter(ctx context.Context, conn *pgx.Conn) error {
	if id := db.presence.id.Load(); id != 0 {
		if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1, $2::bigint::integer)`, lockProcess, id); err != nil {
			return err
		}
		known, err := conn.Exec(ctx, `UPDATE processos SET visto_em = now() WHERE id = $1`, id)
		if err != nil || known.RowsAffected() == 1 {
			return err
		}
	}
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		var id int64
		if err := tx.QueryRow(ctx, `INSERT INTO processos (visto_em) VALUES (now()) RETURNING id`).Scan(&id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_lock($1, $2::bigint::integer)`, lockProcess, id); err != nil {
			return err
		}
		db.presence.id.Store(id)
		return nil
	})
}

// attend says every second that the process lives, and frees what dead ones have left.
func (db *DB) attend(ctx context.Context) error {
	for pause(ctx, beatEvery) {
		if err := db.beat(ctx); err != nil {
			db.presence.beats = 0
			if ctx.Err() == nil {
				db.log.Warn("cannot tell the other processes that this one lives", "error", err)
			}
		}
	}
	return ctx.Err()
}

func (db *DB) beat(ctx context.Context) error {
	id := db.presence.id.Load()
	if id == 0 {
		return nil
	}
	var dead []int64
	err := db.run(ctx,
		statement{sql: `SELECT set_config('synchronous_commit', 'off', true)`},
		statement{sql: `UPDATE processos SET visto_em = now() WHERE id = $1`, args: []any{id}},
		statement{sql: `SELECT id FROM processos WHERE visto_em < now() - interval '3 seconds'`, read: ints(&dead)},
	)
	if err != nil {
		return wrap("beat", err)
	}
	db.presence.beats++
	if len(dead) == 0 || db.presence.beats < beatsBeforeJudging {
		return nil
	}
	return db.inherit(ctx, dead)
}

// inherit ends the leases of those among ids that are dead, and forgets them.
func (db *DB) inherit(ctx context.Context, ids []int64) error {
	return db.transact(ctx, func(s *store) error {
		var dead []int64
		err := s.run(ctx, statement{sql: `SELECT id FROM processos WHERE id = ANY ($1) AND visto_em < now() - interval '3 seconds'
			AND pg_try_advisory_xact_lock($2, id::integer)`, args: []any{ids, lockProcess}, read: ints(&dead)})
		if err != nil || len(dead) == 0 {
			return wrap("look for dead processes", err)
		}
		db.log.Warn("another process ended without a word: what it was sending is taken over", "processes", dead)
		return db.free(ctx, s, dead)
	})
}

// free ends the leases of processes that are gone. What they were sending may have arrived: the next claim
// counts it as uncertain, as it does with a lease that ran out.
func (db *DB) free(ctx context.Context, s *store, gone []int64) error {
	var lanes []int64
	err := s.run(ctx,
		statement{sql: `UPDATE saida SET tomado_ate = now() WHERE terminado_em IS NULL AND tomado_ate > now() AND tomado_por = ANY ($1)
			RETURNING faixa`, args: []any{gone}, read: ints(&lanes)},
		statement{sql: `UPDATE correio SET tomado_ate = now() WHERE terminado_em IS NULL AND tomado_ate > now() AND tomado_por = ANY ($1)`, args: []any{gone}},
		statement{sql: `UPDATE anexos SET proxima_tentativa = $2, tomado_por = NULL WHERE estado = 'pendente' AND tomado_por = ANY ($1)`,
			args: []any{gone, db.clock()}},
		statement{sql: `DELETE FROM processos WHERE id = ANY ($1)`, args: []any{gone}},
	)
	if err == nil {
		s.wakes(Wake{OutboxLanes: lanes, Mail: true, Files: true})
	}
	return wrap("free what a process was sending", err)
}

// leave frees what this process could not bring to an end, when it ends in order.
func (db *DB) leave(ctx context.Context) {
	id := db.presence.id.Swap(0)
	if id == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveTimeout)
	defer cancel()
	if err := db.transact(ctx, func(s *store) error {
		// What has never been given to Telegram is not uncertain.
		return errors.Join(s.run(ctx, release(db.handed.overdue(true))), db.free(ctx, s, []int64{id}))
	}); err != nil {
		db.log.Warn("cannot take leave of the other processes", "error", err)
	}
}

// owner returns the number under which this process takes leases, nil before it has one, and bounds the
// lease accordingly.
func (db *DB) owner(lease time.Duration) (*int64, time.Duration) {
	if id := db.presence.id.Load(); id != 0 {
		return &id, lease
	}
	return nil, min(lease, strangerLease)
}
