package storage

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

//go:embed migrations/*.sql
var migrations embed.FS

const (
	// migrationLock is the key of the advisory lock under which processes take turns at migrating.
	migrationLock = 0x636861_6d61646f
	// migrationTable keeps which migrations a database has.
	migrationTable = "migracoes"
)

// Migrate is [Upgrade] for whom its report does not matter.
func Migrate(ctx context.Context, url string) error {
	_, err := Upgrade(ctx, url)
	return err
}

func migrationProvider(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	versions, err := database.NewStore(database.DialectPostgres, migrationTable)
	if err != nil {
		return nil, err
	}
	// Areas number their migrations in ranges of their own: one that comes later may have a lower number.
	provider, err := goose.NewProvider("", db, files,
		goose.WithStore(versions), goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true))
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	return provider, nil
}

// schemaVersions are the migrations that a database has and those that this program knows.
type schemaVersions struct{ applied, known []int64 }

func (v schemaVersions) newest() int64 { return slices.Max(append([]int64{0}, v.applied...)) }

func (v schemaVersions) pending() []int64 { return without(v.known, v.applied) }

// current reports whether a database has all that this program knows.
func (v schemaVersions) current() bool { return len(v.applied) > 0 && len(v.pending()) == 0 }

// unknown are those that a newer program has applied.
func (v schemaVersions) unknown() []int64 { return without(v.applied, v.known) }

func without(list, those []int64) []int64 {
	return slices.DeleteFunc(slices.Clone(list), func(v int64) bool { return slices.Contains(those, v) })
}

func readVersions(ctx context.Context, db *sql.DB) (schemaVersions, error) {
	v := schemaVersions{}
	provider, err := migrationProvider(db)
	if err != nil {
		return v, err
	}
	for _, s := range provider.ListSources() {
		v.known = append(v.known, s.Version)
	}
	var exists bool
	if err := db.QueryRowContext(ctx, `SELECT to_regclass($1) IS NOT NULL`, migrationTable).Scan(&exists); err != nil || !exists {
		return v, wrap("look for the migrations", err)
	}
	rows, err := db.QueryContext(ctx, `SELECT DISTINCT version_id FROM `+migrationTable+` WHERE is_applied AND version_id > 0 ORDER BY 1`)
	if err != nil {
		return v, wrap("read the migrations", err)
	}
	defer rows.Close()
	for rows.Next() {
		var version int64
		if err := rows.Scan(&version); err != nil {
			return v, err
		}
		v.applied = append(v.applied, version)
	}
	return v, rows.Err()
}

// KnownMigrations returns the migrations that this program has, in order.
func KnownMigrations() []int64 {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		panic(err) // the pattern is ours
	}
	var out []int64
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			panic(err) // the names are ours
		}
		out = append(out, version)
	}
	return out
}

// LockSchema keeps others from migrating the database of a connection until unlock is called or the
// connection ends.
func LockSchema(ctx context.Context, conn *pgx.Conn) (unlock func(), err error) {
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, int64(migrationLock)); err != nil {
		return nil, wrap("take the lock of the schema", err)
	}
	return func() {
		_, _ = conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, int64(migrationLock))
	}, nil
}
