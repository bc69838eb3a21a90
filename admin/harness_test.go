package admin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"chamados/admin"
	"chamados/admin/password"
	"chamados/admin/session"
	"chamados/domain"
	"chamados/storage"
	"chamados/storage/pgtest"
)

const secret = "uma senha boa"

// world is a server on a database of its own, with a person of every kind.
type world struct {
	*httptest.Server
	t      testing.TB
	url    string
	db     *storage.DB
	hasher *password.Hasher
	desk   *domain.Desk
	admin  *admin.Server
	keeper *session.Keeper
	log    *lockedBuffer
	people map[string]domain.User
	tokens map[string]string
	spec   *document
}

// The people of a world; "" is nobody.
const (
	ti      = "ti"      // IT
	ivo     = "ivo"     // IT too
	ana     = "ana"     // an employee
	beto    = "beto"    // another one
	davi    = "davi"    // deactivated
	expired = "expired" // ana with a token that has ended
	revoked = "revoked" // an employee who has logged out
)

func newWorld(t testing.TB, change ...func(*admin.Options)) *world {
	t.Helper()
	return newWorldOn(t, storage.Options{}, change...)
}

func newWorldOn(t testing.TB, s storage.Options, change ...func(*admin.Options)) *world {
	t.Helper()
	url := pgtest.URL(t)
	if err := storage.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	s.Log = slog.New(slog.DiscardHandler)
	db, err := storage.Open(t.Context(), url, s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	hasher, err := password.New(bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, url: url, db: db, hasher: hasher, people: map[string]domain.User{}, tokens: map[string]string{}, log: &lockedBuffer{}}
	w.desk = domain.NewDesk(db, hasher, time.Now)
	w.keeper = keeper(t, w.desk, time.Now)
	w.populate(hasher)
	w.serve(change...)
	return w
}

// serve opens the world's doors.
func (w *world) serve(change ...func(*admin.Options)) {
	w.t.Helper()
	o := admin.Options{
		Desk: w.desk, Sessions: w.keeper, Feed: w.db.Feed(), Version: "test",
		Log: slog.New(slog.NewJSONHandler(w.log, nil)), CodeKey: []byte("key"),
		Throttle: w.db, Codes: w.db, Look: w.db.Look,
		InviteLink:   func(token string) string { return "https://t.me/chamados_bot?start=" + token },
		PasswordLink: func(token string) string { return "https://desk.example/senha?convite=" + token },
	}
	for _, f := range change {
		f(&o)
	}
	var err error
	if w.admin, err = admin.New(o); err != nil {
		w.t.Fatal(err)
	}
	w.Server = httptest.NewServer(w.admin.Handler())
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- w.admin.Run(ctx) }()
	go func() { ended <- w.db.Run(ctx) }()
	stop := w.db.OnWake(func(wake storage.Wake) {
		for _, l := range wake.Looks {
			w.admin.Looked(l)
		}
		if len(wake.Users) > 0 {
			w.admin.AccountsChanged(wake.Users...)
		}
	})
	w.t.Cleanup(func() {
		stop()
		cancel()
		for range 2 {
			if err := <-ended; err != nil {
				w.t.Errorf("Run: %v", err)
			}
		}
		w.Server.Close()
	})
	w.spec = readDocument(w.t, w)
}

