package admin_test

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"chamados/admin"
	"chamados/admin/proxy"
	"chamados/domain"
)

// sentCode returns the code that was mailed to an address.
func (w *world) sentCode(email string) string {
	w.t.Helper()
	m := w.nextMail()
	if w.account(m.UserID).Email != email || m.Kind != domain.MailCode || len(m.Secrets.Code) != 6 {
		w.t.Fatalf("mailed %+v", m)
	}
	return m.Secrets.Code
}

// nextMail takes the next mail out of the queue; it may be written a moment after the answer.
func (w *world) nextMail() domain.Mail {
	w.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); runtime.Gosched() {
		list, err := w.db.Mails().ClaimMail(w.t.Context(), 1, time.Minute)
		if err != nil {
			w.t.Fatal(err)
		}
		if len(list) == 0 {
			continue
		}
		if err := w.db.Mails().MailSent(w.t.Context(), list[0]); err != nil {
			w.t.Fatal(err)
		}
		return list[0]
	}
	w.t.Fatal("no mail was written")
	return domain.Mail{}
}

func (w *world) account(id int64) domain.User {
	w.t.Helper()
	u, err := w.desk.Account(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return u
}

func TestNewPasswordByCode(t *testing.T) {
	w := newWorld(t)
	send := func(email string) answer {
		return w.call("", "POST", "/api/auth/send-verification-code", fmt.Sprintf(`{"email":%q}`, email))
	}
	for _, email := range []string{"ninguem@exemplo.com.br", "davi@exemplo.com.br", "\u0000"} {
		a := send(email)
		if known := send("ana@exemplo.com.br"); strings.ReplaceAll(known.body, "ana@exemplo.com.br", "X") != strings.ReplaceAll(a.body, email, "X") && email != "\u0000" {
			t.Errorf("%s tells itself apart: %s", email, a.body)
		}
		w.sentCode("ana@exemplo.com.br")
	}
	send("ANA@exemplo.com.br")
	code := w.sentCode("ana@exemplo.com.br")
	wrong := "000000"
	if code == wrong {
		wrong = "000001"
	}
	verify := func(code string) string { return fmt.Sprintf(`{"email":"ana@exemplo.com.br","code":%q}`, code) }
	change := func(code, password string) string {
		return fmt.Sprintf(`{"email":"ana@exemplo.com.br","code":%q,"new_password":%q}`, code, password)
	}
	w.play([]scenario{
		{name: "no address", method: "POST", path: "/api/auth/send-verification-code", body: `{}`, status: 422, has: []string{`"field":"email"`}},
		{name: "wrong", method: "POST", path: "/api/auth/verify-code", body: verify(wrong), status: 400, has: []string{`"detail"`}, lacks: []string{code}},
		{name: "unknown address", method: "POST", path: "/api/auth/verify-code", body: `{"email":"x@exemplo.com.br","code":"` + code + `"}`, status: 400},
		{name: "missing", method: "POST", path: "/api/auth/verify-code", body: `{"email":"ana@exemplo.com.br"}`, status: 422},
		{name: "right", method: "POST", path: "/api/auth/verify-code", body: verify(code), status: 200, has: []string{`"valid":true`, `"message"`}},
		{name: "short password", method: "POST", path: "/api/auth/change-password", body: change(code, "curta"), status: 422, has: []string{`"field":"new_password"`}},
		{name: "wrong code", method: "POST", path: "/api/auth/change-password", body: change(wrong, "outra senha boa"), status: 400},
		{name: "still the old one", as: ana, method: "GET", path: "/api/auth/me", status: 200},
		{name: "change", method: "POST", path: "/api/auth/change-password", body: change(code, "outra senha boa"), status: 200, has: []string{`"email":"ana@exemplo.com.br"`}, lacks: []string{"outra senha boa"}},
		{name: "old tokens are void", as: ana, method: "GET", path: "/api/auth/me", status: 401},
		{name: "old password", method: "POST", path: "/api/auth/login", body: `{"email":"ana@exemplo.com.br","password":"uma senha boa"}`, status: 401},
		{name: "new password", method: "POST", path: "/api/auth/login", body: `{"email":"ana@exemplo.com.br","password":"outra senha boa"}`, status: 200},
		{name: "used code", method: "POST", path: "/api/auth/change-password", body: change(code, "terceira senha"), status: 400},
	})
	if log := w.log.String(); strings.Contains(log, code) || strings.Contains(log, "outra senha boa") {
		t.Error("the log holds a secret")
	}
}

func TestGuessingGetsSlower(t *testing.T) {
	now := time.Now()
	w := newWorld(t, func(o *admin.Options) { o.Now = func() time.Time { return now } })
	for _, email := range []string{"ana@exemplo.com.br", "ninguem@exemplo.com.br"} {
		body := fmt.Sprintf(`{"email":%q,"password":"errada"}`, email)
		for range 5 {
			w.play([]scenario{{name: "guess", method: "POST", path: "/api/auth/login", body: body, status: 401}})
		}
		a := w.call("", "POST", "/api/auth/login", body)
		if a.status != 429 || a.header.Get("Retry-After") != "1" {
			t.Errorf("%s: %d, Retry-After %q", email, a.status, a.header.Get("Retry-After"))
		}
	}
	right := `{"email":"ana@exemplo.com.br","password":"uma senha boa"}`
	w.play([]scenario{
		{name: "right, too soon", method: "POST", path: "/api/auth/login", body: right, status: 429},
		{name: "somebody else", method: "POST", path: "/api/auth/login", body: `{"email":"beto@exemplo.com.br","password":"uma senha boa"}`, status: 200},
	})
	now = now.Add(time.Second)
	w.play([]scenario{{name: "right, in time", method: "POST", path: "/api/auth/login", body: right, status: 200}})
	for range 5 {
		w.play([]scenario{{name: "forgiven", method: "POST", path: "/api/auth/login", body: `{"email":"ana@exemplo.com.br","password":"errada"}`, status: 401}})
	}
}

// Several people behind a proxy of ours, and who guesses among them.
func TestAStrangerHoldsNobodyOut(t *testing.T) {
	now := time.Now()
	ours, err := proxy.Parse([]string{"127.0.0.1", "::1"})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, func(o *admin.Options) { o.Now, o.Proxies = func() time.Time { return now }, ours })
	login := func(from, email, password string, want int) answer {
		t.Helper()
		a := w.call("", "POST", "/api/auth/login", fmt.Sprintf(`{"email":%q,"password":%q}`, email, password), "X-Forwarded-For", from)
		if a.status != want {
			t.Errorf("%s as %s: %d, want %d\n%s", from, email, a.status, want, a.body)
		}
		return a
	}
	const home, stranger = "198.51.100.1", "203.0.113.66"
	mail := func(name string) string { return name + "@exemplo.com.br" }
	login(home, mail(ana), secret, 200)
	for range 5 {
		login(stranger, mail(ana), "errada", 401)
	}
	login(stranger, mail(ana), "errada", 429)
	login(stranger, mail(ana), secret, 429)             // the right one too
	login("1.1.1.1, "+stranger, mail(ana), secret, 429) // whatever the stranger says of others
	login(home, mail(ana), secret, 200)
	login("198.51.100.2", mail(ana), secret, 200) // a colleague's place is not slowed down either

	for i := range 45 { // the stranger goes through the accounts
		login(stranger, fmt.Sprintf("x%d@exemplo.com.br", i), "errada", 401)
	}
	a := login(stranger, mail(beto), secret, 429)
	if a.header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After: %s", a.header.Get("Retry-After"))
	}
	for i := range 110 { // many strangers guess one account
		status := 401
		if i >= 95 {
			status = 429
		}
		login(fmt.Sprintf("203.0.113.%d", 100+i), mail(ana), "errada", status)
	}
	login(home, mail(ana), secret, 200)
	login("192.0.2.1", mail(ana), secret, 429)
	now = now.Add(time.Minute)
	login("192.0.2.1", mail(ana), secret, 200) // nobody waits longer, wherever they are
}

