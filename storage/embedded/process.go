package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	pollInterval  = 20 * time.Millisecond
	stopGrace     = 4 * time.Second
	quitGrace     = 2 * time.Second
	settleTimeout = 5 * time.Second
)

// process is a server that we started.
type process struct {
	cmd       *exec.Cmd
	socketDir string
	removeDir bool          // socketDir is a directory made for the socket alone
	done      chan struct{} // closed when the server has ended
	exit      error         // how; read after done
}

// run starts the server and waits until it accepts connections. Remains of a crashed predecessor that
// are about to go (backends that have not yet noticed) are given a moment.
func (c *cluster) run(ctx context.Context, opts Options) (*process, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	deadline := time.Now().Add(settleTimeout)
	for {
		proc, err := c.launch(opts)
		if err != nil {
			return nil, err
		}
		err = proc.ready(ctx)
		if err == nil {
			return proc, nil
		}
		err = errors.Join(err, proc.stop(context.WithoutCancel(ctx)))
		tail := logTail(logPath(opts))
		if !stillSettling(tail) || time.Now().After(deadline) || ctx.Err() != nil {
			return nil, fmt.Errorf("PostgreSQL did not start: %w; the end of %s:\n%s", err, logPath(opts), tail)
		}
	}
}

func stillSettling(log string) bool {
	return strings.Contains(log, "pre-existing shared memory block") || strings.Contains(log, `lock file "postmaster.pid" already exists`)
}

func (c *cluster) launch(opts Options) (*process, error) {
	socketDir, temporary, err := socketDirectory(c)
	if err != nil {
		return nil, err
	}
	log, err := openLog(logPath(opts))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	args := append([]string{"-D", c.dir}, settings(socketDir, opts.Settings)...)
	proc := &process{cmd: c.account.command(c.programs.path("postgres"), args...), socketDir: socketDir, removeDir: temporary, done: make(chan struct{})}
	proc.cmd.Stdout, proc.cmd.Stderr = log, log
	if err := proc.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	go func() {
		proc.exit = proc.cmd.Wait()
		close(proc.done)
	}()
	return proc, nil
}

// ready waits until the server accepts connections.
func (p *process) ready(ctx context.Context) error {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		if err := ping(ctx, p.socketDir); err == nil {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("the server ended: %v", p.exit)
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// stop ends the server: in order first, then at once.
func (p *process) stop(ctx context.Context) error {
	defer p.cleanUp()
	steps := []struct {
		signal syscall.Signal
		grace  time.Duration
	}{{syscall.SIGINT, stopGrace}, {syscall.SIGQUIT, quitGrace}, {syscall.SIGKILL, quitGrace}}
	for _, step := range steps {
		if err := p.cmd.Process.Signal(step.signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("stop PostgreSQL: %w", err)
		}
		if p.ended(ctx, step.grace) {
			return nil
		}
		ctx = context.WithoutCancel(ctx)
	}
	return errors.New("PostgreSQL did not stop")
}

func (p *process) ended(ctx context.Context, grace time.Duration) bool {
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-p.done:
		return true
	case <-ctx.Done():
	case <-timer.C:
	}
	return false
}

func (p *process) cleanUp() {
	if p.removeDir {
		_ = os.Remove(p.socketDir)
	}
}

// openLog begins a new log and keeps the one before, so that neither grows forever.
func openLog(path string) (*os.File, error) {
	if err := os.Rename(path, path+".1"); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("put the old log away: %w", err)
	}
	log, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the server's log: %w", err)
	}
	return log, nil
}

func logPath(opts Options) string { return filepath.Join(opts.Dir, "postgres.log") }

// logTail returns the last lines of the log, at most about 2 KB.
func logTail(path string) string {
	content, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	const limit = 2000
	if len(content) > limit {
		content = content[len(content)-limit:]
	}
	return strings.TrimSpace(string(content))
}
