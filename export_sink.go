package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"chamados/admin/export"
)

// exportFormat is the version of the layout that docs/export.md describes.
const exportFormat = 1

// exporter takes an export's tables and files to a place, and notes what it took.
type exporter struct {
	place    place
	csv      bool
	manifest exportManifest
}

// exportManifest says what an export holds; its words are those of docs/export.md.
type exportManifest struct {
	Format  int            `json:"formato"`
	Program string         `json:"programa"`
	Version string         `json:"versao"`
	At      time.Time      `json:"exportado_em"`
	Files   []exportedFile `json:"arquivos"`
	Missing []string       `json:"faltando,omitempty"` // contents that could not be found
}

type exportedFile struct {
	Path   string `json:"caminho"`
	Rows   *int64 `json:"linhas,omitempty"` // of a table
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// place is where the files of an export go: a directory or a tar archive.
type place interface {
	create(name string) (io.WriteCloser, error)
	// finish makes the whole visible under its name; discard removes what there is of it.
	finish() error
	discard() error
}

// Table begins a table in a file of its own.
func (e *exporter) Table(name string, columns []string) (put func(row []byte) error, end func() error, err error) {
	form := ".ndjson"
	if e.csv {
		form = ".csv"
	}
	f, err := e.open(name + form)
	if err != nil {
		return nil, nil, err
	}
	rows := int64(0)
	f.noted.Rows = &rows
	put = func(row []byte) error {
		rows++
		_, err := f.Write(append(row, '\n'))
		return err
	}
	end = f.Close
	if e.csv {
		table, err := newCSVTable(f, columns)
		if err != nil {
			return nil, nil, errors.Join(err, f.Close())
		}
		put = func(row []byte) error { rows++; return table.put(row) }
		end = func() error { return errors.Join(table.w.Flush(), f.Close()) }
	}
	return put, end, nil
}

// File copies a stored file.
func (e *exporter) File(name string, content io.Reader) error {
	f, err := e.open(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	return errors.Join(err, f.Close())
}

// Missing notes a file that cannot be taken along.
func (e *exporter) Missing(name string) { e.manifest.Missing = append(e.manifest.Missing, name) }

// finish writes the manifest and ends the export.
func (e *exporter) finish(now time.Time) error {
	e.manifest.Format, e.manifest.Program, e.manifest.Version, e.manifest.At = exportFormat, "chamados", buildVersion(), now.UTC()
	text, err := json.MarshalIndent(e.manifest, "", "  ")
	if err != nil {
		return err
	}
	w, err := e.place.create("manifesto.json")
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return errors.Join(err, w.Close(), e.place.finish())
}

// measured is a file whose size and sum are noted when it is closed.
type measured struct {
	io.WriteCloser
	noted exportedFile
	sum   hash.Hash
	done  func(exportedFile)
}

func (e *exporter) open(name string) (*measured, error) {
	w, err := e.place.create(name)
	if err != nil {
		return nil, err
	}
	return &measured{WriteCloser: w, noted: exportedFile{Path: name}, sum: sha256.New(), done: func(f exportedFile) {
		e.manifest.Files = append(e.manifest.Files, f)
	}}, nil
}

func (m *measured) Write(b []byte) (int, error) {
	n, err := m.WriteCloser.Write(b)
	m.noted.Bytes += int64(n)
	m.sum.Write(b[:n])
	return n, err
}

func (m *measured) Close() error {
	m.noted.SHA256 = hex.EncodeToString(m.sum.Sum(nil))
	m.done(m.noted)
	return m.WriteCloser.Close()
}

// csvTable turns rows of JSON into cells: texts as they are, the rest as JSON.
type csvTable struct {
	w       *export.CSV
	columns []string
	cells   []string
}

func newCSVTable(out io.Writer, columns []string) (*csvTable, error) {
	w, err := export.NewCSV(out, export.Plain)
	if err != nil {
		return nil, err
	}
	return &csvTable{w: w, columns: columns, cells: make([]string, len(columns))}, w.Write(columns...)
}

func (t *csvTable) put(row []byte) error {
	var values map[string]json.RawMessage
	if err := json.Unmarshal(row, &values); err != nil {
		return err
	}
	for i, column := range t.columns {
		t.cells[i] = string(values[column])
		if bytes.HasPrefix(values[column], []byte(`"`)) {
			if err := json.Unmarshal(values[column], &t.cells[i]); err != nil {
				return err
			}
		} else if t.cells[i] == "null" {
			t.cells[i] = ""
		}
	}
	return t.w.Write(t.cells...)
}

// newPlace returns where an export to target goes: an archive if it is called one, else a
// directory. What exists is not touched.
func newPlace(target string, stdout io.Writer) (place, error) {
	if target == "-" {
		return &archive{w: tar.NewWriter(stdout)}, nil
	}
	if _, err := os.Lstat(target); err == nil {
		return nil, fmt.Errorf("%s: %w", target, os.ErrExist)
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
