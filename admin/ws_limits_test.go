package admin_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/coder/websocket"

	"chamados/admin"
	"chamados/admin/session"
	"chamados/domain"
)

// narrow makes the connections of a listener hold little, so that a client that does not read is found
// out soon.
type narrow struct{ net.Listener }

func (l narrow) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(4 << 10)
	}
	return conn, err
}

func TestASlowClientIsDroppedAndTheOthersHearAll(t *testing.T) {
	w := newWorld(t)
	server := httptest.NewUnstartedServer(w.admin.Handler())
	server.Listener = narrow{server.Listener}
	server.Start()
	defer server.Close()
	deaf, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	_ = deaf.(*net.TCPConn).SetReadBuffer(4 << 10)
	fmt.Fprintf(deaf, "GET /ws HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", w.tokens[ti])
	other := w.dial(bearerHeader(w.tokens[ivo]))
	other.ready()
	for deadline := time.Now().Add(patience); w.admin.Clients() != 2; {
		if time.Now().After(deadline) {
			t.Fatalf("%d clients", w.admin.Clients())
		}
	}
	ticket := w.ticket(ana, "Um").ID
	other.expect("ticket_created", ticket)
	heard := 0
	for ; w.admin.Clients() == 2 && heard < 20_000; heard++ {
		w.admin.Looked(domain.Look{TicketID: ticket, RequesterID: w.people[ana].ID, UserID: w.people[ana].ID, Name: "Ana"})
		other.expect("ticket_viewed", ticket)
	}
	if w.admin.Clients() != 1 {
		t.Errorf("after %d messages there are still %d clients", heard, w.admin.Clients())
	}
	w.admin.Looked(domain.Look{TicketID: ticket, RequesterID: w.people[ana].ID, UserID: w.people[ana].ID})
	other.expect("ticket_viewed", ticket)
}

func TestNobodyTakesAllConnections(t *testing.T) {
	w := newWorld(t, func(o *admin.Options) { o.MaxSockets = 20 })
	refused := func(header http.Header) bool {
		t.Helper()
		conn, res, err := websocket.Dial(t.Context(), w.URL+"/ws", &websocket.DialOptions{HTTPHeader: header})
		if err == nil {
			t.Cleanup(func() { _ = conn.CloseNow() })
			return false
		}
		want := http.StatusServiceUnavailable
		if header != nil {
			want = http.StatusTooManyRequests
		}
		if res.StatusCode != want || res.Header.Get("Retry-After") == "" {
			t.Errorf("%d %v", res.StatusCode, res.Header)
		}
		return true
	}
	for _, c := range []struct {
		header http.Header
		room   int
	}{{nil, 2}, {bearerHeader(w.tokens[ana]), 4}, {bearerHeader(w.tokens[beto]), 4}, {bearerHeader(w.tokens[ti]), 4}} {
		for i := range c.room {
			if c.header != nil && refused(c.header) {
				t.Errorf("%d of %d", i, c.room)
			}
			if c.header == nil && refused(nil) {
				t.Errorf("stranger %d", i)
			}
		}
		if !refused(c.header) {
			t.Errorf("one more than %d", c.room)
		}
	}
}

// Two processes on one database: each tells its own clients what happens at the other.
func TestReplicasTellOfEachOther(t *testing.T) {
	w := newWorld(t)
	other := w.replica()
	here, there := w.dial(bearerHeader(w.tokens[ti])), other.dial(cookieHeader(w.tokens[ivo]))
	here.ready()
	there.ready()
	one := w.ticket(ana, "Um").ID
	here.expect("ticket_created", one)
	there.expect("ticket_created", one)
	there.say(fmt.Sprintf(`{"type":"view_ticket","ticket_id":%d}`, one))
	if m := here.expect("ticket_viewed", one); m["user_id"] != float64(w.people[ivo].ID) || m["nome"] != "Ivo" {
		t.Errorf("%v", m)
	}
	here.say(fmt.Sprintf(`{"type":"view_ticket","ticket_id":%d}`, one))
	there.expect("ticket_viewed", one)

	// A logout here ends everything there too, at once.
	w.call(ivo, "POST", "/api/auth/logout", "")
	there.expectEnd(websocket.StatusPolicyViolation)
	for name, header := range map[string][]string{
		"bearer": {"Authorization", "Bearer " + w.tokens[ivo]}, "cookie": {"Cookie", session.CookieName + "=" + w.tokens[ivo]},
	} {
		for _, server := range []*world{w, other} {
			if a := server.call("", "GET", "/api/auth/me", "", header...); a.status != http.StatusUnauthorized {
				t.Errorf("%s after the logout: %d", name, a.status)
			}
		}
	}
}
