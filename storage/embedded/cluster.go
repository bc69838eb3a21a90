package embedded

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// cluster is a directory of databases, the programs that fit it and the account that runs them.
type cluster struct {
	dir      string
	exists   bool
	programs programs
	account  account
}

const locationName = "postgres.location"

// locate finds the cluster of the data directory, or decides where a new one goes.
func locate(opts Options, installed []programs) (*cluster, error) {
	home := filepath.Join(opts.Dir, "postgres")
	shared := filepath.Join(opts.sharedRoot, shortHash(opts.Dir), "postgres")
	told, err := readLocation(opts.Dir)
	if err != nil {
		return nil, err
	}
	for _, dir := range []string{home, told, shared} {
		major, err := clusterMajor(dir)
		if err != nil {
			return nil, err
		}
		if major != 0 {
			return existing(dir, major, installed)
		}
		if dir != "" && dir == told {
			return nil, fmt.Errorf("%s says that the database is in %s, but there is none: bring it back, or remove that file to begin with an empty database",
				filepath.Join(opts.Dir, locationName), told)
		}
	}
	return planned(opts.Dir, home, shared, installed)
}

func existing(dir string, major int, installed []programs) (*cluster, error) {
	fit, ok := choose(installed, major)
	if !ok {
		return nil, fmt.Errorf("%w: %s belongs to PostgreSQL %d, but only %s is installed; install PostgreSQL %d, "+
			"or carry the data over with pg_upgrade or pg_dump; nothing was changed",
			ErrOtherMajor, dir, major, majors(installed), major)
	}
	who, err := ownerAccount(dir)
	if err != nil {
		return nil, err
	}
	if who.switched && !who.canEnter(filepath.Dir(dir), fit) {
		return nil, fmt.Errorf("the account (uid %d) that runs PostgreSQL cannot enter %s: let it pass (chmod o+x) through that directory and those above it", who.uid, filepath.Dir(dir))
	}
	return &cluster{dir: dir, exists: true, programs: fit, account: who}, nil
}

// planned places a new cluster in the data directory, or in the shared place when the server's account
// cannot reach or own the former.
func planned(dataDir, home, shared string, installed []programs) (*cluster, error) {
	newest, _ := choose(installed, 0)
	who, err := serverAccount()
	if err != nil {
		return nil, err
	}
	plan := &cluster{dir: home, programs: newest, account: who}
	if !who.switched || (who.canEnter(dataDir, newest) && canGive(dataDir, who)) {
		return plan, nil
	}
	if err := os.MkdirAll(filepath.Dir(shared), 0o711); err != nil {
		return nil, fmt.Errorf("place for the database: %w", err)
	}
	if !who.canEnter(filepath.Dir(shared), newest) {
		return nil, fmt.Errorf("the account (uid %d) that runs PostgreSQL for root can enter neither %s nor %s: run as another user or choose another DATA_DIR",
			who.uid, dataDir, filepath.Dir(shared))
	}
	plan.dir = shared
	return plan, nil
}

// canGive says whether the file system lets root give directories away; some mounts do not.
func canGive(dir string, who account) bool {
	probe, err := os.MkdirTemp(dir, "postgres.probe-")
	if err != nil {
		return false
	}
	defer os.Remove(probe)
	return who.own(probe) == nil
}

// prepare makes the cluster when there is none, and leaves word where it is when that is elsewhere.
func (c *cluster) prepare(ctx context.Context, opts Options) error {
	if !c.exists {
		opts.Log.Info("making the database cluster, once", "cluster", c.dir, "version", c.programs.version)
		if err := c.initialise(ctx, opts); err != nil {
			return err
		}
	}
	if err := c.account.ownTree(c.dir); err != nil {
		return fmt.Errorf("give the cluster to its account: %w", err)
	}
	if filepath.Dir(c.dir) == opts.Dir {
		return nil
	}
	return writeLocation(opts.Dir, c.dir)
}

// initialise runs initdb in a sibling and renames the result, so that a crash leaves no half a cluster.
func (c *cluster) initialise(ctx context.Context, opts Options) error {
	fresh := c.dir + ".new"
	var err error
	for _, locale := range [][]string{{"--locale=C.UTF-8"}, {"--locale=C", "--lc-ctype=en_US.UTF-8"}} {
		if err = os.RemoveAll(fresh); err != nil {
			return fmt.Errorf("remove a half-made cluster: %w", err)
		}
		if err = c.account.own(fresh); err != nil {
			return fmt.Errorf("directory of the cluster: %w", err)
		}
		if err = c.initdb(ctx, fresh, locale, opts); err == nil || ctx.Err() != nil {
			break
		}
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(fresh))
	}
	if err := os.Rename(fresh, c.dir); err != nil {
		return fmt.Errorf("put the new cluster in its place: %w", err)
	}
	return syncDir(filepath.Dir(c.dir))
}

func (c *cluster) initdb(ctx context.Context, dir string, locale []string, opts Options) error {
	args := append([]string{"-D", dir, "-U", superuser, "--encoding=UTF8", "--data-checksums",
		"--auth-local=trust", "--auth-host=reject", "--no-instructions"}, locale...)
	if opts.Settings["fsync"] == "off" {
		args = append(args, "--no-sync")
	}
	cmd := c.account.command(c.programs.path("initdb"), args...)
	var output strings.Builder
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("initdb: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
	defer stop()
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("initdb: %w: %s", errors.Join(err, ctx.Err()), strings.TrimSpace(output.String()))
	}
	return nil
}

// clusterMajor returns the major version that made the cluster in dir, 0 when there is no cluster.
func clusterMajor(dir string) (int, error) {
	if dir == "" {
		return 0, nil
	}
	content, err := os.ReadFile(filepath.Join(dir, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if errors.Is(err, fs.ErrPermission) {
		return 0, fmt.Errorf("the database in %s belongs to another account: start as that one, or as root: %w", dir, err)
	}
	if err != nil {
		return 0, fmt.Errorf("version of the cluster: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil {
		return 0, fmt.Errorf("%w: PG_VERSION in %s says %q; nothing was changed", ErrOtherMajor, dir, content)
	}
	return major, nil
}

func majors(installed []programs) string {
	var names []string
	for _, p := range installed {
		names = append(names, fmt.Sprintf("%d (%s)", p.major, p.binDir))
	}
	return strings.Join(names, ", ")
}

const locationText = "# The database of this directory is kept here, because the account that runs it cannot enter this directory:\n"

func writeLocation(dataDir, clusterDir string) error {
	path := filepath.Join(dataDir, locationName)
	if err := os.WriteFile(path, []byte(locationText+clusterDir+"\n"), 0o644); err != nil {
		return fmt.Errorf("say where the database is: %w", err)
	}
	return nil
}

// readLocation returns the cluster's place as the data directory tells it, "" when it tells nothing.
func readLocation(dataDir string) (string, error) {
	content, err := os.ReadFile(filepath.Join(dataDir, locationName))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("where the database is: %w", err)
	}
	for line := range strings.Lines(string(content)) {
		if line = strings.TrimSpace(line); filepath.IsAbs(line) {
			return line, nil
		}
	}
	return "", nil
}

func shortHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}

func syncDir(dir string) error {
	file, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer file.Close()
	return file.Sync()
}
