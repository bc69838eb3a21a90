package storage_test

import (
	"errors"
	"testing"
	"time"

	"chamados/domain"
)

// Nobody fills the disk: what one person attaches within a day is bounded, whatever the door, and whoever else attaches
// is not held up by it. What is refused leaves nothing.
func TestWhatOnePersonAttachesIsBounded(t *testing.T) {
	h, ana, ti := staffed(t)
	desk := domain.NewDesk(h.DB, nil, h.clock.Now, domain.WithAllowance(3<<20))
	file := func(megabytes int64) []domain.NewAttachment {
		return []domain.NewAttachment{{Name: "a.bin", MIME: "application/octet-stream", Size: megabytes << 20, FileID: "x"}}
	}
	opened, err := desk.Open(t.Context(), ana, domain.NewTicket{Title: "a", Description: "x", Category: domain.CategoryOther, Attachments: file(1)})
	if err != nil {
		t.Fatal(err)
	}
	comment := func(a domain.Actor, megabytes int64) error {
		_, err := desk.Comment(t.Context(), a, opened.ID, domain.NewComment{Text: "veja", Attachments: file(megabytes)})
		return err
	}
	if err := desk.Attach(t.Context(), ana, opened.ID, file(2), domain.Origin{}); err != nil {
		t.Errorf("what is just within the bound: %v", err)
	}
	for name, err := range map[string]error{
		"a comment": comment(ana, 1),
		"a file":    desk.Attach(t.Context(), ana, opened.ID, file(1), domain.Origin{}),
	} {
		if !errors.Is(err, domain.ErrAllowanceUsed) {
			t.Errorf("%s beyond the bound: %v", name, err)
		}
	}
	if v, err := desk.Thread(t.Context(), ti, opened.ID); err != nil || len(v.Comments) != 0 || len(v.Attachments) != 2 {
		t.Errorf("kept: %d comments, %d files, %v", len(v.Comments), len(v.Attachments), err)
	}
	if err := comment(ti, 3); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	if err := comment(ti, 1); !errors.Is(err, domain.ErrAllowanceUsed) {
		t.Errorf("IT beyond the bound: %v", err)
	}
	h.clock.Add(domain.AllowanceWindow + time.Second)
	if err := comment(ana, 3); err != nil {
		t.Errorf("a day later: %v", err)
	}
}
