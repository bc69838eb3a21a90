package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
)

// ErrNoTool says that a client program of PostgreSQL was not found in a version that will do.
var ErrNoTool = errors.New("a program of PostgreSQL was not found")

// Tool returns the path of a client program, as pg_dump, that fits a server of a major version: of the
// same version where there is one, else of the next newer. It looks where Start looks for the server's
// programs. The error wraps ErrNoTool.
func Tool(ctx context.Context, name string, major int) (string, error) {
	dirs := []string{os.Getenv(binDirVariable)}
	if dirs[0] == "" {
		dirs = slices.Concat(pathsOf(name), configuredBinDir(ctx), knownBinDirs(binDirPatterns))
	}
	best, version := "", 0
	for _, dir := range dirs {
		path := filepath.Join(dir, name)
		found := toolMajor(ctx, path)
		if found >= major && (version == 0 || found < version) {
			best, version = path, found
		}
	}
	if best == "" {
		return "", fmt.Errorf("%w: %s %d", ErrNoTool, name, major)
	}
	return best, nil
}

func pathsOf(name string) []string {
	path, err := exec.LookPath(name)
	if err != nil {
		return nil
	}
	return []string{filepath.Dir(path)}
}

// toolMajor returns the major version of a program, 0 if there is none.
func toolMajor(ctx context.Context, path string) int {
	output, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return 0
	}
	match := versionPattern.FindSubmatch(output)
	if match == nil {
		return 0
	}
	major, _ := strconv.Atoi(string(match[2]))
	return major
}
