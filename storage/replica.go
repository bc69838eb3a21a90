package storage

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/semaphore"
)

const (
	// replicaPatience is how long a read waits for the replica before the primary is asked.
	replicaPatience = 2 * time.Second
	// replicaRest is how long a replica that did not answer is not asked.
	replicaRest = 15 * time.Second
)

// openReplica readies the connections to a read replica, if there is one. It need not be up.
func (db *DB) openReplica(ctx context.Context, url string, like *pgxpool.Config) error {
	if url == "" {
		return nil
	}
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("address of the read replica: %w", err)
	}
	cfg.MaxConns, cfg.ConnConfig.Tracer, cfg.ConnConfig.ConnectTimeout = like.MaxConns, like.ConnConfig.Tracer, replicaPatience
	for name, value := range map[string]string{"timezone": "UTC", "application_name": "chamados", "default_transaction_read_only": "on"} {
		cfg.ConnConfig.RuntimeParams[name] = value
	}
	cfg.AfterConnect = like.AfterConnect
	if db.replica, err = pgxpool.NewWithConfig(ctx, cfg); err != nil {
		return fmt.Errorf("open the read replica: %w", err)
	}
	return nil
}

// runElsewhere is run for reads that need not see the newest second: on the replica, if there is one and
// it answers. Inside a transaction they stay in it.
func (s *store) runElsewhere(ctx context.Context, list ...statement) error {
	return s.elsewhere(ctx, list, s.db.pool, nil)
}

// elsewhere is runElsewhere with other connections than those of requests where there is no replica, and in turns, if
// there are any to be kept.
func (s *store) elsewhere(ctx context.Context, list []statement, otherwise *pgxpool.Pool, turns *semaphore.Weighted) error {
	if s.tx != nil {
		return s.run(ctx, list...)
	}
	conn := s.db.acquireReplica(ctx)
	if conn == nil {
		return s.db.runInTurn(ctx, list, otherwise, turns)
	}
	defer conn.Release()
	return send(ctx, conn, list)
}

// runInTurn is runOn after waiting for a turn, no longer than for a connection; nil: there are no turns.
func (db *DB) runInTurn(ctx context.Context, list []statement, pool *pgxpool.Pool, turns *semaphore.Weighted) error {
	if turns != nil {
		waiting, cancel := context.WithTimeout(ctx, db.wait)
		defer cancel()
		if err := turns.Acquire(waiting, 1); err != nil {
			return wrap("wait for a turn", err)
		}
		defer turns.Release(1)
	}
	return db.runOn(ctx, pool, list)
}

// acquireReplica takes a connection to the replica; nil if the primary is to be asked.
func (db *DB) acquireReplica(ctx context.Context) *pgxpool.Conn {
	now := time.Now()
	if db.replica == nil || now.UnixMilli() < db.replicaRests.Load() {
		return nil
	}
	waiting, cancel := context.WithTimeout(ctx, replicaPatience)
	defer cancel()
	conn, err := db.replica.Acquire(waiting)
	if err == nil {
		return conn
	}
	if ctx.Err() == nil {
		db.replicaRests.Store(now.Add(replicaRest).UnixMilli())
		db.log.Warn("the read replica does not answer: the primary does its work for a while", "error", err)
	}
	return nil
}
