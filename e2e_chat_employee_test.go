package main

import (
	"fmt"
	"testing"

	"chamados/bot/emulator"
	"chamados/domain"
	"chamados/domain/i18n"
)

// The life of a ticket in both languages, with all that gets in between.
func TestChatLifeOfATicket(t *testing.T) {
	o := newOffice(t)
	for _, s := range o.speakers() {
		t.Run(string(s.lang), func(t *testing.T) { o.life(t, s) })
	}
}

func (o *office) life(t *testing.T, s speaker) {
	group := o.telegram.Talk(t, anaChat, e2eGroup)
	first := s.Send("a tela pisca")
	ask := s.Expect(s.bold("bot.ask.categoria"))
	category := mustButton(t, ask, s.category(domain.CategoryHardware))
	o.restart()
	s.Tap(ask, s.category(domain.CategoryHardware))
	ask = s.ExpectEdit(ask, s.bold("bot.ask.urgencia"))
	o.forged(s, ask, category)
	s.ExpectEdit(ask, s.text("bot.draft.other_step", nil))
	s.Send("só de manhã")
	o.last(s, s.text("bot.draft.added", nil), s.bold("bot.ask.urgencia"))
	_, err := o.telegram.EditMessage(s.chat, s.chat, first.ID, "a tela do caixa pisca")
	o.must(err)
	ask = o.last(s, s.text("bot.draft.edited", nil), s.bold("bot.ask.urgencia"))
	o.restart()
	s.Tap(ask, "🟠 "+s.text("bot.urgency.alta", nil))
	preview := s.ExpectEdit(ask, s.bold("bot.ask.previa"), "a tela do caixa pisca", "só de manhã")
	o.twice(s.chat, s.chat, preview, mustButton(t, preview, s.button("send")))
	id := o.newest()
	name := fmt.Sprintf("#%d", id)
	card := s.Expect(name, s.text("bot.progress.aberto", nil))
	if answer := o.forged(s, preview, mustButton(t, preview, s.button("send"))); answer.Text != s.text("bot.tap.draft_over", nil) {
		t.Errorf("an old button was answered %q", answer.Text)
	}

	live := group.Expect(name, "a tela do caixa pisca")
	group.Tap(live, label("bot.button.history"))
	s.ExpectEdit(card, s.text("bot.progress.visto", nil))
	history := group.ExpectEdit(live, "🕘")
	group.Tap(history, label("bot.button.back"))
	live = group.ExpectEdit(live, "Sem responsável")
	o.twice(anaChat, e2eGroup, live, mustButton(t, live, label("bot.button.take")))
	s.ExpectEdit(card, s.text("bot.progress.em_andamento_por", i18n.Args{"Name": "Ana Ribeiro"}))
	o.telegram.Talk(t, anaChat, anaChat)
	o.waitFor(anaChat, name, "🙋 Ana Ribeiro")
	if n := o.count(id, domain.EventAssignee); n != 1 {
		t.Errorf("taken %d times", n)
	}

	told := s.Expect("Ana Ribeiro")
	s.Reply(told, "ainda pisca")
	group.Expect("ainda pisca")
	s.Expect(s.text("bot.reply.sent_it", i18n.Args{"Number": fmt.Sprint(id)}))
	s.Tap(card, s.button("comment"))
	s.Expect("#"+fmt.Sprint(id), "/cancel")
	s.Send(s.command("cancelar", "cancel"))
	s.Expect(s.text("bot.reply.given_up", nil))

	live = o.waitFor(e2eGroup, name, "🙋 Ana Ribeiro", "Alta")
	group.Tap(live, "✅ Resolvido")
	told = s.Expect("Ana Ribeiro", name)
	if _, ok := told.Button(s.button("not_solved")); !ok {
		told = s.Expect("Ana Ribeiro", name)
	}
	o.restart()
	s.Tap(told, s.button("not_solved"))
	s.Expect("/cancel")
	s.Send("voltou a piscar")
	group.Expect("voltou a piscar")
	if v := o.ticket(id); v.Status != domain.StatusOpen {
		t.Errorf("status %s after it was not solved", v.Status)
	}
	live = o.waitFor(e2eGroup, name, "🆕 Aberto")
	group.Tap(live, "✅ Resolvido")
	card = s.ExpectEdit(card, s.text("bot.progress.resolvido_por", i18n.Args{"Name": "Ana Ribeiro"}))
	s.Tap(card, s.button("solved"))
	o.until(func() bool { return o.ticket(id).Status == domain.StatusClosed })
}

// Photos first, albums, corrections before and after, giving up, and the newcomer's form.
func TestChatDraftsOfAllKinds(t *testing.T) {
	o := newOffice(t)
	for _, s := range o.speakers() {
		t.Run(string(s.lang), func(t *testing.T) {
			o.albumFirst(t, s)
			o.givenUp(t, s)
			o.correctedLate(t, s)
			o.newcomer(t, s)
		})
	}
}

