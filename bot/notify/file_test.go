package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"chamados/bot/chat"
	"chamados/domain"
)

func fileFor(chatID int64, f chat.File) domain.Delivery {
	d := message(chatID, "")
	f.Instead = "not sent: " + f.Name
	if chatID > 0 {
		f.Reader = chatID
	}
	payload, err := json.Marshal(chat.Outgoing{Text: f.Name, File: &f})
	if err != nil {
		panic(err)
	}
	d.Message.Payload, d.TicketID = payload, 1
	return d
}

// opening fails as opening a content does, and then as Telegram does with files.
func opening(t *testing.T, failure error) func(call) error {
	return func(c call) error {
		if c.file == nil {
			return nil
		}
		content, err := c.file.Open(t.Context())
		if err != nil {
			return fmt.Errorf("telegram: open: %w", err)
		}
		text, err := io.ReadAll(content)
		if string(text) != "conteúdo" {
			t.Errorf("read %q, %v", text, err)
		}
		return failure
	}
}

// A file is judged anew when it is sent.
func TestFilesAreJudgedWhenTheyAreSent(t *testing.T) {
	for what, change := range map[string]func(o *office){
		"switched off":          func(o *office) { o.desk.users[employee] = domain.User{ID: employee, TelegramID: employee} },
		"linked to another":     func(o *office) { o.desk.users[employee] = domain.User{ID: employee, TelegramID: 5, Active: true} },
		"somebody else's":       func(o *office) { o.desk.ticket.RequesterID = tech },
		"deleted":               func(o *office) { o.desk.ticket.DeletedAt = time.Now() },
		"has become internal":   func(o *office) { o.desk.files[0].Internal = true },
		"gone with its comment": func(o *office) { o.desk.files = nil },
	} {
		t.Run(what, func(t *testing.T) {
			inOffice(t, func(o *office) {
				o.desk.files = []domain.Attachment{{ID: 1}}
				change(o)
				r := o.outbox.add(fileFor(employee, chat.File{Attachment: 1}))
				o.open(time.Minute)
				if o.want(); r.dead == "" {
					t.Errorf("row %+v", r)
				}
			})
		})
	}
	inOffice(t, func(o *office) {
		o.desk.files = []domain.Attachment{{ID: 1}, {ID: 2, Internal: true}}
		o.sender.fail = opening(t, nil)
		fine, note := o.outbox.add(fileFor(employee, chat.File{Attachment: 1})), o.outbox.add(fileFor(tech, chat.File{Attachment: 2}))
		ours := o.outbox.add(fileFor(group, chat.File{Attachment: 2}))
		elsewhere := o.outbox.add(fileFor(-5, chat.File{Attachment: 1}))
		o.open(time.Minute)
		if fine.sent == 0 || note.sent == 0 || ours.sent == 0 || elsewhere.dead == "" {
			t.Errorf("fine %+v, note %+v, ours %+v, elsewhere %+v", fine, note, ours, elsewhere)
		}
	})
}

// A file that cannot be sent, for whatever reason, holds up nothing, and ends in words.
func TestAFileHoldsUpNothing(t *testing.T) {
	for what, err := range map[string]error{
		"the directory is away": &domain.Error{Code: domain.CodeUnavailable, Key: "content_missing"},
		"nobody knows":          fmt.Errorf("x: %w", chat.ErrUncertain),
		"HTTP 502":              errors.New("HTTP 502"),
		"too slow":              context.DeadlineExceeded,
	} {
		t.Run(what, func(t *testing.T) {
			inOffice(t, func(o *office) {
				o.desk.files = []domain.Attachment{{ID: 1}}
				o.sender.fail = opening(t, err)
				o.outbox.add(fileFor(group, chat.File{Attachment: 1, Name: "a.pdf"}))
				o.outbox.add(message(group, "urgent"))
				o.open(time.Second)
				o.want("a.pdf", "urgent")
				o.open(5 * time.Minute)
				o.want("a.pdf", "urgent", "a.pdf", "a.pdf", "not sent: a.pdf")
			})
		})
	}
}

// A file that waits for a place among the uploads waits as long as it takes, and nobody else does.
func TestAFileWaitsForItsPlace(t *testing.T) {
	inOffice(t, func(o *office) {
		o.desk.files = []domain.Attachment{{ID: 1}}
		o.sender.fail = func(c call) error {
			if c.file != nil && len(o.sender.calls) < 10 {
				return fmt.Errorf("x: %w", chat.ErrBusy)
			}
			return nil
		}
		r := o.outbox.add(fileFor(employee, chat.File{Attachment: 1, Name: "a.pdf"}))
		o.outbox.add(message(employee, "next"))
		o.open(10 * time.Minute)
		if texts := o.sender.texts(); r.sent == 0 || r.counted != 0 || !slices.Equal(texts[:2], []string{"a.pdf", "next"}) {
			t.Errorf("sent %q, row %+v", texts, r)
		}
	})
}
