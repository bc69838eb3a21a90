package admin_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"chamados/admin/session"
	"chamados/domain"
)

// patience is how long a test waits for what must come.
const patience = 10 * time.Second

// socket is a client of the live events.
type socket struct {
	*websocket.Conn
	t testing.TB
}

func (w *world) dial(header http.Header) *socket {
	w.t.Helper()
	conn, res, err := websocket.Dial(w.t.Context(), w.URL+"/ws", &websocket.DialOptions{HTTPHeader: header})
	if err != nil {
		w.t.Fatalf("%v (%v)", err, res)
	}
	w.t.Cleanup(func() { _ = conn.CloseNow() })
	return &socket{conn, w.t}
}

func bearerHeader(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

func cookieHeader(token string) http.Header {
	return http.Header{"Cookie": {session.CookieName + "=" + token}}
}

func (s *socket) say(message string) {
	s.t.Helper()
	if err := s.Write(s.t.Context(), websocket.MessageText, []byte(message)); err != nil {
		s.t.Fatal(err)
	}
}

// hear returns the next message.
func (s *socket) hear() map[string]any {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	_, raw, err := s.Read(ctx)
	if err != nil {
		s.t.Fatalf("nothing to hear: %v", err)
	}
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		s.t.Fatalf("%v: %s", err, raw)
	}
	return m
}

// expect hears a message of a type about a ticket.
func (s *socket) expect(kind string, ticket int64) map[string]any {
	s.t.Helper()
	m := s.hear()
	if m["type"] != kind || m["ticket_id"] != float64(ticket) {
		s.t.Fatalf("heard %v, want %s of %d", m, kind, ticket)
	}
	return m
}

// ready waits until the server knows the connection.
func (s *socket) ready() map[string]any {
	s.t.Helper()
	s.say(`{"type":"resume"}`)
	m := s.hear()
	if m["type"] != "ready" {
		s.t.Fatalf("heard %v, want ready", m)
	}
	return m
}

func (s *socket) expectEnd(code websocket.StatusCode) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	_, raw, err := s.Read(ctx)
	if websocket.CloseStatus(err) != code {
		s.t.Errorf("ended with %v (%s), want %v", err, raw, code)
	}
}

// An employee hears what concerns their own tickets and nothing else: what they must not
// hear would come before the last message, which everybody hears.
func TestSocketTellsEachTheirOwn(t *testing.T) {
	w := newWorld(t)
	it, a, b := w.dial(bearerHeader(w.tokens[ti])), w.dial(cookieHeader(w.tokens[ana])), w.dial(bearerHeader(w.tokens[beto]))
	it.ready()
	a.ready()
	b.ready()
	own := w.ticket(ana, "Um").ID
	path := fmt.Sprintf("/api/chamados/%d", own)
	a.expect("ticket_created", own)
	it.expect("ticket_created", own)

	w.call(ti, "POST", path+"/comentarios", `{"comentario":"nota","interno":true}`)
	it.expect("comment_added", own)
	w.call(ti, "POST", path+"/comentarios", `{"comentario":"resposta"}`)
	it.expect("comment_added", own)
	a.expect("comment_added", own)
	for _, change := range []string{
		`{"status":"em_andamento"}`, `{"prioridade":"alta"}`, fmt.Sprintf(`{"atribuido_para":%d}`, w.people[ivo].ID), `{"titulo":"Dois"}`,
	} {
		w.call(ti, "PUT", path, change)
		for _, s := range []*socket{it, a} {
			if m := s.expect("ticket_updated", own); m["status"] != "em_andamento" {
				t.Errorf("after %s: %v", change, m)
			}
		}
	}
	w.call(ti, "DELETE", path, "")
	it.expect("ticket_deleted", own)
	a.expect("ticket_deleted", own)
	last := w.ticket(beto, "Fim").ID
	it.expect("ticket_created", last)
	b.expect("ticket_created", last)
	final := w.ticket(ana, "Fim").ID
	a.expect("ticket_created", final)
}

