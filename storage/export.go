package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// ExportSink takes what [DB.Export] gives.
type ExportSink interface {
	// Table begins a table; put takes its rows, each a JSON object with those columns, and
	// end follows the last one.
	Table(name string, columns []string) (put func(row []byte) error, end func() error, err error)
	// File takes a stored file by the path that its row in anexos has as "arquivo".
	File(path string, content io.Reader) error
	// Missing is told of a stored file whose content cannot be found.
	Missing(path string)
}

// exported are the tables that a person takes along who leaves, in their order.
var exported = []string{"usuarios", "grupos", "chamados", "comentarios", "eventos", "anexos", "avaliacoes", "silenciados"}

// notExported says of all other tables why not.
var notExported = map[string]string{
	"alarmes":            "messages that only this bot can take back",
	"anexo_partes":       "written as files",
	"busca":              "made of the rest",
	"cadastros":          "codes that somebody waits for",
	"chaves":             "answers to repeated requests",
	"sessoes_encerradas": "sessions that are over",
	"codigos":            "secrets",
	"conhecidos":         "who has logged in from where",
	"contadores":         "made of the rest",
	"conversas":          "half-finished dialogues",
	"convites":           "secrets",
	"correio":            "a queue",
	"entrada":            "a queue",
	"importacoes":        "reports of a few weeks",
	"lugares":            "made of the groups",
	"mensagens":          "numbers that only this bot can use",
	"processos":          "which programs run",
	"saida":              "a queue",
	"tarefas":            "what has run when",
	"tentativas":         "counts of failed logins",
	"vistos":             "who has read what",
	"visitas":            "who has been here since when",
	migrationTable:       "made anew",
}

// secretColumns never leave, and what only this program can use neither.
var secretColumns = map[string][]string{
	"usuarios": {"senha_hash", "versao_token"},
	"chamados": {"sla_marcas", "cuidado_passo", "cuidado_em", "relogio_em"},
	"anexos":   {"telegram_file_id", "tentativas", "proxima_tentativa", "erro"},
}

// exportPage is how many files are looked up at a time.
const exportPage = 500

// Export gives everything that the desk knows to sink, as it was at one moment: internal notes
// and deleted tickets too. It holds one row, or one piece of a file, at a time.
func (db *DB) Export(ctx context.Context, sink ExportSink) error {
	conn, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return wrap("export", err)
	}
	defer tx.Rollback(context.WithoutCancel(ctx))
	for _, table := range exported {
		if err := exportTable(ctx, tx, sink, table); err != nil {
			return wrap("export "+table, err)
		}
	}
	return wrap("export files", db.exportFiles(ctx, tx, sink))
}

func exportTable(ctx context.Context, tx pgx.Tx, sink ExportSink, table string) (err error) {
	names, expressions, err := exportColumns(ctx, tx, table)
	if err != nil {
		return err
	}
	put, end, err := sink.Table(table, names)
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `SELECT row_to_json(x)::text FROM (SELECT `+strings.Join(expressions, ", ")+
		` FROM `+pgx.Identifier{table}.Sanitize()+` ORDER BY 1) x`, pgx.QueryExecModeExec)
	if err != nil {
		return errors.Join(err, end())
	}
	defer rows.Close()
	for rows.Next() {
		if err := put(rows.RawValues()[0]); err != nil {
			return errors.Join(err, end())
		}
	}
	return errors.Join(rows.Err(), end())
}

// exportColumns returns a table's columns and how each is read: times, which are UTC, with their zone.
func exportColumns(ctx context.Context, tx pgx.Tx, table string) (names, expressions []string, err error) {
	rows, err := tx.Query(ctx, `SELECT column_name::text, data_type::text FROM information_schema.columns
		WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position`, table)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name, kind string
		if err := rows.Scan(&name, &kind); err != nil {
			return nil, nil, err
		}
		if slices.Contains(secretColumns[table], name) || kind == "bytea" || kind == "tsvector" {
			continue
		}
		column := pgx.Identifier{name}.Sanitize()
		if kind == "timestamp without time zone" {
			column = column + ` AT TIME ZONE 'UTC' AS ` + column
		}
		names, expressions = append(names, name), append(expressions, column)
	}
	if table == "anexos" {
		names, expressions = append(names, "arquivo"), append(expressions, storedPath+` AS arquivo`)
	}
	return names, expressions, rows.Err()
}

// storedPath is where an export has the content of a row of anexos, NULL where there is none. Names that
// people chose are in the row: no file system takes all of them.
const storedPath = `CASE WHEN estado = 'guardado' THEN 'anexos/' || id || coalesce(lower(substring(nome_arquivo FROM '\.[A-Za-z0-9]{1,10}$')), '') END`

func (db *DB) exportFiles(ctx context.Context, tx pgx.Tx, sink ExportSink) error {
	last := int64(0)
	for {
		files := map[int64]string{}
		rows, err := tx.Query(ctx, `SELECT id, `+storedPath+` FROM anexos WHERE estado = 'guardado' AND id > $1 ORDER BY id LIMIT $2`, last, exportPage)
		if err != nil {
			return err
		}
		var id int64
		var file string
		if _, err = pgx.ForEachRow(rows, []any{&id, &file}, func() error { files[id] = file; return nil }); err != nil {
			return err
		}
		for _, id := range slices.Sorted(maps.Keys(files)) {
			if err := db.exportFile(ctx, sink, id, files[id]); err != nil {
				return fmt.Errorf("%s: %w", files[id], err)
			}
			last = id
		}
		if len(files) < exportPage {
			return nil
		}
	}
}

// exportFile gives one content, which never changes. One that is gone is told of: the rest matters more.
func (db *DB) exportFile(ctx context.Context, sink ExportSink, id int64, path string) error {
	content, err := db.AttachmentContent(ctx, id)
	if err != nil && ctx.Err() == nil {
		sink.Missing(path)
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(sink.File(path, content), content.Close())
}
