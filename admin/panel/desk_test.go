package panel_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

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

const password = "segredo-123"

// house is a desk on a real database with the panel in front of it.
type house struct {
	db       *storage.DB
	desk     *domain.Desk
	keeper   *session.Keeper
	server   *httptest.Server
	lines    *lines
	ana, bia domain.User // IT
	caio, du domain.User // employees
}

func newHouse(t testing.TB) *house {
	t.Helper()
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
	handler, err := panel.New(panel.Options{
		Desk: h.desk, Sessions: h.keeper,
		InviteLink: func(token string) string { return "https://t.me/chamados_bot?start=" + token },
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", handler)
	mux.HandleFunc("/ws", h.socket)
	h.server = httptest.NewServer(mux)
	t.Cleanup(h.server.Close)
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
	h.lines.say(fmt.Sprintf(`{"type":"ticket_updated","ticket_id":%d,"status":%q}`, id, s))
}

// lines are the open sockets of browsers: the live part of the server, as small as a test
// needs it.
type lines struct {
	mu   sync.Mutex
	open []*websocket.Conn
}

func (l *lines) say(message string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.open {
		_ = c.Write(context.Background(), websocket.MessageText, []byte(message))
	}
}

func (l *lines) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.open)
}

// cut breaks every connection off.
func (l *lines) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.open {
		_ = c.CloseNow()
	}
	l.open = nil
}

func (h *house) socket(w http.ResponseWriter, r *http.Request) {
	if _, err := h.keeper.Authenticate(r, domain.ChannelPanel); err != nil {
		http.Error(w, "who?", http.StatusUnauthorized)
		return
	}
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	h.lines.mu.Lock()
	h.lines.open = append(h.lines.open, c)
	h.lines.mu.Unlock()
	for {
		if _, _, err := c.Read(context.WithoutCancel(r.Context())); err != nil {
			return
		}
	}
}

func extra(t testing.TB, n domain.NewCollaborator) json.RawMessage {
	t.Helper()
	raw, err := json.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