// replica is another process on the same database.
func (w *world) replica() *world {
	w.t.Helper()
	db, err := storage.Open(w.t.Context(), w.url, storage.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(db.Close)
	other := &world{t: w.t, url: w.url, db: db, desk: domain.NewDesk(db, w.hasher, time.Now), hasher: w.hasher, people: w.people, tokens: w.tokens, log: w.log}
	other.keeper = keeper(w.t, other.desk, time.Now)
	other.serve()
	return other
}

func keeper(t testing.TB, desk *domain.Desk, now func() time.Time) *session.Keeper {
	t.Helper()
	k, err := session.New(session.Options{Secret: []byte("test secret"), Accounts: desk, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (w *world) populate(hasher *password.Hasher) {
	w.t.Helper()
	hash, err := hasher.Hash(secret)
	if err != nil {
		w.t.Fatal(err)
	}
	roles := map[string]domain.Role{ti: domain.RoleIT, ivo: domain.RoleIT}
	for _, name := range []string{ti, ivo, ana, beto, davi, revoked} { // in this order: scenarios name ids
		role := roles[name]
		if role == "" {
			role = domain.RoleEmployee
		}
		now := w.desk.Now()
		u, err := w.db.CreateUser(w.t.Context(), domain.User{
			Name: strings.ToUpper(name[:1]) + name[1:], Email: name + "@exemplo.com.br", Role: role, Active: true,
			CreatedAt: now, UpdatedAt: now, HasPassword: true,
		}, hash)
		if err != nil {
			w.t.Fatal(err)
		}
		w.people[name] = u
		w.tokens[name] = w.issue(w.keeper, u)
	}
	w.tokens[expired] = w.issue(keeper(w.t, w.desk, func() time.Time { return time.Now().Add(-25 * time.Hour) }), w.people[ana])
	off := false
	if _, err := w.desk.UpdateUser(w.t.Context(), w.actor(ti), w.people[davi].ID, domain.UserChange{Active: &off}); err != nil {
		w.t.Fatal(err)
	}
	if err := w.desk.Logout(w.t.Context(), w.actor(revoked)); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) issue(k *session.Keeper, u domain.User) string {
	w.t.Helper()
	token, err := k.Issue(u)
	if err != nil {
		w.t.Fatal(err)
	}
	return token
}

func (w *world) actor(name string) domain.Actor {
	return domain.Actor{User: w.people[name], Channel: domain.ChannelAPI}
}

// ticket opens a ticket of somebody.
func (w *world) ticket(name, title string) domain.Ticket {
	w.t.Helper()
	t, err := w.desk.Open(w.t.Context(), w.actor(name), domain.NewTicket{
		Title: title, Description: "Descrição", Category: domain.CategoryHardware,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return t
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) json(t testing.TB) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(a.body), &m); err != nil {
		t.Fatalf("no JSON object: %v\n%s", err, a.body)
	}
	return m
}

func (a answer) list(t *testing.T) []map[string]any {
	t.Helper()
	var m []map[string]any
	if err := json.Unmarshal([]byte(a.body), &m); err != nil {
		t.Fatalf("no JSON array: %v\n%s", err, a.body)
	}
	return m
}

// call asks as somebody; headers come in pairs. Whatever is answered must be as documented.
func (w *world) call(as, method, path, body string, headers ...string) answer {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.URL+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if as != "" {
		r.Header.Set("Authorization", "Bearer "+w.tokens[as])
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := w.Client().Do(r)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	a := answer{status: res.StatusCode, header: res.Header, body: string(raw)}
	w.documented(as, method, path, a)
	return a
}

// documented checks an answer against the served document.
func (w *world) documented(as, method, path string, a answer) {
	w.t.Helper()
	if a.status >= 500 && a.status != http.StatusServiceUnavailable && a.status != http.StatusInsufficientStorage {
		w.t.Errorf("%s %s: %d %s\n%s", method, path, a.status, a.body, w.log.String())
	}
	if a.status >= 400 && strings.HasPrefix(path, "/api/") {
		checkProblem(w.t, method+" "+path, a)
	}
	if w.spec == nil {
		return
	}
	w.spec.note(as, method, path, a.status)
	if problem := w.spec.check(method, path, a); problem != "" {
		w.t.Errorf("%s %s: %s\n%s", method, path, problem, a.body)
	}
}

func checkProblem(t testing.TB, what string, a answer) {
	t.Helper()
	if ct := a.header.Get("Content-Type"); ct != "application/problem+json" {
		t.Errorf("%s: error as %q: %s", what, ct, a.body)
		return
	}
	p := a.json(t)
	if p["status"] != float64(a.status) || p["title"] == "" || p["detail"] == "" || p["request_id"] != a.header.Get("X-Request-Id") {
		t.Errorf("%s: incomplete problem: %s", what, a.body)
	}
	for _, text := range []any{p["title"], p["detail"]} {
		if s, ok := text.(string); !ok || strings.Contains(s, "error.") || strings.Contains(s, "api.") || strings.Contains(s, "problem.") || strings.Contains(s, "field.") {
			t.Errorf("%s: a text is missing: %s", what, a.body)
		}
	}
	if a.status == http.StatusUnprocessableEntity && p["errors"] == nil {
		t.Errorf("%s: 422 without fields: %s", what, a.body)
	}
}

// lockedBuffer is a log that the test may read meanwhile.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
