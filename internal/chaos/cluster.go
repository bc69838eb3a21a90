package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"chamados/storage"
	"chamados/storage/embedded"

	"github.com/jackc/pgx/v5"
	"golang.org/x/crypto/bcrypt"
)

// templateName is the database with people in it that each scenario begins with.
const templateName = "chaos_template"

// cluster is the suite's own PostgreSQL.
type cluster struct {
	dir      string
	settings map[string]string
	server   *embedded.Server
}

// startCluster runs a cluster with the template in it. It loses nothing that it has committed when its processes die. The short
// form spares the disk: a crash of processes, unlike one of the machine, leaves the kernel's memory.
func startCluster(ctx context.Context, dir string, short bool) (*cluster, error) {
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return nil, err
	}
	c := &cluster{dir: dir, settings: map[string]string{"max_connections": "150"}}
	if short {
		c.settings["fsync"], c.settings["full_page_writes"] = "off", "off"
	}
	if err := c.start(ctx); err != nil {
		return nil, err
	}
	if err := c.prepare(ctx); err != nil {
		return nil, errors.Join(err, c.stop())
	}
	return c, nil
}

func (c *cluster) start(ctx context.Context) (err error) {
	c.server, err = embedded.Start(ctx, embedded.Options{Dir: c.dir, Log: slog.New(slog.DiscardHandler), Settings: c.settings})
	return err
}

func (c *cluster) stop() error { return c.server.Stop(context.Background()) }

// url returns the address of a database.
func (c *cluster) url(database string) string {
	u, err := url.Parse(c.server.URL())
	if err != nil {
		panic(err) // embedded made it
	}
	u.Path = "/" + database
	return u.String()
}

// prepare makes the template.
func (c *cluster) prepare(ctx context.Context) error {
	if err := c.exec(ctx, "postgres", "CREATE DATABASE "+templateName); err != nil {
		return err
	}
	if err := storage.Migrate(ctx, c.url(templateName)); err != nil {
		return err
	}
	hash, err := bcrypt.GenerateFromPassword([]byte("senha-do-caos"), bcrypt.MinCost)
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, c.url(templateName))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, p := range everybody() {
		telegram := any(p.telegram())
		if p.isRemote() {
			telegram = nil
		}
		_, err := conn.Exec(ctx, `INSERT INTO usuarios (id, nome, email, senha_hash, tipo, idioma, telegram_id)
			VALUES ($1, $2, $3, $4, $5, 'pt-BR', $6)`, p.id, p.name(), p.email(), string(hash), p.role(), telegram)
		if err != nil {
			return err
		}
	}
	_, err = conn.Exec(ctx, `SELECT setval('usuarios_id_seq', max(id)) FROM usuarios`)
	return err
}

// create makes a scenario's database.
func (c *cluster) create(ctx context.Context, name string) error {
	return c.exec(ctx, "postgres", "CREATE DATABASE "+name+" TEMPLATE "+templateName)
}

func (c *cluster) drop(ctx context.Context, name string) error {
	return c.exec(ctx, "postgres", "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
}

func (c *cluster) exec(ctx context.Context, database string, statements ...string) error {
	conn, err := pgx.Connect(ctx, c.url(database))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, s := range statements {
		if _, err := conn.Exec(ctx, s); err != nil {
			return fmt.Errorf("%.60s: %w", s, err)
		}
	}
	return nil
}

// crash ends the server at once, as pg_ctl -m immediate does, keeps it away for a while, and lets it
// recover.
func (c *cluster) crash(ctx context.Context, away time.Duration) error {
	pid, err := c.postmaster()
	if err != nil {
		return err
	}
	before := c.server
	stopped := make(chan error, 1)
	if err := syscall.Kill(pid, syscall.SIGQUIT); err != nil {
		return err
	}
	go func() { stopped <- before.Stop(context.WithoutCancel(ctx)) }()
	if err := <-stopped; err != nil {
		return err
	}
	time.Sleep(away)
	return c.start(context.WithoutCancel(ctx))
}

func (c *cluster) postmaster() (int, error) {
	found, err := os.ReadFile(c.dir + "/postgres/postmaster.pid")
	if err != nil {
		return 0, err
	}
	line, _, _ := strings.Cut(string(found), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || pid <= 1 {
		return 0, errors.Join(err, errors.New("no process id in postmaster.pid"))
	}
	return pid, nil
}
