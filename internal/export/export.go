// Package export writes everything that the desk has into a directory or an archive, to be taken elsewhere:
// docs/export.md describes the layout.
package export

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"time"

	table "chamados/admin/export"
)

// format is the version of the layout that docs/export.md describes.
const format = 1

// Exporter takes an export's tables and files to a place, and notes what it took.
type Exporter struct {
	place    place
	csv      bool
	manifest Manifest
}

// To returns an exporter to a target: a tar archive if it is called one, stdout for "-", else a directory. What
// exists is not touched. Tables are CSV, or NDJSON.
func To(target string, stdout io.Writer, csv bool) (*Exporter, error) {
	to, err := newPlace(target, stdout)
	if err != nil {
		return nil, err
	}
	return &Exporter{place: to, csv: csv}, nil
}

// Manifest says what an export holds; its words are those of docs/export.md.
type Manifest struct {
	Format  int       `json:"formato"`
	Program string    `json:"programa"`
	Version string    `json:"versao"`
	At      time.Time `json:"exportado_em"`
	Files   []File    `json:"arquivos"`
	Missing []string  `json:"faltando,omitempty"` // contents that could not be found
}

// File is one of an export's files.
type File struct {
	Path   string `json:"caminho"`
	Rows   *int64 `json:"linhas,omitempty"` // of a table
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Table begins a table in a file of its own.
func (e *Exporter) Table(name string, columns []string) (put func(row []byte) error, end func() error, err error) {
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
func (e *Exporter) File(name string, content io.Reader) error {
	f, err := e.open(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	return errors.Join(err, f.Close())
}

// Missing notes a file that cannot be taken along.
func (e *Exporter) Missing(name string) { e.manifest.Missing = append(e.manifest.Missing, name) }

// Finish writes the manifest, which it returns, and makes the whole visible under its name.
func (e *Exporter) Finish(version string, now time.Time) (Manifest, error) {
	e.manifest.Format, e.manifest.Program, e.manifest.Version, e.manifest.At = format, "chamados", version, now.UTC()
	text, err := json.MarshalIndent(e.manifest, "", "  ")
	if err != nil {
		return e.manifest, err
	}
	w, err := e.place.create("manifesto.json")
	if err != nil {
		return e.manifest, err
	}
	_, err = w.Write(append(text, '\n'))
	return e.manifest, errors.Join(err, w.Close(), e.place.finish())
}

// Discard removes what there is of an export that failed.
func (e *Exporter) Discard() error { return e.place.discard() }

// measured is a file whose size and sum are noted when it is closed.
type measured struct {
	io.WriteCloser
	noted File
	sum   hash.Hash
	done  func(File)
}

func (e *Exporter) open(name string) (*measured, error) {
	w, err := e.place.create(name)
	if err != nil {
		return nil, err
	}
	return &measured{WriteCloser: w, noted: File{Path: name}, sum: sha256.New(), done: func(f File) {
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
	w       *table.CSV
	columns []string
	cells   []string
}

func newCSVTable(out io.Writer, columns []string) (*csvTable, error) {
	w, err := table.NewCSV(out, table.Plain)
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
