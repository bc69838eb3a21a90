package bot_test

import (
	"fmt"
	"testing"
	"time"

	"chamados/domain"
)

// bring is what a chat was sent as files, by their names, since a message.
func (p *person) bring(since int) (names []string) {
	for _, m := range p.chats[p.where.ID][since:] {
		if m.out.File != nil {
			names = append(names, m.out.File.Name)
		}
	}
	return names
}

// Whoever is told of files gets them with a tap: IT in its group and in private, the requester too.
func TestFilesComeWithATap(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	ana.opens("sem internet")
	ana.replies("#1 · sem internet", "olhe só")
	g := bruno.inGroup()
	card := g.find("#1 · sem internet")
	g.seesNothingOf("Ver anexos")

	ana.answers(ana.find("#1 · sem internet"), "a tela", "album", "tela.png")
	ana.answers(ana.find("#1 · sem internet"), "", "album", "luz.png")
	g.sees("📎 2 anexos")
	before := len(w.chats[g.where.ID])
	g.taps("Ver anexos")
	g.answered("Enviando 2 anexos")
	if got := g.bring(before); fmt.Sprint(got) != "[tela.png luz.png]" {
		t.Errorf("the group got %v", got)
	}
	for _, m := range w.chats[g.where.ID][before:] {
		if m.out.File != nil && m.replyTo == 0 {
			t.Errorf("%q answers nothing", m.out.Text)
		}
	}

	g.answers(card, "faça assim", "", "passos.pdf")
	g.answers(card, "/nota só entre nós", "", "segredo.pdf")
	before = len(w.chats[ana.where.ID])
	ana.taps("Ver anexos")
	if got := ana.bring(before); fmt.Sprint(got) != "[passos.pdf]" {
		t.Errorf("the requester got %v", got)
	}
	w.wait(time.Minute)
	before = len(w.chats[ana.where.ID])
	ana.press(1, "1:z:1:0")
	if got := ana.bring(before); fmt.Sprint(got) != "[tela.png luz.png passos.pdf]" {
		t.Errorf("of the whole ticket the requester got %v", got)
	}
	note := w.ticket(1).Comments[3].ID
	ana.press(1, fmt.Sprintf("1:z:1:%d", note))
	ana.answered("Não há mais anexos")
	before = len(w.chats[g.where.ID])
	g.press(card.id, fmt.Sprintf("1:z:1:%d", note))
	if got := g.bring(before); fmt.Sprint(got) != "[segredo.pdf]" {
		t.Errorf("of the note the group got %v", got)
	}
	g.replies("segredo.pdf", "mais um detalhe")
	if v := w.ticket(1); !v.Comments[len(v.Comments)-1].Internal {
		t.Error("a reply to a file of a note went to the requester")
	}

	before = len(w.chats[g.where.ID])
	g.press(card.id, fmt.Sprintf("1:z:1:%d", note))
	if got := g.bring(before); len(got) > 0 {
		t.Errorf("an impatient finger brought %v", got)
	}
	w.wait(time.Minute)
	g.press(card.id, fmt.Sprintf("1:z:1:%d", note))
	if got := g.bring(before); fmt.Sprint(got) != "[segredo.pdf]" {
		t.Errorf("asked once more, the group got %v", got)
	}

	eva := w.linked(503, "Eva", domain.RoleEmployee)
	eva.press(1, "1:z:1:0")
	if got := eva.bring(0); len(got) > 0 || !eva.after.Answer.Alert {
		t.Errorf("somebody else got %v, %+v", got, eva.after.Answer)
	}
	g2 := eva.inGroup()
	before = len(w.chats[g2.where.ID])
	g2.press(card.id, "1:z:1:0")
	if got := g2.bring(before); len(got) > 0 {
		t.Errorf("whoever is not of IT got %v in the group", got)
	}
}

// Of many files the newest come.
func TestOfManyFilesTheNewestCome(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	ana.opens("sem internet")
	for i := range 12 {
		ana.answers(ana.find("#1 · sem internet"), "", "album", fmt.Sprintf("%02d.png", i))
	}
	g := bruno.inGroup()
	before := len(w.chats[g.where.ID])
	g.press(g.find("#1 · sem internet").id, "1:z:1:0")
	g.answered("10 anexos mais recentes de 12")
	if got := g.bring(before); len(got) != 10 || got[0] != "02.png" || got[9] != "11.png" {
		t.Errorf("got %v", got)
	}
}
