package main

import (
	"strings"
	"testing"

	"chamados/bot/emulator"
	"chamados/domain"
	"chamados/domain/i18n"
)

// An account that moves to another Telegram account, a chat that becomes somebody else's, and an account that is
// switched off: each is told, and none can go on with what was begun.
func TestChatAccounts(t *testing.T) {
	o := newOffice(t)
	for _, s := range o.speakers() {
		t.Run(string(s.lang), func(t *testing.T) {
			there := o.movesAway(t, s)
			o.handedOver(t, there)
		})
	}
}

// movesAway links an account to a second Telegram account in the middle of a draft.
func (o *office) movesAway(t *testing.T, s speaker) speaker {
	second := s.chat + 1000
	o.telegram.AddUser(emulator.User{ID: second, FirstName: s.who.Name, LanguageCode: string(s.lang)})
	there := s
	there.chat, there.Talk = second, o.telegram.Talk(t, second, second)
	s.Send("meio chamado")
	ask := s.Expect(s.bold("bot.ask.categoria"))

	token := o.invitation(s.who)
	there.Send("/start " + token + "x")
	there.Expect(stripTags(there.text("error.invite_unknown", nil)))
	o.restart()
	there.Send("/start " + token)
	there.Expect(stripTags(there.text("bot.start.linked", i18n.Args{"Name": s.who.Name})))
	s.Expect(s.text("bot.start.moved", nil))
	there.Send("/start " + token) // used, by this very chat
	there.Expect(stripTags(there.text("bot.start.already", i18n.Args{"Name": s.who.Name})))

	if a := o.forged(s, ask, mustButton(t, ask, s.category(domain.CategoryNetwork))); a.Text != s.text("bot.tap.unlinked", nil) {
		t.Errorf("the old chat's button was answered %q", a.Text)
	}
	s.Send("sem rede")
	s.Expect(s.bold("bot.start.stranger"))
	there.sends("sem rede", domain.CategoryNetwork)
	return there
}

// handedOver gives the chat to a new colleague, who is then switched off in the middle of a draft.
func (o *office) handedOver(t *testing.T, s speaker) {
	lang := s.lang
	helena, err := o.program.desk.CreateUser(t.Context(), domain.System, domain.NewUser{
		Name: "Helena Dias", Email: "helena." + string(lang) + "@exemplo.com.br", Role: domain.RoleEmployee, Lang: lang,
	})
	o.must(err)
	names := i18n.Args{"Name": s.who.Name, "Other": helena.Name}
	sure := stripTags(s.text("bot.start.move_sure", names))
	s.Send("/start " + o.invitation(helena))
	first := s.Expect(sure)
	name, _, _ := strings.Cut(s.who.Name, " ")
	s.Tap(first, s.text("bot.button.move_no", i18n.Args{"Name": name}))
	s.ExpectEdit(first, s.text("bot.help.unlink_kept", nil))

	token, yes := o.invitation(helena), s.text("bot.button.move_yes", i18n.Args{"Other": "Helena"})
	s.Send("/start " + token)
	old := s.Expect(sure)
	s.Send("/start " + token)
	ask := s.Expect(sure)
	if a := s.Tap(old, yes); a.Text != s.text("bot.tap.move_over", nil) {
		t.Errorf("the button of an earlier question was answered %q", a.Text)
	}
	o.restart()
	s.Tap(ask, yes)
	s.ExpectEdit(ask, stripTags(s.text("bot.start.moved_away", names)))
	s.Expect(stripTags(s.text("bot.start.linked", i18n.Args{"Name": helena.Name})))

	s.Send("sem telefone")
	draft := s.Expect(s.bold("bot.ask.categoria"))
	no := false
	_, err = o.program.desk.UpdateUser(t.Context(), domain.System, helena.ID, domain.UserChange{Active: &no})
	o.must(err)
	before := o.newest()
	for _, text := range []string{"sem telefone", s.command("meus", "mine"), s.command("cancelar", "cancel"), "/start"} {
		s.Send(text)
		s.Expect(s.text("bot.start.inactive", nil))
	}
	if a := o.forged(s, draft, mustButton(t, draft, s.category(domain.CategoryNetwork))); a.Text != s.text("error.inactive", nil) {
		t.Errorf("a button of somebody switched off was answered %q", a.Text)
	}
	if o.newest() != before {
		t.Error("somebody switched off opened a ticket")
	}
}

func (o *office) invitation(u domain.User) string {
	o.t.Helper()
	token, err := o.program.desk.Invite(o.t.Context(), domain.System, u.ID, domain.InviteTelegram)
	o.must(err)
	return token
}
