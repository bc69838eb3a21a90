package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"chamados/bot/chat"
	"chamados/domain"
)

// shelf is a fake file store and Telegram at once.
type shelf struct {
	mu       sync.Mutex
	jobs     map[int64]*domain.FileJob
	due      map[int64]time.Time
	stored   map[int64]string // type
	given    map[int64]bool
	contents map[string]func() (io.ReadCloser, error)
}

func (s *shelf) DueFiles(_ context.Context, limit int) ([]domain.FileJob, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []domain.FileJob
	for id, j := range s.jobs {
		if !s.due[id].After(time.Now()) && len(out) < limit {
			out = append(out, *j)
		}
	}
	return out, nil
}

func (s *shelf) StoreFile(_ context.Context, id int64, mime string, content []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stored[id] = fmt.Sprintf("%s %d", mime, len(content))
	delete(s.jobs, id)
	return nil
}

func (s *shelf) FailFile(_ context.Context, id int64, _ string, retry time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if retry.IsZero() {
		s.given[id] = true
		delete(s.jobs, id)
		return nil
	}
	s.jobs[id].Attempts++
	s.due[id] = retry
	return nil
}

func (s *shelf) File(_ context.Context, fileID string) (io.ReadCloser, error) {
	return s.contents[fileID]()
}

func TestFilesAreFetched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{
			jobs: map[int64]*domain.FileJob{}, due: map[int64]time.Time{}, stored: map[int64]string{}, given: map[int64]bool{},
			contents: map[string]func() (io.ReadCloser, error){},
		}
		content := func(b []byte, err error) func() (io.ReadCloser, error) {
			return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), err }
		}
		s.contents["png"] = content([]byte("\x89PNG\r\n\x1a\n..."), nil)
		s.contents["large"] = content(make([]byte, domain.MaxAttachment+1), nil)
		s.contents["full"] = content(make([]byte, domain.MaxAttachment), nil)
		s.contents["refused"] = content(nil, fmt.Errorf("x: %w", chat.ErrRefused))
		flaky := 3
		s.contents["flaky"] = func() (io.ReadCloser, error) {
			if flaky--; flaky >= 0 {
				return nil, errors.New("HTTP 502")
			}
			return io.NopCloser(strings.NewReader("texto")), nil
		}
		for i, name := range []string{"png", "large", "full", "refused", "flaky"} {
			s.jobs[int64(i)] = &domain.FileJob{AttachmentID: int64(i), FileID: name}
		}
		f := NewFiles(FilesOptions{Store: s, Source: s})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = f.Run(ctx)
		}()
		time.Sleep(2 * time.Minute)
		cancel()
		<-ended
		want := map[int64]string{0: "image/png 15", 2: fmt.Sprintf("application/octet-stream %d", domain.MaxAttachment), 4: "text/plain; charset=utf-8 5"}
		for id, w := range want {
			if got := s.stored[id]; got != w && !(id == 0 && strings.HasPrefix(got, "image/png")) {
				t.Errorf("file %d: %q, want %q", id, got, w)
			}
		}
		if len(s.stored) != 3 || !s.given[1] || !s.given[3] {
			t.Errorf("stored %v, given up %v", s.stored, s.given)
		}
	})
}

func TestSniff(t *testing.T) {
	for _, c := range []struct{ content, want string }{
		{"<!DOCTYPE html><script>alert(1)</script>", "text/plain; charset=utf-8"},
		{`<?xml version="1.0"?><svg onload="x"/>`, "text/plain; charset=utf-8"},
		{"%PDF-1.7", "application/pdf"},
		{"OggS\x00" + strings.Repeat("\x00", 23) + "OpusHead", "audio/ogg"},
		{"PK\x03\x04....[Content_Types].xml....word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{"PK\x03\x04....foto.jpg....word/notas.txt", "application/zip"},
		{"PK\x03\x04....mimetypeapplication/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text"},
		{"", "text/plain; charset=utf-8"},
	} {
		if got := sniff([]byte(c.content)); got != c.want {
			t.Errorf("%q: %s", c.content, got)
		}
	}
}
