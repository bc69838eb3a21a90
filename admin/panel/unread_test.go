package panel_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"chamados/domain"
)

const mark = `class="news"`

func TestNewsAreMarkedUntilOneLooks(t *testing.T) {
	h := newHouse(t)
	ana, caio := h.as(t, h.ana), h.as(t, h.caio)
	old := h.ticket(t, h.caio, "Teclado")
	for _, v := range []*visitor{ana, caio} {
		if strings.Contains(v.get("/").body, mark) {
			t.Error("what was there before the first visit is marked")
		}
	}
	ticket := h.ticket(t, h.caio, "Monitor")
	page := "/chamados/" + strconv.FormatInt(ticket.ID, 10)
	card := "/fragmentos/cartao/" + strconv.FormatInt(ticket.ID, 10)
	if strings.Contains(ana.get("/fragmentos/cartao/"+strconv.FormatInt(old.ID, 10)).body, mark) {
		t.Error("an old one is marked")
	}
	for _, path := range []string{"/", "/chamados", card, "/fragmentos/coluna/aberto"} {
		if !strings.Contains(ana.get(path).body, mark) {
			t.Errorf("%s: no mark", path)
		}
		if strings.Contains(caio.get(path).body, mark) {
			t.Errorf("%s: one's own doing is marked", path)
		}
	}
	ana.get(page)
	// It is noted behind the page's back.
	for deadline := time.Now().Add(10 * time.Second); strings.Contains(ana.get(card).body, mark); {
		if time.Now().After(deadline) {
			t.Fatal("still marked after it was read")
		}
	}
	if _, err := h.desk.Comment(t.Context(), actor(h.bia), ticket.ID, domain.NewComment{Text: "oi"}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(ana.get("/").body, mark) || !strings.Contains(caio.get("/chamados").body, mark) {
		t.Error("a reply is not marked")
	}
}

func TestTargetsShowOnCardsForIT(t *testing.T) {
	h := newHouse(t)
	hours := domain.Hours{}
	for d := time.Sunday; d <= time.Saturday; d++ {
		hours[d] = []domain.Window{{From: 0, To: 24 * time.Hour}}
	}
	calendar, err := domain.NewCalendar(time.UTC, hours, domain.Holidays{})
	if err != nil {
		t.Fatal(err)
	}
	// The ticket was opened yesterday, on a desk that promised an hour.
	then := domain.NewDesk(h.db, plainPasswords{}, func() time.Time { return time.Now().Add(-24 * time.Hour) }, domain.WithSLA(&domain.SLAPolicy{
		Calendar: calendar, Targets: map[domain.Priority]domain.Target{domain.PriorityMedium: {Response: time.Hour, Resolution: 2 * time.Hour}},
	}))
	late, err := then.Open(t.Context(), actor(h.caio), domain.NewTicket{Title: "Atrasado", Description: "d", Category: domain.CategoryNetwork})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/chamados", "/chamados/" + strconv.FormatInt(late.ID, 10)} {
		got := h.as(t, h.ana).get(path)
		checkPage(t, path, got)
		if !strings.Contains(got.body, "due is-estourado") {
			t.Errorf("%s: a missed target is not shown", path)
		}
		if got := h.as(t, h.caio).get(path); strings.Contains(got.body, "due is-") {
			t.Errorf("%s: an employee sees targets", path)
		}
	}
	if got := h.as(t, h.ana).get("/"); !strings.Contains(got.body, "há 23 h") {
		t.Error("how late it is does not show")
	}
}
