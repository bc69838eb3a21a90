package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// MinServer is the oldest server version that works, as PostgreSQL numbers them.
const MinServer = 140000

// Inspection is what a database says of itself. Nothing is changed to learn it.
type Inspection struct {
	Version     string // of the server, for people
	Server      int    // the same as a number, 150004
	Encoding    string
	Replica     bool          // it cannot be written to
	Lag         time.Duration // of a replica, behind what it has heard of the primary; 0 while nothing is written there
	System      string        // tells clusters apart; a replica has its primary's
	Free        int           // connections that are left
	Now         time.Time
	Bytes       int64
	Pending     int  // migrations that this program would apply
	Unknown     int  // those that a newer program applied
	Empty       bool // there are no tables of ours nor of the predecessor
	Predecessor bool // the predecessor's tables are there, and none of ours
	MayCreate   bool // the account may make tables
}

// Inspect asks the database of url what it is. CodeUnavailable if it cannot be reached.
func Inspect(ctx context.Context, url string) (out Inspection, err error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return out, fmt.Errorf("database address: %w", err)
	}
	cfg.RuntimeParams["timezone"] = "UTC"
	db := stdlib.OpenDB(*cfg)
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.PingContext(ctx); err != nil {
		return out, wrap("connect to the database", err)
	}
	return out, out.read(ctx, db)
}

func (i *Inspection) read(ctx context.Context, db *sql.DB) error {
	err := db.QueryRowContext(ctx, `SELECT current_setting('server_version'), current_setting('server_version_num')::int,
			current_setting('server_encoding'), pg_is_in_recovery(), pg_database_size(current_database()),
			current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
				- (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')::int,
			has_schema_privilege(current_schema(), 'CREATE'), to_regclass('chamados') IS NULL`).
		Scan(&i.Version, &i.Server, &i.Encoding, &i.Replica, &i.Bytes, &i.Free, &i.MayCreate, &i.Empty)
	if err != nil {
		return wrap("ask the database", err)
	}
	var lag float64
	err = db.QueryRowContext(ctx, `SELECT system_identifier::text, CASE
			WHEN pg_is_in_recovery() AND pg_last_wal_receive_lsn() IS DISTINCT FROM pg_last_wal_replay_lsn()
			THEN coalesce(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()), 0) ELSE 0 END
		FROM pg_control_system()`).Scan(&i.System, &lag)
	if err != nil {
		return wrap("ask the database", err)
	}
	i.Lag = time.Duration(lag * float64(time.Second))
	versions, err := readVersions(ctx, db)
	if err != nil {
		return err
	}
	i.Pending, i.Unknown = len(versions.pending()), len(versions.unknown())
	i.Predecessor = !i.Empty && len(versions.applied) == 0
	return wrap("ask the database", db.QueryRowContext(ctx, `SELECT clock_timestamp()`).Scan(&i.Now))
}
