package storage_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"chamados/domain"
	"chamados/storage"
	"chamados/storage/filedir"
	"chamados/storage/pgtest"

	"github.com/google/go-cmp/cmp"
)

func openDir(t *testing.T) *filedir.Dir {
	t.Helper()
	d := must2(filedir.Open(filepath.Join(t.TempDir(), "anexos")))(t)
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func fileNames(t *testing.T, c storage.Contents) []string {
	t.Helper()
	var names []string
	err := c.Each(t.Context(), func(f filedir.File) error { names = append(names, f.Name); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// Attachments are the same wherever their contents are.
func TestAttachments(t *testing.T) {
	t.Run("database", func(t *testing.T) { testAttachments(t, storage.Options{}) })
	t.Run("directory", func(t *testing.T) { testAttachments(t, storage.Options{Contents: openDir(t), ContentsOutside: true}) })
}

func testAttachments(t *testing.T, o storage.Options) {
	h := openHouse(t, pgtest.URL(t), o)
	ana := h.user("ana", domain.RoleEmployee)
	big := strings.Repeat("0123456789abcdef", 40_000) // several pieces
	ticket, err := h.desk.Open(t.Context(), ana, domain.NewTicket{
		Title: "a", Description: "b", Category: domain.CategoryOther,
		Attachments: []domain.NewAttachment{
			{Name: "grande.bin", MIME: "application/octet-stream", Content: []byte(big)},
			{Name: "foto.jpg", Size: 9, FileID: "tg-1"},
		},
	})
	h.must(err)
	files := h.view(ticket.ID).Attachments
	if len(files) != 2 || !files[0].Stored || files[1].Stored || files[0].UploaderID != ana.ID || files[0].Size != int64(len(big)) {
		t.Fatalf("%+v", files)
	}
	read := func(id int64) string {
		t.Helper()
		r := must2(h.AttachmentContent(t.Context(), id))(t)
		defer r.Close()
		return string(must2(io.ReadAll(r))(t))
	}
	if read(files[0].ID) != big {
		t.Error("the content is another")
	}
	if _, err := h.AttachmentContent(t.Context(), files[1].ID); !errors.Is(err, domain.ErrAttachmentNotFound) {
		t.Errorf("content that is not there yet: %v", err)
	}
	jobs := must2(h.Files().DueFiles(t.Context(), 10))(t)
	if len(jobs) != 1 || jobs[0].FileID != "tg-1" {
		t.Fatalf("%+v", jobs)
	}
	if again := must2(h.Files().DueFiles(t.Context(), 10))(t); len(again) != 0 {
		t.Errorf("given out twice: %+v", again)
	}
	h.must(h.Files().FailFile(t.Context(), jobs[0].AttachmentID, "rede", h.clock.Now()))
	jobs = must2(h.Files().DueFiles(t.Context(), 10))(t)
	if len(jobs) != 1 || jobs[0].Attempts != 1 {
		t.Fatalf("%+v", jobs)
	}
	h.must(h.Files().StoreFile(t.Context(), jobs[0].AttachmentID, "image/jpeg", []byte("jpeg")))
	if got := must2(h.Attachment(t.Context(), files[1].ID))(t); got.MIME != "image/jpeg" || !got.Stored || got.Size != 4 {
		t.Errorf("%+v", got)
	}
	if read(files[1].ID) != "jpeg" {
		t.Error("fetched content is another")
	}
	if err := h.Files().StoreFile(t.Context(), 1<<40, "a/b", nil); !errors.Is(err, domain.ErrAttachmentNotFound) {
		t.Errorf("a file of nothing: %v", err)
	}
}

// All that was kept goes where new contents go, there and back, and what is lost is said.
func TestContentsMove(t *testing.T) {
	url, dir := pgtest.URL(t), openDir(t)
	inside := openHouse(t, url, storage.Options{Contents: dir})
	outside := openHouse(t, url, storage.Options{Contents: dir, ContentsOutside: true})
	ana := inside.user("ana", domain.RoleEmployee)
	ticket := inside.open(ana, "a")
	texts := []string{"um", strings.Repeat("dois", 200_000), "3", "perdido"}
	for i, text := range texts {
		h := []*house{inside, outside}[i%2]
		h.must(h.desk.Attach(t.Context(), ana, ticket.ID, []domain.NewAttachment{{
			Name: "a", MIME: "text/plain", Size: int64(len(text)), Content: []byte(text)}}, domain.Origin{}))
	}
	files := inside.view(ticket.ID).Attachments
	inside.exec(`UPDATE anexos SET caminho_arquivo = $1 WHERE id = $2`, filedir.NewName(), files[3].ID)
	for _, c := range []struct {
		to   *house
		want storage.Moved
	}{
		{inside, storage.Moved{Files: 1, Bytes: 800_000, Missing: []int64{files[3].ID}}}, {inside, storage.Moved{Missing: []int64{files[3].ID}}},
		{outside, storage.Moved{Files: 3, Bytes: 800_003}}, {outside, storage.Moved{}},
	} {
		got := must2(c.to.MoveContents(t.Context()))(t)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Error(diff)
		}
		for i, f := range files[:3] {
			r := must2(inside.AttachmentContent(t.Context(), f.ID))(t)
			if got := must2(io.ReadAll(r))(t); string(got) != texts[i] {
				t.Errorf("file %d has %d bytes", i, len(got))
			}
			r.Close()
		}
	}
}

// A setting that changes does not hide what was kept under the other one.
func TestContentsStayWhereTheyAre(t *testing.T) {
	url, dir := pgtest.URL(t), openDir(t)
	inside := openHouse(t, url, storage.Options{Contents: dir})
	outside := openHouse(t, url, storage.Options{Contents: dir, ContentsOutside: true})
	without := openHouse(t, url, storage.Options{})
	ana := inside.user("ana", domain.RoleEmployee)
	ticket := inside.open(ana, "a")
	for i, h := range []*house{inside, outside} {
		h.must(h.desk.Attach(t.Context(), ana, ticket.ID, []domain.NewAttachment{{Name: "a", Content: []byte{byte(i)}}}, domain.Origin{}))
	}
	if names := fileNames(t, dir); len(names) != 1 {
		t.Errorf("in the directory: %q", names)
	}
	for i, f := range inside.view(ticket.ID).Attachments {
		for _, h := range []*house{inside, outside} {
			r := must2(h.AttachmentContent(t.Context(), f.ID))(t)
			if got := must2(io.ReadAll(r))(t); string(got) != string([]byte{byte(i)}) {
				t.Errorf("file %d is %q", i, got)
			}
			r.Close()
		}
		if _, err := without.AttachmentContent(t.Context(), f.ID); i == 1 && !errors.Is(err, domain.ErrContentMissing) {
			t.Errorf("without the directory: %v", err)
		}
	}
}

func TestContentsThatNothingNamesAreSwept(t *testing.T) {
	dir := openDir(t)
	now := time.Now()
	h := openHouse(t, pgtest.URL(t), storage.Options{
		Contents: dir, ContentsOutside: true, Now: func() time.Time { return now },
	})
	ana := h.user("ana", domain.RoleEmployee)
	ticket := h.open(ana, "a")
	h.must(h.desk.Attach(t.Context(), ana, ticket.ID, []domain.NewAttachment{{Name: "a", Content: []byte("fica")}}, domain.Origin{}))
	kept := fileNames(t, dir)
	lost := filedir.NewName() // as a process leaves it that dies before its commit
	h.must(dir.Write(lost, strings.NewReader("sobra")))
	h.must(h.SweepContents(t.Context()))
	if got := fileNames(t, dir); len(got) != 2 {
		t.Errorf("what may still be committed is gone: %q", got)
	}
	now = now.Add(72 * time.Hour)
	h.must(h.SweepContents(t.Context()))
	if got := fileNames(t, dir); len(got) != 1 || got[0] != kept[0] {
		t.Errorf("left are %q, want %q", got, kept)
	}
}

// Two databases with one directory, as after a copy for a trial: neither loses its files.
func TestContentsOfAnotherDatabaseAreLeftAlone(t *testing.T) {
	dir := openDir(t)
	later := func() time.Time { return time.Now().Add(72 * time.Hour) }
	first := openHouse(t, pgtest.URL(t), storage.Options{Contents: dir, ContentsOutside: true, Now: later})
	second := openHouse(t, pgtest.URL(t), storage.Options{Contents: dir, ContentsOutside: true, Now: later})
	ana := first.user("ana", domain.RoleEmployee)
	first.must(first.desk.Attach(t.Context(), ana, first.open(ana, "a").ID, []domain.NewAttachment{{Name: "a", Content: []byte("x")}}, domain.Origin{}))
	for _, h := range []*house{first, second} {
		h.must(h.SweepContents(t.Context()))
	}
	if names := fileNames(t, dir); len(names) != 1 {
		t.Errorf("left are %q", names)
	}
}

// broken is a directory whose disk has a fault.
type broken struct {
	storage.Contents
	err error
}

func (b broken) Write(string, io.Reader) error {
	return &fs.PathError{Op: "write", Path: "x", Err: b.err}
}
func (b broken) Read(string) (io.ReadCloser, error) {
	return nil, &fs.PathError{Op: "open", Path: "x", Err: b.err}
}
func (b broken) Each(context.Context, func(filedir.File) error) error { return b.err }

func TestAFullDiskIsNamed(t *testing.T) {
	for cause, want := range map[syscall.Errno]*domain.Error{
		syscall.ENOSPC: domain.ErrStorageFull, syscall.EDQUOT: domain.ErrStorageFull,
		syscall.EIO: {Code: domain.CodeUnavailable, Key: "unavailable"},
	} {
		h := openHouse(t, pgtest.URL(t), storage.Options{Contents: broken{err: cause}, ContentsOutside: true})
		ana := h.user("ana", domain.RoleEmployee)
		ticket := h.open(ana, "a")
		file := []domain.NewAttachment{{Name: "a", Content: []byte("x")}}
		if err := h.desk.Attach(t.Context(), ana, ticket.ID, file, domain.Origin{}); !errors.Is(err, want) {
			t.Errorf("%v: attach: %v", cause, err)
		}
		if v := h.view(ticket.ID); len(v.Attachments) != 0 || len(v.Events) != 1 {
			t.Errorf("%v: %+v", cause, v)
		}
		h.must(h.desk.Attach(t.Context(), ana, ticket.ID, []domain.NewAttachment{{Name: "b", FileID: "tg"}}, domain.Origin{}))
		job := must2(h.Files().DueFiles(t.Context(), 1))(t)[0]
		if err := h.Files().StoreFile(t.Context(), job.AttachmentID, "a/b", []byte("x")); !errors.Is(err, want) {
			t.Errorf("%v: store: %v", cause, err)
		}
	}
}

func TestAttachmentsOfADirectoryThatIsGone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "anexos")
	dir := must2(filedir.Open(path))(t)
	defer dir.Close()
	h := openHouse(t, pgtest.URL(t), storage.Options{Contents: dir, ContentsOutside: true})
	ana := h.user("ana", domain.RoleEmployee)
	ticket := h.open(ana, "a")
	h.must(h.desk.Attach(t.Context(), ana, ticket.ID, []domain.NewAttachment{{Name: "a", Content: []byte("x")}}, domain.Origin{}))
	h.must(os.RemoveAll(path))
	if _, _, err := h.desk.Attachment(t.Context(), ana, h.view(ticket.ID).Attachments[0].ID); !errors.Is(err, domain.ErrContentMissing) {
		t.Errorf("%v", err)
	}
}
