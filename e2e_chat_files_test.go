package main

import (
	"bytes"
	"image"
	"image/png"
	"testing"

	"chamados/bot/emulator"
	"chamados/domain"
)

// A photo of the employee's reaches IT's group, and a file that IT added in the panel reaches the employee, with a
// tap: the first by its id, before its content could be fetched, the second uploaded.
func TestFilesReachTheOtherSide(t *testing.T) {
	w := newWorld(t)
	carla, group := w.telegram.Talk(t, carlaChat, carlaChat), w.telegram.Talk(t, anaChat, e2eGroup)
	carla.Send("aparece um erro na tela")
	carla.Tap(w.fillDraft(carla), label("bot.button.send"))
	group.Expect("#1", "aparece um erro na tela")

	var screen bytes.Buffer
	w.must(png.Encode(&screen, image.NewGray(image.Rect(0, 0, 200, 120))))
	w.telegram.Fault(emulator.Fault{Kind: emulator.FaultServerError, Method: "download", Times: -1})
	carla.Post(emulator.Draft{
		Photo: &emulator.File{Name: "tela.png", Data: screen.Bytes()}, Text: "é este", ReplyTo: carla.Expect("#1").ID,
	})
	group.Tap(group.Expect("é este", "1 anexo"), label("bot.button.files"))
	photo := group.Expect("📎 #1", "Carla Mendes")
	if len(photo.Photo) == 0 {
		t.Errorf("the photo came as %+v", photo)
	}
	group.Reply(photo, "é o driver")
	carla.Expect("é o driver")

	_, err := w.program.desk.Comment(t.Context(), domain.Actor{User: w.ana, Channel: domain.ChannelPanel}, 1, domain.NewComment{
		Text: "siga os passos", Attachments: []domain.NewAttachment{{Name: "passos.txt", Content: []byte("1. respire")}},
	})
	w.must(err)
	carla.Tap(carla.Expect("siga os passos", "1 anexo"), label("bot.button.files"))
	steps := carla.Expect("📎 #1 · passos.txt", "Ana Ribeiro")
	if steps.Document == nil {
		t.Fatalf("the file came as %+v", steps)
	}
	if content, _ := w.telegram.File(steps.Document.FileID); string(content) != "1. respire" {
		t.Errorf("the file says %q", content)
	}
}
