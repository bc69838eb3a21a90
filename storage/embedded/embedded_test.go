package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// helperDir makes the test binary a second application that runs a server in that directory until killed.
const helperDir = "CHAMADOS_EMBEDDED_TEST_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperDir); dir != "" {
		runHelper(dir)
	}
	os.Exit(m.Run())
}

func runHelper(dir string) {
	if _, err := Start(context.Background(), Options{Dir: dir, Settings: map[string]string{"fsync": "off"}}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("ready")
	select {}
}

// dataDir returns a new directory that the server's account may enter.
func dataDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "chamados-embedded-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

func testOptions(t *testing.T, dir string) Options {
	return Options{
		Dir:        dir,
		Settings:   map[string]string{"fsync": "off"},
		Log:        slog.New(slog.NewTextHandler(t.Output(), nil)),
		sharedRoot: filepath.Join(dataDir(t), "shared"),
	}
}

func start(t *testing.T, opts Options) *Server {
	t.Helper()
	server, err := Start(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, server) })
	return server
}

func stop(t *testing.T, server *Server) {
	t.Helper()
	if err := server.Stop(context.Background()); err != nil {
		t.Error(err)
	}
	select {
	case <-server.Done():
	default:
		t.Error("Stop returned before the server had ended")
	}
}

func query(t *testing.T, server *Server, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), server.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var text string
	if err := conn.QueryRow(t.Context(), sql).Scan(&text); err != nil && !errors.Is(err, pgx.ErrNoRows) {
		t.Fatal(err)
	}
	return text
}

func wantText(t *testing.T, server *Server, sql, want string) {
	t.Helper()
	if got := query(t, server, sql); got != want {
		t.Errorf("%s = %q, want %q", sql, got, want)
	}
}

func wantError(t *testing.T, err, sentinel error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	if sentinel != nil && !errors.Is(err, sentinel) {
		t.Errorf("error %v, want %v", err, sentinel)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("error does not say %q: %v", word, err)
		}
	}
}

func TestRestartKeepsData(t *testing.T) {
	opts := testOptions(t, dataDir(t))
	first := start(t, opts)
	wantText(t, first, "SELECT current_database()", "chamados")
	wantText(t, first, "SHOW server_encoding", "UTF8")
	wantText(t, first, "SHOW data_checksums", "on")
	wantText(t, first, "SHOW timezone", "UTC")
	wantText(t, first, "SHOW listen_addresses", "")
	wantText(t, first, "SELECT upper('ção')", "ÇÃO")
	query(t, first, "CREATE TABLE kept AS SELECT 'kept'::text AS word")
	stop(t, first)

	wantText(t, start(t, opts), "SELECT word FROM kept", "kept")
}

func TestProductionSettingsLoseNothing(t *testing.T) {
	all := strings.Join(settings("/run/x", nil), " ")
	for _, want := range []string{"fsync=on", "synchronous_commit=on", "full_page_writes=on"} {
		if !strings.Contains(all, want) {
			t.Errorf("settings lack %s: %s", want, all)
		}
	}
}

func TestStopEndsOpenConnections(t *testing.T) {
	server := start(t, testOptions(t, dataDir(t)))
	conn, err := pgx.Connect(t.Context(), server.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	stop(t, server)
	if err := conn.Ping(t.Context()); err == nil {
		t.Error("the connection outlived the server")
	}
}

func TestSecondInstanceIsRefused(t *testing.T) {
	opts := testOptions(t, dataDir(t))
	server := start(t, opts)
	_, err := Start(t.Context(), opts)
	wantError(t, err, ErrInUse, opts.Dir, fmt.Sprint(os.Getpid()))
	wantText(t, server, "SELECT 'alive'", "alive")
}

// A process that is killed leaves its server running; the next start takes over with the data intact.
func TestServerOfKilledProcessIsReplaced(t *testing.T) {
	opts := testOptions(t, dataDir(t))
	first := start(t, opts)
	query(t, first, "CREATE TABLE kept AS SELECT 'kept'::text AS word")
	stop(t, first)

	helper := startHelper(t, opts.Dir)
	before, found, err := (&cluster{dir: filepath.Join(opts.Dir, "postgres")}).readPid()
	if err != nil || !found || !before.listens() {
		t.Fatalf("the helper runs no server: %v", err)
	}
	if err := helper.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = helper.Wait()
	if !before.listens() {
		t.Fatal("the server died with its parent: nothing to test")
	}

	wantText(t, start(t, opts), "SELECT word FROM kept", "kept")
	if running(before.pid) {
		t.Error("the server left running is still there")
	}
}

// running tells a live process from one that has ended and that nobody has collected.
func running(pid int) bool {
	state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(state), ") Z ")
}

