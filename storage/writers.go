package storage

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// openWriters prepares the connections of gangs, which are made when they are needed. Without being told, the server plans a
// statement anew at the first executions on each connection, which takes longer than the statement does.
func (db *DB) openWriters(ctx context.Context, like *pgxpool.Config) error {
	cfg := like.Copy()
	cfg.MaxConns, cfg.MinConns = gangsAtOnce, 0
	cfg.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		if err := like.AfterConnect(ctx, conn); err != nil {
			return err
		}
		_, err := conn.Exec(ctx, "SET plan_cache_mode = force_generic_plan")
		return err
	}
	var err error
	db.writers, err = pgxpool.NewWithConfig(ctx, cfg)
	return err
}

// writeDecisions writes them in one transaction on a connection of gangs, as many as possible with one statement.
func (db *DB) writeDecisions(ctx context.Context, list ...*decision) error {
	var out []statement
	for _, same := range alike(list) {
		out = append(out, db.record(same...))
	}
	return db.runOn(ctx, db.writers, out)
}
