package main

import (
	"testing"

	"chamados/admin/mail"
	"chamados/bot/emulator"
	"chamados/domain"
	"chamados/domain/i18n"
)

const zoeChat = 205 // linked to no account, speaks English

// Strangers prove an address of the company by a code that is mailed to it: other addresses get the same
// answer, which says to ask IT, and no code.
func TestChatSignup(t *testing.T) {
	o, box := newOffice(t), &mail.Box{}
	o.mailer = box
	o.config.Signup.AllowedDomains = []string{"exemplo.com.br"}
	o.telegram.AddUser(emulator.User{ID: zoeChat, FirstName: "Zoe", LanguageCode: "en"})
	o.restart()
	for _, s := range []speaker{
		{o.telegram.Talk(t, zeChat, zeChat), o, domain.LangPortuguese, zeChat, domain.User{Name: "Zé", Email: "ze@exemplo.com.br"}},
		{o.telegram.Talk(t, zoeChat, zoeChat), o, domain.LangEnglish, zoeChat, domain.User{Name: "Zoe", Email: "zoe@exemplo.com.br"}},
	} {
		t.Run(string(s.lang), func(t *testing.T) { o.signsUp(t, s, box) })
	}
}

func (o *office) signsUp(t *testing.T, s speaker, box *mail.Box) {
	hello, wrong := s.bold("bot.signup.hello"), s.text("bot.signup.wrong", nil)
	sent := s.text("bot.signup.sent", i18n.Args{"Minutes": int(domain.CodeTTL.Minutes())})
	for _, text := range []string{"/start", "oi", "123456", s.command("cancelar", "cancel")} {
		s.Send(text)
		s.Expect(hello)
	}
	s.Send("eu@@")
	s.Expect(stripTags(s.text("bot.signup.no_address", nil)))
	mails := len(box.Messages())
	s.Send("eu@outra.com")
	s.Expect(sent)
	s.Send("000000")
	s.Expect(wrong)

	s.Send(s.who.Email)
	s.Expect(sent)
	old := o.mailedCode(box, s.who.Email, mails+1)
	o.restart()
	s.Send(s.who.Email)
	s.Expect(sent)
	code := o.mailedCode(box, s.who.Email, mails+2)
	if old != code {
		s.Send(old)
		s.Expect(wrong)
	}
	s.Send(s.command("cancelar", "cancel"))
	s.Expect(hello)
	o.restart()
	s.Send(code[:3] + " " + code[3:])
	s.Expect(stripTags(s.text("bot.start.linked", i18n.Args{"Name": s.who.Name})))
	u, err := o.program.desk.AccountByTelegram(t.Context(), s.chat)
	if err != nil || u.Email != s.who.Email || u.Role != domain.RoleEmployee || u.HasPassword {
		t.Fatalf("signed up as %+v, %v", u, err)
	}
	s.sends("sem rede", domain.CategoryNetwork)

	s.Send(s.command("sair", "leave"))
	sure := s.Expect(s.text("bot.help.unlink_sure", nil))
	s.Tap(sure, s.button("unlink_yes"))
	s.ExpectEdit(sure, s.text("bot.help.unlinked", nil))
	s.Send(code) // it was used
	s.Expect(hello)
	if a := o.forged(s, sure, mustButton(t, sure, s.button("unlink_yes"))); a.Text != s.text("bot.tap.unlinked", nil) {
		t.Errorf("an old button was answered %q", a.Text)
	}
}

// mailedCode returns the code of the newest mail, which is the nth of all and for an address.
func (o *office) mailedCode(box *mail.Box, address string, nth int) string {
	o.t.Helper()
	o.until(func() bool { return len(box.Messages()) >= nth })
	all := box.Messages()
	if len(all) != nth || all[0].To != address {
		o.t.Fatalf("%d mails, the newest to %s", len(all), all[0].To)
	}
	return sixDigits.FindString(all[0].Text)
}
