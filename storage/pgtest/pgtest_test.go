package pgtest_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"chamados/storage/pgtest"

	"github.com/jackc/pgx/v5"
)

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func TestEveryTestHasItsOwnDatabase(t *testing.T) {
	for _, name := range []string{"first", "second", "third"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := connect(t, pgtest.URL(t))
			if _, err := conn.Exec(t.Context(), "CREATE TABLE mine ()"); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestDatabaseGoesWithItsTest(t *testing.T) {
	var url string
	t.Run("inner", func(t *testing.T) {
		url = pgtest.URL(t)
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := conn.Ping(context.Background()); err != nil {
				t.Errorf("the database went before the test's own cleanup: %v", err)
			}
		})
	})
	if conn, err := pgx.Connect(t.Context(), url); err == nil {
		conn.Close(t.Context())
		t.Error("the database is still there")
	}
}

// victim makes this test binary a test process that is killed in the middle of its work.
const victim = "CHAMADOS_PGTEST_VICTIM"

func TestVictim(t *testing.T) {
	if os.Getenv(victim) == "" {
		t.Skip("runs only as a child of TestClusterEndsWithItsProcess")
	}
	os.Stdout.WriteString("url=" + pgtest.URL(t) + "\n")
	select {}
}

func TestClusterEndsWithItsProcess(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestVictim$")
	cmd.Env = append(os.Environ(), victim+"=1", pgtest.URLVariable+"=")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	url := readURL(t, out)
	conn := connect(t, url)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	waitEnd(t, conn)
	config, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	waitRemoved(t, config.Host)
}

func readURL(t *testing.T, out interface{ Read([]byte) (int, error) }) string {
	t.Helper()
	var text strings.Builder
	buffer := make([]byte, 1024)
	for !strings.Contains(text.String(), "\n") {
		n, err := out.Read(buffer)
		if err != nil {
			t.Fatalf("the child ended: %v: %s", err, text.String())
		}
		text.Write(buffer[:n])
	}
	_, url, found := strings.Cut(strings.TrimSpace(text.String()), "url=")
	if !found {
		t.Fatalf("the child says %q", text.String())
	}
	return url
}

// waitEnd waits for the server to end the connection.
func waitEnd(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if _, err := conn.Exec(ctx, "SELECT pg_sleep(60)"); err == nil || ctx.Err() != nil {
		t.Fatalf("the cluster outlived its process: %v", err)
	}
}

func waitRemoved(t *testing.T, dir string) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
			return
		}
		select {
		case <-deadline:
			t.Fatalf("%s is left behind", dir)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
