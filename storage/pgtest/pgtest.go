// Package pgtest gives tests a fresh database on a real PostgreSQL, with nothing to prepare in the
// packages that use it: call URL. The first call of a test process starts a private cluster, which
// ends with that process however it ends; `make test` starts one cluster for all packages and names
// it in CHAMADOS_TEST_DATABASE_URL.
package pgtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// URLVariable names a running cluster for tests: the URL of any of its databases, as an account that may create others.
	URLVariable = "CHAMADOS_TEST_DATABASE_URL"

	template = "chamados_test_template"
	// templateLock is held exclusively while the template is migrated and shared while it is copied.
	templateLock = 7_205_816
	timeout      = time.Minute
)

// URL returns the connection URL of a new, migrated database that only t uses; it is dropped, with
// whatever is still connected to it, when t ends. It fails t when there is no PostgreSQL.
func URL(t testing.TB) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	admin, err := prepared(ctx)
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	name := "test_" + strings.ToLower(rand.Text()[:16])
	if err := copyTemplate(ctx, admin, name); err != nil {
		t.Fatalf("test database: %v", err)
	}
	t.Cleanup(func() { drop(t, admin, name) })
	return withDatabase(admin, name)
}

// EmptyURL returns the connection URL of a new database with nothing in it, on the terms of URL.
func EmptyURL(t testing.TB) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	admin, err := prepared(ctx)
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	name := "test_" + strings.ToLower(rand.Text()[:16])
	conn, err := pgx.Connect(ctx, admin.String())
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		t.Fatalf("test database: %v", err)
	}
	t.Cleanup(func() { drop(t, admin, name) })
	return withDatabase(admin, name)
}

// DataDir returns a new data directory that also the account may enter which runs the embedded
// PostgreSQL for root (t.TempDir's may not be entered). It is removed when t ends.
func DataDir(t testing.TB) string {
	t.Helper()
	dir, err := makeDataDir()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("remove the data directory: %v", err)
		}
	})
	return dir
}

// prepared returns the URL of the cluster of this process, with the template migrated.
var prepared = func() func(context.Context) (*url.URL, error) {
	var once sync.Once
	var admin *url.URL
	var err error
	return func(ctx context.Context) (*url.URL, error) {
		once.Do(func() { admin, err = prepare(ctx) })
		return admin, err
	}
}()

func prepare(ctx context.Context) (*url.URL, error) {
	text := os.Getenv(URLVariable)
	if text == "" {
		var err error
		if text, err = startServant(); err != nil {
			return nil, err
		}
	}
	admin, err := url.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w", URLVariable, err)
	}
	return admin, makeTemplate(ctx, admin)
}

// makeTemplate migrates the template, and makes it first when it is missing. Test processes that share
// a cluster take turns; on a cluster that is kept, an older template is brought up to date.
func makeTemplate(ctx context.Context, admin *url.URL) error {
	return locked(ctx, admin, "pg_advisory_lock", func(conn *pgx.Conn) error {
		var exists bool
		const query = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)"
		if err := conn.QueryRow(ctx, query, template).Scan(&exists); err != nil {
			return fmt.Errorf("look for the template: %w", err)
		}
		if !exists {
			if _, err := conn.Exec(ctx, "CREATE DATABASE "+template); err != nil {
				return fmt.Errorf("create the template: %w", err)
			}
		}
		if err := migrate(ctx, withDatabase(admin, template)); err != nil {
			return fmt.Errorf("migrate the template: %w", err)
		}
		return nil
	})
}

func copyTemplate(ctx context.Context, admin *url.URL, name string) error {
	return locked(ctx, admin, "pg_advisory_lock_shared", func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, template))
		return err
	})
}

func drop(t testing.TB, admin *url.URL, name string) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, admin.String())
	if err != nil {
		t.Errorf("drop the test database: %v", err)
		return
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, fmt.Sprintf("DROP DATABASE IF EXISTS %s WITH (FORCE)", name)); err != nil {
		t.Errorf("drop the test database: %v", err)
	}
}

// locked runs do on a connection that holds the template's lock; closing the connection frees it.
func locked(ctx context.Context, admin *url.URL, lock string, do func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, admin.String())
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "SELECT "+lock+"($1)", templateLock); err != nil {
		return fmt.Errorf("lock the template: %w", err)
	}
	return do(conn)
}

func withDatabase(admin *url.URL, name string) string {
	other := *admin
	other.Path = "/" + name
	return other.String()
}
