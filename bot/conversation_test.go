package bot_test

import (
	"strings"
	"testing"
	"time"

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

func TestInvitations(t *testing.T) {
	w := newWorld(t)
	u := w.account("Ana Souza", domain.RoleEmployee)
	ana := w.stranger(501, "Ana")
	ana.writes("oi")
	ana.seesLast("link de convite")
	ana.command("start", "")
	ana.seesLast("link de convite")
	ana.command("start", "isso-nao-existe")
	ana.seesLast("não é válido")

	token := w.invite(u)
	ana.command("start", token)
	ana.seesLast("Pronto, <b>Ana Souza</b>")
	ana.command("start", token)
	ana.seesLast("já está ligado")
	other := w.stranger(502, "Outra")
	other.command("start", token)
	other.seesLast("já foi usado")

	late := w.invite(u)
	w.wait(domain.InviteTTL)
	other.command("start", late)
	other.seesLast("venceu")

	ana.writes("minha tela piscou")
	other.command("start", w.invite(u))
	other.seesLast("Pronto, <b>Ana Souza</b>")
	ana.seesLast("ligada a outro Telegram")
	ana.writes("alguém?")
	ana.seesLast("link de convite")
}

func TestAChatIsNotTakenFromItsOwnerUnasked(t *testing.T) {
	w := newWorld(t)
	ana := w.employee("Ana Souza")
	helena := w.account("Helena <Dias> & Cia", domain.RoleEmployee)
	owner := func() int64 {
		u, err := w.desk.AccountByTelegram(t.Context(), ana.ID)
		w.must(err)
		return u.ID
	}
	token := w.invite(helena)
	ana.writes("minha tela piscou")
	ana.command("start", token)
	ana.seesLast("Este chat é de <b>Ana Souza</b>, e o convite é de <b>Helena &lt;Dias&gt; &amp; Cia</b>")
	asked, yes := ana.dataOf("Trocar para Helena")
	ana.taps("Continuar com Ana")
	ana.sees("Tudo continua como estava")
	ana.press(asked, yes)
	ana.answered("já foi respondido")
	ana.writes("e o teclado também")
	ana.seesLast("Sobre o que é?")
	if owner() != ana.account.ID {
		t.Fatal("the chat is no longer Ana's")
	}

	ana.command("start", token)
	w.restart()
	asked, yes = ana.dataOf("Trocar para Helena")
	ana.press(asked, yes)
	ana.press(asked, yes)
	ana.answered("já foi respondido")
	ana.sees("não é mais de <b>Ana Souza</b>", "Pronto, <b>Helena &lt;Dias&gt; &amp; Cia</b>")
	if owner() != helena.ID {
		t.Fatal("the chat is not Helena's")
	}
	ana.writes("preciso de um mouse")
	ana.seesLast("Sobre o que é?")
	ana.seesLast("preciso de um mouse")

	ana.command("start", w.invite(ana.account))
	w.wait(domain.InviteTTL)
	ana.taps("Trocar para Ana")
	ana.answered("venceu")
}

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

func TestLanguageAndLeaving(t *testing.T) {
	w := newWorld(t)
	ana, _ := w.employee("Ana Souza"), w.technician("Bruno Lima")
	ana.command("idioma", "")
	ana.taps("English")
	ana.sees("I speak English now")
	ana.writes("no internet")
	ana.seesLast("What is it about?")
	ana.command("cancel", "")
	ana.seesLast("Draft discarded")
	ana.command("sair", "")
	ana.taps("No, stay")
	ana.sees("Everything stays")
	ana.command("leave", "")
	ana.taps("Yes, unlink")
	ana.sees("This Telegram was unlinked")
	ana.Lang = domain.LangEnglish
	ana.writes("hello?")
	ana.seesLast("invitation link")
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
