package admin_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"chamados/admin"
)

// scenario is one call and what must, and must not, come back.
type scenario struct {
	name    string
	as      string
	method  string
	path    string
	body    string
	headers []string
	status  int
	has     []string
	lacks   []string
}

func (w *world) play(scenarios []scenario) {
	w.t.Helper()
	for _, sc := range scenarios {
		a := w.call(sc.as, sc.method, sc.path, sc.body, sc.headers...)
		what := fmt.Sprintf("%s (%s %s as %q)", sc.name, sc.method, sc.path, sc.as)
		if a.status != sc.status {
			w.t.Errorf("%s: %d, want %d\n%s", what, a.status, sc.status, a.body)
		}
		for _, part := range sc.has {
			if !strings.Contains(a.body, part) {
				w.t.Errorf("%s: lacks %s\n%s", what, part, a.body)
			}
		}
		for _, part := range sc.lacks {
			if strings.Contains(a.body, part) {
				w.t.Errorf("%s: must not hold %s\n%s", what, part, a.body)
			}
		}
	}
}

// Whoever has no valid token gets into nothing that is documented as guarded.
func TestNobodyGetsIn(t *testing.T) {
	w := newWorld(t)
	w.ticket(ana, "Segredo da Ana")
	for path, methods := range w.spec.Paths {
		for method, op := range methods {
			for _, who := range []string{"", expired, revoked, davi} {
				if len(op.Security) == 0 {
					continue
				}
				w.play([]scenario{{
					name: "guarded", as: who, method: strings.ToUpper(method), path: strings.ReplaceAll(path, "{id}", "1"),
					body: "{}", status: 401, lacks: []string{"Segredo", "Ana"},
				}})
			}
		}
	}
}

func TestLogin(t *testing.T) {
	w := newWorld(t)
	const path = "/api/auth/login"
	same := `"detail":"E-mail ou senha incorretos."`
	w.play([]scenario{
		{name: "right", method: "POST", path: path, body: `{"email":"ana@exemplo.com.br","password":"uma senha boa"}`, status: 200,
			has: []string{`"token_type":"bearer"`, `"usuario":{"id":`, `"tipo":"funcionario"`}, lacks: []string{"senha_hash", "$2b$"}},
		{name: "other case", method: "POST", path: path, body: `{"email":" ANA@exemplo.com.br ","password":"uma senha boa","lembrar":true}`, status: 200},
		{name: "wrong password", method: "POST", path: path, body: `{"email":"ana@exemplo.com.br","password":"errada"}`, status: 401, has: []string{same}},
		{name: "unknown", method: "POST", path: path, body: `{"email":"x@exemplo.com.br","password":"errada"}`, status: 401, has: []string{same}},
		{name: "inactive", method: "POST", path: path, body: `{"email":"davi@exemplo.com.br","password":"uma senha boa"}`, status: 401, has: []string{same}},
		{name: "NUL", method: "POST", path: path, body: `{"email":"\u0000","password":"\u0000"}`, status: 401, has: []string{same}},
		{name: "empty", method: "POST", path: path, body: `{"email":"","password":""}`, status: 401, has: []string{same}},
		{name: "missing", method: "POST", path: path, body: `{"email":"ana@exemplo.com.br"}`, status: 422, has: []string{`"field":"password"`}},
		{name: "wrong type", method: "POST", path: path, body: `{"email":5,"password":"x"}`, status: 422, has: []string{`"field":"email"`}},
		{name: "no JSON", method: "POST", path: path, body: `email=ana`, status: 422, has: []string{`"field":"body"`}},
		{name: "no body", method: "POST", path: path, status: 422},
		{name: "in English", method: "POST", path: path, body: `{"email":"x","password":"y"}`, headers: []string{"Accept-Language", "fr, en-GB;q=0.9"}, status: 401, has: []string{"Wrong", `"Not authenticated"`}},
		{name: "another site", method: "POST", path: path, body: `{"email":"ana@exemplo.com.br","password":"uma senha boa"}`, headers: []string{"Sec-Fetch-Site", "cross-site"}, status: 403, lacks: []string{"access_token"}},
	})
	if log := w.log.String(); strings.Contains(log, "uma senha boa") || strings.Contains(log, "errada") {
		t.Error("a password is in the log")
	}
}