func TestSocketViews(t *testing.T) {
	w := newWorld(t)
	it, other, a, b := w.dial(bearerHeader(w.tokens[ti])), w.dial(bearerHeader(w.tokens[ivo])), w.dial(bearerHeader(w.tokens[ana])), w.dial(bearerHeader(w.tokens[beto]))
	for _, s := range []*socket{it, other, a, b} {
		s.ready()
	}
	one := w.ticket(ana, "Um").ID
	for _, s := range []*socket{it, other, a} {
		s.expect("ticket_created", one)
	}
	b.say(fmt.Sprintf(`{"type":"view_ticket","ticket_id":%d}`, one)) // may not see it: nobody is told
	b.say(`{"type":"view_ticket","ticket_id":999999}`)
	b.say(`{"type":"view_ticket","ticket_id":"x"}`)
	b.say(`{"type":"unknown"}`)
	b.say(`no JSON`)
	b.ready()
	it.say(fmt.Sprintf(`{"type":"view_ticket","ticket_id":%d,"user_id":4711}`, one))
	for _, s := range []*socket{other, a} {
		if m := s.expect("ticket_viewed", one); m["user_id"] != float64(w.people[ti].ID) {
			t.Errorf("viewed by %v, want %d", m["user_id"], w.people[ti].ID)
		}
	}
	a.say(fmt.Sprintf(`{"type":"view_ticket","ticket_id":"%d"}`, one))
	it.expect("ticket_viewed", one)
	b.ready() // and still has heard nothing of it
	a.ready() // nor has the viewer
}

func TestSocketAuthentication(t *testing.T) {
	w := newWorld(t)
	for name, header := range map[string]http.Header{
		"rubbish": bearerHeader("rubbish"), "expired": bearerHeader(w.tokens[expired]),
		"revoked": bearerHeader(w.tokens[revoked]), "inactive": bearerHeader(w.tokens[davi]),
	} {
		_, res, err := websocket.Dial(t.Context(), w.URL+"/ws", &websocket.DialOptions{HTTPHeader: header})
		if err == nil || res.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, res, err := websocket.Dial(t.Context(), w.URL+"/ws", &websocket.DialOptions{HTTPHeader: http.Header{
		"Origin": {"http://elsewhere.test"}, "Cookie": {session.CookieName + "=" + w.tokens[ana]},
	}})
	if err == nil || res.StatusCode != http.StatusForbidden {
		t.Errorf("another site: %v", err)
	}
	nobody := w.dial(nil)
	nobody.say(`{"type":"resume","cursor":0}`)
	if m := nobody.hear(); m["type"] != "ready" || m["user_id"] != float64(0) {
		t.Errorf("nobody heard %v", m)
	}
	nobody.say(`{"type":"auth","token":"rubbish"}`)
	nobody.expectEnd(websocket.StatusPolicyViolation)

	late := w.dial(cookieHeader(w.tokens[expired]))
	late.say(`{"type":"auth","token":"` + w.tokens[ana] + `"}`)
	if m := late.hear(); m["type"] != "ready" || m["user_id"] != float64(w.people[ana].ID) {
		t.Errorf("after auth: %v", m)
	}
	late.say(`{"type":"auth","token":"` + w.tokens[beto] + `"}`)
	if m := late.hear(); m["user_id"] != float64(w.people[beto].ID) {
		t.Errorf("after another auth: %v", m)
	}
	w.ticket(ana, "não é de Beto")
	late.expect("ticket_created", w.ticket(beto, "é de Beto").ID)
}

// An older client opens the connection once, with the cookie, and keeps it when another
// person logs in with the same browser.
func TestSocketFollowsTheBrowsersLogin(t *testing.T) {
	w := newWorld(t)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	login := func(name string) {
		res, err := browser.Post(w.URL+"/api/auth/login", "application/json",
			strings.NewReader(fmt.Sprintf(`{"email":"%s@exemplo.com.br","password":"%s"}`, name, secret)))
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("login: %v %v", res, err)
		}
		_ = res.Body.Close()
	}
	login(ti)
	conn, _, err := websocket.Dial(t.Context(), w.URL+"/ws", &websocket.DialOptions{HTTPClient: browser})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	s := &socket{conn, t}
	s.ready()
	login(ana)
	for deadline := time.Now().Add(patience); ; {
		if m := s.ready(); m["user_id"] == float64(w.people[ana].ID) {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("still the connection of %v", m["user_id"])
		}
		time.Sleep(100 * time.Millisecond) // a connection that asks more often is not answered for a while
	}
	w.ticket(beto, "de outro")
	s.expect("ticket_created", w.ticket(ana, "meu").ID)
	if u, _ := url.Parse(w.URL); len(jar.Cookies(u)) != 1 {
		t.Error("more than the session cookie")
	}
}

