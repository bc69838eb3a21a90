package panel_test

import (
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"chamados/domain"
)

// mailed takes the next mail out of the queue.
func (h *house) mailed(t testing.TB) domain.Mail {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); runtime.Gosched() {
		list, err := h.db.Mails().ClaimMail(t.Context(), 1, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) > 0 {
			return list[0]
		}
	}
	t.Fatal("no mail was written")
	return domain.Mail{}
}

func TestPasswordByPersonalLink(t *testing.T) {
	h := newHouse(t)
	token, err := h.desk.Invite(t.Context(), actor(h.ana), h.caio.ID, domain.InvitePassword)
	if err != nil {
		t.Fatal(err)
	}
	nobody := h.as(t, domain.User{})
	page := nobody.get("/senha?convite=" + token)
	checkPage(t, "senha", page)
	if page.status != http.StatusOK || !strings.Contains(page.body, h.caio.Email) || page.header.Get("Referrer-Policy") != "no-referrer" {
		t.Fatalf("%d %s", page.status, page.body)
	}
	if got := nobody.get("/senha?convite=xxx"); got.status != http.StatusNotFound {
		t.Errorf("a guessed link: %d", got.status)
	}
	if got := nobody.post("/senha", "convite", token, "senha", "senha123"); got.status != 422 || !strings.Contains(got.body, "primeiras") {
		t.Errorf("a common password: %d %s", got.status, got.body)
	}
	got := nobody.post("/senha", "convite", token, "senha", "outro cavalo 82")
	if got.status != http.StatusSeeOther || got.location != "/" || !strings.Contains(strings.Join(got.header.Values("Set-Cookie"), " "), "password_set") {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if got := nobody.post("/senha", "convite", token, "senha", "terceiro cavalo 83"); got.status != http.StatusConflict {
		t.Errorf("used twice: %d", got.status)
	}
	if got := nobody.post("/entrar", "email", h.caio.Email, "senha", "outro cavalo 82"); got.status != http.StatusSeeOther {
		t.Errorf("login: %d", got.status)
	}
}

func TestForgottenPassword(t *testing.T) {
	h := newHouse(t)
	nobody := h.as(t, domain.User{})
	checkPage(t, "esqueci", nobody.get("/esqueci"))
	unknown, known := nobody.post("/esqueci", "email", "ninguem@exemplo.com.br"), nobody.post("/esqueci", "email", h.caio.Email)
	checkPage(t, "codigo", known)
	if strings.ReplaceAll(unknown.body, "ninguem@exemplo.com.br", "X") != strings.ReplaceAll(known.body, h.caio.Email, "X") {
		t.Error("the page tells whether there is an account")
	}
	code := h.mailed(t).Secrets.Code
	wrong := "000000"
	if code == wrong {
		wrong = "000001"
	}
	if got := nobody.post("/esqueci/codigo", "email", h.caio.Email, "codigo", wrong, "senha", "outro cavalo 82"); got.status != 422 {
		t.Errorf("wrong code: %d", got.status)
	}
	if got := nobody.post("/esqueci/codigo", "email", h.caio.Email, "codigo", code, "senha", "curta"); got.status != 422 || !strings.Contains(got.body, code) {
		t.Errorf("short password: %d, the code is to be kept", got.status)
	}
	if got := nobody.post("/esqueci/codigo", "email", h.caio.Email, "codigo", code, "senha", "outro cavalo 82"); got.status != http.StatusSeeOther {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if got := nobody.post("/entrar", "email", h.caio.Email, "senha", "outro cavalo 82"); got.status != http.StatusSeeOther {
		t.Errorf("login: %d", got.status)
	}
}

func TestChangeOwnPassword(t *testing.T) {
	h := newHouse(t)
	here, elsewhere := h.as(t, h.caio), h.as(t, h.caio)
	if got := here.post("/conta/senha", "atual", "errada", "senha", "outro cavalo 82"); got.status != 422 || !strings.Contains(got.body, "não é a senha atual") {
		t.Errorf("wrong current one: %d", got.status)
	}
	got := here.post("/conta/senha", "atual", password, "senha", "outro cavalo 82")
	if got.status != http.StatusSeeOther || got.location != "/conta" {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if got := elsewhere.get("/conta"); got.status != http.StatusSeeOther {
		t.Errorf("the other device is still in: %d", got.status)
	}
	for _, line := range got.header.Values("Set-Cookie") {
		if name, rest, _ := strings.Cut(line, "="); !strings.HasPrefix(line, "aviso") && name != "" {
			here.token, _, _ = strings.Cut(rest, ";")
		}
	}
	if got := here.get("/conta"); got.status != http.StatusOK {
		t.Errorf("this device is out: %d", got.status)
	}
	if got := here.post("/conta/sair"); got.status != http.StatusSeeOther {
		t.Errorf("log out everywhere: %d", got.status)
	}
}
