package bot_test

import (
	"testing"
	"time"

	"chamados/bot"
	"chamados/domain"
)

// openSignup lets strangers with an address of exemplo.com.br sign up.
func (w *world) openSignup() {
	w.router.Signup = &bot.Signup{
		Rules: domain.SignupRules{Domains: []string{"exemplo.com.br"}, CodeKey: []byte("key")}, Throttle: w.db,
	}
}

// codes takes the codes that wait to be mailed, by address.
func (w *world) codes() map[string]string {
	w.Helper()
	list, err := w.db.Mails().ClaimMail(w.Context(), 99, time.Minute)
	w.must(err)
	out := map[string]string{}
	for _, m := range list {
		if m.Kind == domain.MailSignup {
			out[m.Address] = m.Secrets.Code
			w.must(w.db.Mails().MailSent(w.Context(), m))
		}
	}
	return out
}

func wrongFor(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

func TestStrangerSignsUpByMail(t *testing.T) {
	w := newWorld(t)
	w.openSignup()
	zoe := w.stranger(601, "Zoé Prado")
	zoe.writes("oi")
	zoe.seesLast("e-mail da empresa")
	zoe.writes("123456")
	zoe.seesLast("e-mail da empresa") // nobody asked for a code
	zoe.writes("eu@@")
	zoe.seesLast("não parece um e-mail")
	zoe.writes("  Zoe@Exemplo.com.br ")
	zoe.seesLast("código de seis dígitos")
	code := w.codes()["zoe@exemplo.com.br"]
	if len(code) != 6 {
		t.Fatalf("mailed %q", code)
	}
	zoe.writes(wrongFor(code))
	zoe.seesLast("Código incorreto")
	w.restart()
	w.openSignup()
	zoe.writes(code[:3] + " " + code[3:])
	zoe.seesLast("Zoé")
	u, err := w.desk.AccountByTelegram(t.Context(), 601)
	if err != nil || u.Email != "zoe@exemplo.com.br" || u.Role != domain.RoleEmployee || !u.Active || u.HasPassword || u.Name != "Zoé Prado" {
		t.Fatalf("%+v %v", u, err)
	}
	zoe.opens("sem internet")
}

func TestSignupTellsNothing(t *testing.T) {
	w := newWorld(t)
	w.openSignup()
	known := w.account("Bia", domain.RoleIT)
	off := w.account("Davi", domain.RoleEmployee)
	no := false
	_, err := w.desk.UpdateUser(t.Context(), w.admin, off.ID, domain.UserChange{Active: &no})
	w.must(err)
	answers := map[string]bool{}
	for i, address := range []string{known.Email, "nova@exemplo.com.br", off.Email, "eu@outra.com"} {
		p := w.stranger(int64(700+i), "X")
		p.writes(address)
		chat := w.chats[int64(700+i)]
		answers[chat[len(chat)-1].out.Text] = true
		p.writes("000000")
		p.seesLast("incorreto")
	}
	if len(answers) != 1 {
		t.Errorf("the answers differ: %v", answers)
	}
	codes := w.codes()
	if len(codes) != 2 || codes[known.Email] == "" || codes["nova@exemplo.com.br"] == "" {
		t.Errorf("codes for %v", codes)
	}
	// The code of one chat opens no other.
	thief := w.stranger(800, "Y")
	thief.writes(codes[known.Email])
	thief.seesLast("e-mail da empresa")
	if _, err := w.desk.AccountByTelegram(t.Context(), 800); err == nil {
		t.Error("a code worked in another chat")
	}
	bia := w.stranger(700, "Bia")
	bia.writes(codes[known.Email])
	bia.seesLast("Bia")
	if u, err := w.desk.AccountByTelegram(t.Context(), 700); err != nil || u.ID != known.ID {
		t.Errorf("%+v %v", u, err)
	}
}

func TestSignupCodesEnd(t *testing.T) {
	w := newWorld(t)
	w.openSignup()
	ana := w.stranger(601, "Ana Lima")
	ana.writes("ana@exemplo.com.br")
	code := w.codes()["ana@exemplo.com.br"]
	for range domain.CodeTries {
		ana.writes(wrongFor(code))
	}
	ana.writes(code)
	ana.seesLast("incorreto")
	ana.writes("ana@exemplo.com.br")
	code = w.codes()["ana@exemplo.com.br"]
	w.wait(domain.CodeTTL)
	ana.writes(code)
	ana.seesLast("e-mail da empresa")
	ana.hurries = true
	for range 8 {
		ana.writes("ana@exemplo.com.br")
	}
	ana.seesLast("Muitas tentativas")
	if _, err := w.desk.AccountByTelegram(t.Context(), 601); err == nil {
		t.Error("an old code still worked")
	}
}

func TestWithoutSignupStrangersNeedAnInvitation(t *testing.T) {
	w := newWorld(t)
	p := w.stranger(601, "Ana")
	p.writes("ana@exemplo.com.br")
	if n := len(w.codes()); n != 0 {
		t.Errorf("%d codes", n)
	}
}
