package main

import (
	"net/http"
	"testing"

	"chamados/admin/session"
	"chamados/internal/config"
)

// Who logs out of the panel is out with that session wherever its token has got to, and with no other one; at once,
// in every process.
func TestLoggingOutEndsTheSession(t *testing.T) {
	v := &visitors{office: &office{world: newWorld(t)}, tokens: map[string]string{}}
	account, err := v.program.desk.Account(t.Context(), v.carla.ID)
	v.must(err)
	for _, name := range []string{"here", "elsewhere"} {
		v.tokens[name], err = v.program.server.Sessions.Issue(account)
		v.must(err)
	}
	replica := NewProgram(v.config, v.program.log)
	replica.config.Telegram = config.Telegram{Workers: 1}
	v.must(replica.Start(t.Context()))
	t.Cleanup(func() { v.must(replica.Stop()) })
	known := func(p *Program, name string) int {
		r, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+p.Addr()+"/api/auth/me", nil)
		v.must(err)
		r.AddCookie(&http.Cookie{Name: session.CookieName, Value: v.tokens[name]})
		res, err := http.DefaultClient.Do(r)
		v.must(err)
		v.must(res.Body.Close())
		return res.StatusCode
	}
	for _, p := range []*Program{v.program, replica} {
		if known(p, "here") != http.StatusOK || known(p, "elsewhere") != http.StatusOK {
			t.Fatal("not logged in")
		}
	}
	if r := v.ask("here", "POST", "/sair", "", ""); r.status != http.StatusSeeOther {
		t.Fatal(r)
	}
	if got := known(v.program, "here"); got != http.StatusUnauthorized {
		t.Errorf("the session still works: %d", got)
	}
	v.until(func() bool { return known(replica, "here") == http.StatusUnauthorized })
	if known(v.program, "elsewhere") != http.StatusOK || known(replica, "elsewhere") != http.StatusOK {
		t.Error("the other session has ended too")
	}
	if r := v.ask("here", "POST", "/sair", "", ""); r.status != http.StatusSeeOther {
		t.Errorf("logging out twice: %s", r)
	}
}
