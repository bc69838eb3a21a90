package admin_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"strings"
	"testing"

	"chamados/domain"
)

const peopleCSV = "E-mail;Nome;Tipo\r\nnova@exemplo.com.br;Nova Pessoa;funcionário\r\nANA@exemplo.com.br;Ana;ti\r\nNOVA@exemplo.com.br;De Novo;\r\nx;Sem Endereço;\r\n"

func TestImportCSV(t *testing.T) {
	w := newWorld(t)
	const path = "/api/usuarios/import"
	csv := []string{"Content-Type", "text/csv; charset=utf-8"}
	if a := w.call(ana, "POST", path, peopleCSV, csv...); a.status != 403 {
		t.Errorf("an employee: %d", a.status)
	}
	dry := w.call(ti, "POST", path+"?simular=true", peopleCSV, csv...)
	for _, want := range []string{`"simulado":true`, `"criados":1`, `"erros":3`, `"linha":2`, `"linha":5`, "na linha 2", "já está cadastrado"} {
		if dry.status != 200 || !strings.Contains(dry.body, want) {
			t.Errorf("simulation lacks %s: %s", want, dry.body)
		}
	}
	if a := w.call(ti, "GET", "/api/usuarios?busca=nova", ""); a.body != "[]\n" {
		t.Errorf("the simulation changed something: %s", a.body)
	}
	var form bytes.Buffer
	m := multipart.NewWriter(&form)
	part, err := m.CreateFormFile("arquivo", "pessoas.csv")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write([]byte(peopleCSV))
	_ = m.Close()
	socket := w.dial(bearerHeader(w.tokens[ti]))
	socket.ready()
	done := w.call(ti, "POST", path, form.String(), "Content-Type", m.FormDataContentType())
	if done.status != 200 || done.json(t)["criados"] != float64(1) || !strings.Contains(done.body, `"email_enviado":true`) {
		t.Fatalf("%d %s", done.status, done.body)
	}
	for {
		message := socket.hear()
		if message["type"] != "import_progress" {
			continue
		}
		if message["estado"] == "concluida" {
			if message["feitas"] != float64(4) || message["criados"] != float64(1) {
				t.Errorf("%v", message)
			}
			break
		}
	}
	status := w.call(ti, "GET", done.header.Get("Location"), "")
	for _, want := range []string{`"estado":"concluida"`, `"arquivo":"pessoas.csv"`, `"total":4`, `"criados":1`} {
		if !strings.Contains(status.body, want) {
			t.Errorf("the status lacks %s: %s", want, status.body)
		}
	}
	mail := w.nextMail()
	if u := w.account(mail.UserID); u.Email != "nova@exemplo.com.br" || u.HasPassword || mail.Kind != domain.MailWelcome {
		t.Errorf("mailed %+v", mail)
	}
	w.play([]scenario{
		{name: "status is for IT", as: ana, method: "GET", path: done.header.Get("Location"), status: 403},
		{name: "unknown import", as: ti, method: "GET", path: path + "/xxxx", status: 404},
		{name: "set a password", method: "POST", path: "/api/auth/set-password", body: fmt.Sprintf(`{"token":%q,"new_password":"cavalo verde 81"}`, mail.Secrets.PasswordToken), status: 200},
		{name: "log in", method: "POST", path: "/api/auth/login", body: `{"email":"nova@exemplo.com.br","password":"cavalo verde 81"}`, status: 200},
	})
	for body, field := range map[string]string{"": "arquivo", "\x89PNG\x00\x00": "arquivo"} {
		if a := w.call(ti, "POST", path, body, csv...); a.status != 422 || !strings.Contains(a.body, field) {
			t.Errorf("%q: %d %s", body, a.status, a.body)
		}
	}
}

func TestAnonymise(t *testing.T) {
	w := newWorld(t)
	ticket := w.ticket(ana, "Impressora")
	path := fmt.Sprintf("/api/usuarios/%d", w.people[ana].ID)
	w.play([]scenario{
		{name: "nobody", method: "DELETE", path: path, status: 401},
		{name: "an employee", as: beto, method: "DELETE", path: path, status: 403},
		{name: "unknown", as: ti, method: "DELETE", path: "/api/usuarios/99999", status: 404},
		{name: "done", as: ti, method: "DELETE", path: path, status: 200, has: []string{`"message"`}},
		{name: "out at once", as: ana, method: "GET", path: "/api/auth/me", status: 401},
		{name: "nothing is left", as: ti, method: "GET", path: path, status: 200, has: []string{"Pessoa removida"}, lacks: []string{"ana@exemplo", `"Ana"`}},
		{name: "the ticket stays", as: ti, method: "GET", path: fmt.Sprintf("/api/chamados/%d", ticket.ID), status: 200, has: []string{"Pessoa removida"}, lacks: []string{"ana@exemplo"}},
		{name: "another of IT", as: ti, method: "DELETE", path: fmt.Sprintf("/api/usuarios/%d", w.people[ivo].ID), status: 200},
		{name: "the last of IT", as: ti, method: "DELETE", path: fmt.Sprintf("/api/usuarios/%d", w.people[ti].ID), status: 409},
	})
}
