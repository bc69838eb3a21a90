package bot_test

import (
	"testing"

	"chamados/bot/card/cardtest"
	"chamados/bot/chat"
	"chamados/domain"
)

// checkMessage fails for whatever Telegram would not take.
func checkMessage(t testing.TB, m chat.Outgoing) {
	t.Helper()
	if err := cardtest.Check(m); err != nil {
		t.Errorf("Telegram would refuse: %v\n%s", err, m.Text)
	}
}

func TestFromAMessageToASolvedTicket(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	group := bruno.inGroup()

	ana.writes("Bom dia! Minha impressora não liga. Já troquei a tomada.")
	ana.seesLast("Sobre o que é?")
	ana.taps("Hardware")
	ana.seesLast("Quanto isso atrapalha você?")
	w.restart()
	ana.taps("Atrapalha muito")
	ana.seesLast("Tudo certo?")
	ana.seesLast("<b>Minha impressora não liga</b>")
	ana.taps("Enviar")
	ana.answered("Chamado #1 enviado")
	ana.sees("Enviado: <b>#1 · Minha impressora não liga</b>", "na fila da TI")

	group.seesLast("#1 · Minha impressora não liga")
	group.taps("Assumir")
	group.answered("Você assumiu o #1")
	group.seesLast("🙋 Bruno Lima")
	ana.sees("🙋 Bruno Lima está cuidando disso", "começou a cuidar")

	group.replies("#1 · Minha", "A luz dela acende?")
	group.seesLast("Enviado a <b>Ana Souza</b>")
	ana.seesLast("A luz dela acende?")
	ana.replies("A luz dela acende?", "Não, nada <b>& \"nada\"")
	ana.seesLast("Comentário enviado à TI")
	group.sees("Não, nada &lt;b&gt;&amp; &quot;nada&quot;")

	group.taps("✅ Resolvido")
	group.answered("#1: Resolvido")
	ana.seesLast("resolveu seu chamado")
	ana.taps("✅ Resolveu")
	ana.sees("Que bom que funcionou!")
	if v := w.ticket(1); v.Status != domain.StatusClosed || v.Priority != domain.PriorityHigh || len(v.Comments) != 2 {
		t.Errorf("got %+v", v)
	}
}

func TestNotSolvedReopensWithTheReason(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	ana.opens("sem internet")
	bruno.inGroup().taps("✅ Resolvido")
	ana.writes("Muito obrigada!")
	ana.seesLast("segue como resolvido")
	if w.ticket(1).Status != domain.StatusResolved {
		t.Error("thanks reopened it")
	}
	ana.taps("Reabrir #1")
	ana.seesLast("O que ainda não funciona?")
	ana.writes("Caiu de novo")
	ana.seesLast("Comentário enviado à TI")
	v := w.ticket(1)
	if v.Status != domain.StatusOpen || v.Comments[0].Text != "Caiu de novo" {
		t.Errorf("got %+v", v)
	}
	bruno.inGroup().sees("Caiu de novo")
}

func TestCancelAsksFirst(t *testing.T) {
	w := newWorld(t)
	ana := w.employee("Ana Souza")
	ana.opens("sem internet")
	ana.taps("Cancelar chamado")
	ana.sees("Cancelar este chamado?")
	ana.taps("Voltar")
	ana.taps("Cancelar chamado")
	ana.taps("Sim, cancelar")
	ana.sees("🚫 <b>#1 · sem internet</b>")
	if w.ticket(1).Status != domain.StatusCancelled {
		t.Error("not cancelled")
	}
}

func TestGroups(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	elsewhere := chat.Chat{ID: -55, Kind: chat.BasicGroup, Title: "Suporte"}
	ana.where, bruno.where = elsewhere, elsewhere
	w.handle(chat.Update{Membership: &chat.Membership{Chat: elsewhere, From: bruno.Person, Present: true}})
	bruno.seesLast("/conectar")
	bruno.command("fila", "")
	bruno.seesNothingNew()
	ana.command("conectar", "")
	ana.seesLast("Só uma pessoa da TI")
	anonymous := *bruno
	anonymous.Person = chat.Person{ID: chat.Anonymous, Bot: true, Name: "Group"}
	anonymous.command("conectar", "")
	bruno.seesLast("administrador anônimo")
	bruno.command("conectar", "")
	bruno.seesLast("Grupo conectado")
	bruno.command("fila", "")
	bruno.seesLast("A fila está vazia")
	bruno.command("novo", "")
	bruno.seesLast("no privado")
	w.handle(chat.Update{Message: &chat.Message{ID: 1, Chat: elsewhere, MigratedTo: -10055, Service: true}})
	bruno.where.ID = -10055
	bruno.command("ajuda", "")
	bruno.seesLast("Neste grupo")
	w.handle(chat.Update{Membership: &chat.Membership{Chat: bruno.where, From: bruno.Person}})
	bruno.command("ajuda", "")
	bruno.seesNothingNew()
}
