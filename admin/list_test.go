package admin_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"chamados/domain"
)

func titles(t *testing.T, a answer) []string {
	t.Helper()
	var out []string
	for _, ticket := range a.list(t) {
		out = append(out, ticket["titulo"].(string))
	}
	return out
}

func TestListTickets(t *testing.T) {
	w := newWorld(t)
	first := w.ticket(ana, "Impressora não liga")
	w.ticket(beto, "Rede lenta")
	w.ticket(ana, "Teclado")
	status, high := domain.StatusInProgress, domain.PriorityHigh
	if _, err := w.desk.Change(t.Context(), w.actor(ti), first.ID, domain.TicketChange{
		Status: &status, Priority: &high, Assignee: &domain.Assignment{UserID: w.people[ivo].ID},
	}, 0); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string][]string{
		"":                                    {"Teclado", "Rede lenta", "Impressora não liga"},
		"?status=&categoria=&prioridade=":     {"Teclado", "Rede lenta", "Impressora não liga"},
		"?status=aberto":                      {"Teclado", "Rede lenta"},
		"?status=aberto,em_andamento":         {"Teclado", "Rede lenta", "Impressora não liga"},
		"?status=fechado&status=em_andamento": {"Impressora não liga"},
		"?prioridade=alta":                    {"Impressora não liga"},
		"?categoria=rede":                     nil,
		"?ordem=antigos":                      {"Impressora não liga", "Rede lenta", "Teclado"},
		"?ordem=prioridade&limite=1":          {"Impressora não liga"},
		"?busca=NAO+liga":                     {"Impressora não liga"},
		"?atribuido_para=nenhum":              {"Teclado", "Rede lenta"},
		"?atribuido_para=eu":                  nil,
		"?de=2000-01-01&ate=2100-01-01":       {"Teclado", "Rede lenta", "Impressora não liga"},
		"?ate=2000-01-01":                     nil,
		fmt.Sprintf("?solicitante=%d", w.people[beto].ID):   {"Rede lenta"},
		fmt.Sprintf("?atribuido_para=%d", w.people[ivo].ID): {"Impressora não liga"},
	} {
		for _, page := range []string{"", "limite=50"} {
			path := "/api/chamados" + query
			if page != "" && !strings.Contains(query, "limite") {
				path += map[bool]string{true: "&", false: "?"}[strings.Contains(query, "?")] + page
			}
			if got := titles(t, w.call(ti, "GET", path, "")); !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", path, got, want)
			}
		}
	}
	if err := w.desk.Delete(t.Context(), w.actor(ti), first.ID); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/api/chamados?excluidos=true", "/api/chamados?excluidos=1&ordem=prioridade&limite=5&busca=liga"} {
		if got := titles(t, w.call(ti, "GET", path, "")); !slices.Equal(got, []string{"Impressora não liga"}) {
			t.Errorf("%s: %q", path, got)
		}
	}
	w.play([]scenario{
		{name: "deleted ones", as: ti, method: "GET", path: "/api/chamados?excluidos=true", status: 200, has: []string{`"excluido_em":"20`}},
		{name: "deleted ones, an employee", as: ana, method: "GET", path: "/api/chamados?excluidos=true", status: 403, lacks: []string{"Impressora"}},
		{name: "own only", as: ana, method: "GET", path: "/api/chamados", status: 200, has: []string{"Teclado"}, lacks: []string{"Rede lenta", "descricao"}},
		{name: "own only, whatever is asked", as: ana, method: "GET", path: fmt.Sprintf("/api/chamados?solicitante=%d", w.people[beto].ID), status: 200, lacks: []string{"Rede lenta"}},
		{name: "own page", as: beto, method: "GET", path: "/api/chamados?limite=10", status: 200, has: []string{"Rede lenta"}, lacks: []string{"Teclado"}},
		{name: "unknown words", as: ti, method: "GET", path: "/api/chamados?status=pronto&categoria=x&prioridade=y&ordem=z&limite=-1&cursor=!&solicitante=a&de=ontem&abertos=talvez", status: 422,
			has: []string{`"field":"status"`, `"field":"categoria"`, `"field":"prioridade"`, `"field":"ordem"`, `"field":"limite"`, `"field":"cursor"`, `"field":"solicitante"`, `"field":"de"`, `"field":"abertos"`}},
		{name: "NUL", as: ti, method: "GET", path: "/api/chamados?busca=%00&status=%ff", status: 422},
		{name: "another order's cursor", as: ti, method: "GET", path: "/api/chamados?ordem=antigos&cursor=" + cursorOf(t, w.call(ti, "GET", "/api/chamados?limite=1", "")), status: 422},
		{name: "distant year", as: ti, method: "GET", path: "/api/chamados?de=99999-01-01", status: 422},
	})
}

func cursorOf(t *testing.T, a answer) string {
	t.Helper()
	u, err := url.Parse(next(a))
	if err != nil || u.Query().Get("cursor") == "" {
		t.Fatalf("no cursor in %q", a.header.Get("Link"))
	}
	return u.Query().Get("cursor")
}

func TestPagesHoldEveryTicketOnce(t *testing.T) {
	w := newWorld(t)
	const count = 17
	for i := range count {
		ticket := w.ticket(ana, fmt.Sprintf("Chamado %d", i))
		p := domain.Priorities[i%len(domain.Priorities)]
		if _, err := w.desk.Change(t.Context(), w.actor(ti), ticket.ID, domain.TicketChange{Priority: &p}, 0); err != nil {
			t.Fatal(err)
		}
	}
	for _, order := range []string{"", "recentes", "antigos", "atualizados", "prioridade"} {
		whole := titles(t, w.call(ti, "GET", "/api/chamados?limite=200&ordem="+order, ""))
		var paged []string
		for path := "/api/chamados?limite=5&ordem=" + order; path != ""; {
			a := w.call(ti, "GET", path, "")
			paged = append(paged, titles(t, a)...)
			path = next(a)
		}
		if len(paged) != count || !slices.Equal(whole, paged) {
			t.Errorf("order %q: %q, in pages %q", order, whole, paged)
		}
	}
}

func TestWholeListIsAStream(t *testing.T) {
	w := newWorld(t)
	const count = 200
	for i := range count {
		w.ticket(ana, fmt.Sprintf("%d %s", i, strings.Repeat("x", 480)))
	}
	a := w.call(ti, "GET", "/api/chamados", "")
	if n := len(a.list(t)); n != count {
		t.Errorf("%d tickets", n)
	}
	if length := a.header.Get("Content-Length"); length != "" {
		t.Errorf("length %s was known before", length)
	}
	if empty := w.call(beto, "GET", "/api/chamados", ""); strings.TrimSpace(empty.body) != "[]" {
		t.Errorf("empty list: %q", empty.body)
	}
}
