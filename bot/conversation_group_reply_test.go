package bot_test

import (
	"testing"

	"chamados/bot/chat"
	"chamados/domain"
)

// groupCard is a technician who is in a hurry, in the group with the card of a new ticket.
func groupCard(t *testing.T) (w *world, g *person, card *message) {
	w = newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	ana.opens("sem internet")
	g = bruno.inGroup()
	g.hurries = true
	return w, g, g.find("#1 · sem internet")
}

// The photos of an album are one comment, and are taken back with it.
func TestAnAlbumIsTakenBackAsAWhole(t *testing.T) {
	w, g, card := groupCard(t)
	g.answers(card, "veja as setas", "album", "1.jpg")
	g.answers(card, "", "album", "2.jpg")
	v := w.ticket(1)
	if len(v.Comments) != 1 || len(v.Attachments) != 2 || v.Attachments[1].CommentID != v.Comments[0].ID {
		t.Fatalf("comments %+v, attachments %+v", v.Comments, v.Attachments)
	}
	g.taps("Desfazer")
	g.answers(card, "", "album", "3.jpg") // which came late
	v, err := w.db.TicketView(t.Context(), 1, false)
	w.must(err)
	if len(v.Comments) != 0 || len(v.Attachments) != 0 {
		t.Errorf("comments %+v, attachments %+v", v.Comments, v.Attachments)
	}
	for _, e := range v.Events {
		if e.Kind == domain.EventAttachment {
			t.Errorf("the requester can read of %q", e.To)
		}
	}
}

// The photos of an internal note are as internal.
func TestAnAlbumOfANoteIsInternal(t *testing.T) {
	w, g, card := groupCard(t)
	g.answers(card, "/nota é o cabo", "album", "1.jpg")
	g.answers(card, "", "album", "2.jpg")
	for internal, want := range map[bool]int{true: 2, false: 0} {
		v, err := w.db.TicketView(t.Context(), 1, internal)
		w.must(err)
		if len(v.Attachments) != want || len(v.Comments) > 1 {
			t.Errorf("internal %v: comments %+v, attachments %+v", internal, v.Comments, v.Attachments)
		}
	}
}

// What is typed wrong, and what colleagues say to each other, reaches nobody else.
func TestWhatIsNotForTheRequesterDoesNotReachThem(t *testing.T) {
	w := newWorld(t)
	ana, bruno, carlos := w.employee("Ana Souza"), w.technician("Bruno Lima"), w.linked(702, "Carlos Melo", domain.RoleIT)
	ana.opens("sem internet")
	b, c := bruno.inGroup(), carlos.inGroup()
	b.replies("#1 · sem internet", "/notta ela não sabe ligar o PC")
	b.sees("Não conheço /notta")
	b.replies("#1 · sem internet", "já vou")
	ana.seesLast("já vou")
	said := b.saidLast()
	c.answers(said, "com essa nem perde tempo", "")
	b.answers(said, "em dez minutos", "")
	ana.seesLast("em dez minutos")
	b.handle(chat.Update{Edited: &chat.Message{ID: said.id, Chat: b.where, From: b.Person, Text: "/nota já vou", Command: "nota", Args: "já vou"}})
	b.sees("não vira nota")
	ana.seesNothingOf("notta")
	ana.seesNothingOf("nem perde tempo")
	if v := w.ticket(1); len(v.Comments) != 2 || v.Comments[0].Text != "já vou" || v.Comments[0].Internal {
		t.Errorf("%+v", v.Comments)
	}
}
