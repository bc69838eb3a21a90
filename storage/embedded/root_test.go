package embedded

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root changes accounts")
	}
}

// closedDir returns a data directory in a place that only root may enter, as a clone below /root.
func closedDir(t *testing.T) string {
	t.Helper()
	dir := dataDir(t)
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "data")
}

func TestRootRunsTheServerUnprivileged(t *testing.T) {
	needRoot(t)
	server := start(t, testOptions(t, dataDir(t)))
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", server.current().cmd.Process.Pid))
	if err != nil {
		t.Skipf("no /proc: %v", err)
	}
	if strings.Contains(string(status), "Uid:\t0\t") {
		t.Error("the server runs as root")
	}
}

func TestRootInAClosedPlaceKeepsTheClusterElsewhere(t *testing.T) {
	needRoot(t)
	opts := testOptions(t, closedDir(t))
	first := start(t, opts)
	query(t, first, "CREATE TABLE kept AS SELECT 'kept'::text AS word")
	stop(t, first)

	told, err := readLocation(opts.Dir)
	if err != nil || !strings.HasPrefix(told, opts.sharedRoot) {
		t.Fatalf("the data directory tells %q, %v; want a place in %s", told, err, opts.sharedRoot)
	}
	wantText(t, start(t, opts), "SELECT word FROM kept", "kept")
}

func TestCopiedDataDirectoryDoesNotStealTheServer(t *testing.T) {
	needRoot(t)
	opts := testOptions(t, closedDir(t))
	server := start(t, opts)
	twin := testOptions(t, closedDir(t))
	if err := os.Mkdir(twin.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := writeLocation(twin.Dir, server.current().socketDir); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), twin)
	wantError(t, err, ErrInUse)
	wantText(t, server, "SELECT 'alive'", "alive")
}

func TestLostClusterIsNotReplacedByAnEmptyOne(t *testing.T) {
	opts := testOptions(t, dataDir(t))
	if err := writeLocation(opts.Dir, "/nowhere/postgres"); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), opts)
	wantError(t, err, nil, "/nowhere/postgres", locationName)
}

func TestClusterCopiedByRootWorks(t *testing.T) {
	needRoot(t)
	opts := testOptions(t, dataDir(t))
	stop(t, start(t, opts))
	chownTree(t, filepath.Join(opts.Dir, "postgres"), 0)
	wantText(t, start(t, opts), "SELECT 'works'", "works")
}

func TestClusterOfAnOrdinaryUserKeepsItsOwner(t *testing.T) {
	needRoot(t)
	const someone = 12345
	opts := testOptions(t, dataDir(t))
	stop(t, start(t, opts))
	dir := filepath.Join(opts.Dir, "postgres")
	chownTree(t, dir, someone)
	wantText(t, start(t, opts), "SELECT 'works'", "works")
	info, err := os.Stat(filepath.Join(dir, "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	if stat := info.Sys().(*syscall.Stat_t); stat.Uid != someone {
		t.Errorf("the server runs as %d, want the cluster's owner %d", stat.Uid, someone)
	}
}

func chownTree(t *testing.T, root string, id int) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, id, id)
	})
	if err != nil {
		t.Fatal(err)
	}
}
