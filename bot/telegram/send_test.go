package telegram

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"testing"

	"chamados/bot/chat"
	"chamados/bot/emulator"
)

// A picture goes out with its caption and buttons, into a topic too; one that Telegram does not take goes out
// as words, and a call of unknown outcome is not repeated as another.
func TestPictures(t *testing.T) {
	s, c := newEmulator(t)
	ctx := t.Context()
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 96, 128))); err != nil {
		t.Fatal(err)
	}
	out := chat.Outgoing{Text: "<b>semana</b>", Photo: picture.Bytes(), Keyboard: [][]chat.Button{{{Text: "Ver", Data: "1:x"}}}}
	id, err := c.Send(ctx, chat.Target{ChatID: group}, out)
	if err != nil {
		t.Fatal(err)
	}
	m, _ := s.Message(group, int(id))
	if _, ok := m.Button("Ver"); len(m.Photo) == 0 || m.Photo[len(m.Photo)-1].Width != 96 || m.Caption != "semana" || !ok {
		t.Errorf("got %+v", m)
	}
	out.Photo = make([]byte, 11<<20)
	if id, err = c.Send(ctx, chat.Target{ChatID: group}, out); err != nil {
		t.Fatal(err)
	}
	if m, _ = s.Message(group, int(id)); m.Text != "semana" || len(m.Photo) != 0 {
		t.Errorf("instead of a refused picture: %+v", m)
	}
	out.Photo = picture.Bytes()
	s.Fault(emulator.Fault{Kind: emulator.FaultDropAfter, Method: "sendPhoto"})
	before := len(s.Messages(group))
	if _, err = c.Send(ctx, chat.Target{ChatID: group}, out); !errors.Is(err, chat.ErrUncertain) {
		t.Errorf("got %v", err)
	}
	if n := len(s.Messages(group)) - before; n != 1 {
		t.Errorf("%d messages of one call", n)
	}
}
