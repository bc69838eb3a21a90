package bot_test

import (
	"strings"
	"testing"
	"time"

	"chamados/domain"
)

func TestTwoTechniciansAtOnce(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	carla := w.linked(602, "Carla Dias", domain.RoleIT)
	ana.opens("sem internet")
	message, take := bruno.inGroup().dataOf("Assumir")
	b, c := bruno.inGroup(), carla.inGroup()
	b.press(message, take)
	c.press(message, take)
	c.answered("Bruno Lima já assumiu")
	b.press(message, take)
	b.answered("Já estava assim")
	c.taps("Devolver")
	c.answered("Bruno Lima já assumiu")
	b.taps("Devolver")
	b.answered("voltou à fila")
}

func TestMenusLeaveAndComeBackToTheCard(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	carla := w.linked(602, "Carla Dias", domain.RoleIT)
	ana.opens("sem internet")
	g := bruno.inGroup()
	for _, priority := range []string{"🟠 Alta", "🟠 Alta", "🟡 Média", "🟠 Alta"} {
		g.taps("Prioridade ▸")
		g.taps(priority)
		g.dataOf("Assumir")
	}
	g.taps("Prioridade ▸")
	g.taps("Voltar")
	g.taps("Atribuir ▸")
	g.taps("Carla Dias")
	g.answered("está com Carla Dias")
	g.sees("🙋 Carla Dias")
	carla.seesLast("#1 · sem internet")
	carla.seesNothingOf("atribuiu")
	carla.taps("✅ Resolvido")
	carla.sees("✅ Resolvido · ")
	g.taps("Histórico")
	g.sees("abriu o chamado", "mudou a prioridade para <b>Alta</b>", "atribuiu a <b>Carla Dias</b>")
	g.taps("Voltar")
	g.dataOf("Nota")
}

func TestTheLiveCardIsWithWhoeverHasTheTicket(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	carla := w.linked(602, "Carla Dias", domain.RoleIT)
	ana.opens("sem internet")
	bruno.command("fila", "")
	bruno.taps("#1")
	bruno.taps("Assumir")
	cards := 0
	for _, m := range w.chats[bruno.where.ID] {
		if strings.Contains(m.out.Text, "<b>#1 · sem internet</b>") {
			cards++
		}
	}
	if cards != 1 {
		t.Errorf("%d cards after taking one:\n%s", cards, bruno.transcript())
	}
	carla.inGroup().taps("Prioridade ▸")
	carla.inGroup().taps("Alta")
	bruno.sees("🖥️ Hardware · Alta")
	bruno.taps("Atribuir ▸")
	bruno.taps("Carla Dias")
	bruno.sees("Agora com <b>Carla Dias</b>")
	carla.seesLast("🙋 Carla Dias")
	carla.taps("Devolver")
	carla.sees("De volta à fila")
	bruno.taps("Ver chamado")
	bruno.taps("Assumir")
	bruno.sees("🙋 Bruno Lima")
	bruno.inGroup().taps("⏳ Aguardando")
	bruno.sees("⏳ Aguardando · ")
}

func TestNobodyElseMayTouchTheCard(t *testing.T) {
	w := newWorld(t)
	ana, _ := w.employee("Ana Souza"), w.technician("Bruno Lima")
	eva := w.linked(503, "Eva", domain.RoleEmployee)
	ana.opens("sem internet")
	before := w.ticket(1)
	group := ana.inGroup()
	message, take := group.dataOf("Assumir")
	group.press(message, take)
	group.answered("Só a equipe de TI")
	stranger := w.stranger(999, "Zé")
	stranger.where = group.where
	stranger.press(message, take)
	stranger.answered("Não sei quem você é")
	for _, data := range []string{
		"1:t:1", "1c:l:1", "1:s:1:cancelado", "1:p:1:urgente", "1:a:1:3", "1:A:1:0", "1:P:1", "1:h:1", "1:c:1", "1:o:1",
		"1:O:1", "1:k:1", "1:n:1", "1:C:1", "1:H:1", "1:x:1", "1:y:1", "1:r:1", "1:u:1", "1:q:0", "1:i:0", "1:b:2",
		"1:d:abc:envia:", "1:s:77:fechado", "2:t:1", "lixo", "",
	} {
		eva.press(1, data)
		if eva.after.Answer.Text == "" || !eva.after.Answer.Alert {
			t.Errorf("%q was answered %+v", data, eva.after.Answer)
		}
	}
	if after := w.ticket(1); after.Version != before.Version || len(after.Comments) != 0 {
		t.Errorf("changed to %+v", after)
	}
	eva.seesNothingOf("sem internet")

	group.replies("#1 · sem internet", "eu mesma resolvo")
	group.seesLast("só a equipe de TI responde")
	group.replies("#1 · sem internet", "mesmo?")
	group.seesNothingNew()
	stranger.replies("#1 · sem internet", "posso?")
	stranger.seesLast("Zé, só a equipe de TI")
	group.writes("bom dia a todos")
	group.seesNothingNew()
}

