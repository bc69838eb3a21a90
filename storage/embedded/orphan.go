package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// orphan is a server that a killed process of ours left running.
type orphan struct {
	pid    int
	socket string
}

// stopOrphan ends a server that still runs on the cluster. The caller holds the lock, so nobody else
// owns it. A postmaster.pid whose server does not listen is stale, and its pid may by now be anyone's: it is left alone.
func (c *cluster) stopOrphan(ctx context.Context, log *slog.Logger) error {
	left, found, err := c.readPid()
	if err != nil || !found || !left.listens() {
		return err
	}
	log.Warn("stopping the PostgreSQL that a killed process left running", "pid", left.pid)
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT} {
		if err := syscall.Kill(left.pid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stop the PostgreSQL that was left running (pid %d): %w", left.pid, err)
		}
		gone, err := c.waitGone(ctx, left)
		if gone || err != nil {
			return err
		}
	}
	return fmt.Errorf("a PostgreSQL (pid %d) that was left running on %s does not stop", left.pid, c.dir)
}

// waitGone waits until the server has removed its postmaster.pid, which it does last.
func (c *cluster) waitGone(ctx context.Context, left orphan) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*stopGrace)
	defer cancel()
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		now, found, err := c.readPid()
		if err != nil || !found || now.pid != left.pid {
			return err == nil, err
		}
		select {
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.Canceled) {
				return false, ctx.Err()
			}
			return false, nil
		case <-tick.C:
		}
	}
}

// readPid reads postmaster.pid: the pid is its first line, port and socket directory the fourth and fifth.
func (c *cluster) readPid() (orphan, bool, error) {
	content, err := os.ReadFile(filepath.Join(c.dir, "postmaster.pid"))
	if errors.Is(err, fs.ErrNotExist) {
		return orphan{}, false, nil
	}
	if err != nil {
		return orphan{}, false, fmt.Errorf("look for a running server: %w", err)
	}
	lines := strings.Split(string(content), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil || pid <= 0 || len(lines) < 5 {
		return orphan{}, false, nil
	}
	return orphan{pid: pid, socket: filepath.Join(strings.TrimSpace(lines[4]), socketName)}, true, nil
}

func (o orphan) listens() bool {
	conn, err := net.Dial("unix", o.socket)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}
