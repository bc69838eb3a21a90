package backup

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const undefinedTable = "42P01" // SQLSTATE

// steady makes rows read alike on every server.
const steady = `SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres';
	SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL search_path = public`

// readTables returns the tables of a database, by name, with what is in them.
func readTables(ctx context.Context, tx pgx.Tx) ([]Table, error) {
	if _, err := tx.Exec(ctx, steady); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY c.relname`)
	if err != nil {
		return nil, err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	var out []Table
	for _, name := range names {
		t := Table{Name: name}
		// MD5 tells alike what differs only by intent; a sum does not mind the order of rows.
		err := tx.QueryRow(ctx, fmt.Sprintf(`SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint::numeric), 0)::text
			FROM %s t`, pgx.Identifier{name}.Sanitize())).Scan(&t.Rows, &t.Sum)
		if err != nil {
			return nil, fmt.Errorf("table %s: %w", name, err)
		}
		out = append(out, t)
	}
	return out, nil
}

// readServer returns the server's major version.
func readServer(ctx context.Context, conn *pgx.Conn) (int, error) {
	var number int
	err := conn.QueryRow(ctx, `SELECT current_setting('server_version_num')::integer`).Scan(&number)
	return number / 10_000, err
}

// readSchema returns the migrations that a database has.
func readSchema(ctx context.Context, tx pgx.Tx) (versions []int64, err error) {
	rows, err := tx.Query(ctx, `SELECT version_id FROM migracoes WHERE is_applied AND version_id > 0 ORDER BY version_id`)
	if err == nil {
		versions, err = pgx.CollectRows(rows, pgx.RowTo[int64])
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == undefinedTable {
		return nil, fmt.Errorf("%w: %w", ErrNoDesk, err)
	}
	return versions, err
}

// readContents returns the names of contents that rows say are in the directory.
func readContents(ctx context.Context, tx pgx.Tx) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT caminho_arquivo FROM anexos WHERE caminho_arquivo IS NOT NULL ORDER BY caminho_arquivo`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