// The answer to a code that nobody asked for does not depend on who else guesses.
// Whoever has the right code is not held up by having looked whether it is right, nor by mistakes before.
func TestTheRightCodeIsNoTry(t *testing.T) {
	w := newWorld(t)
	w.call("", "POST", "/api/auth/send-verification-code", `{"email":"ana@exemplo.com.br"}`)
	code := w.sentCode("ana@exemplo.com.br")
	verify := func(code string) int {
		return w.call("", "POST", "/api/auth/verify-code", fmt.Sprintf(`{"email":"ana@exemplo.com.br","code":%q}`, code)).status
	}
	for range 3 {
		if got := verify("x"); got != http.StatusBadRequest {
			t.Errorf("a wrong code: %d", got)
		}
	}
	for n := range 12 {
		if got := verify(code); got != http.StatusOK {
			t.Fatalf("the right code for the %dth time: %d", n+1, got)
		}
	}
	a := w.call("", "POST", "/api/auth/change-password", fmt.Sprintf(`{"email":"ana@exemplo.com.br","code":%q,"new_password":"outra senha bem longa"}`, code))
	if a.status != http.StatusOK {
		t.Errorf("changing the password then: %d %s", a.status, a.body)
	}
}

func TestAStrangerKeepsNobodyFromANewPassword(t *testing.T) {
	ours, err := proxy.Parse([]string{"127.0.0.1", "::1"})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, func(o *admin.Options) { o.Proxies = ours })
	body := `{"email":"ana@exemplo.com.br"}`
	for range 5 {
		w.call("", "POST", "/api/auth/send-verification-code", body, "X-Forwarded-For", "203.0.113.66")
	}
	w.play([]scenario{
		{name: "the stranger", method: "POST", path: "/api/auth/send-verification-code", body: body, headers: []string{"X-Forwarded-For", "203.0.113.66"}, status: 429},
		{name: "the owner", method: "POST", path: "/api/auth/send-verification-code", body: body, headers: []string{"X-Forwarded-For", "198.51.100.1"}, status: 200},
	})
}

