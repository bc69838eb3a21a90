package admin_test

import (
	"fmt"
	"testing"

	"chamados/domain"
)

func TestPasswordByPersonalLink(t *testing.T) {
	w := newWorld(t)
	invite := func(name string, kind domain.InviteKind) string {
		token, err := w.desk.Invite(t.Context(), w.actor(ti), w.people[name].ID, kind)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	body := func(token, password string) string {
		return fmt.Sprintf(`{"token":%q,"new_password":%q}`, token, password)
	}
	const path = "/api/auth/set-password"
	token, off := invite(ana, domain.InvitePassword), false
	deactivated := invite(beto, domain.InvitePassword)
	if _, err := w.desk.UpdateUser(t.Context(), w.actor(ti), w.people[beto].ID, domain.UserChange{Active: &off}); err != nil {
		t.Fatal(err)
	}
	w.play([]scenario{
		{name: "nothing", method: "POST", path: path, body: `{}`, status: 422},
		{name: "guessed", method: "POST", path: path, body: body("xxxx", "cavalo verde 81"), status: 404},
		{name: "another kind", method: "POST", path: path, body: body(invite(ana, domain.InviteTelegram), "cavalo verde 81"), status: 404},
		{name: "deactivated", method: "POST", path: path, body: body(deactivated, "cavalo verde 81"), status: 401},
		{name: "too short", method: "POST", path: path, body: body(token, "curta"), status: 422},
		{name: "too common", method: "POST", path: path, body: body(token, "Senha@123"), status: 422, has: []string{"primeiras que se tentam"}},
		{name: "not a text", method: "POST", path: path, body: `{"token":"` + token + `","new_password":"cavalo\u0000verde 81"}`, status: 422},
		{name: "set", method: "POST", path: path, body: body(token, "cavalo verde 81"), status: 200, has: []string{"ana@exemplo.com.br"}, lacks: []string{"cavalo"}},
		{name: "once", method: "POST", path: path, body: body(token, "cavalo azul 81"), status: 409},
		{name: "old tokens are void", as: ana, method: "GET", path: "/api/auth/me", status: 401},
		{name: "login", method: "POST", path: "/api/auth/login", body: `{"email":"ana@exemplo.com.br","password":"cavalo verde 81"}`, status: 200},
	})
}

func TestOwnPassword(t *testing.T) {
	w := newWorld(t)
	body := func(current, next string) string {
		return fmt.Sprintf(`{"current_password":%q,"new_password":%q}`, current, next)
	}
	const path = "/api/auth/password"
	w.play([]scenario{
		{name: "nobody", method: "POST", path: path, body: body(secret, "cavalo verde 81"), status: 401},
		{name: "wrong", as: beto, method: "POST", path: path, body: body("errada", "cavalo verde 81"), status: 422, has: []string{`"field":"current_password"`}},
		{name: "common", as: beto, method: "POST", path: path, body: body(secret, "qwerty123"), status: 422, has: []string{`"field":"new_password"`}},
		{name: "changed", as: beto, method: "POST", path: path, body: body(secret, "cavalo verde 81"), status: 200, has: []string{`"access_token"`}, lacks: []string{"cavalo"}},
		{name: "old token", as: beto, method: "GET", path: "/api/auth/me", status: 401},
		{name: "old password", method: "POST", path: "/api/auth/login", body: fmt.Sprintf(`{"email":"beto@exemplo.com.br","password":%q}`, secret), status: 401},
	})
	for range 6 {
		w.call(ivo, "POST", path, body("errada", "cavalo verde 81"))
	}
	w.play([]scenario{{name: "guessing", as: ivo, method: "POST", path: path, body: body(secret, "cavalo verde 81"), status: 429}})
}