func startHelper(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	helper := exec.Command(os.Args[0])
	helper.Env = append(os.Environ(), helperDir+"="+dir)
	helper.Stderr = t.Output()
	out, err := helper.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := helper.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = helper.Process.Kill() })
	if _, err := io.ReadFull(out, make([]byte, len("ready"))); err != nil {
		t.Fatalf("the helper did not start: %v", err)
	}
	return helper
}

// Also the server itself may be killed, as by the kernel when memory is short: it is back, with its
// data and at the same address, as often as that happens now and then.
func TestKilledServerIsRevived(t *testing.T) {
	opts := testOptions(t, dataDir(t))
	server := start(t, opts)
	query(t, server, "CREATE TABLE kept AS SELECT 'kept'::text AS word")
	for range 2 {
		dead := killServer(t, server)
		awaitRevival(t, server, dead)
		if running(dead) {
			t.Error("the killed server is still there")
		}
		wantText(t, server, "SELECT word FROM kept", "kept")
	}
}

func TestStopWhileRevivingEnds(t *testing.T) {
	server := start(t, testOptions(t, dataDir(t)))
	killServer(t, server)
	stop(t, server)
	wantText(t, start(t, testOptions(t, server.dir)), "SELECT 'again'::text", "again")
}

// A server that cannot live is given up, so that whoever needs it hears of it.
func TestServerThatCannotLiveIsGivenUp(t *testing.T) {
	opts := testOptions(t, dataDir(t))
	server := start(t, opts)
	if err := os.Rename(filepath.Join(opts.Dir, "postgres", "global"), filepath.Join(opts.Dir, "postgres", "gone")); err != nil {
		t.Fatal(err)
	}
	killServer(t, server)
	select {
	case <-server.Done():
	case <-time.After(time.Minute):
		t.Fatal("Done is not closed although the server cannot be revived")
	}
}

// killServer kills the running server and returns its former process id.
func killServer(t *testing.T, server *Server) int {
	t.Helper()
	pid := server.current().cmd.Process.Pid
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	return pid
}

// awaitRevival waits until another process than the dead one runs.
func awaitRevival(t *testing.T, server *Server, dead int) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for server.current().cmd.Process.Pid == dead {
		if time.Now().After(deadline) {
			t.Fatal("the server was not revived")
		}
		time.Sleep(pollInterval)
	}
}

