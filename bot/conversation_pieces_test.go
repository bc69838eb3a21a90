package bot_test

import (
	"strings"
	"testing"
	"time"

	"chamados/domain"
)

// Who is asked for a comment may send it in pieces; what comes later is another matter.
func TestAnAnswerMayComeInPieces(t *testing.T) {
	w := newWorld(t)
	ana := w.employee("Ana Souza")
	ana.opens("sem internet")
	ana.taps("Comentar")
	ana.hurries = true
	ana.writes("oi")
	w.wait(8 * time.Second)
	ana.writes("ainda está travando")
	w.wait(8 * time.Second)
	ana.sends("", "", "tela.jpg")
	v := w.ticket(1)
	if len(v.Comments) != 3 || len(v.Attachments) != 1 || v.Comments[1].Text != "ainda está travando" {
		t.Fatalf("comments %+v, attachments %+v", v.Comments, v.Attachments)
	}
	ana.command("cancelar", "")
	ana.sees("Não há nada para cancelar")
	ana.taps("Comentar")
	ana.writes("obrigada pela pressa")
	w.wait(20 * time.Second)
	ana.writes("a impressora também parou")
	ana.sees("Novo chamado")
	if n := len(w.ticket(1).Comments); n != 4 {
		t.Errorf("%d comments", n)
	}
}

// A comment on a ticket that has ended is kept, and both sides read that nobody works on it.
func TestACommentOnWhatHasEnded(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	ana.opens("sem internet")
	closed := domain.StatusClosed
	_, err := w.desk.Change(t.Context(), domain.Actor{User: bruno.account, Channel: domain.ChannelPanel}, 1, domain.TicketChange{Status: &closed}, 0)
	w.must(err)
	w.deliver()
	ana.replies("#1 · sem internet", "ainda trava!")
	ana.sees("Comentário enviado à TI", "já está encerrado")
	bruno.inGroup().sees("Ana Souza", "🔒 Fechado", "ainda trava!")
}

// What only says that something was understood opens no ticket.
func TestAnOkIsNoTicket(t *testing.T) {
	w := newWorld(t)
	ana := w.employee("Ana Souza")
	for _, text := range []string{"ok", "Ok, certo!", "👍", "🙏🏽"} {
		ana.writes(text)
		ana.sees("Se precisar de algo")
	}
	ana.writes("ok mas a internet caiu")
	ana.sees("Novo chamado")
}

// In a group there is nothing to cancel: a note is a reply.
func TestANoteInAGroupIsAReply(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	ana.opens("sem internet")
	g := bruno.inGroup()
	g.taps("Nota")
	if text := g.newest(); !strings.Contains(text, "Nota interna") || strings.Contains(text, "/cancelar") {
		t.Errorf("%q", text)
	}
}
