package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"chamados/storage/backup"
	"chamados/storage/embedded"
)

// standard stands for the standard output, or input, in the place of a file.
const standard = "-"

func (c *cli) backupCommand() *cobra.Command {
	return c.command("backup", &cobra.Command{
		Use:  "backup " + c.text("word.file") + "|-",
		Args: c.exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withBackup(cmd, args[0], func(ctx context.Context, o backup.Options) error {
				write := func() (backup.Manifest, error) { return writeBackup(ctx, o, args[0]) }
				if args[0] == standard {
					write = func() (backup.Manifest, error) { return backup.Write(ctx, o, cmd.OutOrStdout()) }
				}
				m, err := write()
				if err != nil {
					return err
				}
				c.tellOfBackup(cmd, m)
				if args[0] != standard {
					fmt.Fprintln(cmd.ErrOrStderr(), c.text("backup.done", "File", args[0]))
				}
				return nil
			})
		},
	})
}

func (c *cli) restoreCommand() *cobra.Command {
	return c.command("restore", &cobra.Command{
		Use:  "restore " + c.text("word.file") + "|-",
		Args: c.exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withBackup(cmd, args[0], func(ctx context.Context, o backup.Options) error {
				in := cmd.InOrStdin()
				if args[0] != standard {
					f, err := os.Open(args[0])
					if err != nil {
						return err
					}
					defer f.Close()
					in = f
				}
				m, err := backup.Restore(ctx, o, bufio.NewReaderSize(in, 1<<20))
				if err != nil {
					return err
				}
				c.tellOfBackup(cmd, m)
				fmt.Fprintln(cmd.ErrOrStderr(), c.text("backup.restored"))
				return nil
			})
		},
	})
}

// withBackup runs do on the configured database, beside a program that may be running on it, and leaves
// its schema as it is.
func (c *cli) withBackup(cmd *cobra.Command, file string, do func(ctx context.Context, o backup.Options) error) (err error) {
	config, err := c.load(cmd)
	if err != nil {
		return err
	}
	p := NewProgram(config, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	defer func() { err = errors.Join(err, p.Stop()) }()
	if err := makeDataDir(config.DataDir); err != nil {
		return err
	}
	url, err := p.databaseBeside(cmd.Context())
	if err != nil {
		return err
	}
	scratch := "" // the system's
	if file != standard {
		scratch = filepath.Dir(file)
	}
	err = do(cmd.Context(), backup.Options{URL: url, Contents: config.AttachmentsDir(), Version: buildVersion(), Scratch: scratch})
	return c.backupFailure(err)
}

// writeBackup writes a new file, for the eyes of its owner only: all of it, or none.
func writeBackup(ctx context.Context, o backup.Options, file string) (m backup.Manifest, err error) {
	if _, err := os.Lstat(file); err == nil {
		return m, &os.PathError{Op: "create", Path: file, Err: os.ErrExist}
	}
	f, err := os.OpenFile(file+".part", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return m, err
	}
	out := bufio.NewWriterSize(f, 1<<20)
	m, err = backup.Write(ctx, o, out)
	if err == nil {
		err = errors.Join(out.Flush(), f.Sync())
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return m, errors.Join(err, os.Remove(f.Name()))
	}
	return m, nil
}

// tellOfBackup says, beside a backup that may go to the standard output, what is in it.
func (c *cli) tellOfBackup(cmd *cobra.Command, m backup.Manifest) {
	out := cmd.ErrOrStderr()
	fmt.Fprintln(out, c.text("backup.made", "Program", m.Program, "At", m.At.Local().Format("2006-01-02 15:04:05"), "Postgres", m.Postgres))
	fmt.Fprintln(out, c.text("backup.tables", "Tables", len(m.Tables), "Rows", m.Rows()))
	fmt.Fprintln(out, c.count("backup.contents", m.Contents))
	for _, name := range m.Missing {
		fmt.Fprintln(out, c.text("backup.missing", "Name", name))
	}
}

// backupFailures are the reasons that have words of their own.
var backupFailures = []struct {
	err error
	key string
}{
	{backup.ErrNoDesk, "no_desk"}, {backup.ErrNotEmpty, "not_empty"}, {backup.ErrNewer, "newer"}, {backup.ErrOldServer, "old_server"}, {backup.ErrDamaged, "damaged"},
	{backup.ErrDiffers, "differs"}, {embedded.ErrNoTool, "no_tool"}, {os.ErrExist, "exists"},
}

// backupFailure says in the operator's language why it did not work, and the detail beneath it.
func (c *cli) backupFailure(err error) error {
	for _, f := range backupFailures {
		if errors.Is(err, f.err) {
			return fmt.Errorf("%s\n%w", c.text("backup.failure."+f.key), err)
		}
	}
	return err
}
