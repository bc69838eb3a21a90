package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"chamados/bot/callback"
	"chamados/bot/emulator"
	"chamados/bot/notify"
	"chamados/domain"
	"chamados/domain/i18n"
)

const (
	brunoChat = 102 // IT
	emmaChat  = 202 // an employee who speaks English
	daviChat  = 203 // an employee, blocks the bot
	zeChat    = 204 // linked to no account
	smallTeam = -4400
	forumTeam = -1009990000002
)

// office is a world with more people and no limits of Telegram's, so that whole days of
// talk fit into seconds. Every message of the bot is checked by the emulator as Telegram
// checks it.
type office struct {
	*world
	bruno, emma, davi domain.User
}

func newOffice(t *testing.T) *office {
	o := &office{world: newWorld(t)}
	w := o.world
	w.limits = notify.Limits{Off: true}
	w.config.Notices.Gather = 0
	w.restart()
	for _, u := range []emulator.User{
		{ID: brunoChat, FirstName: "Bruno", LastName: "Lima", LanguageCode: "pt-br"},
		{ID: emmaChat, FirstName: "Emma", LastName: "Stone", LanguageCode: "en-GB"},
		{ID: daviChat, FirstName: "Davi", LastName: "Reis", LanguageCode: "pt-br"},
		{ID: zeChat, FirstName: "Zé", LanguageCode: "pt-br"},
	} {
		w.telegram.AddUser(u)
	}
	w.must(w.telegram.Join(brunoChat, e2eGroup))
	w.telegram.AddGroup(emulator.Group{ID: smallTeam, Title: "Suporte", Members: []int64{anaChat}, BotAdmin: true})
	w.telegram.AddGroup(emulator.Group{ID: forumTeam, Title: "Redes", Forum: true, Members: []int64{anaChat}, BotAdmin: true})
	o.bruno = o.hired("Bruno Lima", "bruno@exemplo.com.br", domain.RoleIT, brunoChat)
	o.emma = o.hired("Emma Stone", "emma@exemplo.com.br", domain.RoleEmployee, emmaChat)
	o.davi = o.hired("Davi Reis", "davi@exemplo.com.br", domain.RoleEmployee, daviChat)
	return o
}

// hired makes an account and links its Telegram by a one-time link.
func (o *office) hired(name, email string, role domain.Role, chatID int64) domain.User {
	o.t.Helper()
	u, err := o.program.desk.CreateUser(o.t.Context(), domain.System, domain.NewUser{Name: name, Email: email, Role: role})
	o.must(err)
	token, err := o.program.desk.Invite(o.t.Context(), domain.System, u.ID, domain.InviteTelegram)
	o.must(err)
	_, err = o.telegram.Start(chatID, token)
	o.must(err)
	o.telegram.Talk(o.t, chatID, chatID)
	ctx, cancel := context.WithTimeout(o.t.Context(), 15*time.Second)
	defer cancel()
	_, err = o.telegram.WaitMessage(ctx, chatID, func(m emulator.Message) bool { return strings.Contains(m.Content(), name) })
	o.must(err)
	return u
}

func (o *office) ticket(id int64) domain.TicketView {
	o.t.Helper()
	v, err := o.program.db.TicketView(o.t.Context(), id, true)
	o.must(err)
	return v
}

// newest returns the number of the ticket opened last.
func (o *office) newest() int64 {
	o.t.Helper()
	list, _, err := o.program.db.Tickets(o.t.Context(), domain.TicketFilter{Order: domain.OrderNewest, Limit: 1})
	o.must(err)
	if len(list) == 0 {
		return 0
	}
	return list[0].ID
}

// speaker is an employee, and what the bot says in their language.
type speaker struct {
	*emulator.Talk
	o    *office
	lang domain.Lang
	chat int64
	who  domain.User
}

func (s speaker) text(key string, args i18n.Args) string { return i18n.Text(s.lang, key, args) }
func (s speaker) button(key string) string               { return s.text("bot.button."+key, nil) }
func (s speaker) category(c domain.Category) string {
	return c.Emoji() + " " + i18n.Category(s.lang, c)
}

// bold returns the part of a text that is bold.
func (s speaker) bold(key string) string {
	_, t, _ := strings.Cut(s.text(key, nil), "<b>")
	t, _, _ = strings.Cut(t, "</b>")
	return t
}

func (o *office) speakers() []speaker {
	return []speaker{
		{o.telegram.Talk(o.t, carlaChat, carlaChat), o, domain.LangPortuguese, carlaChat, o.carla},
		{o.telegram.Talk(o.t, emmaChat, emmaChat), o, domain.LangEnglish, emmaChat, o.emma},
	}
}

