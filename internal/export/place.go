package export

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// place is where the files of an export go: a directory or a tar archive.
type place interface {
	create(name string) (io.WriteCloser, error)
	// finish makes the whole visible under its name; discard removes what there is of it.
	finish() error
	discard() error
}

// newPlace returns where an export to target goes: an archive if it is called one, else a
// directory. What exists is not touched.
func newPlace(target string, stdout io.Writer) (place, error) {
	if target == "-" {
		return &archive{w: tar.NewWriter(stdout)}, nil
	}
	if _, err := os.Lstat(target); err == nil {
		return nil, &os.PathError{Op: "create", Path: target, Err: os.ErrExist}
	}
	partial := target + ".partial"
	if !strings.HasSuffix(target, ".tar") && !strings.HasSuffix(target, ".tar.gz") {
		return &directory{partial: partial, target: target}, os.Mkdir(partial, 0o700)
	}
	f, err := os.OpenFile(partial, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	a := &archive{file: f, target: target}
	var out io.Writer = f
	if strings.HasSuffix(target, ".gz") {
		a.zip = gzip.NewWriter(f)
		out = a.zip
	}
	a.w = tar.NewWriter(out)
	return a, nil
}

// directory is a place that becomes visible by being renamed.
type directory struct{ partial, target string }

func (d *directory) create(name string) (io.WriteCloser, error) {
	file := filepath.Join(d.partial, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, err
	}
	return os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

func (d *directory) finish() error  { return os.Rename(d.partial, d.target) }
func (d *directory) discard() error { return os.RemoveAll(d.partial) }

// archive is a tar. A file's size comes before its content there, so that each waits in a
// temporary file until it is whole.
type archive struct {
	w      *tar.Writer
	zip    *gzip.Writer
	file   *os.File // nil on the standard output
	target string
}

type archived struct {
	*os.File
	name string
	to   *tar.Writer
}

func (a *archive) create(name string) (io.WriteCloser, error) {
	f, err := os.CreateTemp("", "chamados-export-")
	if err != nil {
		return nil, err
	}
	return &archived{File: f, name: path.Join("chamados", name), to: a.w}, os.Remove(f.Name())
}

func (f *archived) Close() error {
	size, err := f.Seek(0, io.SeekCurrent)
	if err == nil {
		err = f.to.WriteHeader(&tar.Header{Name: f.name, Mode: 0o600, Size: size, ModTime: time.Now(), Format: tar.FormatPAX})
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err == nil {
		_, err = io.Copy(f.to, f.File)
	}
	return errors.Join(err, f.File.Close())
}

func (a *archive) finish() error {
	err := a.w.Close()
	if a.zip != nil {
		err = errors.Join(err, a.zip.Close())
	}
	if a.file == nil {
		return err
	}
	if err = errors.Join(err, a.file.Sync(), a.file.Close()); err != nil {
		return err
	}
	return os.Rename(a.file.Name(), a.target)
}

func (a *archive) discard() error {
	if a.file == nil {
		return nil
	}
	return errors.Join(a.file.Close(), os.Remove(a.file.Name()))
}
