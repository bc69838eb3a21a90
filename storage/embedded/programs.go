package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// binDirVariable names the environment variable that chooses the directory of PostgreSQL's programs.
const binDirVariable = "CHAMADOS_POSTGRES_BIN"

// binDirPatterns are the places where the systems' packages put the programs.
var binDirPatterns = []string{
	"/usr/lib/postgresql/*/bin",                          // Debian, Ubuntu
	"/usr/pgsql-*/bin",                                   // PostgreSQL's own RPMs
	"/usr/lib/postgresql*/bin",                           // SUSE
	"/usr/libexec/postgresql*",                           // Alpine
	"/opt/homebrew/opt/postgresql@*/bin",                 // Homebrew on Apple silicon
	"/usr/local/opt/postgresql@*/bin",                    // Homebrew on Intel
	"/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",    // Homebrew on Linux
	"/opt/local/lib/postgresql*/bin",                     // MacPorts
	"/Applications/Postgres.app/Contents/Versions/*/bin", // Postgres.app
	"/usr/local/pgsql/bin",                               // built from source
	"/usr/local/bin",
	"/usr/bin",
}

const installHint = `install PostgreSQL 14 or newer (only its programs are needed, no running server):
  Debian, Ubuntu:  apt-get install postgresql
  Fedora:          dnf install postgresql-server
  macOS:           brew install postgresql@17
or name their directory in ` + binDirVariable + `, or give an external server in DATABASE_URL`

// programs is one installation of PostgreSQL.
type programs struct {
	binDir  string
	major   int
	version string
}

func (p programs) path(name string) string { return filepath.Join(p.binDir, name) }

// findPrograms returns the usable installations, the preferred one first: the explicit directory and
// nothing else when one is given, otherwise those on PATH, then the known places, newest first.
func findPrograms(ctx context.Context, explicit string) ([]programs, error) {
	if explicit == "" {
		explicit = os.Getenv(binDirVariable)
	}
	if explicit != "" {
		found, err := inspect(ctx, explicit)
		if err != nil {
			return nil, fmt.Errorf("%w in %s: %w\n%s", ErrNoPrograms, explicit, err, installHint)
		}
		return []programs{found}, nil
	}
	chosen := slices.Concat(binDirsOnPath(), configuredBinDir(ctx))
	known := slices.DeleteFunc(knownBinDirs(binDirPatterns), func(dir string) bool { return slices.Contains(chosen, dir) })
	found, rest := inspectAll(ctx, chosen), inspectAll(ctx, known)
	slices.SortStableFunc(rest, func(a, b programs) int { return b.major - a.major })
	found = append(found, rest...)
	if len(found) == 0 {
		return nil, fmt.Errorf("%w: %s", ErrNoPrograms, installHint)
	}
	return found, nil
}

func inspectAll(ctx context.Context, dirs []string) []programs {
	var found []programs
	for _, dir := range dirs {
		if p, err := inspect(ctx, dir); err == nil {
			found = append(found, p)
		}
	}
	return found
}

var versionPattern = regexp.MustCompile(`\(PostgreSQL\) ((\d+)\S*)`)

func inspect(ctx context.Context, dir string) (programs, error) {
	for _, name := range []string{"initdb", "postgres"} {
		if _, err := exec.LookPath(filepath.Join(dir, name)); err != nil {
			return programs{}, err
		}
	}
	output, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return programs{}, fmt.Errorf("ask its version: %w", err)
	}
	match := versionPattern.FindSubmatch(output)
	if match == nil {
		return programs{}, fmt.Errorf("not PostgreSQL: %q", output)
	}
	major, err := strconv.Atoi(string(match[2]))
	if err != nil {
		return programs{}, err
	}
	if major < MinMajor {
		return programs{}, fmt.Errorf("version %s is older than %d", match[1], MinMajor)
	}
	return programs{binDir: dir, major: major, version: string(match[1])}, nil
}

func binDirsOnPath() []string {
	path, err := exec.LookPath("postgres")
	if err != nil || errors.Is(err, exec.ErrDot) {
		return nil
	}
	return []string{filepath.Dir(path)}
}

func configuredBinDir(ctx context.Context) []string {
	output, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output()
	if err != nil {
		return nil
	}
	return []string{strings.TrimSpace(string(output))}
}

func knownBinDirs(patterns []string) []string {
	var dirs []string
	for _, pattern := range patterns {
		matches, err := filepath.Glob(pattern)
		if err == nil {
			dirs = append(dirs, matches...)
		}
	}
	return dirs
}

// choose returns the preferred installation of the given major version; 0 takes any.
func choose(installed []programs, major int) (programs, bool) {
	for _, p := range installed {
		if major == 0 || p.major == major {
			return p, true
		}
	}
	return programs{}, false
}
