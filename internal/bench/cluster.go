package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"chamados/storage/embedded"

	"github.com/jackc/pgx/v5"
)

// cluster is the bench's own PostgreSQL: that of the application with its own settings, and
// pg_stat_statements beside them.
type cluster struct {
	server     *embedded.Server
	dir        string
	remove     bool
	pgbench    string
	postmaster int // its process id
}

// startCluster runs a cluster in dir, or in a new directory that is removed at the end if dir is "".
func startCluster(ctx context.Context, dir string) (*cluster, error) {
	c := &cluster{dir: dir}
	var err error
	if c.pgbench, err = findPgbench(); err != nil {
		return nil, err
	}
	if dir == "" {
		if c.dir, err = os.MkdirTemp("", "chamados-bench-"); err != nil {
			return nil, err
		}
		c.remove = true
		if err := os.Chmod(c.dir, 0o711); err != nil {
			return nil, err
		}
	}
	c.server, err = embedded.Start(ctx, embedded.Options{
		Dir: c.dir, Log: slog.New(slog.DiscardHandler),
		Settings: map[string]string{
			"shared_preload_libraries": "pg_stat_statements", "pg_stat_statements.track": "top", "pg_stat_statements.track_planning": "on",
		},
	})
	if err != nil {
		return nil, errors.Join(err, c.cleanUp())
	}
	c.postmaster, err = c.findPostmaster(ctx)
	if err != nil {
		return nil, errors.Join(err, c.stop())
	}
	return c, nil
}

func (c *cluster) stop() error {
	return errors.Join(c.server.Stop(context.Background()), c.cleanUp())
}

func (c *cluster) cleanUp() error {
	if !c.remove {
		return nil
	}
	return os.RemoveAll(c.dir)
}

// url returns the address of one of the cluster's databases.
func (c *cluster) url(database string) string {
	u, err := url.Parse(c.server.URL())
	if err != nil {
		panic(err) // embedded made it
	}
	u.Path = "/" + database
	return u.String()
}

// exec runs statements on a connection of their own.
func (c *cluster) exec(ctx context.Context, database string, statements ...string) error {
	conn, err := pgx.Connect(ctx, c.url(database))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, s := range statements {
		if _, err := conn.Exec(ctx, s); err != nil {
			return fmt.Errorf("%.60s: %w", s, err)
		}
	}
	return nil
}

// number returns the one number that a query selects.
func (c *cluster) number(ctx context.Context, database, query string) (int64, error) {
	conn, err := pgx.Connect(ctx, c.url(database))
	if err != nil {
		return 0, err
	}
	defer conn.Close(ctx)
	var n int64
	err = conn.QueryRow(ctx, query).Scan(&n)
	return n, err
}

// copyDatabase makes a fresh copy, so that each run begins with the same rows.
func (c *cluster) copyDatabase(ctx context.Context, from, to string) error {
	return c.exec(ctx, "postgres",
		"DROP DATABASE IF EXISTS "+to+" WITH (FORCE)",
		"CREATE DATABASE "+to+" TEMPLATE "+from+fileCopy,
		"CHECKPOINT")
}

// prewarm reads what tickets are read from into the shared buffers, which have room for it at a million too. By asking
// alone it would take a minute, and pgbench's own tables are there since its last run.
func (c *cluster) prewarm(ctx context.Context, database string) error {
	return c.exec(ctx, database, "CREATE EXTENSION IF NOT EXISTS pg_prewarm",
		`SELECT pg_prewarm(c.oid) FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid
		WHERE coalesce(i.indrelid, c.oid) IN ('chamados'::regclass, 'comentarios'::regclass, 'usuarios'::regclass)`)
}

// fileCopy copies without writing all of it to the log too.
const fileCopy = " STRATEGY FILE_COPY"

func (c *cluster) exists(ctx context.Context, database string) (bool, error) {
	n, err := c.number(ctx, "postgres", "SELECT count(*) FROM pg_database WHERE datname = '"+database+"'")
	return n > 0, err
}

func (c *cluster) findPostmaster(ctx context.Context) (int, error) {
	conn, err := pgx.Connect(ctx, c.url("postgres"))
	if err != nil {
		return 0, err
	}
	defer conn.Close(ctx)
	var backend int
	if err := conn.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&backend); err != nil {
		return 0, err
	}
	return parentOf(backend)
}

func findPgbench() (string, error) {
	if path, err := exec.LookPath("pgbench"); err == nil {
		return path, nil
	}
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		if path, err := exec.LookPath(filepath.Join(strings.TrimSpace(string(out)), "pgbench")); err == nil {
			return path, nil
		}
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench")
	if len(found) == 0 {
		return "", errors.New("pgbench was not found: it comes with PostgreSQL's server (Debian: postgresql)")
	}
	return found[len(found)-1], nil
}