func TestLoginOpensTheBrowsersSession(t *testing.T) {
	w := newWorld(t)
	a := w.call("", "POST", "/api/auth/login", `{"email":"ana@exemplo.com.br","password":"uma senha boa"}`)
	set := a.header.Get("Set-Cookie")
	for _, part := range []string{"HttpOnly", "SameSite=Strict", "Path=/"} {
		if !strings.Contains(set, part) {
			t.Errorf("cookie without %s: %s", part, set)
		}
	}
	cookie, _, _ := strings.Cut(set, ";")
	w.play([]scenario{
		{name: "cookie", method: "GET", path: "/api/auth/me", headers: []string{"Cookie", cookie}, status: 200, has: []string{`"nome":"Ana"`}},
		{name: "cookie, same site", method: "POST", path: "/api/chamados", body: `{"titulo":"a","descricao":"b","categoria":"rede"}`,
			headers: []string{"Cookie", cookie, "Sec-Fetch-Site", "same-origin"}, status: 200},
		{name: "cookie, other site", method: "POST", path: "/api/chamados", body: `{"titulo":"a","descricao":"b","categoria":"rede"}`,
			headers: []string{"Cookie", cookie, "Sec-Fetch-Site", "cross-site"}, status: 403},
		{name: "bearer, other site", as: ana, method: "POST", path: "/api/chamados", body: `{"titulo":"a","descricao":"b","categoria":"rede"}`,
			headers: []string{"Origin", "http://elsewhere.test"}, status: 200},
		{name: "logout", method: "POST", path: "/api/auth/logout", headers: []string{"Cookie", cookie}, status: 200, has: []string{`"message"`}},
		{name: "after logout", method: "GET", path: "/api/auth/me", headers: []string{"Cookie", cookie}, status: 401},
		{name: "the other token too", as: ana, method: "GET", path: "/api/auth/me", status: 401},
	})
}

