package embedded

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/jackc/pgx/v5"
)

const (
	socketName = ".s.PGSQL.5432"
	// maxSocketPath is the shortest limit among the systems (macOS 103, Linux 107).
	maxSocketPath = 103
)

// socketDirectory returns the private directory for the server's socket: the cluster itself, or, where
// that path is too long for a socket, one made for it among the temporary files.
func socketDirectory(c *cluster) (dir string, temporary bool, err error) {
	if len(filepath.Join(c.dir, socketName)) <= maxSocketPath {
		return c.dir, false, nil
	}
	for _, base := range []string{os.TempDir(), "/tmp"} {
		dir = filepath.Join(base, "chamados-"+shortHash(c.dir))
		if len(filepath.Join(dir, socketName)) > maxSocketPath || !c.account.canEnter(base, c.programs) {
			continue
		}
		return dir, true, c.account.ownPrivately(dir)
	}
	return "", false, fmt.Errorf("no directory with a short path for the server's socket: %s is too long", c.dir)
}

// ownPrivately makes dir in a place where anybody may write, and accepts an existing one only when it
// is a real directory of ours that nobody else may enter.
func (a account) ownPrivately(dir string) error {
	if err := os.Mkdir(dir, 0o700); err == nil {
		return a.own(dir)
	} else if !os.IsExist(err) {
		return fmt.Errorf("directory of the socket: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("directory of the socket: %w", err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || info.Mode().Perm() != 0o700 || int(stat.Uid) != a.uid {
		return fmt.Errorf("%s is not a private directory of the server's account: remove it", dir)
	}
	return nil
}

// settings returns the arguments for the server: a small private one that loses nothing.
func settings(socketDir string, extra map[string]string) []string {
	values := map[string]string{
		"listen_addresses":        "",
		"port":                    "5432",
		"unix_socket_directories": `"` + socketDir + `"`,
		"unix_socket_permissions": "0700",
		"timezone":                "UTC",
		"log_timezone":            "UTC",
		"lc_messages":             "C",
		"cluster_name":            "chamados",
		"fsync":                   "on",
		"full_page_writes":        "on",
		"synchronous_commit":      "on",
		"max_connections":         "100",
		"shared_buffers":          sharedBuffers(memory()),
		"max_wal_size":            "1GB",
		"jit":                     "off",
		"logging_collector":       "off",
		"log_destination":         "stderr",
	}
	maps.Copy(values, extra)
	var args []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		args = append(args, "-c", name+"="+values[name])
	}
	return args
}

func socketURL(dir, database string) string {
	query := url.Values{"host": {dir}, "port": {"5432"}, "user": {superuser}, "sslmode": {"disable"}}
	return "postgres:///" + database + "?" + query.Encode()
}

func ping(ctx context.Context, dir string) error {
	conn, err := pgx.Connect(ctx, socketURL(dir, "postgres"))
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

func createDatabase(ctx context.Context, dir string) error {
	conn, err := pgx.Connect(ctx, socketURL(dir, "postgres"))
	if err != nil {
		return fmt.Errorf("connect to the private PostgreSQL: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var exists bool
	const query = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)"
	if err := conn.QueryRow(ctx, query, databaseName).Scan(&exists); err != nil {
		return fmt.Errorf("look for the database: %w", err)
	}
	if exists {
		return nil
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{databaseName}.Sanitize()); err != nil {
		return fmt.Errorf("create the database: %w", err)
	}
	return nil
}
