package storage_test

import (
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"chamados/storage"
	"chamados/storage/pgtest"
)

// Whoever adds a table has to say whether people who leave take it along.
func TestEveryTableIsExportedOrSaysWhyNot(t *testing.T) {
	conn, err := pgx.Connect(t.Context(), pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), `SELECT table_name::text FROM information_schema.tables
		WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range tables {
		if slices.Contains(storage.Exported, name) == (storage.NotExported[name] != "") {
			t.Errorf("%s: name it in exported or, with the reason, in notExported", name)
		}
	}
	for _, name := range storage.Exported {
		if !slices.Contains(tables, name) {
			t.Errorf("there is no table %s", name)
		}
	}
}