func TestSocketEndsWithTheAccountsRight(t *testing.T) {
	w := newWorld(t)
	out, off := w.dial(bearerHeader(w.tokens[ana])), w.dial(bearerHeader(w.tokens[beto]))
	out.ready()
	off.ready()
	if err := w.desk.Logout(t.Context(), w.actor(ana)); err != nil {
		t.Fatal(err)
	}
	out.expectEnd(websocket.StatusPolicyViolation)
	no := false
	if _, err := w.desk.UpdateUser(t.Context(), w.actor(ti), w.people[beto].ID, domain.UserChange{Active: &no}); err != nil {
		t.Fatal(err)
	}
	off.expectEnd(websocket.StatusPolicyViolation)
}

func TestSocketResumes(t *testing.T) {
	w := newWorld(t)
	s := w.dial(bearerHeader(w.tokens[ana]))
	s.ready()
	one := w.ticket(ana, "Um").ID
	cursor := s.expect("ticket_created", one)["cursor"]
	_ = s.CloseNow()
	w.ticket(beto, "de outro")
	two := w.ticket(ana, "Dois").ID
	s = w.dial(bearerHeader(w.tokens[ana]))
	s.say(fmt.Sprintf(`{"type":"resume","cursor":%v}`, cursor))
	seen := map[float64]bool{}
	for {
		m := s.hear()
		if m["type"] == "ready" {
			break
		}
		seen[m["ticket_id"].(float64)] = true
	}
	if !seen[float64(two)] || len(seen) > 2 {
		t.Errorf("replayed %v, want %d", seen, two)
	}
}

// A client that notes the ids of events goes on after the last one, also as it says who it is.
func TestSocketResumesAfterTheLastEvent(t *testing.T) {
	w := newWorld(t)
	s := w.dial(bearerHeader(w.tokens[ana]))
	s.ready()
	one := w.ticket(ana, "Um").ID
	last := s.expect("ticket_created", one)["event_id"]
	_ = s.CloseNow()
	w.ticket(beto, "de outro")
	two, three := w.ticket(ana, "Dois").ID, w.ticket(ana, "Três").ID
	for name, message := range map[string]string{
		"resume": fmt.Sprintf(`{"type":"resume","last_event_id":%v}`, last),
		"auth":   fmt.Sprintf(`{"type":"auth","token":%q,"last_event_id":%v}`, w.tokens[ana], last),
	} {
		s := w.dial(bearerHeader(w.tokens[ana]))
		s.say(message)
		seen := map[any]bool{}
		for m := s.hear(); m["type"] != "ready"; m = s.hear() {
			seen[m["ticket_id"]] = true
		}
		if len(seen) != 2 || !seen[float64(two)] || !seen[float64(three)] {
			t.Errorf("%s: heard of %v, want %d and %d", name, seen, two, three)
		}
		_ = s.CloseNow()
	}
}

func TestSocketNeedsAnUpgrade(t *testing.T) {
	w := newWorld(t)
	if a := w.call(ana, "GET", "/ws", ""); a.status != http.StatusUpgradeRequired {
		t.Errorf("%d", a.status)
	}
}