func (o *office) albumFirst(t *testing.T, s speaker) {
	photo := func(n string) emulator.Draft {
		return emulator.Draft{Photo: &emulator.File{Name: n + ".jpg", MIME: "image/jpeg", Data: []byte("\xff\xd8\xff" + n)}}
	}
	_, err := o.telegram.SendAlbum(s.chat, s.chat, photo("1"), photo("2"), photo("3"))
	o.must(err)
	s.Expect(s.bold("bot.ask.categoria"))
	o.restart()
	ask := o.last(s, s.bold("bot.ask.categoria"))
	s.Tap(ask, s.category(domain.CategoryNetwork))
	s.ExpectEdit(ask, s.bold("bot.ask.descricao_anexo"))
	s.Send("o cabo está assim")
	ask = s.Expect(s.bold("bot.ask.urgencia"))
	s.Tap(ask, "🟢 "+s.text("bot.urgency.baixa", nil))
	preview := s.ExpectEdit(ask, s.bold("bot.ask.previa"), "📎 3")
	s.Tap(preview, s.button("send"))
	v := o.ticket(o.newest())
	if len(v.Attachments) != 3 || v.Category != domain.CategoryNetwork || v.Priority != domain.PriorityLow || v.RequesterID != s.who.ID {
		t.Errorf("got %+v", v)
	}
	s.Expect(s.text("bot.progress.aberto", nil))
}

func (o *office) givenUp(t *testing.T, s speaker) {
	before := o.newest()
	s.Send("deixa para lá")
	ask := s.Expect(s.bold("bot.ask.categoria"))
	data := mustButton(t, ask, s.category(domain.CategoryOther))
	s.Send("/cancelar")
	s.Expect(s.text("bot.draft.discarded", nil))
	if answer := o.forged(s, ask, data); answer.Text != s.text("bot.tap.draft_over", nil) {
		t.Errorf("a button of a discarded draft was answered %q", answer.Text)
	}
	s.Send("/cancelar")
	s.Expect(s.text("bot.draft.nothing", nil))
	if o.newest() != before {
		t.Error("a discarded draft became a ticket")
	}
}

func (o *office) correctedLate(t *testing.T, s speaker) {
	id, first := s.sends("teclado da sala 2", domain.CategoryHardware)
	_, err := o.telegram.EditMessage(s.chat, s.chat, first.ID, "teclado da sala 3")
	o.must(err)
	offer := s.Expect(fmt.Sprintf("#%d", id), "?")
	o.restart()
	s.Tap(offer, s.text("bot.button.add_edit", i18n.Args{"Number": fmt.Sprint(id)}))
	s.ExpectEdit(offer, fmt.Sprintf("#%d", id))
	if v := o.ticket(id); len(v.Comments) != 1 || v.Comments[0].Text != "teclado da sala 3" {
		t.Errorf("got %+v", v.Comments)
	}
}

func (o *office) newcomer(t *testing.T, s speaker) {
	s.Send("/novo")
	ask := s.Expect(s.bold("bot.ask.categoria"))
	s.Tap(ask, s.category(domain.CategoryNewCollaborator))
	s.ExpectEdit(ask, s.bold("bot.ask.nome"))
	s.Send("Bia <Nova> & Cia")
	s.Expect(s.bold("bot.ask.nascimento"))
	s.Send("ontem")
	s.Expect(s.text("bot.draft.not_a_date", nil))
	o.restart()
	s.Send("25/03/1998")
	s.Expect(s.bold("bot.ask.inicio"))
	s.Send("05/01/2027")
	ask = s.Expect(s.bold("bot.ask.equipamentos"))
	s.Tap(ask, "⬜ "+s.text("bot.toggle.notebook", nil))
	ask = s.ExpectEdit(ask, s.bold("bot.ask.equipamentos"))
	mustButton(t, ask, "✅ "+s.text("bot.toggle.notebook", nil))
	s.Tap(ask, s.button("next"))
	ask = s.ExpectEdit(ask, s.bold("bot.ask.aplicativos"))
	s.Tap(ask, s.button("next"))
	ask = s.ExpectEdit(ask, s.bold("bot.ask.pastas"))
	s.Tap(ask, s.button("skip"))
	preview := s.ExpectEdit(ask, s.bold("bot.ask.previa"), "Bia <Nova> & Cia")
	s.Tap(preview, s.button("send"))
	n, err := domain.ParseNewCollaborator(o.ticket(o.newest()).Extra)
	if err != nil || n.BirthDate != "1998-03-25" || n.StartDate != "2027-01-05" || !n.Equipment.Laptop || n.Equipment.Phone {
		t.Errorf("got %+v, %v", n, err)
	}
	s.Expect("Bia <Nova> & Cia", s.text("bot.progress.aberto", nil))
}
