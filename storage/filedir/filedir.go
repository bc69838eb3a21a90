// Package filedir keeps the contents of attachments as files of one directory: each under a name of
// its own making, written once, never changed. What a client calls its file does not appear there.
package filedir

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// nameLength is that of a name: 130 random bits in base32.
const nameLength = 26

// Dir is a directory of contents. All methods may be called from any goroutine; several processes may
// share a directory.
type Dir struct{ root *os.Root }

// Open opens a directory, and makes it, for nobody but this account, if it is not there. The caller
// closes it.
func Open(dir string) (*Dir, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Dir{root: root}, nil
}

// Close ends the use of the directory.
func (d *Dir) Close() error { return d.root.Close() }

// NewName returns a name that no content has.
func NewName() string { return strings.ToLower(rand.Text()) }

// IsName reports whether a content may have this name.
func IsName(s string) bool {
	return len(s) == nameLength && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// Path returns where a content lies in a directory, for programs that only read. name must be one that
// [IsName] accepts.
func Path(dir, name string) string { return filepath.Join(dir, filepath.FromSlash(place(name))) }

// place returns where a content lies, below one of about a thousand directories.
func place(name string) string { return path.Join(name[:2], name) }

// Write keeps what r gives under a new name. When it returns nil the content survives a loss of power;
// else nothing is left of it. A full disk is syscall.ENOSPC or syscall.EDQUOT in the error's chain; a
// name that is taken is [fs.ErrExist].
func (d *Dir) Write(name string, r io.Reader) error {
	if !IsName(name) {
		return fmt.Errorf("%q is not the name of a content", name)
	}
	if err := d.shelf(name[:2]); err != nil {
		return err
	}
	f, err := d.root.OpenFile(place(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = d.sync(name[:2])
	}
	if err != nil {
		return errors.Join(err, d.root.Remove(place(name)))
	}
	return nil
}

// shelf makes one of the directories below if it is missing.
func (d *Dir) shelf(name string) error {
	err := d.root.Mkdir(name, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return d.sync(".")
}

// sync makes the entries of a directory durable.
func (d *Dir) sync(name string) error {
	f, err := d.root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Read opens a content; [fs.ErrNotExist] if there is none of this name. The caller closes it.
func (d *Dir) Read(name string) (io.ReadCloser, error) {
	if !IsName(name) {
		return nil, fs.ErrNotExist
	}
	return d.root.Open(place(name))
}

// Remove erases a content; one that is not there is no error.
func (d *Dir) Remove(name string) error {
	if !IsName(name) {
		return nil
	}
	if err := d.root.Remove(place(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// File is a content as [Dir.Each] finds it.
type File struct {
	Name    string
	Size    int64 // bytes
	Written time.Time
}

// Each calls yield for every content, until ctx ends or yield fails. Contents that come and go meanwhile
// may or may not be among them; one that is just being written may be short.
func (d *Dir) Each(ctx context.Context, yield func(File) error) error {
	return fs.WalkDir(d.root.FS(), ".", func(_ string, entry fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil || entry.IsDir() || !IsName(entry.Name()) {
			return gone(err)
		}
		info, err := entry.Info()
		if err != nil {
			return gone(err)
		}
		return yield(File{Name: entry.Name(), Size: info.Size(), Written: info.ModTime()})
	})
}

// gone forgives what was removed while the directory was read.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// ClaimFile says in the directory whose contents these are.
const ClaimFile = "owner"

// Claim makes a directory that nobody has claimed the owner's, and reports whether it is theirs.
func (d *Dir) Claim(owner string) (bool, error) {
	f, err := d.root.OpenFile(ClaimFile, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		text, err := d.root.ReadFile(ClaimFile)
		return string(text) == owner, err
	}
	if err != nil {
		return false, err
	}
	_, err = f.WriteString(owner)
	return err == nil, errors.Join(err, f.Sync(), f.Close())
}
