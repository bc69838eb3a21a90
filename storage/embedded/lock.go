package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// locks are the files by which one process owns a data directory and the place of its cluster. The
// kernel frees them when the process ends in whatever way.
type locks struct{ files []*os.File }

func (l *locks) take(dir string) error {
	path := filepath.Join(dir, "postgres.lock")
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("lock the data directory: %w", err)
	}
	if l.holds(file) {
		return file.Close()
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return fmt.Errorf("%w: %s is locked by process %s; stop that one or choose another DATA_DIR", ErrInUse, path, owner(path))
		}
		return fmt.Errorf("lock %s: %w", path, err)
	}
	l.files = append(l.files, file)
	if err := file.Truncate(0); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, err = fmt.Fprintln(file, os.Getpid())
	return err
}

// holds says whether file is one that l has locked already.
func (l *locks) holds(file *os.File) bool {
	info, err := file.Stat()
	if err != nil {
		return false
	}
	for _, held := range l.files {
		if other, err := held.Stat(); err == nil && os.SameFile(info, other) {
			return true
		}
	}
	return false
}

func (l *locks) release() {
	for _, file := range l.files {
		file.Close()
	}
}

func owner(lockFile string) string {
	content, err := os.ReadFile(lockFile)
	if err != nil || len(content) == 0 {
		return "unknown"
	}
	return strings.TrimSpace(string(content))
}