// sends writes a draft to its end and returns the ticket's number.
func (s speaker) sends(text string, c domain.Category) (int64, emulator.Message) {
	first := s.Send(text)
	ask := s.Expect(s.bold("bot.ask.categoria"))
	s.Tap(ask, s.category(c))
	ask = s.ExpectEdit(ask, s.bold("bot.ask.urgencia"))
	s.Tap(ask, "🟡 "+s.text("bot.urgency.media", nil))
	preview := s.ExpectEdit(ask, s.bold("bot.ask.previa"))
	s.Tap(preview, s.button("send"))
	id := s.o.newest()
	s.Expect(fmt.Sprintf("#%d", id), s.text("bot.progress.aberto", nil))
	return id, first
}

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
	s.Expect(s.text("bot.draft.added", nil), s.bold("bot.ask.urgencia"))
	_, err := o.telegram.EditMessage(s.chat, s.chat, first.ID, "a tela do caixa pisca")
	o.must(err)
	ask = s.Expect(s.text("bot.draft.edited", nil), s.bold("bot.ask.urgencia"))
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
	s.Send(map[domain.Lang]string{domain.LangPortuguese: "/cancelar", domain.LangEnglish: "/cancel"}[s.lang])
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

// IT's side: lists, search, tickets for others, notes, undoing, two of them at once.
func TestChatOfIT(t *testing.T) {
	o := newOffice(t)
	carla := o.speakers()[0]
	id, _ := carla.sends("sem internet", domain.CategoryNetwork)
	name := fmt.Sprintf("#%d", id)
	ana, bruno := o.telegram.Talk(t, anaChat, e2eGroup), o.telegram.Talk(t, brunoChat, e2eGroup)
	card := o.waitFor(e2eGroup, name, "sem internet")

	var answers [2]emulator.CallbackAnswer
	var both sync.WaitGroup
	for i, who := range []*emulator.Talk{ana, bruno} {
		both.Go(func() { answers[i] = who.Tap(card, label("bot.button.take")) })
	}
	both.Wait()
	winner := o.ticket(id).Assignee.Name
	if loser := answers[0].Text + answers[1].Text; !strings.Contains(loser, winner+" já assumiu") {
		t.Errorf("nobody was told that %s has it: %q", winner, loser)
	}
	if n := o.count(id, domain.EventAssignee); n != 1 {
		t.Errorf("assigned %d times", n)
	}

	ana.Reply(card, "/nota a senha dela vazou")
	ana.Expect("Nota interna guardada")
	ana.Reply(card, "texto errado")
	wrong := ana.Expect("Enviado a Carla Mendes")
	carla.Expect("texto errado")
	ana.Tap(wrong, label("bot.button.undo"))
	ana.ExpectEdit(wrong, "Desfeito")
	o.waitFor(carlaChat, "retirou uma mensagem")
	for _, m := range o.telegram.Messages(carlaChat) {
		if strings.Contains(m.Content(), "vazou") || strings.Contains(m.Content(), "texto errado") {
			t.Errorf("Carla can read %q", m.Content())
		}
	}

	private := o.telegram.Talk(t, brunoChat, brunoChat)
	private.Send("/fila")
	private.Expect("fila")
	private.Send("/chamado " + fmt.Sprint(id))
	private.Expect(name, "sem internet")
	private.Send("/buscar vazou")
	found := private.Expect("Resultado da busca", name)
	carla.Send("/buscar vazou")
	carla.Expect("Não encontrei")
	private.Tap(found, "⚙️ "+name)
	private.Expect(name, "🔒", "vazou")
	private.Send("/abrir emma")
	ask := private.Expect("Novo chamado para Emma Stone")
	private.Tap(ask, "💻 Software")
	private.ExpectEdit(ask, stripped("bot.ask.descricao"))
	o.restart()
	private.Send("licença do Office")
	ask = private.Expect(stripped("bot.ask.urgencia"))
	private.Tap(ask, "🟡 "+label("bot.urgency.media"))
	private.Tap(private.ExpectEdit(ask, stripped("bot.ask.previa")), label("bot.button.send"))
	o.waitFor(emmaChat, "licença do Office", i18n.Text(domain.LangEnglish, "bot.progress.aberto", nil))
}

