package emulator

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

const journalName = "journal.jsonl"

// journal keeps records as JSON lines and contents of files beside them. Without a directory all stays in
// memory.
type journal struct {
	dir   string
	out   *os.File
	blobs map[string][]byte // only without a directory
}

// openJournal replays the journal of dir into w and compacts it.
func openJournal(dir string, w *world) (*journal, error) {
	if dir == "" {
		return &journal{blobs: map[string][]byte{}}, nil
	}
	if err := os.MkdirAll(filepath.Join(dir, "files"), 0o700); err != nil {
		return nil, fmt.Errorf("emulator: %w", err)
	}
	path := filepath.Join(dir, journalName)
	if err := replay(path, w); err != nil {
		return nil, fmt.Errorf("emulator: replay %s: %w", path, err)
	}
	out, err := compact(path, w)
	if err != nil {
		return nil, fmt.Errorf("emulator: compact %s: %w", path, err)
	}
	return &journal{dir: dir, out: out}, nil
}

func replay(path string, w *world) error {
	in, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil // a last line without its newline was cut by a crash
		}
		if err != nil {
			return err
		}
		var r record
		if err := json.Unmarshal(line, &r); err != nil {
			return err
		}
		w.apply(r)
	}
}

func compact(path string, w *world) (*os.File, error) {
	out, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	buffered := bufio.NewWriter(out)
	enc := json.NewEncoder(buffered)
	for _, r := range w.snapshot() {
		if err := enc.Encode(r); err != nil {
			_ = out.Close()
			return nil, err
		}
	}
	if err := buffered.Flush(); err != nil {
		_ = out.Close()
		return nil, err
	}
	return out, os.Rename(path+".new", path)
}

func (j *journal) write(r record) error {
	if j.out == nil {
		return nil
	}
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = j.out.Write(append(line, '\n'))
	return err
}

func (j *journal) storeBlob(name string, data []byte) error {
	if j.dir == "" {
		j.blobs[name] = data
		return nil
	}
	return os.WriteFile(filepath.Join(j.dir, "files", name), data, 0o600)
}

func (j *journal) blob(name string) ([]byte, error) {
	if j.dir == "" {
		return j.blobs[name], nil
	}
	return os.ReadFile(filepath.Join(j.dir, "files", name))
}

func (j *journal) close() error {
	if j.out == nil {
		return nil
	}
	if err := j.out.Close(); !errors.Is(err, fs.ErrClosed) {
		return err
	}
	return nil
}
