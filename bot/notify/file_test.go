package notify

import (
	"encoding/json"
	"io"
	"testing"
	"time"

	"chamados/bot/chat"
	"chamados/domain"
)

func fileFor(chatID int64, f chat.File) domain.Delivery {
	d := message(chatID, "")
	payload, err := json.Marshal(chat.Outgoing{Text: f.Name, File: &f})
	if err != nil {
		panic(err)
	}
	d.Message.Payload = payload
	return d
}

// A file is judged anew when it is sent: what has become internal meanwhile, or is gone, is not.
func TestFilesAreJudgedWhenTheyAreSent(t *testing.T) {
	inOffice(t, func(o *office) {
		o.desk.files = []domain.Attachment{{ID: 1, Name: "a.png"}, {ID: 2, Name: "b.png", Internal: true}}
		read := map[string]string{}
		o.sender.fail = func(c call) error {
			content, err := c.file.Open(t.Context())
			if err != nil {
				return err
			}
			text, err := io.ReadAll(content)
			read[c.text] = string(text)
			return err
		}
		fine := o.outbox.add(fileFor(employee, chat.File{Attachment: 1, Name: "fine"}))
		hidden := o.outbox.add(fileFor(employee, chat.File{Attachment: 2, Name: "hidden"}))
		gone := o.outbox.add(fileFor(employee, chat.File{Attachment: 3, Name: "gone"}))
		note := o.outbox.add(fileFor(tech, chat.File{Attachment: 2, Name: "note", Internal: true}))
		o.open(time.Minute)
		if fine.sent == 0 || note.sent == 0 || hidden.dead == "" || gone.dead == "" {
			t.Errorf("fine %+v, note %+v, hidden %+v, gone %+v", fine, note, hidden, gone)
		}
		if len(read) != 2 || read["fine"] != "conteúdo" || read["note"] != "conteúdo" {
			t.Errorf("read %v", read)
		}
	})
}
