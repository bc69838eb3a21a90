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
	"slices"
	"strings"

	"chamados/storage"
	"chamados/storage/embedded"
	"chamados/storage/filedir"

	"github.com/jackc/pgx/v5"
)

// Restore puts a backup into an empty database and compares what is there then with what was saved. The
// error wraps one of this package's, or [embedded.ErrNoTool].
func Restore(ctx context.Context, o Options, r io.Reader) (m Manifest, err error) {
	conn, err := pgx.Connect(ctx, o.URL)
	if err != nil {
		return m, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	unlock, err := storage.LockSchema(ctx, conn)
	if err != nil {
		return m, err
	}
	defer unlock()
	b := &restorer{o: o, tar: tar.NewReader(r), found: sums{}}
	defer func() { err = errors.Join(err, b.cleanUp(err != nil)) }()
	return b.m, b.restore(ctx, conn)
}

// restorer is one backup on its way back.
type restorer struct {
	o       Options
	m       Manifest
	tar     *tar.Reader
	dump    string // where the dump lies
	found   sums
	dir     *filedir.Dir
	written []string // contents
}

func (b *restorer) restore(ctx context.Context, conn *pgx.Conn) error {
	server, err := readServer(ctx, conn)
	if err != nil {
		return err
	}
	if err := isEmpty(ctx, conn); err != nil {
		return err
	}
	if err := b.manifest(server); err != nil {
		return err
	}
	if err := b.unpack(ctx); err != nil {
		return err
	}
	if err := b.load(ctx, server); err != nil {
		return err
	}
	if err := b.compare(ctx, conn); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, `ANALYZE`)
	return err
}

// isEmpty refuses a database that has anything of anybody in it.
func isEmpty(ctx context.Context, conn *pgx.Conn) error {
	var names []string
	err := conn.QueryRow(ctx, `SELECT coalesce(array_agg(n.nspname || '.' || c.relname ORDER BY 1), '{}') FROM pg_class c
		JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\_%'
			AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')`).Scan(&names)
	if err == nil && len(names) > 0 {
		err = fmt.Errorf("%w: %s", ErrNotEmpty, strings.Join(names[:min(len(names), 5)], ", "))
	}
	return err
}

// next returns the next entry's name, io.EOF at the end.
func (b *restorer) next() (string, error) {
	h, err := b.tar.Next()
	if err == io.EOF {
		return "", err
	}
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return h.Name, nil
}

// manifest reads what the backup is of, and refuses what cannot be put back here.
func (b *restorer) manifest(server int) error {
	name, err := b.next()
	if err != nil || name != manifestName {
		return fmt.Errorf("%w: it does not begin with %s", ErrDamaged, manifestName)
	}
	if err := json.NewDecoder(b.tar).Decode(&b.m); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	known := storage.KnownMigrations()
	for _, version := range b.m.Schema {
		if b.m.Format > format || !slices.Contains(known, version) {
			return fmt.Errorf("%w: %s, migration %d", ErrNewer, b.m.Program, version)
		}
	}
	if b.m.Postgres > server {
		return fmt.Errorf("%w: %d, the server is %d", ErrOldServer, b.m.Postgres, server)
	}
	return nil
}

// unpack lays the dump and the contents down and compares them with their checksums.
func (b *restorer) unpack(ctx context.Context) error {
	for ctx.Err() == nil {
		name, err := b.next()
		if err == io.EOF {
			return fmt.Errorf("%w: its end is missing", ErrDamaged)
		}
		if err != nil {
			return err
		}
		content, isContent := strings.CutPrefix(name, contentsName)
		switch {
		case name == sumsName:
			return b.check()
		case name == dumpName:
			err = b.layDump()
		case isContent:
			err = b.layContent(content)
		default:
			err = fmt.Errorf("%w: %s is none of its parts", ErrDamaged, name)
		}
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (b *restorer) layDump() error {
	f, err := os.CreateTemp(b.o.Scratch, ".chamados-restore-")
	if err != nil {
		return err
	}
	b.dump = f.Name()
	s := sumOf(b.tar)
	_, err = io.Copy(f, s)
	b.found[dumpName] = s.String()
	return damage(errors.Join(err, f.Close()))
}

// damage says of an end that comes too early that the file is damaged.
func damage(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

// layContent puts a content into the directory. One that is there already, as after an attempt that
// failed, has the same name only if it is the same.
func (b *restorer) layContent(name string) (err error) {
	if b.dir == nil {
		if b.dir, err = filedir.Open(b.o.Contents); err != nil {
			return err
		}
	}
	if !filedir.IsName(name) {
		return fmt.Errorf("%w: %q is not the name of a content", ErrDamaged, name)
	}
	s := sumOf(b.tar)
	err = b.dir.Write(name, s)
	switch {
	case errors.Is(err, fs.ErrExist):
		_, err = io.Copy(io.Discard, s)
	case err == nil:
		b.written = append(b.written, name)
	}
	b.found[contentsName+name] = s.String()
	return damage(err)
}

// check compares the checksums at the end of the file with what came before.
func (b *restorer) check() error {
	var want sums
	if err := json.NewDecoder(b.tar).Decode(&want); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if len(want) != len(b.found) {
		return fmt.Errorf("%w: %d parts of %d", ErrDamaged, len(b.found), len(want))
	}
	for name, sum := range want {
		if b.found[name] != sum {
			return fmt.Errorf("%w: %s", ErrDamaged, name)
		}
	}
	if b.dump == "" || len(want) != b.m.Contents+1 {
		return fmt.Errorf("%w: a part is missing", ErrDamaged)
	}
	return nil
}

// load runs pg_restore in one transaction: all of it, or nothing.
func (b *restorer) load(ctx context.Context, server int) error {
	tool, err := embedded.Tool(ctx, "pg_restore", server)
	if err != nil {
		return err
	}
	database, env, err := connection(b.o.URL)
	if err != nil {
		return err
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, tool, "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", "--no-comments", database, b.dump)
	cmd.Env, cmd.Stderr = append(os.Environ(), env...), &said
	if err := cmd.Run(); err != nil {
		return failure(cmd, said.String(), err)
	}
	return nil
}

// compare counts and sums up what is in the database now.
func (b *restorer) compare(ctx context.Context, conn *pgx.Conn) error {
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	tables, err := readTables(ctx, tx)
	if err != nil {
		return err
	}
	for i, want := range b.m.Tables {
		if i >= len(tables) || tables[i] != want {
			return fmt.Errorf("%w: table %s", ErrDiffers, want.Name)
		}
	}
	if len(tables) != len(b.m.Tables) {
		return fmt.Errorf("%w: %d tables of %d", ErrDiffers, len(tables), len(b.m.Tables))
	}
	return nil
}

// cleanUp removes what is not needed any more, after a failure also the contents: no row names them.
func (b *restorer) cleanUp(failed bool) error {
	var errs []error
	if b.dump != "" {
		errs = append(errs, os.Remove(b.dump))
	}
	if b.dir == nil {
		return errors.Join(errs...)
	}
	if failed {
		for _, name := range b.written {
			errs = append(errs, b.dir.Remove(name))
		}
	}
	return errors.Join(append(errs, b.dir.Close())...)
}
