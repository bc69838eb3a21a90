package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"chamados/admin/session"
	"chamados/domain"
)

// visitors are the people of an office as they come over HTTP.
type visitors struct {
	*office
	tokens map[string]string
}

const (
	anonymous = "anonymous"
	owner     = "owner"       // Carla, whose ticket it is
	colleague = "colleague"   // Emma, an employee
	dismissed = "deactivated" // Davi, switched off since he logged in
	technical = "IT"
)

func newVisitors(t *testing.T) *visitors {
	v := &visitors{office: newOffice(t), tokens: map[string]string{}}
	for name, u := range map[string]domain.User{owner: v.carla, colleague: v.emma, dismissed: v.davi, technical: v.ana} {
		account, err := v.program.desk.Account(t.Context(), u.ID)
		v.must(err)
		v.tokens[name], err = v.program.server.Sessions.Issue(account)
		v.must(err)
	}
	off := false
	_, err := v.program.desk.UpdateUser(t.Context(), domain.System, v.davi.ID, domain.UserChange{Active: &off})
	v.must(err)
	v.program.server.AccountsChanged(v.davi.ID)
	return v
}

// reply is an answer without what differs each time.
type reply struct {
	status int
	header http.Header
	body   string
}

func (r reply) String() string { return fmt.Sprintf("%d %v\n%s", r.status, r.header, r.body) }

// ask sends a request as somebody: to the API with a bearer token, to the panel with the cookie.
func (v *visitors) ask(who, method, path, kind, body string, headers ...string) reply {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, "http://"+v.program.Addr()+path, strings.NewReader(body))
	v.must(err)
	if token := v.tokens[who]; token != "" && strings.HasPrefix(path, "/api/") {
		r.Header.Set("Authorization", "Bearer "+token)
	} else if token != "" {
		r.AddCookie(&http.Cookie{Name: session.CookieName, Value: token})
	}
	r.Header.Set("Content-Type", kind)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	v.must(err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	v.must(err)
	res.Header.Del("Date")
	id := res.Header.Get("X-Request-Id")
	res.Header.Del("X-Request-Id")
	return reply{res.StatusCode, res.Header, strings.ReplaceAll(string(raw), id, "ID")}
}

func (v *visitors) person(u domain.User) domain.Actor {
	account, err := v.program.desk.Account(v.t.Context(), u.ID)
	v.must(err)
	return domain.Actor{User: account, Channel: domain.ChannelPanel}
}

// listen opens the live events and returns what hears the next one.
func (v *visitors) listen(who string) func() map[string]any {
	v.t.Helper()
	conn, _, err := websocket.Dial(v.t.Context(), "ws://"+v.program.Addr()+"/ws", &websocket.DialOptions{
		HTTPHeader: http.Header{"Authorization": {"Bearer " + v.tokens[who]}},
	})
	v.must(err)
	v.t.Cleanup(func() { _ = conn.CloseNow() })
	hear := func() map[string]any {
		ctx, cancel := context.WithTimeout(v.t.Context(), 15*time.Second)
		defer cancel()
		_, raw, err := conn.Read(ctx)
		v.must(err)
		var m map[string]any
		v.must(json.Unmarshal(raw, &m))
		return m
	}
	v.must(conn.Write(v.t.Context(), websocket.MessageText, []byte(`{"type":"resume"}`)))
	if m := hear(); m["type"] != "ready" {
		v.t.Fatalf("heard %v", m)
	}
	return hear
}
