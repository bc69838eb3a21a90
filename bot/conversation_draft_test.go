package bot_test

import (
	"strings"
	"testing"
	"time"

	"chamados/domain"
)

func TestDraftIsEditedAndGoesBack(t *testing.T) {
	w := newWorld(t)
	ana := w.employee("Ana Souza")
	w.technician("Bruno Lima")
	ana.writes("sem internet")
	ana.writes("desde ontem")
	ana.taps("Rede")
	ana.taps("Voltar")
	ana.seesLast("Sobre o que é?")
	ana.taps("Rede")
	ana.taps("Pode esperar")
	ana.seesLast("sem internet\ndesde ontem")
	ana.taps("Editar")
	ana.taps("Título")
	ana.writes("Internet <caiu> & não volta")
	ana.seesLast("Internet &lt;caiu&gt; &amp; não volta")
	ana.taps("Editar")
	ana.taps("Urgência")
	ana.taps("sem conseguir")
	ana.taps("Editar")
	ana.taps("Descrição")
	ana.writes("Cabo partido")
	ana.taps("Enviar")
	v := w.ticket(1)
	if v.Title != "Internet <caiu> & não volta" || v.Description != "Cabo partido" || v.Priority != domain.PriorityUrgent {
		t.Errorf("got %+v", v.Ticket)
	}
}

func TestOldButtonsOfAFinishedDraftSaySo(t *testing.T) {
	w := newWorld(t)
	ana := w.employee("Ana Souza")
	ana.writes("sem internet")
	first, category := ana.dataOf("Rede")
	ana.taps("Rede")
	ana.taps("Pode esperar")
	preview, send := ana.dataOf("Enviar")
	ana.press(first, category)
	ana.seesLast("passo anterior")
	ana.press(preview, send)
	ana.press(preview, send)
	ana.answered("já foi enviado ou descartado")
	ana.press(first, category)
	ana.answered("já foi enviado ou descartado")
	if _, err := w.db.Ticket(t.Context(), 2); err == nil {
		t.Error("two tickets")
	}
	ana.writes("outra coisa")
	ana.taps("Descartar")
	ana.sees("Rascunho descartado")
	ana.command("cancelar", "")
	ana.seesLast("Não há nada para cancelar")
}

func TestPhotosFirstAndAlbumsMakeOneTicket(t *testing.T) {
	w := newWorld(t)
	ana := w.employee("Ana Souza")
	ana.sends("", "a1", "um.jpg")
	ana.seesLast("Sobre o que é?")
	ana.sends("", "a1", "dois.jpg")
	ana.seesNothingNew()
	ana.taps("Hardware")
	ana.sees("Anexo recebido")
	ana.writes("A tela quebrou")
	ana.taps("Incomoda")
	ana.sees("2 anexos")
	ana.taps("Enviar")
	ana.sends("", "a1", "tres.jpg")
	if v := w.ticket(1); len(v.Attachments) != 3 {
		t.Errorf("%d attachments", len(v.Attachments))
	}
	if _, err := w.db.Ticket(t.Context(), 2); err == nil {
		t.Error("two tickets")
	}
}

func TestEditingAMessageEditsTheDraftOrTheComment(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	ana.writes("sem intrenet")
	ana.edits("sem internet")
	ana.taps("Rede")
	ana.taps("Pode esperar")
	ana.taps("Enviar")
	if v := w.ticket(1); v.Description != "sem internet" {
		t.Errorf("got %q", v.Description)
	}
	ana.edits("sem internet nenhuma")
	ana.seesLast("já foi enviado")
	group := bruno.inGroup()
	group.replies("#1", "Reinicie o rotador")
	group.edits("Reinicie o roteador")
	group.seesLast("Comentário atualizado")
	if v := w.ticket(1); v.Comments[0].Text != "Reinicie o roteador" {
		t.Errorf("got %q", v.Comments[0].Text)
	}
}

