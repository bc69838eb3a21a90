package admin_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"strings"
	"testing"

	"chamados/domain"
)

const seriesPath = "/api/estatisticas/serie"

func TestSeries(t *testing.T) {
	w := newWorld(t)
	done := domain.StatusResolved
	for _, who := range []string{ana, ana, beto} {
		ticket := w.ticket(who, "a")
		if who == beto {
			continue
		}
		if _, err := w.desk.Comment(t.Context(), w.actor(ti), ticket.ID, domain.NewComment{Text: "oi"}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.desk.Change(t.Context(), w.actor(ti), ticket.ID, domain.TicketChange{Status: &done}, 0); err != nil {
			t.Fatal(err)
		}
	}
	got := w.call(ti, "GET", seriesPath, "").json(t)
	totals := got["totais"].(map[string]any)
	if totals["abertos"] != 3.0 || totals["resolvidos"] != 2.0 || got["saldo"] != 1.0 || len(got["pontos"].([]any)) != 30 || got["por"] != "dia" || got["fuso"] != "UTC" {
		t.Errorf("%v", got)
	}
	if who := got["por_solicitante"].([]any); len(who) != 2 || who[0].(map[string]any)["nome"] != "Ana" {
		t.Errorf("requesters: %v", who)
	}
	csv := rows(t, w.call(ti, "GET", seriesPath+"?formato=csv&por=mes&de=2026-01-15&ate=2026-03-02", "").body, ',')
	if len(csv) != 4 || csv[1][0] != "2026-01-01" || csv[0][2] != "abertos" {
		t.Errorf("%q", csv)
	}
	if people := rows(t, w.call(ti, "GET", seriesPath+"?formato=csv&vista=solicitante", "").body, ','); people[1][1] != "Ana" || people[1][2] != "2" {
		t.Errorf("%q", people)
	}
	w.play([]scenario{
		{name: "narrowed", as: ti, method: "GET", path: seriesPath + fmt.Sprintf("?solicitante=%d&por=semana", w.people[beto].ID), status: 200, has: []string{`"totais":{"abertos":1,"resolvidos":0`}, lacks: []string{"Ana"}},
		{name: "no such", as: ti, method: "GET", path: seriesPath + "?categoria=rede&atribuido_para=eu", status: 200, has: []string{`"totais":{"abertos":0`, `"mediana_s":null`}},
		{name: "employee", as: ana, method: "GET", path: seriesPath, status: 403, lacks: []string{"Beto"}},
		{name: "nobody", method: "GET", path: seriesPath, status: 401},
		{name: "bad", as: ti, method: "GET", path: seriesPath + "?de=ontem&por=hora&formato=xls&vista=x&tema=x&largura=5&categoria=x&atribuido_para=x", status: 422,
			has: []string{`"field":"de"`, `"field":"por"`, `"field":"formato"`, `"field":"vista"`, `"field":"tema"`, `"field":"largura"`, `"field":"categoria"`, `"field":"atribuido_para"`}},
		{name: "backwards", as: ti, method: "GET", path: seriesPath + "?de=2026-02-01&ate=2026-01-01", status: 422, has: []string{`"field":"ate"`}},
		{name: "too long", as: ti, method: "GET", path: seriesPath + "?de=2020-02-01&ate=2026-01-01&por=dia", status: 422, has: []string{`"field":"por"`, "750"}},
	})
}

// Every view can be had as a picture, in both formats and themes, whatever people are called.
func TestSeriesPictures(t *testing.T) {
	w := newWorld(t)
	hostile := `<script>alert(1)</script>&"'`
	u, err := w.db.CreateUser(t.Context(), domain.User{Name: hostile, Email: "h@exemplo.com.br", Role: domain.RoleEmployee, Active: true}, "x")
	if err != nil {
		t.Fatal(err)
	}
	draw := func() {
		for _, view := range []string{"fluxo", "saldo", "tempos", "categoria", "prioridade", "responsavel", "solicitante"} {
			for _, theme := range []string{"claro", "escuro"} {
				path := seriesPath + "?vista=" + view + "&tema=" + theme
				a := w.call(ti, "GET", path+"&formato=png&largura=640&altura=300", "")
				if img, err := png.Decode(bytes.NewReader([]byte(a.body))); err != nil || img.Bounds().Dx() != 640 || img.Bounds().Dy() != 300 {
					t.Errorf("%s: %v", path, err)
				}
				svg := w.call(ti, "GET", path+"&formato=svg", "")
				if strings.Contains(svg.body, "<script") || !strings.Contains(svg.header.Get("Content-Security-Policy"), "default-src 'none'") {
					t.Errorf("%s: not safe", path)
				}
				for d := xml.NewDecoder(strings.NewReader(svg.body)); ; {
					if _, err := d.Token(); errors.Is(err, io.EOF) {
						break
					} else if err != nil {
						t.Fatalf("%s: %v", path, err)
					}
				}
			}
		}
	}
	draw()
	w.people["hostil"] = u
	w.ticket("hostil", "a")
	draw()
}

func TestTicketsByTheirEnd(t *testing.T) {
	w := newWorld(t)
	ticket, cancelled := w.ticket(ana, "Um"), domain.StatusCancelled
	w.ticket(ana, "Outro")
	if _, err := w.desk.Change(t.Context(), w.actor(ana), ticket.ID, domain.TicketChange{Status: &cancelled}, 0); err != nil {
		t.Fatal(err)
	}
	today := w.desk.Now().Format(domain.DateLayout)
	w.play([]scenario{
		{name: "today", as: ti, method: "GET", path: "/api/chamados?encerrados_de=" + today + "&encerrados_ate=" + today, status: 200, has: []string{`"Um"`}, lacks: []string{"Outro"}},
		{name: "before", as: ti, method: "GET", path: "/api/chamados?encerrados_ate=2001-01-01", status: 200, lacks: []string{"Um", "Outro"}},
		{name: "bad", as: ti, method: "GET", path: "/api/chamados?encerrados_de=x", status: 422, has: []string{`"field":"encerrados_de"`}},
	})
}
