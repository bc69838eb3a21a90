package panel_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"chamados/domain"
)

func TestStatisticsLeadToTheTicketsBehindThem(t *testing.T) {
	h := newHouse(t)
	done, other := h.ticket(t, h.caio, "Monitor"), h.ticket(t, h.du, "Teclado")
	if _, err := h.desk.Comment(t.Context(), actor(h.ana), done.ID, domain.NewComment{Text: "oi"}); err != nil {
		t.Fatal(err)
	}
	h.move(t, h.ana, done.ID, domain.StatusResolved)
	v := h.as(t, h.ana)
	got := v.get("/estatisticas")
	checkPage(t, "statistics", got)
	today := time.Now().UTC().Format(domain.DateLayout)
	for _, part := range []string{"<svg viewBox=\"0 0 1000 240\"", `class="bar key-a"`, "Caio Nunes", "Sem responsável", "/api/estatisticas/serie?"} {
		if !strings.Contains(got.body, part) {
			t.Errorf("lacks %s", part)
		}
	}
	paths := regexp.MustCompile(`href="(/chamados\?[^"]+)"`).FindAllStringSubmatch(got.body, -1)
	if len(paths) < 20 {
		t.Fatalf("%d links", len(paths))
	}
	once := map[string]bool{}
	for _, m := range paths {
		once[strings.ReplaceAll(m[1], "&amp;", "&")] = true
	}
	for path := range once {
		if page := v.get(path); page.status != 200 {
			t.Errorf("%s: %d", path, page.status)
		}
	}
	requester := fmt.Sprintf("&solicitante=%d", h.caio.ID)
	for path, want := range map[string][2]bool{ // Monitor, Teclado
		"/chamados?de=" + today + "&ate=" + today:                                              {true, true},
		"/chamados?de=" + today + requester:                                                    {true, false},
		"/chamados?encerrados_de=" + today + "&encerrados_ate=" + today + "&status=concluidos": {true, false},
		"/chamados?encerrados_ate=2001-01-01":                                                  {false, false},
		"/chamados?ate=2001-01-01":                                                             {false, false},
		"/chamados?status=atrasados":                                                           {false, false},
		"/chamados?prazo=solucao":                                                              {false, false},
		"/chamados?prazo=nada":                                                                 {true, true},
		"/chamados?de=nada&ate=99999-01-01&encerrados_de=x&solicitante=-1&status=aberto":       {false, true},
	} {
		page := v.get(path)
		checkPage(t, path, page)
		if strings.Contains(page.body, "Monitor") != want[0] || strings.Contains(page.body, other.Title) != want[1] {
			t.Errorf("%s: wrong tickets", path)
		}
	}
	if page := v.get("/chamados?prazo=resposta"); !strings.Contains(page.body, "Primeira resposta atrasada") || !strings.Contains(page.body, `name="prazo"`) {
		t.Error("the list does not say that it is of those answered late")
	}
	if page := v.get("/chamados?de=" + today + requester); !strings.Contains(page.body, "Solicitante: Caio Nunes") || !strings.Contains(page.body, `name="solicitante"`) {
		t.Error("the list does not say what it is narrowed to")
	}
}

func TestStatisticsOfAnyPeriod(t *testing.T) {
	h := newHouse(t)
	fill(t, h)
	for path, want := range map[string]int{
		"/estatisticas?de=2026-01-01&ate=2026-12-31&por=mes&categoria=rede&prioridade=alta&responsavel=1&solicitante=2": 200,
		"/estatisticas?de=lixo&ate=1&por=hora&categoria=x&prioridade=y&responsavel=z":                                   200,
		"/estatisticas?de=2024-12-31&ate=2026-12-30&por=dia":                                                            200,
		"/estatisticas?de=2020-01-01&ate=2026-01-01&por=dia":                                                            422,
		"/estatisticas?de=2026-02-01&ate=2026-01-01":                                                                    422,
		"/estatisticas?de=1900-01-01":                                                                                   422,
	} {
		for _, lang := range domain.Langs {
			v := h.as(t, h.ana)
			v.lang = lang
			got := v.get(path)
			checkPage(t, path, got)
			if got.status != want {
				t.Errorf("%s: %d, want %d", path, got.status, want)
			}
			if strings.Contains(got.body, "NaN") || strings.Contains(got.body, "%!") {
				t.Errorf("%s: a number is none", path)
			}
		}
	}
}
