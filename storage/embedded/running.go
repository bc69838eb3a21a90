package embedded

import (
	"context"
	"path/filepath"
)

// Running returns the connection URL of the private server of a data directory that another
// process runs right now. Only the account that runs it, or root, can tell and connect.
// Nothing is made or changed.
func Running(opts Options) (url string, running bool, err error) {
	if opts.Dir, err = filepath.Abs(opts.Dir); err != nil {
		return "", false, err
	}
	if opts.sharedRoot == "" {
		opts.sharedRoot = defaultRoot
	}
	told, err := readLocation(opts.Dir)
	if err != nil {
		return "", false, err
	}
	for _, dir := range []string{filepath.Join(opts.Dir, "postgres"), told, filepath.Join(opts.sharedRoot, shortHash(opts.Dir), "postgres")} {
		major, err := clusterMajor(dir)
		if err != nil {
			return "", false, err
		}
		if major == 0 {
			continue
		}
		found, exists, err := (&cluster{dir: dir}).readPid()
		if err != nil || !exists || !found.listens() {
			return "", false, err
		}
		return socketURL(filepath.Dir(found.socket), databaseName), true, nil
	}
	return "", false, nil
}

// Installed returns the version of the PostgreSQL programs that Start would use, or
// [ErrNoPrograms].
func Installed(ctx context.Context) (version string, err error) {
	found, err := findPrograms(ctx, "")
	if err != nil {
		return "", err
	}
	return found[0].version, nil
}
