package storage

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// openShared prepares the connections of gangs, which are made when they are needed. Without being told, the server plans a
// statement anew at the first executions on each connection, which takes longer than the statement does.
func (db *DB) openShared(ctx context.Context, like *pgxpool.Config) error {
	cfg := like.Copy()
	cfg.MaxConns, cfg.MinConns = 2*gangsAtOnce, 0 // of reads and of writes
	cfg.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		if err := like.AfterConnect(ctx, conn); err != nil {
			return err
		}
		_, err := conn.Exec(ctx, "SET plan_cache_mode = force_generic_plan")
		return err
	}
	var err error
	db.shared, err = pgxpool.NewWithConfig(ctx, cfg)
	return err
}

// writeDecisions writes them in one transaction, as many as possible with one statement.
func (db *DB) writeDecisions(ctx context.Context, list ...*decision) error {
	var out []statement
	for _, same := range alike(list) {
		out = append(out, db.record(same...))
	}
	return db.runOn(ctx, db.shared, out)
}

// readAsked reads what is asked for in one round trip, with as many statements as for one.
func (db *DB) readAsked(ctx context.Context, list ...*asked) error {
	f := newFound()
	if err := db.runOn(ctx, db.shared, f.statements(list)); err != nil {
		return err
	}
	for _, a := range list {
		a.view = f.of(a)
	}
	return nil
}
