package panel_test

import (
	"strconv"
	"strings"
	"testing"

	"chamados/domain"
)

// What one chooses on the page is kept, shown again and explained when it cannot be; employees are offered no
// digest and get none.
func TestChoosingNotices(t *testing.T) {
	h := newHouse(t)
	mine := h.ticket(t, h.caio, "Um")
	const path = "/conta/avisos"
	caio, ana := h.as(t, h.caio), h.as(t, h.ana)
	page := caio.get(path)
	checkPage(t, "avisos", page)
	if page.status != 200 || strings.Contains(page.body, `name="resumo"`) || !strings.Contains(page.body, "vão por e-mail") {
		t.Fatalf("%d %s", page.status, page.body)
	}
	checkPage(t, "avisos-ti", ana.get(path))
	got := caio.post(path, "canal", "ambos", "assunto", "comentarios", "assunto", "lembretes", "silencio", "1", "de", "21:30", "ate", "07:15",
		"silenciar", "#"+strconv.FormatInt(mine.ID, 10), "resumo", "hora", "hora", "09:00")
	if got.status != 303 || got.location != path {
		t.Fatalf("%d %s", got.status, got.body)
	}
	p, err := h.db.Preferences(t.Context(), h.caio.ID)
	if err != nil || p.Via != domain.ViaBoth || !p.Mutes(domain.TopicStatus) || p.Mutes(domain.TopicComments) || p.QuietFrom != 21*60+30 ||
		p.QuietTo != 7*60+15 || p.Urgent || p.OwnHour || len(p.Tickets) != 1 {
		t.Errorf("%+v (%v)", p, err)
	}
	page = caio.get(path)
	for _, want := range []string{`value="ambos" checked`, `value="21:30"`, `value="` + strconv.FormatInt(mine.ID, 10) + `" checked`} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	got = caio.post(path, "canal", "ambos", "silencio", "1", "de", "08:00", "ate", "08:00", "silenciar", "99999")
	if got.status != 422 || !strings.Contains(got.body, "começo e fim diferentes") || !strings.Contains(got.body, "99999") {
		t.Errorf("%d %s", got.status, got.body)
	}
	if got := ana.post(path, "canal", "chat", "resumo", "hora", "hora", "13:45"); got.status != 303 {
		t.Errorf("%d %s", got.status, got.body)
	}
	if p, err := h.db.Preferences(t.Context(), h.ana.ID); err != nil || !p.OwnHour || p.DigestAt != 13*60+45 {
		t.Errorf("%+v (%v)", p, err)
	}
}
