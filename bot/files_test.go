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
	full     bool
	told     map[string]domain.Outgoing // by key
}

func (s *shelf) Enqueue(_ context.Context, m domain.Outgoing) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told[m.Key] = m
	return nil
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
	if s.full {
		return domain.ErrStorageFull
	}
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
			contents: map[string]func() (io.ReadCloser, error){}, told: map[string]domain.Outgoing{},
		}
		content := func(b []byte, err error) func() (io.ReadCloser, error) {
			return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), err }
		}
		s.contents["png"] = content([]byte("\x89PNG\r\n\x1a\n..."), nil)
		s.contents["large"] = content(make([]byte, domain.MaxAttachment+1), nil)
		s.contents["full"] = content(make([]byte, domain.MaxAttachment), nil)
		s.contents["empty"] = content(nil, nil)
		s.contents["refused"] = content(nil, fmt.Errorf("x: %w", chat.ErrRefused))
		flaky := 3
		s.contents["flaky"] = func() (io.ReadCloser, error) {
			if flaky--; flaky >= 0 {
				return nil, errors.New("HTTP 502")
			}
			return io.NopCloser(strings.NewReader("texto")), nil
		}
		for i, name := range []string{"png", "large", "full", "refused", "flaky", "empty"} {
			s.jobs[int64(i)] = &domain.FileJob{AttachmentID: int64(i), FileID: name, ChatID: 7, TicketID: 9, Name: name + "<b>"}
		}
		f := NewFiles(FilesOptions{Store: s, Source: s, Letterbox: s})
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
		if len(s.stored) != 3 || !s.given[1] || !s.given[3] || !s.given[5] {
			t.Errorf("stored %v, given up %v", s.stored, s.given)
		}
		if lost := s.told["transport.file_lost:3"]; len(s.told) != 3 || lost.ChatID != 7 || lost.TicketID != 9 ||
			!strings.Contains(string(lost.Payload), `refused\u0026lt;b`) {
			t.Errorf("told %v", s.told)
		}
	})
}

// A full disk: the person hears once that the file waits, and has it kept when there is room again.
func TestAFileWaitsForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{
			jobs: map[int64]*domain.FileJob{1: {AttachmentID: 1, FileID: "f", ChatID: 7, TicketID: 9, Name: "foto", Lang: domain.LangEnglish}},
			due:  map[int64]time.Time{}, stored: map[int64]string{}, given: map[int64]bool{}, told: map[string]domain.Outgoing{}, full: true,
			contents: map[string]func() (io.ReadCloser, error){
				"f": func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("x")), nil },
			},
		}
		f := NewFiles(FilesOptions{Store: s, Source: s, Letterbox: s})
		for range 3 {
			time.Sleep(time.Minute)
			for f.batch(t.Context()) {
			}
		}
		if len(s.told) != 1 || len(s.stored) != 0 || s.given[1] || !strings.Contains(string(s.told["transport.file_waits:1"].Payload), "#9") {
			t.Errorf("told %v, stored %v, given up %v", s.told, s.stored, s.given)
		}
		s.full = false
		time.Sleep(time.Hour)
		for f.batch(t.Context()) {
		}
		if len(s.stored) != 1 {
			t.Errorf("stored %v", s.stored)
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