func TestCreateTicket(t *testing.T) {
	w := newWorld(t)
	const path = "/api/chamados"
	newcomer := func(extra string) string {
		return `{"titulo":"Nova","descricao":"d","categoria":"novo_colaborador","dados_extras":` + extra + `}`
	}
	full := `{"colaborador_nome":"Rui","colaborador_data_nascimento":"1990-01-31","data_inicio":"2026-02-01","equipamentos":{"celular":true},"outro":[1]}`
	w.play([]scenario{
		{name: "employee", as: ana, method: "POST", path: path, body: `{"titulo":"Impressora <b>&\"","descricao":"não liga","categoria":"hardware"}`, status: 200,
			has: []string{`"titulo":"Impressora <b>&\""`, `"status":"aberto"`, `"prioridade":"media"`, `"atribuido_para":null`, `"atribuido":null`, `"dados_extras":null`, `"fechado_em":null`, `"comentarios":[]`, `"criado_em":"20`, `Z"`}},
		{name: "unknown members", as: ana, method: "POST", path: path, body: `{"titulo":"a","descricao":"b","categoria":"rede","anexos":[],"x":{"y":1}}`, status: 200},
		{name: "null extras", as: ana, method: "POST", path: path, body: `{"titulo":"a","descricao":"b","categoria":"rede","dados_extras":null,"prioridade":null}`, status: 200},
		{name: "newcomer", as: ana, method: "POST", path: path, body: newcomer(full), status: 200,
			has: []string{`"colaborador_data_nascimento":"1990-01-31"`, `"outro":[1]`}},
		{name: "newcomer without", as: ana, method: "POST", path: path, body: newcomer(`{}`), status: 422,
			has: []string{`dados_extras.colaborador_nome`, `dados_extras.data_inicio`, `dados_extras.colaborador_data_nascimento`}},
		{name: "newcomer null", as: ana, method: "POST", path: path, body: newcomer(`null`), status: 422},
		{name: "bad date", as: ana, method: "POST", path: path, body: newcomer(`{"colaborador_nome":"R","colaborador_data_nascimento":"31/01/1990","data_inicio":"2026-02-30"}`), status: 422},
		{name: "extras no object", as: ana, method: "POST", path: path, body: `{"titulo":"a","descricao":"b","categoria":"rede","dados_extras":[1]}`, status: 422, has: []string{`"field":"dados_extras"`}},
		{name: "extras with NUL", as: ana, method: "POST", path: path, body: `{"titulo":"a","descricao":"b","categoria":"rede","dados_extras":{"a":"\u0000"}}`, status: 422, has: []string{`"field":"dados_extras"`}},
		{name: "extras with half a character", as: ana, method: "POST", path: path, body: `{"titulo":"a","descricao":"b","categoria":"rede","dados_extras":{"\ud800":1}}`, status: 422},
		{name: "extras with a huge number", as: ana, method: "POST", path: path, body: `{"titulo":"a","descricao":"b","categoria":"rede","dados_extras":{"a":1e999999}}`, status: 422},
		{name: "empty", as: ana, method: "POST", path: path, body: `{}`, status: 422, has: []string{`"field":"titulo"`, `"field":"descricao"`, `"field":"categoria"`}},
		{name: "unknown word", as: ana, method: "POST", path: path, body: `{"titulo":"a","descricao":"b","categoria":"café"}`, status: 422, has: []string{`"field":"categoria"`}},
		{name: "long title", as: ana, method: "POST", path: path, body: `{"titulo":"` + strings.Repeat("é", 501) + `","descricao":"b","categoria":"rede"}`, status: 422, has: []string{`500`}},
		{name: "title of 500", as: ana, method: "POST", path: path, body: `{"titulo":"` + strings.Repeat("é", 500) + `","descricao":"b","categoria":"rede"}`, status: 200},
		{name: "NUL", as: ana, method: "POST", path: path, body: `{"titulo":"a\u0000","descricao":"b","categoria":"rede"}`, status: 422},
		{name: "invalid UTF-8", as: ana, method: "POST", path: path, body: "{\"titulo\":\"a\xff\",\"descricao\":\"b\",\"categoria\":\"rede\"}", status: 422},
		{name: "priority by an employee", as: ana, method: "POST", path: path, body: `{"titulo":"a","descricao":"b","categoria":"rede","prioridade":"alta"}`, status: 403, has: []string{`"field":"prioridade"`}},
		{name: "for another by an employee", as: ana, method: "POST", path: path, body: `{"titulo":"a","descricao":"b","categoria":"rede","usuario_id":1}`, status: 403, has: []string{`"field":"usuario_id"`}},
		{name: "status and assignee by an employee", as: ana, method: "POST", path: path, body: `{"titulo":"a","descricao":"b","categoria":"rede","status":"fechado","atribuido_para":"1","prioridade":"alta"}`, status: 403,
			has: []string{`"field":"status"`, `"field":"atribuido_para"`, `"field":"prioridade"`}},
		{name: "what every new ticket has", as: ana, method: "POST", path: path, body: `{"titulo":"a","descricao":"b","categoria":"rede","status":"aberto","atribuido_para":null}`, status: 200},
		{name: "priority by IT", as: ti, method: "POST", path: path, body: `{"titulo":"a","descricao":"b","categoria":"rede","prioridade":"alta"}`, status: 200, has: []string{`"prioridade":"alta"`}},
		{name: "status and assignee by IT", as: ti, method: "POST", path: path, body: `{"titulo":"a","descricao":"b","categoria":"rede","status":"fechado","atribuido_para":"1"}`, status: 422,
			has: []string{`"field":"status"`, `"field":"atribuido_para"`, "chamado novo"}},
		{name: "the usual status by IT", as: ti, method: "POST", path: path, body: `{"titulo":"a","descricao":"b","categoria":"rede","status":"aberto","atribuido_para":null}`, status: 200},
		{name: "unknown requester", as: ti, method: "POST", path: path, body: `{"titulo":"a","descricao":"b","categoria":"rede","usuario_id":999999}`, status: 404},
		{name: "huge requester", as: ti, method: "POST", path: path, body: `{"titulo":"a","descricao":"b","categoria":"rede","usuario_id":99999999999}`, status: 422},
		{name: "too large", as: ana, method: "POST", path: path, body: `{"titulo":"` + strings.Repeat("a", 1<<20) + `"}`, status: 413},
		{name: "too deep", as: ana, method: "POST", path: path, body: `{"titulo":"a","descricao":"b","categoria":"rede","dados_extras":` + strings.Repeat(`{"a":`, 20000) + `1` + strings.Repeat(`}`, 20000) + `}`, status: 422},
		{name: "array", as: ana, method: "POST", path: path, body: `[]`, status: 422},
		{name: "null", as: ana, method: "POST", path: path, body: `null`, status: 422},
	})
}