func TestNotesStayInside(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	carla := w.linked(602, "Carla Dias", domain.RoleIT)
	ana.opens("sem internet")
	g := bruno.inGroup()
	g.taps("Assumir")
	c := carla.inGroup()
	c.replies("#1 · sem internet", "/nota é a conta dela que não paga")
	c.seesLast("Nota interna guardada")
	bruno.seesLast("não paga")
	bruno.replies("não paga", "vou ver isso em segredo")
	bruno.seesLast("Nota interna guardada")
	g.taps("🔒 Nota")
	g.replies("Nota interna no #1", "outro segredo")
	g.seesLast("Nota interna guardada")
	for _, secret := range []string{"não paga", "segredo"} {
		ana.seesNothingOf(secret)
	}
	ana.command("meus", "")
	ana.taps("#1")
	ana.taps("Histórico")
	for _, secret := range []string{"não paga", "segredo", "nota interna"} {
		ana.seesNothingOf(secret)
	}
	ana.command("buscar", "segredo")
	ana.seesLast("Não encontrei")
	ana.replies("#1 · sem internet", "/nota oi")
	ana.seesLast("só da equipe de TI")
	for _, c := range w.ticket(1).Comments {
		if !c.Internal {
			t.Errorf("%q is not internal", c.Text)
		}
	}
}

func TestAReplyCanBeTakenBackForAMoment(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	ana.opens("sem internet")
	g := bruno.inGroup()
	g.replies("#1 · sem internet", "texto errado")
	ana.seesLast("texto errado")
	g.taps("Desfazer")
	ana.seesNothingOf("texto errado")
	ana.seesLast("retirou uma mensagem")
	g.answered("Comentário desfeito")
	g.sees("Desfeito: o comentário foi retirado do #1")
	g.replies("#1 · sem internet", "texto certo")
	message, undo := g.dataOf("Desfazer")
	w.wait(domain.UndoWindow + time.Second)
	w.deliver()
	if last := w.chats[groupID][len(w.chats[groupID])-1]; len(last.out.Keyboard) != 0 || !strings.Contains(last.out.Text, "Enviado a <b>Ana Souza</b>") {
		t.Errorf("the offer to undo stays: %+v", last.out)
	}
	g.press(message, undo)
	g.answered("Já passou o tempo")
	g.sees("Desfeito: o comentário foi retirado do #1")
	if v := w.ticket(1); len(v.Comments) != 1 || v.Comments[0].Text != "texto certo" {
		t.Errorf("got %+v", v.Comments)
	}
}

func TestDeletedTicket(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	ana.opens("sem internet")
	message, take := bruno.inGroup().dataOf("Assumir")
	bruno.account.Active = true
	w.must(w.desk.Delete(t.Context(), domain.Actor{User: bruno.account, Channel: domain.ChannelPanel}, 1))
	w.deliver()
	g := bruno.inGroup()
	g.sees("Este chamado foi excluído")
	ana.sees("Este chamado foi excluído")
	g.press(message, take)
	g.answered("não existe ou foi excluído")
	ana.replies("foi excluído", "mas como?")
	ana.seesLast("não existe ou foi excluído")
}

func TestListsOfIT(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	for _, text := range []string{"um", "dois", "três", "quatro", "cinco", "seis", "sete", "oito"} {
		ana.opens("chamado " + text)
	}
	bruno.command("fila", "")
	bruno.seesLast("chamado seis")
	bruno.taps("▶")
	bruno.seesLast("chamado oito")
	bruno.taps("◀")
	bruno.taps("#3")
	bruno.seesLast("#3 · chamado três")
	bruno.taps("Assumir")
	bruno.seesLast("🙋 Bruno Lima")
	bruno.command("minhas", "")
	bruno.seesLast("#3")
	bruno.command("chamado", "#5")
	bruno.seesLast("#5 · chamado cinco")
	bruno.command("chamado", "99")
	bruno.seesLast("não existe")
	bruno.command("chamado", "x")
	bruno.seesLast("/chamado 123")
	bruno.command("buscar", "quatro")
	bruno.seesLast("chamado quatro")
	ana.command("fila", "")
	ana.seesLast("só da equipe de TI")
	ana.command("meus", "")
	ana.seesLast("Seus chamados")
	ana.taps("▶")
	ana.sees("chamado dois")
	bruno.command("abrir", "ana sou")
	bruno.seesLast("Novo chamado para Ana Souza")
	bruno.writes("teclado quebrado")
	bruno.taps("Hardware")
	bruno.taps("Pode esperar")
	bruno.taps("Enviar")
	if v := w.ticket(9); v.RequesterID != ana.account.ID {
		t.Errorf("requester %d", v.RequesterID)
	}
	ana.sees("#9 · teclado quebrado")
}

// Who was waited for has answered: the news itself lets work go on.
func TestAnAnswerLetsWorkGoOn(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	ana.opens("sem internet")
	g := bruno.inGroup()
	g.taps("Assumir")
	g.taps("Aguardando")
	w.wait(time.Minute)
	ana.replies("#1 · sem internet", "voltou a cair")
	bruno.seesLast("voltou a cair")
	bruno.taps("⚙️ Em andamento")
	if v := w.ticket(1); v.Status != domain.StatusInProgress {
		t.Errorf("still %s", v.Status)
	}
	bruno.seesLast("Em andamento · ")
}
