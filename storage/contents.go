package storage

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"time"

	"chamados/domain"
	"chamados/storage/filedir"

	"github.com/jackc/pgx/v5"
)

// Contents keeps contents of attachments beside the database; [filedir.Dir] says what each method
// promises.
type Contents interface {
	Write(name string, r io.Reader) error
	Read(name string) (io.ReadCloser, error)
	Remove(name string) error
	Each(ctx context.Context, yield func(filedir.File) error) error
	Claim(owner string) (bool, error)
}

// unclaimedAge is how old a content that no row names must be before it is taken for left over: longer
// than any transaction that may still come to name it, and than a copy of the directory takes.
const unclaimedAge = 48 * time.Hour

// sweepBatch bounds how many contents are looked up at once.
const sweepBatch = 1000

// writeOutside keeps a content beside the database, if new ones go there, and returns its name; "" means
// that it belongs into the database. The row that names it is to be written next.
func (db *DB) writeOutside(content []byte) (string, error) {
	if !db.outside || len(content) == 0 {
		return "", nil
	}
	name := filedir.NewName()
	if err := db.contents.Write(name, bytes.NewReader(content)); err != nil {
		return "", outsideError("write a content", err)
	}
	return name, nil
}

// writeAllOutside is writeOutside for attachments, one name for each.
func (db *DB) writeAllOutside(list []domain.NewAttachment) ([]string, error) {
	names := make([]string, len(list))
	for i, f := range list {
		name, err := db.writeOutside(f.Content)
		if err != nil {
			return nil, err
		}
		names[i] = name
	}
	return names, nil
}

func (db *DB) openOutside(name string) (io.ReadCloser, error) {
	err := fs.ErrNotExist
	if db.contents != nil {
		var r io.ReadCloser
		if r, err = db.contents.Read(name); err == nil {
			return r, nil
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &domain.Error{Code: domain.CodeUnavailable, Key: domain.ErrContentMissing.Key, Err: err}
	}
	return nil, outsideError("read a content", err)
}

// outsideError is wrap for errors of the contents, which are all trouble with the system.
func outsideError(doing string, err error) error {
	err = wrap(doing, err)
	if err == nil || domain.CodeOf(err) == domain.CodeUnavailable {
		return err
	}
	return &domain.Error{Code: domain.CodeUnavailable, Key: "unavailable", Err: err}
}

// SweepContents removes contents beside the database that no attachment names (any more): of comments
// taken back, and of transactions that were never committed. It removes nothing from a directory that
// another database has claimed. [DB.Run] calls it; several processes may.
func (db *DB) SweepContents(ctx context.Context) error {
	if db.contents == nil {
		return nil
	}
	owner, err := db.identity(ctx)
	if err != nil {
		return err
	}
	ours, err := db.contents.Claim(owner)
	if err != nil {
		return outsideError("claim the contents", err)
	}
	if !ours {
		db.log.Warn("contents that nothing names are kept: their directory belongs to another database; "+
			"when that one is gone for good, delete the file "+filedir.ClaimFile+" in it", "this database", owner)
		return nil
	}
	before := db.clock().Add(-unclaimedAge)
	var batch []string
	err = db.contents.Each(ctx, func(f filedir.File) error {
		if f.Written.Before(before) {
			batch = append(batch, f.Name)
		}
		if len(batch) < sweepBatch {
			return nil
		}
		defer func() { batch = batch[:0] }()
		return db.removeUnnamed(ctx, batch)
	})
	if err == nil {
		err = db.removeUnnamed(ctx, batch)
	}
	return outsideError("sweep the contents", err)
}

// identity tells this database from others, copies on other servers included.
func (db *DB) identity(ctx context.Context) (string, error) {
	var out string
	err := db.run(ctx, statement{sql: `SELECT system_identifier || '/' || current_database() FROM pg_control_system()`,
		read: one(func(rows pgx.Rows) error { return rows.Scan(&out) })})
	return out, wrap("identify the database", err)
}

func (db *DB) removeUnnamed(ctx context.Context, names []string) error {
	if len(names) == 0 {
		return nil
	}
	var unnamed []string
	err := db.run(ctx, statement{sql: `SELECT n FROM unnest($1::text[]) n WHERE NOT EXISTS (
			SELECT FROM anexos WHERE caminho_arquivo = n AND estado = 'guardado')`, args: []any{names},
		read: each(func(rows pgx.Rows) error {
			var name string
			err := rows.Scan(&name)
			unnamed = append(unnamed, name)
			return err
		})})
	if err != nil {
		return err
	}
	for _, name := range unnamed {
		if err := db.contents.Remove(name); err != nil {
			return err
		}
	}
	return nil
}
