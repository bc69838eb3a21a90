package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chamados/domain"
)

func TestAttachmentsMoveFromTheCommandLine(t *testing.T) {
	x := exportedDesk(t)
	p := x.desk()
	ana, err := p.desk.AccountByEmail(t.Context(), "ana@example.com")
	must(t, err)
	_, err = p.desk.Open(t.Context(), domain.Actor{User: ana, Channel: domain.ChannelPanel}, domain.NewTicket{
		Title: "a", Description: "b", Category: domain.CategoryOther, Attachments: []domain.NewAttachment{textFile("a.txt")},
	})
	must(t, err)
	dir := filepath.Join(t.TempDir(), "anexos")
	t.Setenv("ATTACHMENTS_DIR", dir)
	if out := x.must("attachments", "move"); !strings.Contains(out, "0 anexo") {
		t.Errorf("they are there already: %q", out)
	}
	t.Setenv("ATTACHMENTS_STORE", "directory")
	if out := x.must("attachments", "move"); strings.Contains(out, "0 anexo") {
		t.Errorf("says %q", out)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) == 0 {
		t.Errorf("the directory has %d, %v", len(list), err)
	}
}
