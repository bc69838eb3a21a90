package admin_test

import (
	"fmt"
	"strings"
	"testing"
)

// Whatever a client sends as a body, it is answered and nothing breaks: no 5xx, no panic.
func FuzzBodies(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `[]`, `null`, `"x"`, `{"titulo":null}`, `{"titulo":"a","descricao":"b","categoria":"rede","dados_extras":{"a":[1,2,{"b":"\ud800"}]}}`,
		`{"atribuido_para":"5","status":"aberto","prioridade":"alta"}`, `{"atribuido_para":{}}`, `{"comentario":"[SYSTEM] x","interno":true}`,
		`{"email":"a@b.c","password":"\u0000","code":123456,"new_password":"12345678"}`, `{"usuarios":[{"nome":"a","email":"b@c.d"},0]}`,
		`{"nome":"a","email":"x@y.z","tipo":"ti","senha":"12345678","ativo":true,"idioma":"en"}`, "{\"titulo\":\"\xff\"}",
	} {
		f.Add(seed)
	}
	w := newWorld(f)
	f.Fuzz(func(t *testing.T, body string) {
		w.t = t
		id := w.ticket(ana, "Um").ID
		for _, target := range []string{
			"POST /api/auth/login", "POST /api/auth/verify-code", "POST /api/auth/change-password", "POST /api/chamados",
			fmt.Sprintf("PUT /api/chamados/%d", id), fmt.Sprintf("POST /api/chamados/%d/comentarios", id),
			"POST /api/usuarios", fmt.Sprintf("PUT /api/usuarios/%d", w.people[beto].ID), "POST /api/usuarios/import",
			fmt.Sprintf("POST /api/chamados/%d/anexos", id),
		} {
			method, path, _ := strings.Cut(target, " ")
			w.call(ti, method, path, body)
		}
	})
}
