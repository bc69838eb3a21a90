package storage

import (
	"context"
	"runtime"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/semaphore"
)

// LongConnections returns how many searches and reports one process has the database work on at once: one for each processor, but not
// more than half as many as requests have. More would be no faster, and keep quick requests waiting; and each connection
// has to map the pages that it reads for itself. With four searches at once on two processors (a thousand of a
// million tickets each) p95 was 79 and 81 ms without this bound, and 26 to 43 ms with it.
func LongConnections(maxConns int) int { return max(2, min(runtime.NumCPU(), maxConns/2)) }

// MoreConnections is how many a process has beside those for requests and for searches and reports: four of gangs, one to listen, one to lead.
const MoreConnections = 2*gangsAtOnce + 2

// openLong prepares the connections of long reads, which are made when they are needed.
func (db *DB) openLong(ctx context.Context, like *pgxpool.Config) error {
	cfg := like.Copy()
	n := LongConnections(int(like.MaxConns))
	cfg.MaxConns, cfg.MinConns = int32(n), 0
	db.reports = semaphore.NewWeighted(int64(n - 1))
	var err error
	db.long, err = pgxpool.NewWithConfig(ctx, cfg)
	return err
}

// runLong is runElsewhere for what may take long. It waits for its turn, like a request for a connection.
func (s *store) runLong(ctx context.Context, list ...statement) error {
	return s.elsewhere(ctx, list, func() error { return s.db.runOn(ctx, s.db.long, list) })
}

// runReport is runLong for reports, which take seconds: where there is no replica, one connection is left to searches, of
// people who wait for the page.
func (s *store) runReport(ctx context.Context, list ...statement) error {
	return s.elsewhere(ctx, list, func() error { return s.db.report(ctx, list) })
}

// report waits for a turn and for a connection, together no longer than others do for the latter.
func (db *DB) report(ctx context.Context, list []statement) error {
	waiting, cancel := context.WithTimeout(ctx, db.wait)
	defer cancel()
	if err := db.reports.Acquire(waiting, 1); err != nil {
		return wrap("wait for a turn", err)
	}
	defer db.reports.Release(1)
	conn, err := db.acquireFrom(waiting, db.long)
	if err != nil {
		return err
	}
	defer conn.Release()
	return send(ctx, conn, list)
}
