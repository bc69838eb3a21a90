// Package embedded runs a private PostgreSQL for an application that was given none: it finds the
// programs that are installed, makes a cluster once, and starts and stops the server with the
// application. The server listens on a Unix socket in a directory that only its owner may enter.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"
)

var (
	// ErrNoPrograms says that no PostgreSQL of MinMajor or newer was found. The error that wraps it says what to install.
	ErrNoPrograms = errors.New("PostgreSQL's programs were not found")
	// ErrInUse says that another process runs the server of the same data directory.
	ErrInUse = errors.New("the data directory is in use by another process")
	// ErrOtherMajor says that the cluster was made by a major version of which no programs are installed.
	ErrOtherMajor = errors.New("the database was made by another major version of PostgreSQL")
)

// MinMajor is the oldest supported major version of PostgreSQL.
const MinMajor = 14

const (
	databaseName = "chamados"
	superuser    = "chamados"
	defaultRoot  = "/var/lib/chamados"
	startTimeout = 2 * time.Minute
)

// Options says where the cluster lives and how its server runs.
type Options struct {
	// Dir is the application's data directory; it is made when absent. The cluster goes to Dir/postgres,
	// the server's log to Dir/postgres.log. When root runs the application and the account that runs
	// PostgreSQL cannot enter Dir, the cluster goes below /var/lib/chamados and Dir/postgres.location names the place.
	Dir string
	// BinDir is the directory of PostgreSQL's programs. When empty, the environment variable
	// CHAMADOS_POSTGRES_BIN and then the usual places are asked.
	BinDir string
	// Settings are added to the server's settings and win over the package's own (tests: {"fsync": "off"}).
	Settings map[string]string
	// Log hears what is worth telling an operator. Nil means slog.Default().
	Log *slog.Logger

	sharedRoot string // replaces defaultRoot in tests
}

// Server is a running private PostgreSQL, which is started again when it ends by itself. Its methods
// may be called from any goroutine.
type Server struct {
	*keeper
	dir     string
	url     string
	release func()
}

// Start runs the private server of opts.Dir and returns when it accepts connections and the database
// exists. A server that an earlier, killed process left running is stopped first; its data stay.
// The errors wrap ErrNoPrograms, ErrInUse or ErrOtherMajor where they apply. Cancelling ctx gives up
// the start; it does not stop a server that was returned.
func Start(ctx context.Context, opts Options) (*Server, error) {
	opts, err := opts.complete()
	if err != nil {
		return nil, err
	}
	installed, err := findPrograms(ctx, opts.BinDir)
	if err != nil {
		return nil, err
	}
	locks := &locks{}
	if err := locks.take(opts.Dir); err != nil {
		return nil, err
	}
	server, err := startLocked(ctx, opts, installed, locks)
	if err != nil {
		locks.release()
		return nil, err
	}
	return server, nil
}

func startLocked(ctx context.Context, opts Options, installed []programs, locks *locks) (*Server, error) {
	cluster, err := locate(opts, installed)
	if err != nil {
		return nil, err
	}
	if err := locks.take(filepath.Dir(cluster.dir)); err != nil {
		return nil, err
	}
	if err := cluster.prepare(ctx, opts); err != nil {
		return nil, err
	}
	if err := cluster.stopOrphan(ctx, opts.Log); err != nil {
		return nil, err
	}
	proc, err := cluster.run(ctx, opts)
	if err != nil {
		return nil, err
	}
	if err := createDatabase(ctx, proc.socketDir); err != nil {
		return nil, errors.Join(err, proc.stop(context.WithoutCancel(ctx)))
	}
	opts.Log.Info("private PostgreSQL started", "version", cluster.programs.version, "cluster", cluster.dir)
	return &Server{keeper: keep(cluster, opts, proc), dir: opts.Dir, url: socketURL(proc.socketDir, databaseName), release: locks.release}, nil
}

// URL returns a connection string for pgx to the application's database over the private socket.
func (s *Server) URL() string { return s.url }

// Done is closed when the server has ended for good: by Stop, or because it kept ending by itself.
func (s *Server) Done() <-chan struct{} { return s.done }

// Stop shuts the server down: it ends open connections, writes a checkpoint and returns when the
// process is gone. When ctx ends first, or after 4 seconds, it shuts down at once; committed data are
// safe then too, and the next start recovers them. Calling it again returns nil.
func (s *Server) Stop(ctx context.Context) error {
	err := s.stop(ctx)
	s.release()
	return err
}

func (o Options) complete() (Options, error) {
	if o.Dir == "" {
		return o, errors.New("embedded PostgreSQL: no data directory given")
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return o, fmt.Errorf("embedded PostgreSQL: data directory: %w", err)
	}
	o.Dir = dir
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.sharedRoot == "" {
		o.sharedRoot = defaultRoot
	}
	if err := os.MkdirAll(dir, dirMode()); err != nil {
		return o, fmt.Errorf("embedded PostgreSQL: data directory: %w", err)
	}
	return o, nil
}

// dirMode lets the account that runs PostgreSQL for root pass through the data directory.
func dirMode() os.FileMode {
	if os.Geteuid() == 0 {
		return 0o711
	}
	return 0o700
}