func TestNewcomerForm(t *testing.T) {
	w := newWorld(t)
	ana := w.employee("Ana Souza")
	ana.command("novo", "")
	ana.taps("Novo colaborador")
	ana.writes("Carla Dias")
	ana.seesLast("nascimento")
	ana.writes("31/02/1998")
	ana.seesLast("Não entendi a data")
	ana.writes("25/03/2098")
	ana.seesLast("não parece certa")
	ana.writes("25/03/1998")
	ana.writes("amanhã")
	ana.seesLast("Não entendi a data")
	ana.writes("05/01/2027")
	ana.taps("Notebook")
	ana.taps("Celular")
	ana.taps("Celular")
	ana.taps("E-mail")
	ana.dataOf("✅ Notebook")
	ana.taps("Continuar")
	ana.taps("Chrome")
	ana.taps("Continuar")
	ana.taps("Pular")
	ana.seesLast("Tudo certo?")
	ana.seesLast("25/03/1998")
	ana.taps("Enviar")
	n, err := domain.ParseNewCollaborator(w.ticket(1).Extra)
	w.must(err)
	want := domain.NewCollaborator{
		Name: "Carla Dias", BirthDate: "1998-03-25", StartDate: "2027-01-05",
		Equipment: domain.EquipmentForm{Laptop: true, Email: true}, Apps: domain.AppsForm{Chrome: true},
	}
	if n != want {
		t.Errorf("got %+v", n)
	}
}

func TestAMessageThatMayBelongToATicket(t *testing.T) {
	w := newWorld(t)
	ana := w.employee("Ana Souza")
	ana.opens("sem internet")
	ana.writes("fica no segundo andar")
	ana.taps("É sobre o #1")
	ana.sees("Acrescentado ao chamado <b>#1</b>")
	if v := w.ticket(1); len(v.Comments) != 1 || v.Comments[0].Text != "fica no segundo andar" {
		t.Errorf("got %+v", v.Comments)
	}
	w.wait(time.Hour)
	ana.writes("minha cadeira quebrou")
	for _, row := range ana.find("Sobre o que é?").out.Keyboard {
		for _, b := range row {
			if b.Text == "💬 É sobre o #1 · sem internet" {
				t.Error("offered after an hour")
			}
		}
	}
}

func TestOnlyTheLastScreenOfADraftHasButtons(t *testing.T) {
	w := newWorld(t)
	ana := w.employee("Ana Souza")
	alone := func() {
		t.Helper()
		screens := 0
		for _, m := range w.chats[ana.ID][2:] {
			if len(m.out.Keyboard) > 0 {
				screens++
			}
		}
		if screens > 1 {
			t.Errorf("%d screens have buttons:\n%s", screens, ana.transcript())
		}
	}
	ana.writes("sem internet")
	ana.writes("desde ontem")
	alone()
	ana.sees("Anotado")
	ana.taps("Novo colaborador")
	ana.writes("Carla Dias")
	alone()
	ana.writes("25/03/1998")
	alone()
	ana.sees("✓ 👤 Nome: Carla Dias", "✓ 🎂 Nascimento: 25/03/1998")
	ana.command("novo", "")
	ana.seesLast("já tem um chamado em rascunho")
	alone()
	ana.command("cancelar", "")
	alone()
	ana.writes("outra coisa")
	alone()
}

func TestPiecesOfAThoughtAreAnsweredOnce(t *testing.T) {
	w := newWorld(t)
	ana := w.employee("Ana Souza")
	ana.hurries = true
	before := len(w.chats[ana.ID])
	for _, piece := range []string{"a tela", "a impressora", "não liga"} {
		ana.writes(piece)
	}
	ana.sends("", "", "foto.jpg")
	ana.sends("", "", "outra.jpg")
	ana.sees("a tela\na impressora\nnão liga", "2 anexos")
	if said := len(w.chats[ana.ID]) - before - 5; said != 1 {
		t.Errorf("answered %d times:\n%s", said, ana.transcript())
	}
	ana.taps("Hardware")
	ana.writes("desde ontem")
	ana.seesNothingNew()
	ana.sees("Acrescentei à descrição")
	ana.taps("Pode esperar")
	ana.taps("Enviar")
	if v := w.ticket(1); v.Title != "a tela" || len(v.Attachments) != 2 || !strings.HasSuffix(v.Description, "desde ontem") {
		t.Errorf("got %+v", v)
	}
}
