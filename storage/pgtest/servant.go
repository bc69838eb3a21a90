package pgtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"chamados/storage/embedded"
)

// servantVariable turns a copy of the test binary into the keeper of the cluster. A process of its own
// sees by the end of its standard input that the tests have ended, also when they were killed or
// panicked, and leaves no goroutine in the tests' process for leak detectors to find.
const servantVariable = "CHAMADOS_PGTEST_SERVANT"

func init() {
	if os.Getenv(servantVariable) == "" {
		return
	}
	if err := serve(); err != nil {
		fmt.Println(strings.ReplaceAll(err.Error(), "\n", " "))
		os.Exit(1)
	}
	os.Exit(0)
}

// servantInput stays open as long as this process lives.
//
//lint:ignore U1000 it is held, not read: its end tells the servant that we are gone
var servantInput io.WriteCloser

// startServant starts the keeper and returns the URL of its cluster.
func startServant() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), servantVariable+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if servantInput, err = cmd.StdinPipe(); err != nil {
		return "", err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	line = strings.TrimSpace(line)
	if err != nil || !strings.HasPrefix(line, "postgres:") {
		return "", fmt.Errorf("start a cluster for tests: %s", line)
	}
	return line, nil
}

func serve() error {
	cluster, err := StartCluster(context.Background())
	if err != nil {
		return err
	}
	fmt.Println(cluster.URL)
	_, err = io.Copy(io.Discard, os.Stdin)
	return errors.Join(err, cluster.Stop())
}

// Cluster is a private cluster for tests: fast, and not safe against a loss of power.
type Cluster struct {
	URL    string
	server *embedded.Server
	dir    string
}

// StartCluster starts a cluster in a temporary directory. Tests call URL instead; this is for programs
// that run many test processes on one cluster.
func StartCluster(ctx context.Context) (*Cluster, error) {
	dir, err := makeDataDir()
	if err != nil {
		return nil, err
	}
	server, err := embedded.Start(ctx, embedded.Options{
		Dir: dir,
		Log: slog.New(slog.DiscardHandler),
		Settings: map[string]string{
			"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off",
			"max_connections": "200", "autovacuum": "off",
		},
	})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return &Cluster{URL: server.URL(), server: server, dir: dir}, nil
}

// Stop ends the server and removes all its data.
func (c *Cluster) Stop() error {
	return errors.Join(c.server.Stop(context.Background()), os.RemoveAll(c.dir))
}

func makeDataDir() (string, error) {
	dir, err := os.MkdirTemp("", "chamados-test-")
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o711)
}
