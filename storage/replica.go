package storage

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
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
	return s.elsewhere(ctx, list, func() error { return s.db.runOn(ctx, s.db.pool, list) })
}

// elsewhere is runElsewhere with another way to run where there is no replica.
func (s *store) elsewhere(ctx context.Context, list []statement, otherwise func() error) error {
	if s.tx != nil {
		return s.run(ctx, list...)
	}
	conn := s.db.acquireReplica(ctx)
	if conn == nil {
		return otherwise()
	}
	defer conn.Release()
	return send(ctx, conn, list)
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
