package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// UpgradeReport is what an upgrade of the schema found and did.
type UpgradeReport struct {
	Adopted  bool               `json:"adotado"` // tables of the predecessor were there, and none of ours
	From     int64              `json:"de"`      // the newest migration before, 0 for none
	To       int64              `json:"para"`
	Applied  []AppliedMigration `json:"migracoes"`
	Tables   []UpgradedTable    `json:"tabelas"` // by name; empty when nothing was to be done
	Warnings []string           `json:"avisos"`  // what old rows did not let it tighten
	Took     time.Duration      `json:"duracao_ns"`
}

// AppliedMigration is one step of an upgrade.
type AppliedMigration struct {
	Version int64         `json:"versao"`
	Took    time.Duration `json:"duracao_ns"`
}

// UpgradedTable is a table before and after an upgrade. Rows are counted in tables that
// existed before.
type UpgradedTable struct {
	Name    string   `json:"nome"`
	Existed bool     `json:"existia"`
	Before  int64    `json:"linhas_antes"`
	After   int64    `json:"linhas"`
	Added   []string `json:"colunas_novas,omitempty"`
}

// Lost returns the tables that have fewer rows than before.
func (u UpgradeReport) Lost() []string {
	var out []string
	for _, t := range u.Tables {
		if t.After < t.Before {
			out = append(out, t.Name)
		}
	}
	return out
}

// Upgrade brings the schema of the database to the newest version: makes it where there is none, adopts
// a database of the predecessor in place. One that is up to date is only looked at. Processes that start at once take turns. What old rows do
// not let it tighten it leaves, and warns.
func Upgrade(ctx context.Context, url string) (report UpgradeReport, err error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return report, fmt.Errorf("database address: %w", err)
	}
	cfg.RuntimeParams["timezone"] = "UTC"
	cfg.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) {
		if n.Severity == "WARNING" {
			report.Warnings = append(report.Warnings, n.Message)
		}
	}
	db := stdlib.OpenDB(*cfg)
	defer func() { err = errors.Join(err, db.Close()) }()
	if versions, err := readVersions(ctx, db); err != nil || versions.current() {
		report.From, report.To = versions.newest(), versions.newest()
		return report, err
	}
	lock, err := db.Conn(ctx)
	if err != nil {
		return report, wrap("migrate: connect", err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if _, err := lock.ExecContext(ctx, "SELECT pg_advisory_lock($1)", int64(migrationLock)); err != nil {
		return report, wrap("migrate: take the lock", err)
	}
	defer func() {
		_, unlockErr := lock.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", int64(migrationLock))
		err = errors.Join(err, unlockErr)
	}()
	return report, report.upgrade(ctx, db)
}

func (u *UpgradeReport) upgrade(ctx context.Context, db *sql.DB) error {
	begun := time.Now()
	provider, err := migrationProvider(db)
	if err != nil {
		return err
	}
	versions, err := readVersions(ctx, db)
	if err != nil {
		return err
	}
	u.From, u.To = versions.newest(), versions.newest()
	if len(versions.pending()) == 0 {
		return nil
	}
	before, err := readTables(ctx, db)
	if err != nil {
		return err
	}
	rows, err := countRows(ctx, db, slices.Sorted(maps.Keys(before)))
	if err != nil {
		return err
	}
	u.Adopted = len(versions.applied) == 0 && before["chamados"] != nil
	results, err := provider.Up(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	u.note(results)
	if err := u.compare(ctx, db, before, rows); err != nil {
		return err
	}
	u.Took = time.Since(begun)
	return nil
}

func (u *UpgradeReport) note(results []*goose.MigrationResult) {
	for _, r := range results {
		u.Applied = append(u.Applied, AppliedMigration{Version: r.Source.Version, Took: r.Duration})
		u.To = max(u.To, r.Source.Version)
	}
}

// compare notes what became of the tables that there were, and which are new.
func (u *UpgradeReport) compare(ctx context.Context, db *sql.DB, before map[string][]string, rows map[string]int64) error {
	after, err := readTables(ctx, db)
	if err != nil {
		return err
	}
	now, err := countRows(ctx, db, slices.Sorted(maps.Keys(before)))
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(after)) {
		t := UpgradedTable{Name: name, Before: rows[name], After: now[name]}
		if _, t.Existed = before[name]; t.Existed {
			for _, column := range after[name] {
				if !slices.Contains(before[name], column) {
					t.Added = append(t.Added, column)
				}
			}
		}
		u.Tables = append(u.Tables, t)
	}
	return nil
}

// readTables returns the columns of each table in the schema that new tables go to.
func readTables(ctx context.Context, db *sql.DB) (map[string][]string, error) {
	rows, err := db.QueryContext(ctx, `SELECT c.table_name, c.column_name FROM information_schema.columns c
		JOIN information_schema.tables t USING (table_schema, table_name)
		WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' ORDER BY 1, c.ordinal_position`)
	if err != nil {
		return nil, wrap("read the tables", err)
	}
	defer rows.Close()
	out := map[string][]string{}
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			return nil, err
		}
		out[table] = append(out[table], column)
	}
	return out, rows.Err()
}

func countRows(ctx context.Context, db *sql.DB, tables []string) (map[string]int64, error) {
	out := map[string]int64{}
	for _, name := range tables {
		var n int64
		if err := db.QueryRowContext(ctx, `SELECT count(*) FROM `+pgx.Identifier{name}.Sanitize()).Scan(&n); err != nil {
			return nil, wrap("count the rows of "+name, err)
		}
		out[name] = n
	}
	return out, nil
}