func TestTheLogNamesTheClientAndNotWhoItClaimsToBe(t *testing.T) {
	ours, err := proxy.Parse([]string{"127.0.0.1", "::1"})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, func(o *admin.Options) { o.Proxies = ours })
	a := w.call("", "POST", "/api/auth/login", `{"email":"ana@exemplo.com.br","password":"uma senha boa"}`,
		"X-Forwarded-For", "6.6.6.6, 198.51.100.1", "X-Forwarded-Proto", "https")
	if !strings.Contains(a.header.Get("Set-Cookie"), "; Secure") {
		t.Errorf("cookie: %s", a.header.Get("Set-Cookie"))
	}
	untrusting := newWorld(t)
	b := untrusting.call("", "POST", "/api/auth/login", `{"email":"ana@exemplo.com.br","password":"uma senha boa"}`,
		"X-Forwarded-For", "6.6.6.6", "X-Forwarded-Proto", "https")
	if strings.Contains(b.header.Get("Set-Cookie"), "; Secure") {
		t.Errorf("a client's word is believed: %s", b.header.Get("Set-Cookie"))
	}
	if log := w.log.String(); !strings.Contains(log, `"client":"198.51.100.1"`) || strings.Contains(log, "6.6.6.6") {
		t.Errorf("log: %s", log)
	}
	if log := untrusting.log.String(); strings.Contains(log, "6.6.6.6") || strings.Count(log, "http.trusted_proxies") != 1 {
		t.Errorf("log: %s", log)
	}
}
