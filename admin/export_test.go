package admin_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"chamados/domain"
)

// rows reads a CSV answer.
func rows(t *testing.T, text string, comma rune) [][]string {
	t.Helper()
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = comma
	out, err := r.ReadAll()
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return out
}

func TestExportTickets(t *testing.T) {
	w := newWorld(t)
	first := w.ticket(ana, "=HYPERLINK(\"http://x\";\"oi\")")
	w.ticket(beto, "Rede; \"lenta\"")
	done := domain.StatusResolved
	if _, err := w.desk.Change(t.Context(), w.actor(ti), first.ID, domain.TicketChange{
		Status: &done, Assignee: &domain.Assignment{UserID: w.people[ivo].ID},
	}, 0); err != nil {
		t.Fatal(err)
	}
	const path = "/api/chamados/export"
	a := w.call(ti, "GET", path, "")
	got := rows(t, a.body, ',')
	if len(got) != 3 || got[0][0] != "id" || got[1][1] != "Rede; \"lenta\"" || got[2][1] != "'=HYPERLINK(\"http://x\";\"oi\")" || got[2][9] != "Ivo" || got[2][12] == "" {
		t.Errorf("%q", got)
	}
	if d := a.header.Get("Content-Disposition"); d != `attachment; filename="chamados.csv"` {
		t.Errorf("disposition %q", d)
	}
	excel := w.call(ti, "GET", path+"?excel=true&ordem=antigos&formato=csv", "").body
	if text, ok := strings.CutPrefix(excel, "\ufeff"); !ok || rows(t, text, ';')[2][1] != "Rede; \"lenta\"" {
		t.Errorf("for Excel: %q", excel)
	}
	lines := strings.Split(strings.TrimSpace(w.call(ti, "GET", path+"?formato=ndjson&status=resolvido", "").body), "\n")
	var one map[string]any
	if len(lines) != 1 || json.Unmarshal([]byte(lines[0]), &one) != nil || one["titulo"] != first.Title || one["fechado_em"] == nil {
		t.Errorf("%q", lines)
	}
	w.play([]scenario{
		{name: "own only", as: ana, method: "GET", path: path + fmt.Sprintf("?solicitante=%d", w.people[beto].ID), status: 200, has: []string{"HYPERLINK"}, lacks: []string{"Rede"}},
		{name: "deleted, an employee", as: ana, method: "GET", path: path + "?excluidos=true", status: 403, lacks: []string{"id,titulo"}},
		{name: "bad", as: ti, method: "GET", path: path + "?formato=xls&excel=talvez&status=x", status: 422, has: []string{`"field":"formato"`, `"field":"excel"`, `"field":"status"`}},
		{name: "nobody", method: "GET", path: path, status: 401},
		{name: "paging is of no account", as: ti, method: "GET", path: path + "?limite=1&cursor=zzz", status: 200, has: []string{"HYPERLINK", "Rede"}},
		{name: "POST", as: ti, method: "POST", path: path, body: "{}", status: 405},
	})
}

func TestExportUsers(t *testing.T) {
	w := newWorld(t)
	for i := range 600 {
		if _, err := w.db.CreateUser(t.Context(), domain.User{Name: "+Zé", Email: fmt.Sprintf("z%d@exemplo.com.br", i), Role: domain.RoleEmployee}, "segredo"); err != nil {
			t.Fatal(err)
		}
	}
	const path = "/api/usuarios/export"
	got := rows(t, w.call(ti, "GET", path, "").body, ',')
	seen := map[string]bool{}
	for _, row := range got[1:] {
		seen[row[0]] = true
	}
	if len(got) != 1+6+600 || len(seen) != 606 {
		t.Errorf("%d rows, %d people", len(got), len(seen))
	}
	w.play([]scenario{
		{name: "IT", as: ti, method: "GET", path: path + "?busca=ze&ativo=false", status: 200, has: []string{"'+Zé"}, lacks: []string{"segredo", "$2", "Ana"}},
		{name: "lines", as: ti, method: "GET", path: path + "?formato=ndjson&tipo=ti", status: 200, has: []string{`"nome":"Ivo"`}, lacks: []string{"Ana", "segredo"}},
		{name: "employee", as: ana, method: "GET", path: path, status: 403, lacks: []string{"Ivo"}},
		{name: "bad", as: ti, method: "GET", path: path + "?formato=&tipo=x", status: 422, has: []string{`"field":"tipo"`}},
	})
}