func TestSeeTicket(t *testing.T) {
	w := newWorld(t)
	one := w.ticket(ana, "Segredo da Ana")
	path := fmt.Sprintf("/api/chamados/%d", one.ID)
	w.play([]scenario{
		{name: "note", as: ti, method: "POST", path: path + "/comentarios", body: `{"comentario":"nota secreta","interno":true}`, status: 200, has: []string{`"interno":true`}},
		{name: "reply", as: ti, method: "POST", path: path + "/comentarios", body: `{"comentario":"resposta"}`, status: 200, has: []string{`"nome":"Ti"`}},
		{name: "requester", as: ana, method: "GET", path: path, status: 200, has: []string{"resposta", `"usuario":{"id"`}, lacks: []string{"nota secreta"}},
		{name: "IT", as: ti, method: "GET", path: path, status: 200, has: []string{"resposta", "nota secreta"}},
		{name: "another", as: beto, method: "GET", path: path, status: 403, lacks: []string{"Segredo", "resposta"}},
		{name: "events of another", as: beto, method: "GET", path: path + "/eventos", status: 403},
		{name: "events", as: ana, method: "GET", path: path + "/eventos", status: 200, has: []string{`"tipo":"criado"`, `"tipo":"comentario"`}, lacks: []string{`"nota"`, "nota secreta"}},
		{name: "events for IT", as: ti, method: "GET", path: path + "/eventos", status: 200, has: []string{`"tipo":"nota"`, `"canal":"api"`}},
		{name: "absent", as: ana, method: "GET", path: "/api/chamados/999999", status: 404},
		{name: "huge", as: ana, method: "GET", path: "/api/chamados/99999999999999999999999", status: 404},
		{name: "over int4", as: ana, method: "GET", path: "/api/chamados/4294967296", status: 404},
		{name: "zero", as: ana, method: "GET", path: "/api/chamados/0", status: 404},
		{name: "no number", as: ana, method: "GET", path: "/api/chamados/abc", status: 422},
		{name: "delete by requester", as: ana, method: "DELETE", path: path, status: 403},
		{name: "delete absent", as: ti, method: "DELETE", path: "/api/chamados/999999", status: 404},
		{name: "delete", as: ti, method: "DELETE", path: path, status: 200, has: []string{`"message":"`}},
		{name: "deleted", as: ti, method: "GET", path: path, status: 404},
		{name: "deleted, requester", as: ana, method: "GET", path: path, status: 404},
		{name: "deleted, another", as: beto, method: "GET", path: path, status: 403},
		{name: "comment on deleted", as: ana, method: "POST", path: path + "/comentarios", body: `{"comentario":"x"}`, status: 404},
		{name: "delete again", as: ti, method: "DELETE", path: path, status: 404},
		{name: "restore by requester", as: ana, method: "POST", path: path + "/restaurar", status: 403},
		{name: "restore", as: ivo, method: "POST", path: path + "/restaurar", status: 200, has: []string{"Segredo"}},
		{name: "restored", as: ana, method: "GET", path: path, status: 200},
	})
}

func TestUpdateTicket(t *testing.T) {
	w := newWorld(t)
	path := fmt.Sprintf("/api/chamados/%d", w.ticket(ana, "Impressora").ID)
	ivoID := w.people[ivo].ID
	w.play([]scenario{
		{name: "own title", as: ana, method: "PUT", path: path, body: `{"titulo":"Impressora HP"}`, status: 200, has: []string{`"titulo":"Impressora HP"`, `"descricao":"Descrição"`}},
		{name: "another's", as: beto, method: "PUT", path: path, body: `{"titulo":"x"}`, status: 403, lacks: []string{"Impressora"}},
		{name: "another's, bad word", as: beto, method: "PUT", path: path, body: `{"status":"x"}`, status: 403},
		{name: "absent", as: ti, method: "PUT", path: "/api/chamados/999999", body: `{"titulo":"x"}`, status: 404},
		{name: "forbidden fields", as: ana, method: "PUT", path: path, body: `{"prioridade":"alta","status":"resolvido","atribuido_para":1}`, status: 403,
			has: []string{`"field":"prioridade"`, `"field":"status"`, `"field":"atribuido_para"`, "Prioridade"}},
		{name: "unchanged beside", as: ana, method: "PUT", path: path, body: `{"titulo":"Impressora","prioridade":"media","status":"aberto","atribuido_para":null,"dados_extras":null}`, status: 200},
		{name: "assign as string", as: ti, method: "PUT", path: path, body: fmt.Sprintf(`{"atribuido_para":"%d","status":"aberto","prioridade":"media"}`, ivoID), status: 200,
			has: []string{fmt.Sprintf(`"atribuido_para":%d`, ivoID), `"atribuido":{"id"`, `"status":"aberto"`}},
		{name: "absent stays", as: ti, method: "PUT", path: path, body: `{"prioridade":"urgente"}`, status: 200, has: []string{fmt.Sprintf(`"atribuido_para":%d`, ivoID), `"prioridade":"urgente"`}},
		{name: "unassign", as: ti, method: "PUT", path: path, body: `{"atribuido_para":null}`, status: 200, has: []string{`"atribuido_para":null`, `"atribuido":null`}},
		{name: "assign", as: ti, method: "PUT", path: path, body: fmt.Sprintf(`{"atribuido_para":%d}`, ivoID), status: 200},
		{name: "empty string unassigns", as: ti, method: "PUT", path: path, body: `{"atribuido_para":""}`, status: 200, has: []string{`"atribuido_para":null`}},
		{name: "assign an employee", as: ti, method: "PUT", path: path, body: fmt.Sprintf(`{"atribuido_para":%d}`, w.people[beto].ID), status: 422, has: []string{`"field":"atribuido_para"`}},
		{name: "assign nobody there", as: ti, method: "PUT", path: path, body: `{"atribuido_para":999999}`, status: 422},
		{name: "assign a word", as: ti, method: "PUT", path: path, body: `{"atribuido_para":"ivo"}`, status: 422},
		{name: "assign out of range", as: ti, method: "PUT", path: path, body: `{"atribuido_para":99999999999}`, status: 422},
		{name: "assign a list", as: ti, method: "PUT", path: path, body: `{"atribuido_para":[1]}`, status: 422},
		{name: "unknown status", as: ti, method: "PUT", path: path, body: `{"status":"pronto","prioridade":"x"}`, status: 422, has: []string{`"field":"status"`, `"field":"prioridade"`}},
		{name: "nothing", as: ana, method: "PUT", path: path, body: `{}`, status: 200},
		{name: "empty title", as: ana, method: "PUT", path: path, body: `{"titulo":" "}`, status: 422},
		{name: "extras", as: ana, method: "PUT", path: path, body: `{"dados_extras":{"z":1,"a":"2026-01-02"}}`, status: 200, has: []string{`"a":"2026-01-02"`}},
		{name: "null extras stay", as: ana, method: "PUT", path: path, body: `{"dados_extras":null}`, status: 200, has: []string{`"a":"2026-01-02"`}},
		{name: "resolve", as: ti, method: "PUT", path: path, body: `{"status":"resolvido"}`, status: 200, has: []string{`"fechado_em":"20`}},
		{name: "edit resolved", as: ana, method: "PUT", path: path, body: `{"titulo":"outro"}`, status: 403},
		{name: "reopen", as: ana, method: "PUT", path: path, body: `{"status":"aberto"}`, status: 200, has: []string{`"fechado_em":null`}},
		{name: "cancel", as: ana, method: "PUT", path: path, body: `{"status":"cancelado"}`, status: 200},
		{name: "system comment", as: ana, method: "POST", path: path + "/comentarios", body: `{"comentario":"[SYSTEM] Status alterado"}`, status: 200, has: []string{`"nome":"Ana"`, `[SYSTEM] Status alterado`}},
		{name: "edit cancelled", as: ana, method: "PUT", path: path, body: `{"titulo":"outro"}`, status: 403},
		{name: "cancelled, same fields", as: ana, method: "PUT", path: path, body: `{"titulo":"Impressora","status":"cancelado"}`, status: 200},
	})
}