// The pid in a stale postmaster.pid may belong to anybody by now: it must not be signalled.
func TestStalePidIsLeftAlone(t *testing.T) {
	opts := testOptions(t, dataDir(t))
	stop(t, start(t, opts))
	bystander := exec.Command("sleep", "60")
	if err := bystander.Start(); err != nil {
		t.Fatal(err)
	}
	defer bystander.Wait()
	defer bystander.Process.Kill()
	dir := filepath.Join(opts.Dir, "postgres")
	stale := fmt.Sprintf("%d\n%s\n1700000000\n5432\n%s\n\n1 1\nready   \n", bystander.Process.Pid, dir, dir)
	path := filepath.Join(dir, "postmaster.pid")
	if err := os.WriteFile(path, []byte(stale), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (&cluster{dir: dir}).stopOrphan(t.Context(), opts.Log); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(bystander.Process.Pid, 0); err != nil {
		t.Errorf("a bystander was ended: %v", err)
	}
}

func TestOtherMajorIsRefusedAndUntouched(t *testing.T) {
	opts := testOptions(t, dataDir(t))
	dir := filepath.Join(opts.Dir, "postgres")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "PG_VERSION")
	if err := os.WriteFile(path, []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	installed, err := findPrograms(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Start(t.Context(), opts)
	wantError(t, err, ErrOtherMajor, dir, "PostgreSQL 9", fmt.Sprint(installed[0].major), "pg_upgrade")
	if content, err := os.ReadFile(path); err != nil || string(content) != "9\n" {
		t.Errorf("the old cluster was touched: %q, %v", content, err)
	}
}

func TestHalfMadeClusterIsMadeAnew(t *testing.T) {
	opts := testOptions(t, dataDir(t))
	half := filepath.Join(opts.Dir, "postgres.new")
	if err := os.Mkdir(half, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(half, "PG_VERSION"), []byte("15\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	wantText(t, start(t, opts), "SELECT 'works'", "works")
	if _, err := os.Stat(half); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the half-made cluster is still there: %v", err)
	}
}

func TestForeignDirectoryIsNotErased(t *testing.T) {
	opts := testOptions(t, dataDir(t))
	foreign := filepath.Join(opts.Dir, "postgres", "letter.txt")
	if err := os.Mkdir(filepath.Dir(foreign), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(foreign, []byte("dear"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), opts)
	wantError(t, err, nil, filepath.Dir(foreign))
	if _, err := os.Stat(foreign); err != nil {
		t.Errorf("someone's file is gone: %v", err)
	}
}

func TestMissingProgramsSayWhatToInstall(t *testing.T) {
	t.Setenv(binDirVariable, filepath.Join(t.TempDir(), "nothing"))
	_, err := Start(t.Context(), testOptions(t, dataDir(t)))
	wantError(t, err, ErrNoPrograms, "apt-get install postgresql", "dnf install postgresql-server", "brew install postgresql", binDirVariable)
}

func TestTooOldProgramsAreRefused(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"initdb", "postgres"} {
		script := "#!/bin/sh\necho 'postgres (PostgreSQL) 13.4 (Debian)'\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	_, err := findPrograms(t.Context(), dir)
	wantError(t, err, ErrNoPrograms, "13.4", "14")
}

func TestProgramsOfTheClustersMajorAreChosen(t *testing.T) {
	installed := []programs{{binDir: "a", major: 17}, {binDir: "b", major: 15}}
	if p, ok := choose(installed, 15); !ok || p.binDir != "b" {
		t.Errorf("choose 15 = %v, %v", p, ok)
	}
	if p, ok := choose(installed, 0); !ok || p.binDir != "a" {
		t.Errorf("choose any = %v, %v", p, ok)
	}
	if _, ok := choose(installed, 16); ok {
		t.Error("16 is not installed")
	}
}

func TestFailedStartShowsTheServersLog(t *testing.T) {
	opts := testOptions(t, dataDir(t))
	opts.Settings["no_such_setting"] = "1"
	_, err := Start(t.Context(), opts)
	wantError(t, err, nil, "no_such_setting", "postgres.log")
	delete(opts.Settings, "no_such_setting")
	start(t, opts)
}

func TestLongPathGetsAShortSocket(t *testing.T) {
	base := dataDir(t)
	opts := testOptions(t, filepath.Join(base, strings.Repeat("long", 15), strings.Repeat("path", 15)))
	if err := os.MkdirAll(opts.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	server := start(t, opts)
	wantText(t, server, "SELECT 'works'", "works")
	parsed, err := url.Parse(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	dir := parsed.Query().Get("host")
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("socket directory %s: %v, %v", dir, info, err)
	}
	stop(t, server)
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket's directory is left behind: %v", err)
	}
}

func TestSocketIsPrivate(t *testing.T) {
	server := start(t, testOptions(t, dataDir(t)))
	info, err := os.Stat(server.current().socketDir)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o700 {
		t.Errorf("the socket's directory has mode %v", info.Mode())
	}
}
