package main

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"chamados/bot/emulator"
	"chamados/domain"
	"chamados/domain/i18n"
)

// Whoever attaches without end is told so, in chat as over HTTP, and what was refused leaves nothing; words still pass.
func TestWhoAttachesWithoutEndIsTold(t *testing.T) {
	v := newVisitors(t)
	v.config.Files.PerDay = 1
	v.restart()
	s := v.speakers()[0]
	id, _ := s.sends("a impressora travou", domain.CategoryHardware)
	card := v.waitFor(s.chat, s.text("bot.progress.aberto", nil))
	file := bytes.Repeat([]byte("x"), 700<<10)
	s.Post(emulator.Draft{ReplyTo: card.ID, Document: &emulator.File{Name: "a.bin", Data: file}})
	s.Expect(s.text("bot.reply.sent_it", i18n.Args{"Number": id}))
	refused := s.text("error.allowance_used", i18n.Args{"Megabytes": 1})
	s.Post(emulator.Draft{ReplyTo: card.ID, Text: "mais um", Document: &emulator.File{Name: "b.bin", Data: file}})
	s.Expect(refused)

	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("arquivo", "c.bin")
	v.must(err)
	_, _ = part.Write(file)
	v.must(w.Close())
	r := v.ask(owner, "POST", fmt.Sprintf("/api/chamados/%d/anexos", id), w.FormDataContentType(), form.String())
	if r.status != http.StatusTooManyRequests || !strings.Contains(r.body, refused) {
		t.Errorf("over HTTP: %s", r)
	}
	s.Reply(card, "segue sem arquivo")
	s.Expect(s.text("bot.reply.sent_it", i18n.Args{"Number": id}))
	if got := v.ticket(id); len(got.Attachments) != 1 || len(got.Comments) != 2 {
		t.Errorf("%d files, %d comments", len(got.Attachments), len(got.Comments))
	}
}