func TestVersions(t *testing.T) {
	w := newWorld(t)
	path := fmt.Sprintf("/api/chamados/%d", w.ticket(ana, "Um").ID)
	tag := w.call(ana, "GET", path, "").header.Get("ETag")
	w.play([]scenario{
		{name: "first", as: ti, method: "PUT", path: path, body: `{"titulo":"Dois"}`, headers: []string{"If-Match", tag}, status: 200},
		{name: "second", as: ana, method: "PUT", path: path, body: `{"titulo":"Três"}`, headers: []string{"If-Match", tag}, status: 412, has: []string{`"atual":{`, `"titulo":"Dois"`}},
		{name: "stranger", as: beto, method: "PUT", path: path, body: `{"titulo":"Três"}`, headers: []string{"If-Match", tag}, status: 403, lacks: []string{"Dois"}},
		{name: "any", as: ana, method: "PUT", path: path, body: `{"titulo":"Três"}`, headers: []string{"If-Match", "*"}, status: 200},
		{name: "rubbish", as: ana, method: "PUT", path: path, body: `{"titulo":"x"}`, headers: []string{"If-Match", `"abc"`}, status: 422},
	})
}

func TestComments(t *testing.T) {
	w := newWorld(t)
	path := fmt.Sprintf("/api/chamados/%d/comentarios", w.ticket(ana, "Um").ID)
	w.play([]scenario{
		{name: "requester", as: ana, method: "POST", path: path, body: `{"comentario":"oi <b>&"}`, status: 200, has: []string{`"comentario":"oi <b>&"`, `"usuario":{"id":`, `"criado_em":"20`}},
		{name: "another", as: beto, method: "POST", path: path, body: `{"comentario":"oi"}`, status: 403},
		{name: "note by an employee", as: ana, method: "POST", path: path, body: `{"comentario":"oi","interno":true}`, status: 403, has: []string{`"field":"interno"`}},
		{name: "another author", as: ana, method: "POST", path: path, body: `{"comentario":"oi","usuario_id":1,"usuario":{"id":1}}`, status: 200, has: []string{`"nome":"Ana"`}},
		{name: "empty", as: ana, method: "POST", path: path, body: `{"comentario":"  "}`, status: 422, has: []string{`"field":"comentario"`}},
		{name: "missing", as: ana, method: "POST", path: path, body: `{}`, status: 422},
		{name: "long", as: ana, method: "POST", path: path, body: `{"comentario":"` + strings.Repeat("x", 10001) + `"}`, status: 422},
		{name: "absent", as: ana, method: "POST", path: "/api/chamados/999999/comentarios", body: `{"comentario":"oi"}`, status: 404},
	})
	id := int64(w.call(ana, "POST", path, `{"comentario":"erado"}`).json(t)["id"].(float64))
	own := fmt.Sprintf("/api/comentarios/%d", id)
	w.play([]scenario{
		{name: "correct", as: ana, method: "PUT", path: own, body: `{"comentario":"errado"}`, status: 200, has: []string{`"editado_em":"20`}},
		{name: "another's", as: ti, method: "PUT", path: own, body: `{"comentario":"x"}`, status: 403},
		{name: "absent", as: ana, method: "PUT", path: "/api/comentarios/999999", body: `{"comentario":"x"}`, status: 404},
	})
}

