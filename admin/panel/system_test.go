package panel_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"chamados/domain"
)

// told links Caio's account to a chat, opens a ticket of his, and gives up telling him.
func (h *house) told(t *testing.T) domain.Ticket {
	t.Helper()
	if _, err := h.db.LinkTelegram(t.Context(), h.caio.ID, domain.TelegramProfile{ID: 77, Name: "@caio"}); err != nil {
		t.Fatal(err)
	}
	ticket := h.ticket(t, h.caio, "Monitor")
	d, ok, err := h.db.Outbox().Claim(t.Context(), 77, time.Minute)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if err := h.db.Outbox().Dead(t.Context(), d, "telegram: <b>recusado</b>"); err != nil {
		t.Fatal(err)
	}
	return ticket
}

func TestLostMessagesAreShownAndSentAgain(t *testing.T) {
	h := newHouse(t)
	ticket := h.told(t)
	path := "/chamados/" + strconv.FormatInt(ticket.ID, 10)
	for _, lang := range domain.Langs {
		v := h.as(t, h.ana)
		v.lang = lang
		for _, page := range []string{"/sistema", path} {
			got := v.get(page)
			checkPage(t, string(lang)+" "+page, got)
			if got.status != 200 || !strings.Contains(got.body, "&lt;b&gt;recusado") || !strings.Contains(got.body, "is-falhou") || !strings.Contains(got.body, "Caio Nunes") {
				t.Errorf("%s %s: %d\n%s", lang, page, got.status, got.body)
			}
		}
	}
	if got := h.as(t, h.caio).get(path); strings.Contains(got.body, "recusado") || strings.Contains(got.body, "receipt") {
		t.Error("an employee sees deliveries")
	}
	lost, err := h.desk.LostMessages(t.Context(), actor(h.ana))
	if err != nil || len(lost) != 1 {
		t.Fatal(lost, err)
	}
	retry := "/sistema/mensagens/" + strconv.FormatInt(lost[0].ID, 10) + "/repetir"
	if got := h.as(t, h.caio).post(retry); got.status != 403 {
		t.Errorf("an employee retries: %d", got.status)
	}
	if got := h.as(t, h.ana).post(retry, "voltar", path); got.status != 303 || got.location != path {
		t.Errorf("%d to %q", got.status, got.location)
	}
	if got := h.as(t, h.ana).get(path); !strings.Contains(got.body, "is-aguardando") {
		t.Error("it does not wait again")
	}
	if got := h.as(t, h.ana).post(retry); got.status != 409 {
		t.Errorf("a second time: %d", got.status)
	}
	for _, bad := range []string{"/sistema/mensagens/x/repetir", "/sistema/entrada/1/x/repetir"} {
		if got := h.as(t, h.ana).post(bad); got.status != 404 {
			t.Errorf("%s: %d", bad, got.status)
		}
	}
	if got := h.as(t, h.ana).post("/sistema/entrada/1/2/repetir"); got.status != 409 {
		t.Errorf("an unknown update: %d", got.status)
	}
}

func TestSystemPageShowsSettingsButNoSecret(t *testing.T) {
	h := newHouse(t)
	for _, u := range []domain.User{h.ana, h.caio} {
		got := h.as(t, u).get("/sistema")
		checkPage(t, "system", got)
		if it := u.Role == domain.RoleIT; it != (got.status == 200) || it != strings.Contains(got.body, "America/Sao_Paulo") {
			t.Errorf("%s: %d", u.Role, got.status)
		}
	}
	if got := h.as(t, h.ana).get("/sistema"); !strings.Contains(got.body, "definido, oculto") || strings.Contains(got.body, "nunca mostrado") {
		t.Error("a secret is shown, or not that there is one")
	}
}

func TestDeletedTicketsCanBeFoundAndRestored(t *testing.T) {
	h := newHouse(t)
	gone, kept := h.ticket(t, h.caio, "Sumido"), h.ticket(t, h.caio, "Guardado")
	if err := h.desk.Delete(t.Context(), actor(h.ana), gone.ID); err != nil {
		t.Fatal(err)
	}
	v := h.as(t, h.ana)
	got := v.get("/chamados?status=excluidos")
	checkPage(t, "deleted", got)
	restore := "/chamados/" + strconv.FormatInt(gone.ID, 10) + "/restaurar"
	if got.status != 200 || !strings.Contains(got.body, "Sumido") || strings.Contains(got.body, "Guardado") || !strings.Contains(got.body, restore) {
		t.Errorf("%d\n%s", got.status, got.body)
	}
	if got := h.as(t, h.caio).get("/chamados?status=excluidos"); got.status != 403 {
		t.Errorf("an employee: %d", got.status)
	}
	if got := v.get("/chamados"); strings.Contains(got.body, "Sumido") || strings.Contains(got.body, restore) {
		t.Error("the ordinary list holds a deleted ticket")
	}
	if got := v.post(restore, "voltar", "/chamados?status=excluidos"); got.status != 303 || got.location != "/chamados?status=excluidos" {
		t.Errorf("%d to %q", got.status, got.location)
	}
	if got := v.get("/chamados"); !strings.Contains(got.body, "Sumido") || !strings.Contains(got.body, kept.Title) {
		t.Error("not restored")
	}
}
