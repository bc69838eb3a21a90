package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"time"

	"chamados/storage"
	"chamados/storage/embedded"
	"chamados/storage/filedir"

	"github.com/jackc/pgx/v5"
)

// Write writes a backup of one moment to w; people may go on working. The error wraps
// [embedded.ErrNoTool] where pg_dump is missing.
func Write(ctx context.Context, o Options, w io.Writer) (m Manifest, err error) {
	conn, err := pgx.Connect(ctx, o.URL)
	if err != nil {
		return m, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	unlock, err := storage.LockSchema(ctx, conn) // not in the middle of an upgrade
	if err != nil {
		return m, err
	}
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return m, err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	b := &writer{o: o, tar: tar.NewWriter(w), sums: sums{}, at: time.Now().UTC().Truncate(time.Second)}
	b.m.Postgres, err = readServer(ctx, conn) // the moment is that of the first query
	unlock()
	if err != nil {
		return m, err
	}
	if err := b.write(ctx, tx); err != nil {
		return b.m, err
	}
	return b.m, b.tar.Close()
}

// writer is one backup on its way.
type writer struct {
	o    Options
	m    Manifest
	tar  *tar.Writer
	sums sums
	at   time.Time
}

func (b *writer) write(ctx context.Context, tx pgx.Tx) error {
	var err error
	b.m.Format, b.m.Program, b.m.At = format, b.o.Version, b.at
	if b.m.Schema, err = readSchema(ctx, tx); err != nil {
		return err
	}
	if b.m.Tables, err = readTables(ctx, tx); err != nil {
		return err
	}
	names, err := readContents(ctx, tx)
	if err != nil {
		return err
	}
	contents, err := b.find(names)
	if err != nil {
		return err
	}
	if err := b.document(manifestName, b.m); err != nil {
		return err
	}
	if err := b.dump(ctx, tx); err != nil {
		return err
	}
	for _, name := range contents {
		if err := b.content(ctx, name); err != nil {
			return fmt.Errorf("content %s: %w", name, err)
		}
	}
	return b.document(sumsName, b.sums)
}

// find returns the contents that are there, and notes the others.
func (b *writer) find(names []string) ([]string, error) {
	var found []string
	for _, name := range names {
		f, err := b.open(name)
		if errors.Is(err, fs.ErrNotExist) {
			b.m.Missing = append(b.m.Missing, name)
			continue
		}
		if err != nil {
			return nil, err
		}
		_ = f.Close()
		found = append(found, name)
	}
	b.m.Contents = len(found)
	return found, nil
}

func (b *writer) open(name string) (*os.File, error) {
	if !filedir.IsName(name) {
		return nil, fs.ErrNotExist
	}
	return os.Open(filedir.Path(b.o.Contents, name))
}

func (b *writer) document(name string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return b.add(name, int64(len(text)), bytes.NewReader(text))
}

// add writes an entry.
func (b *writer) add(name string, size int64, r io.Reader) error {
	err := b.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, ModTime: b.at, Format: tar.FormatPAX})
	if err == nil {
		_, err = io.Copy(b.tar, r)
	}
	return err
}

// addSummed writes an entry whose checksum is kept.
func (b *writer) addSummed(name string, f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	s := sumOf(f)
	if err := b.add(name, info.Size(), s); err != nil {
		return err
	}
	b.sums[name] = s.String()
	return nil
}

func (b *writer) content(ctx context.Context, name string) error {
	f, err := b.open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return b.addSummed(contentsName+name, f)
}

// dump runs pg_dump on the transaction's snapshot, into a file first: a tar wants to know sizes before.
func (b *writer) dump(ctx context.Context, tx pgx.Tx) error {
	var snapshot string
	if err := tx.QueryRow(ctx, `SELECT pg_export_snapshot()`).Scan(&snapshot); err != nil {
		return err
	}
	tool, err := embedded.Tool(ctx, "pg_dump", b.m.Postgres)
	if err != nil {
		return err
	}
	database, env, err := connection(b.o.URL)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(b.o.Scratch, ".chamados-backup-")
	if err != nil {
		return err
	}
	defer func() { _ = f.Close(); _ = os.Remove(f.Name()) }()
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, tool, "--format=custom", "--no-owner", "--no-privileges", "--snapshot="+snapshot, database)
	cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), env...), f, &said
	if err := cmd.Run(); err != nil {
		return failure(cmd, said.String(), err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return b.addSummed(dumpName, f)
}