func TestUsers(t *testing.T) {
	w := newWorld(t)
	const path = "/api/usuarios"
	body := `{"nome":"Nova Pessoa","email":"Nova@Exemplo.com.br","tipo":"funcionario","senha":"pato-roxo-9"}`
	anaPath := fmt.Sprintf("/api/usuarios/%d", w.people[ana].ID)
	tiPath := fmt.Sprintf("/api/usuarios/%d", w.people[ti].ID)
	w.play([]scenario{
		{name: "by an employee", as: ana, method: "POST", path: path, body: body, status: 403},
		{name: "by an employee, bad", as: ana, method: "POST", path: path, body: `{}`, status: 403},
		{name: "new", as: ti, method: "POST", path: path, body: body, status: 200, has: []string{`"email":"nova@exemplo.com.br"`, `"ativo":true`, `"criado_em":"`}, lacks: []string{"pato-roxo-9", "$2b$"}},
		{name: "logs in", method: "POST", path: "/api/auth/login", body: `{"email":"nova@exemplo.com.br","password":"pato-roxo-9"}`, status: 200},
		{name: "taken", as: ti, method: "POST", path: path, body: body, status: 400, has: []string{"já está cadastrado"}},
		{name: "empty", as: ti, method: "POST", path: path, body: `{}`, status: 422, has: []string{`"field":"nome"`, `"field":"email"`, `"field":"tipo"`, `"field":"senha"`}},
		{name: "short password", as: ti, method: "POST", path: path, body: `{"nome":"a","email":"b@c.d","tipo":"ti","senha":"1234567"}`, status: 422, has: []string{`"field":"senha"`}, lacks: []string{"1234567"}},
		{name: "long password", as: ti, method: "POST", path: path, body: `{"nome":"a","email":"b@c.d","tipo":"ti","senha":"` + strings.Repeat("é", 37) + `"}`, status: 422, has: []string{"72"}},
		{name: "bad address", as: ti, method: "POST", path: path, body: `{"nome":"a","email":"A <b@c.d>","tipo":"ti","senha":"pato-roxo-9"}`, status: 422},
		{name: "bad role", as: ti, method: "POST", path: path, body: `{"nome":"a","email":"b@c.d","tipo":"admin","senha":"pato-roxo-9"}`, status: 422, has: []string{`"field":"tipo"`}},
		{name: "list by an employee", as: ana, method: "GET", path: path, status: 403, lacks: []string{"@exemplo"}},
		{name: "list", as: ti, method: "GET", path: path, status: 200, has: []string{"ana@exemplo.com.br", "davi@exemplo.com.br"}, lacks: []string{"$2b$", "hash"}},
		{name: "search", as: ti, method: "GET", path: path + "?busca=NOVA", status: 200, has: []string{"nova@"}, lacks: []string{"ana@"}},
		{name: "filter", as: ti, method: "GET", path: path + "?tipo=ti&ativo=true", status: 200, has: []string{"ivo@"}, lacks: []string{"ana@"}},
		{name: "bad filter", as: ti, method: "GET", path: path + "?ativo=talvez&tipo=x", status: 422},
		{name: "NUL", as: ti, method: "GET", path: path + "?busca=%00", status: 422},
		{name: "IT for everybody", as: ana, method: "GET", path: path + "/ti", status: 200, has: []string{"ivo@", "ti@"}, lacks: []string{"ana@", "davi@"}},
		{name: "oneself", as: ana, method: "GET", path: anaPath, status: 200},
		{name: "another", as: beto, method: "GET", path: anaPath, status: 403, lacks: []string{"ana@"}},
		{name: "absent", as: ti, method: "GET", path: path + "/999999", status: 404},
		{name: "change by an employee", as: ana, method: "PUT", path: anaPath, body: `{"nome":"Rainha"}`, status: 403},
		{name: "own language", as: ana, method: "PUT", path: anaPath, body: `{"idioma":"en"}`, status: 200, has: []string{`"idioma":"en"`}},
		{name: "speaks it", as: ana, method: "GET", path: path, headers: []string{"Accept-Language", "pt-BR"}, status: 403, has: []string{"Only the IT team"}},
		{name: "unknown language", as: ana, method: "PUT", path: anaPath, body: `{"idioma":"fr"}`, status: 422},
		{name: "change", as: ti, method: "PUT", path: anaPath, body: `{"nome":"Ana Maria"}`, status: 200, has: []string{`"nome":"Ana Maria"`, `"email":"ana@exemplo.com.br"`}},
		{name: "taken address", as: ti, method: "PUT", path: anaPath, body: `{"email":"beto@exemplo.com.br"}`, status: 400},
		{name: "null stays", as: ti, method: "PUT", path: anaPath, body: `{"nome":null,"ativo":null}`, status: 200, has: []string{`"nome":"Ana Maria"`}},
		{name: "empty name", as: ti, method: "PUT", path: anaPath, body: `{"nome":""}`, status: 422},
		{name: "change absent", as: ti, method: "PUT", path: path + "/999999", body: `{"nome":"x"}`, status: 404},
		{name: "deactivate", as: ti, method: "PUT", path: anaPath, body: `{"ativo":false}`, status: 200, has: []string{`"ativo":false`}},
		{name: "deactivated", as: ana, method: "GET", path: "/api/auth/me", status: 401},
		{name: "other IT off", as: ti, method: "PUT", path: fmt.Sprintf("/api/usuarios/%d", w.people[ivo].ID), body: `{"ativo":false}`, status: 200},
		{name: "last IT", as: ti, method: "PUT", path: tiPath, body: `{"ativo":false}`, status: 409},
		{name: "last IT demoted", as: ti, method: "PUT", path: tiPath, body: `{"tipo":"funcionario"}`, status: 409},
	})
}

