package panel_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"chamados/admin"
	"chamados/admin/panel"
	"chamados/admin/session"
	"chamados/domain"
	"chamados/storage"
	"chamados/storage/pgtest"
)

// plainPasswords keeps tests fast; the real ones are slow on purpose.
type plainPasswords struct{}

func (plainPasswords) Hash(p string) (string, error) { return "plain:" + p, nil }
func (plainPasswords) Matches(hash, p string) bool   { return hash == "plain:"+p }

const password = "cavalo verde 81"

// house is a desk on a real database with the panel in front of it.
type house struct {
	db       *storage.DB
	desk     *domain.Desk
	keeper   *session.Keeper
	server   *httptest.Server
	lines    *lines
	deaf     atomic.Bool  // while true nobody hears live events anew
	busy     atomic.Int32 // so many requests for parts of a page are refused
	late     atomic.Pointer[late]
	ana, bia domain.User // IT
	caio, du domain.User // employees
}

// newHouse opens a house; tests with one run side by side.
func newHouse(t testing.TB) *house {
	t.Helper()
	if t, ok := t.(*testing.T); ok {
		t.Parallel()
	}
	url := pgtest.URL(t)
	if err := storage.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	db, err := storage.Open(t.Context(), url, storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	h := &house{db: db, desk: domain.NewDesk(db, plainPasswords{}, time.Now), lines: &lines{}}
	if h.keeper, err = session.New(session.Options{Secret: []byte("a secret of the test's own, 32 b"), Accounts: h.desk}); err != nil {
		t.Fatal(err)
	}
	var server *admin.Server
	handler, err := panel.New(panel.Options{
		Desk: h.desk, Sessions: h.keeper, Door: func() panel.Door { return server },
		InviteLink: func(token string) string { return "https://t.me/chamados_bot?start=" + token },
		System: func() panel.System {
			return panel.System{Version: "1", Started: time.Now(), Settings: []panel.Setting{
				{Name: "secret_key", Secret: true, Set: true, Value: "nunca mostrado"}, {Name: "desk.timezone", Value: "America/Sao_Paulo", Set: true},
			}}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	server, err = admin.New(admin.Options{
		Desk: h.desk, Sessions: h.keeper, Feed: db.Feed(), Panel: handler, Throttle: db, Codes: db, CodeKey: []byte("key"),
	})
	if err != nil {
		t.Fatal(err)
	}
	h.serve(t, server)
	h.people(t)
	return h
}

func (h *house) people(t testing.TB) {
	t.Helper()
	for _, p := range []struct {
		into *domain.User
		name string
		role domain.Role
	}{
		{&h.ana, "Ana Prado", domain.RoleIT}, {&h.bia, "Bia Rocha", domain.RoleIT},
		{&h.caio, "Caio Nunes", domain.RoleEmployee}, {&h.du, "Duda Lima", domain.RoleEmployee},
	} {
		u, err := h.desk.CreateUser(t.Context(), domain.System, domain.NewUser{
			Name: p.name, Email: strings.ToLower(strings.Fields(p.name)[0]) + "@exemplo.com.br", Role: p.role, Password: password,
		})
		if err != nil {
			t.Fatal(err)
		}
		*p.into = u
	}
}

func actor(u domain.User) domain.Actor { return domain.Actor{User: u, Channel: domain.ChannelChat} }

// ticket opens a ticket of somebody's.
func (h *house) ticket(t testing.TB, u domain.User, title string) domain.Ticket {
	t.Helper()
	out, err := h.desk.Open(t.Context(), actor(u), domain.NewTicket{
		Title: title, Description: "Descrição de " + title, Category: domain.CategoryHardware,
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// move sets a ticket's status as somebody else would.
func (h *house) move(t testing.TB, u domain.User, id int64, s domain.Status) {
	t.Helper()
	if _, err := h.desk.Change(t.Context(), actor(u), id, domain.TicketChange{Status: &s}, 0); err != nil {
		t.Fatal(err)
	}
}

// serve listens with the whole web door, live events included, on lines that can be cut.
func (h *house) serve(t testing.TB, server *admin.Server) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Run(ctx) }()
	whole := server.Handler()
	h.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/ws" && h.deaf.Load() {
			http.Error(w, "deaf", http.StatusServiceUnavailable)
			return
		}
		if r.Header.Get("X-Fragment") != "" && h.busy.Add(-1) >= 0 {
			http.Error(w, "busy", http.StatusServiceUnavailable)
			return
		}
		if l := h.late.Load(); l != nil && l.of(r) && h.late.CompareAndSwap(l, nil) {
			w = l.hold(w, r)
		}
		whole.ServeHTTP(w, r)
	}))
	h.lines.Listener = h.server.Listener
	h.server.Listener = h.lines
	h.server.Start()
	t.Cleanup(func() {
		h.server.Close()
		stop()
		if err := <-done; err != nil {
			t.Errorf("live events: %v", err)
		}
	})
}

// late is an answer that has been made and is on its way until it is let go.
type late struct {
	http.ResponseWriter
	part        string // below this path; "": a page that is asked for again
	gone        context.Context
	made, letGo chan struct{}
}

// holdBack keeps the next answer to whoever asks for a page again, or for a part below a path.
func (h *house) holdBack(part string) *late {
	l := &late{part: part, made: make(chan struct{}), letGo: make(chan struct{})}
	h.late.Store(l)
	return l
}

func (l *late) of(r *http.Request) bool {
	if l.part != "" {
		return strings.HasPrefix(r.URL.Path, l.part)
	}
	return r.Header.Get("X-Fragment") == "pagina"
}

func (l *late) hold(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
	l.ResponseWriter, l.gone = w, r.Context()
	return l
}

func (l *late) WriteHeader(status int) {
	close(l.made)
	select {
	case <-l.letGo:
	case <-l.gone.Done():
	}
	l.ResponseWriter.WriteHeader(status)
}

// lines remembers connections, so that a test can cut them.
type lines struct {
	net.Listener
	mu   sync.Mutex
	open []net.Conn
}

func (l *lines) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		l.mu.Lock()
		l.open = append(l.open, c)
		l.mu.Unlock()
	}
	return c, err
}

func (l *lines) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.open {
		_ = c.Close()
	}
	l.open = nil
}

func extra(t testing.TB, n domain.NewCollaborator) json.RawMessage {
	t.Helper()
	raw, err := json.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
