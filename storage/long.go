package storage

import (
	"context"
	"runtime"

	"github.com/jackc/pgx/v5/pgxpool"
)

// longAtOnce is how many searches and reports one process has the database work on at once: one for each processor. More would
// be no faster, and keep quick requests waiting; and each connection has to map the pages that it reads for itself. With
// four searches at once on two processors (a thousand of a million tickets each) p95 fell from 79 to 26 to 40 ms.
var longAtOnce = max(2, runtime.NumCPU())

// openLong prepares the connections of long reads, which are made when they are needed.
func (db *DB) openLong(ctx context.Context, like *pgxpool.Config) error {
	cfg := like.Copy()
	cfg.MaxConns, cfg.MinConns = int32(longAtOnce), 0
	var err error
	db.long, err = pgxpool.NewWithConfig(ctx, cfg)
	return err
}

// runLong is runElsewhere for what may take long. It waits for its turn, like a request for a connection.
func (s *store) runLong(ctx context.Context, list ...statement) error {
	return s.elsewhere(ctx, s.db.long, list)
}