func TestUserPages(t *testing.T) {
	w := newWorld(t)
	seen := map[float64]bool{}
	for path := "/api/usuarios?limite=2"; path != ""; {
		a := w.call(ti, "GET", path, "")
		for _, u := range a.list(t) {
			if seen[u["id"].(float64)] {
				t.Errorf("%v came twice", u["nome"])
			}
			seen[u["id"].(float64)] = true
		}
		path = next(a)
	}
	if len(seen) != len(w.people) {
		t.Errorf("%d of %d people", len(seen), len(w.people))
	}
}

// next returns where the Link header says that the next page is.
func next(a answer) string {
	link, rel, ok := strings.Cut(a.header.Get("Link"), ";")
	if !ok || strings.TrimSpace(rel) != `rel="next"` {
		return ""
	}
	return strings.Trim(link, "<>")
}

func TestInvite(t *testing.T) {
	w := newWorld(t)
	path := fmt.Sprintf("/api/usuarios/%d/convite", w.people[ana].ID)
	w.play([]scenario{
		{name: "another", as: beto, method: "POST", path: path, status: 403, lacks: []string{"token"}},
		{name: "oneself", as: ana, method: "POST", path: path, status: 200, has: []string{"https://t.me/chamados_bot?start=", "<svg", `"expira_em":"20`}},
		{name: "absent", as: ti, method: "POST", path: "/api/usuarios/999999/convite", status: 404},
		{name: "password", as: ti, method: "POST", path: path + "?para=senha", status: 200, has: []string{`"token":"`}, lacks: []string{"t.me"}},
		{name: "unknown kind", as: ti, method: "POST", path: path + "?para=x", status: 422},
		{name: "inactive", as: ti, method: "POST", path: fmt.Sprintf("/api/usuarios/%d/convite", w.people[davi].ID), status: 409, has: []string{"desativada"}},
		{name: "unlink another", as: beto, method: "DELETE", path: fmt.Sprintf("/api/usuarios/%d/telegram", w.people[ana].ID), status: 403},
		{name: "unlink", as: ana, method: "DELETE", path: fmt.Sprintf("/api/usuarios/%d/telegram", w.people[ana].ID), status: 200},
	})
}