// Groups: categories, topics, a topic that is deleted, a group that becomes a supergroup.
func TestChatGroups(t *testing.T) {
	o := newOffice(t)
	carla := o.speakers()[0]
	small, forum := o.telegram.Talk(t, anaChat, smallTeam), o.telegram.Talk(t, anaChat, forumTeam)
	small.Send("/conectar impressoras")
	small.Expect("impressoras")
	small.Send("/conectar hardware")
	connected := small.Expect("Grupo conectado", "Hardware")
	forum.Send("bom dia") // a topic numbered 1 would be the general one
	topic, err := o.telegram.CreateTopic(anaChat, forumTeam, "Rede")
	o.must(err)
	forum.InThread(topic).Send("/conectar rede")
	forum.Expect("neste tópico", "Rede")

	id, _ := carla.sends("cabo solto", domain.CategoryNetwork)
	in := o.waitFor(forumTeam, fmt.Sprintf("#%d", id), "cabo solto")
	if in.ThreadID != topic {
		t.Errorf("the card is in topic %d, not %d", in.ThreadID, topic)
	}
	o.must(o.telegram.DeleteTopic(anaChat, forumTeam, topic))
	id, _ = carla.sends("cabo partido", domain.CategoryNetwork)
	if in = o.waitFor(forumTeam, fmt.Sprintf("#%d", id), "cabo partido"); in.ThreadID != 0 {
		t.Errorf("the card is in topic %d, which was deleted", in.ThreadID)
	}
	o.until(func() bool {
		g, _, err := o.program.desk.Group(t.Context(), forumTeam)
		return err == nil && g.ThreadID == 0
	})

	small.Tap(connected, "⬜ Rede")
	small.ExpectEdit(connected, "🌐 Rede")
	id, _ = carla.sends("roteador desligado", domain.CategoryNetwork)
	before := o.waitFor(smallTeam, fmt.Sprintf("#%d", id))
	small.Tap(before, label("bot.button.take"))
	large, err := o.telegram.MigrateGroup(smallTeam)
	o.must(err)
	o.until(func() bool { _, ok, err := o.program.desk.Group(t.Context(), large); return ok && err == nil })
	o.restart()
	moved := o.telegram.Talk(t, anaChat, large)
	id, _ = carla.sends("mouse quebrado", domain.CategoryHardware)
	card := o.waitFor(large, fmt.Sprintf("#%d", id), "mouse quebrado")
	moved.Tap(card, label("bot.button.take"))
	moved.ExpectEdit(card, "🙋 Ana Ribeiro")
	moved.Send("/desconectar")
	moved.Expect("Grupo desconectado")
}

// Whoever blocks the bot is shown as such to IT, at once, and no more when they are back.
func TestChatBlockedAndBack(t *testing.T) {
	o := newOffice(t)
	davi := speaker{o.telegram.Talk(t, daviChat, daviChat), o, domain.LangPortuguese, daviChat, o.davi}
	id, _ := davi.sends("sem som", domain.CategoryHardware)
	group := o.telegram.Talk(t, anaChat, e2eGroup)
	card := o.waitFor(e2eGroup, fmt.Sprintf("#%d", id))
	o.must(o.telegram.Block(daviChat))
	card = group.ExpectEdit(card, label("bot.card.unreachable"))
	group.Reply(card, "está ouvindo?")
	group.Expect("não está no chat agora")
	o.must(o.telegram.Unblock(daviChat))
	o.until(func() bool {
		for _, m := range o.telegram.Messages(e2eGroup) {
			if m.ID == card.ID {
				return !strings.Contains(m.Content(), label("bot.card.unreachable"))
			}
		}
		return false
	})
	group.Reply(card, "e agora?")
	davi.Expect("e agora?")
}

