package telegram

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"chamados/bot/chat"
	"chamados/bot/emulator"
	"chamados/domain"
)

// What is with Telegram goes out by its id, all else by its content: as a picture, a video or a voice where it is
// one and Telegram takes it, as a document otherwise, and in words where there is nothing to send.
func TestFiles(t *testing.T) {
	s, c := newEmulator(t)
	var drawn bytes.Buffer
	if err := png.Encode(&drawn, image.NewGray(image.Rect(0, 0, 96, 128))); err != nil {
		t.Fatal(err)
	}
	picture, text := drawn.String(), "linhas de log"
	mine := func(send func(int64, int64, emulator.File, string) (emulator.Message, error)) emulator.Message {
		m, err := send(someone, someone, emulator.File{Name: "p.png", Data: []byte(picture)}, "")
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	photo := mine(s.SendPhoto).Photo[0].FileID
	document := mine(s.SendDocument).Document.FileID
	for what, x := range map[string]struct {
		file    chat.File
		content string // "": none is stored
		kind    string
		opened  int
	}{
		"a photo by its id":              {chat.File{MIME: "image/jpeg", FileID: photo}, "", "photo", 0},
		"a document by its id":           {chat.File{MIME: "image/png", FileID: document}, "", "document", 0},
		"of another bot":                 {chat.File{MIME: "image/png", FileID: "of another"}, picture, "photo", 1},
		"of another bot, and not stored": {chat.File{MIME: "image/png", FileID: "of another"}, "", "words", 2},
		"a picture of the panel":         {chat.File{MIME: "image/png"}, picture, "photo", 1},
		"no picture after all":           {chat.File{MIME: "image/png"}, text, "document", 2},
		"a log that is gone":             {chat.File{MIME: "text/plain", FileID: "of another"}, "", "words", 1},
		"a log":                          {chat.File{MIME: "text/plain"}, text, "document", 1},
		"a picture beyond 10 MB":         {chat.File{MIME: "image/png", Size: 10<<20 + 1}, picture, "document", 1},
		"music":                          {chat.File{MIME: "audio/mpeg"}, text, "audio", 1},
		"a film":                         {chat.File{MIME: "video/mp4"}, text, "video", 1},
		"a voice":                        {chat.File{MIME: "audio/ogg"}, text, "voice", 1},
	} {
		f, opened := x.file, 0
		f.Name, f.Instead = "nome.txt", "não foi"
		f.Open = func(context.Context) (io.ReadCloser, error) {
			if opened++; x.content == "" {
				return nil, domain.ErrAttachmentNotFound
			}
			return io.NopCloser(strings.NewReader(x.content)), nil
		}
		id, err := c.Send(t.Context(), chat.Target{ChatID: group}, chat.Outgoing{Text: "<b>#1</b>", File: &f})
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		m, _ := s.Message(group, int(id))
		got := map[bool]string{len(m.Photo) > 0: "photo", m.Document != nil: "document", m.Video != nil: "video", m.Voice != nil: "voice", m.Audio != nil: "audio", m.Text == "não foi": "words"}[true]
		if got != x.kind || opened != x.opened || got != "words" && m.Caption != "#1" {
			t.Errorf("%s: sent as %q, opened %d times, %+v", what, got, opened, m)
		}
	}
}

// What may have arrived is not repeated as another, and a fault of the store sends nothing.
func TestAFileOfUnknownOutcome(t *testing.T) {
	s, c := newEmulator(t)
	away := errors.New("away")
	out := chat.Outgoing{Text: "x", File: &chat.File{Name: "a", MIME: "text/plain", Open: func(context.Context) (io.ReadCloser, error) { return nil, away }}}
	if _, err := c.Send(t.Context(), chat.Target{ChatID: group}, out); !errors.Is(err, away) {
		t.Errorf("got %v", err)
	}
	out.File.Open = func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("x")), nil }
	s.Fault(emulator.Fault{Kind: emulator.FaultDropAfter, Method: "sendDocument"})
	before := len(s.Messages(group))
	if _, err := c.Send(t.Context(), chat.Target{ChatID: group}, out); !errors.Is(err, chat.ErrUncertain) {
		t.Errorf("got %v", err)
	}
	if n := len(s.Messages(group)) - before; n != 1 {
		t.Errorf("%d messages of one call", n)
	}
}

// By its id a file is sent in the time of any other call.
func TestAFileByItsIDIsAsQuickAsACall(t *testing.T) {
	s, c := newEmulator(t)
	s.Fault(emulator.Fault{Kind: emulator.FaultHangBefore, Method: "sendPhoto"})
	began := time.Now()
	out := chat.Outgoing{Text: "x", File: &chat.File{MIME: "image/png", FileID: "x"}}
	if _, err := c.Send(t.Context(), chat.Target{ChatID: group}, out); !errors.Is(err, chat.ErrUncertain) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(began); took > uploadTime/3 {
		t.Errorf("took %v", took)
	}
}

// An upload that is cut off before its end has not arrived.
func TestAnUploadThatIsCutOffHasNotArrived(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		conn, err := listener.Accept() // and nothing is read
		if err == nil {
			_, _ = conn.Read(make([]byte, 1))
			cancel()
			<-t.Context().Done()
			_ = conn.Close()
		}
	}()
	c := newClient(t, "http://"+listener.Addr().String(), time.Minute)
	out := chat.Outgoing{File: &chat.File{Name: "a", Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(make([]byte, 20<<20))), nil
	}}}
	if _, err := c.Send(ctx, chat.Target{ChatID: group}, out); err == nil || errors.Is(err, chat.ErrUncertain) {
		t.Errorf("got %v", err)
	}
}

// Whoever finds no place for an upload goes away soon.
func TestNoPlaceForAnUpload(t *testing.T) {
	_, c := newEmulator(t)
	for range uploads {
		c.uploads <- struct{}{}
	}
	out := chat.Outgoing{File: &chat.File{Name: "a"}}
	if _, err := c.Send(t.Context(), chat.Target{ChatID: group}, out); !errors.Is(err, chat.ErrBusy) {
		t.Errorf("got %v", err)
	}
}
