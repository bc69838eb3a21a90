package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

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

// command returns what a command is called in the speaker's language.
func (s speaker) command(portuguese, english string) string {
	if s.lang == domain.LangEnglish {
		return "/" + english
	}
	return "/" + portuguese
}

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