// Buttons that people were never given change nothing that they may not.
func TestChatForgedTaps(t *testing.T) {
	o := newOffice(t)
	emma := o.speakers()[1]
	id, _ := emma.sends("my mouse died", domain.CategoryHardware)
	card := o.waitFor(e2eGroup, fmt.Sprintf("#%d", id))
	noted, err := o.program.desk.Comment(t.Context(), domain.Actor{User: o.ana, Channel: domain.ChannelPanel}, id,
		domain.NewComment{Text: "segredo", Internal: true})
	o.must(err)
	before := o.ticket(id)
	var all []string
	for _, d := range []callback.Data{
		{Verb: callback.Take}, {Verb: callback.Release}, {Verb: callback.SetPriority, Priority: domain.PriorityUrgent},
		{Verb: callback.Assign, User: o.carla.ID}, {Verb: callback.Assign, User: o.ana.ID}, {Verb: callback.PriorityMenu},
		{Verb: callback.AssignMenu}, {Verb: callback.History}, {Verb: callback.Back}, {Verb: callback.Open},
		{Verb: callback.OpenMine}, {Verb: callback.Note}, {Verb: callback.Reply}, {Verb: callback.MyCard},
		{Verb: callback.MyHistory}, {Verb: callback.AskCancel}, {Verb: callback.Confirm}, {Verb: callback.Reopen},
		{Verb: callback.Undo, Comment: noted.ID}, {Verb: callback.Queue}, {Verb: callback.Assigned},
		{Verb: callback.Behalf, User: o.ana.ID}, {Verb: callback.Takes, Word: "rede"},
		{Verb: callback.Search, Nonce: "abc"}, {Verb: callback.AddEdit, Nonce: "abc"},
	} {
		d.Ticket = id
		all = append(all, callback.Must(d))
	}
	for _, status := range domain.Statuses {
		all = append(all, callback.Must(callback.Data{Verb: callback.SetStatus, Ticket: id, Status: status}))
	}
	all = append(all, "", "x", "1:", "2:t:1", "1:t:999999", "1:t:-1", "1c:s:1:fechado:x", strings.Repeat("9", 64))
	for _, who := range []struct{ user, chat int64 }{
		{carlaChat, carlaChat}, {daviChat, daviChat}, {zeChat, zeChat},
	} {
		for _, data := range all {
			answer, err := o.telegram.TapForged(t.Context(), who.user, who.chat, 1, data)
			o.must(err)
			if strings.Contains(answer.Text, "mouse died") || strings.Contains(answer.Text, "segredo") {
				t.Errorf("%d learned %q from %q", who.user, answer.Text, data)
			}
		}
	}
	o.must(o.telegram.Join(carlaChat, e2eGroup))
	for _, data := range all {
		_, err := o.telegram.TapForged(t.Context(), carlaChat, e2eGroup, card.ID, data)
		o.must(err)
	}
	after := o.ticket(id)
	if after.Version != before.Version || len(after.Events) != len(before.Events) || len(after.Comments) != len(before.Comments) {
		t.Errorf("changed from\n%+v to\n%+v", before, after)
	}
	for _, chat := range []int64{carlaChat, daviChat, zeChat} {
		for _, m := range o.telegram.Messages(chat) {
			if strings.Contains(m.Content(), "mouse died") || strings.Contains(m.Content(), "segredo") {
				t.Errorf("chat %d can read %q", chat, m.Content())
			}
		}
	}
	if g, _, err := o.program.desk.Group(t.Context(), e2eGroup); err != nil || len(g.Categories) != 0 {
		t.Errorf("the group is %+v, %v", g, err)
	}
}

// forged presses a button that the message may no longer have.
func (o *office) forged(s speaker, under emulator.Message, data string) emulator.CallbackAnswer {
	o.t.Helper()
	answer, err := o.telegram.TapForged(o.t.Context(), s.chat, s.chat, under.ID, data)
	o.must(err)
	return answer
}

// last returns the newest message of the chat with all the parts.
func (o *office) last(s speaker, parts ...string) emulator.Message {
	o.t.Helper()
	return o.waitFor(s.chat, parts...)
}

func (o *office) waitFor(chatID int64, parts ...string) emulator.Message {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.t.Context(), 15*time.Second)
	defer cancel()
	m, err := o.telegram.WaitMessage(ctx, chatID, func(m emulator.Message) bool {
		for _, p := range parts {
			if !strings.Contains(m.Content(), p) {
				return false
			}
		}
		return o.telegram.FromBot(m)
	})
	if err != nil {
		o.t.Fatalf("chat %d never shows %q: %v", chatID, parts, err)
	}
	return m
}

// until polls what the database or another process shows.
func (o *office) until(true func() bool) {
	o.t.Helper()
	deadline := time.Now().Add(15 * time.Second)
	for !true() {
		if time.Now().After(deadline) {
			o.t.Fatal("it never came true")
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (o *office) count(id int64, kind domain.EventKind) int {
	n := 0
	for _, e := range o.ticket(id).Events {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

// twice presses a button on two devices at once.
func (o *office) twice(user, chatID int64, under emulator.Message, data string) {
	o.t.Helper()
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if _, err := o.telegram.TapForged(o.t.Context(), user, chatID, under.ID, data); err != nil {
				o.t.Error(err)
			}
		})
	}
	both.Wait()
}

func mustButton(t *testing.T, m emulator.Message, labelled string) string {
	t.Helper()
	b, ok := m.Button(labelled)
	if !ok {
		t.Fatalf("no button %q under %q", labelled, m.Content())
	}
	return b.Data
}