func TestImport(t *testing.T) {
	w := newWorld(t)
	const path = "/api/usuarios/import"
	w.play([]scenario{
		{name: "by an employee", as: ana, method: "POST", path: path, body: `{"usuarios":[]}`, status: 403},
		{name: "empty", as: ti, method: "POST", path: path, body: `{"usuarios":[]}`, status: 200, has: []string{`"criados":0`, `"erros":0`, `"detalhes":[]`}},
		{name: "missing", as: ti, method: "POST", path: path, body: `{}`, status: 422},
		{name: "no array", as: ti, method: "POST", path: path, body: `{"usuarios":{}}`, status: 422},
		{name: "mixed", as: ti, method: "POST", path: path, body: `{"usuarios":[
			{"nome":"Um","email":"um@exemplo.com.br","tipo":"funcionario"},
			{"nome":"","email":"sem-nome@exemplo.com.br","tipo":"funcionario"},
			{"nome":"Ana","email":"ANA@exemplo.com.br","tipo":"ti"},
			{"nome":5}, "linha", null,
			{"nome":"Dois","email":"dois@exemplo.com.br","tipo":"rei"},
			{"nome":"Um outra vez","email":"um@exemplo.com.br","tipo":"funcionario"},
			{"nome":"Três","email":"tres@exemplo.com.br","idioma":"en"},
			{"nome":"Quatro","email":"quatro@exemplo.com.br","idioma":"fr"}]}`, status: 200,
			has: []string{`"criados":2`, `"erros":8`, `"message":"2 contas foram criadas. 8 linhas têm problema."`, `linha 1`, `"linha":10`, `Idioma`, `"status":"criado"`, `"status":"erro"`, `"email_enviado":true`}, lacks: []string{"SQLSTATE"}},
		{name: "no password", method: "POST", path: "/api/auth/login", body: `{"email":"um@exemplo.com.br","password":""}`, status: 401},
		{name: "too many", as: ti, method: "POST", path: path, body: `{"usuarios":[` + strings.Repeat("0,", 10000) + `0]}`, status: 422},
	})
}

func TestStatistics(t *testing.T) {
	w := newWorld(t)
	w.ticket(ana, "Um")
	w.play([]scenario{
		{name: "by an employee", as: ana, method: "GET", path: "/api/estatisticas", status: 403, lacks: []string{"total"}},
		{name: "by IT", as: ti, method: "GET", path: "/api/estatisticas", status: 200,
			has: []string{`"total_chamados":1`, `"abertos":1`, `"em_andamento":0`, `"aguardando":0`, `"resolvidos":0`, `"fechados":0`, `"hardware":1`, `"media":1`, `"urgente":0`}},
	})
}

func TestHealth(t *testing.T) {
	w := newWorld(t)
	w.play([]scenario{
		{name: "health", method: "GET", path: "/health", status: 200, has: []string{`{"status":"online","service":"chamados","version":"test"}`}},
		{name: "ready", method: "GET", path: "/ready", status: 200},
		{name: "unknown", as: ana, method: "GET", path: "/api/nada", status: 404},
		{name: "wrong method", as: ana, method: "PATCH", path: "/api/chamados", status: 405},
		{name: "codes are off", method: "POST", path: "/api/auth/verify-code", body: `{"email":"ana@exemplo.com.br","code":"123456"}`, status: 400},
	})
	if allow := w.call(ana, "PATCH", "/api/chamados", "").header.Get("Allow"); allow != "GET, POST" {
		t.Errorf("Allow: %s", allow)
	}
}

func TestRequestIDs(t *testing.T) {
	w := newWorld(t)
	for given, kept := range map[string]bool{"abc-123": true, "": false, "a b": false, strings.Repeat("x", 65): false, `x"y`: false} {
		a := w.call("", "GET", "/api/nada", "", "X-Request-Id", given)
		id := a.header.Get("X-Request-Id")
		if (id == given) != kept || id == "" {
			t.Errorf("given %q, answered %q", given, id)
		}
		if !strings.Contains(w.log.String(), id) {
			t.Errorf("%q is not in the log", id)
		}
	}
	for _, name := range []string{"Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"} {
		if w.call("", "GET", "/health", "").header.Get(name) == "" {
			t.Errorf("no %s", name)
		}
	}
}

func TestPanicIsAnsweredAndLogged(t *testing.T) {
	w := newWorld(t, func(o *admin.Options) {
		o.Ready = func(context.Context) error { panic("the secret of the panic") }
	})
	res, err := w.Client().Get(w.URL + "/ready")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	id := res.Header.Get("X-Request-Id")
	if res.StatusCode != 500 || !strings.Contains(string(body), id) || strings.Contains(string(body), "secret") {
		t.Errorf("%d: %s", res.StatusCode, body)
	}
	if log := w.log.String(); !strings.Contains(log, "the secret of the panic") || !strings.Contains(log, id) {
		t.Errorf("not in the log: %s", log)
	}
}

func TestNotReady(t *testing.T) {
	w := newWorld(t, func(o *admin.Options) {
		o.Ready = func(context.Context) error { return errors.New("no database at 10.0.0.7") }
	})
	w.play([]scenario{
		{name: "ready", method: "GET", path: "/ready", status: 503, lacks: []string{"10.0.0.7"}},
		{name: "health", method: "GET", path: "/health", status: 200},
	})
}
