package storage_test

import (
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"chamados/domain"
	"chamados/storage"
	"chamados/storage/pgtest"

	"github.com/jackc/pgx/v5/pgxpool"
)

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// house is a migrated database of a test's own, the desk on it, and plain SQL beside it.
type house struct {
	*storage.DB
	t     *testing.T
	url   string
	clock *clock
	desk  *domain.Desk
	pool  *pgxpool.Pool
}

func newHouse(t *testing.T) *house {
	t.Helper()
	return openHouse(t, pgtest.URL(t), storage.Options{})
}

func openHouse(t *testing.T, url string, o storage.Options) *house {
	t.Helper()
	c := newClock()
	if o.Now == nil {
		o.Now = c.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	db, err := storage.Open(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return &house{DB: db, t: t, url: url, clock: c, desk: domain.NewDesk(db, nil, c.Now), pool: pool}
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func must[T any](t testing.TB, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// exec runs plain SQL, as another program would.
func (h *house) exec(sql string, args ...any) {
	h.t.Helper()
	_, err := h.pool.Exec(h.t.Context(), sql, args...)
	h.must(err)
}

// count returns a number that SQL tells.
func (h *house) count(sql string, args ...any) int {
	h.t.Helper()
	var n int
	h.must(h.pool.QueryRow(h.t.Context(), sql, args...).Scan(&n))
	return n
}

// user makes an account and returns it as an actor of the panel.
func (h *house) user(name string, role domain.Role) domain.Actor {
	h.t.Helper()
	u, err := h.CreateUser(h.t.Context(), domain.User{
		Name: name, Email: fmt.Sprintf("%s@exemplo.com", name), Role: role, Active: true,
	}, "$2b$hash")
	h.must(err)
	return domain.Actor{User: u, Channel: domain.ChannelPanel}
}

// link ties an account to a Telegram account.
func (h *house) link(a domain.Actor, telegramID int64) {
	h.t.Helper()
	_, err := h.LinkTelegram(h.t.Context(), a.ID, domain.TelegramProfile{ID: telegramID, Name: "@" + a.Name})
	h.must(err)
}

func (h *house) open(a domain.Actor, title string) domain.Ticket {
	h.t.Helper()
	t, err := h.desk.Open(h.t.Context(), a, domain.NewTicket{
		Title: title, Description: "descrição de " + title, Category: domain.CategoryHardware,
	})
	h.must(err)
	return t
}

func (h *house) setStatus(a domain.Actor, id int64, s domain.Status) domain.Ticket {
	h.t.Helper()
	t, err := h.desk.Change(h.t.Context(), a, id, domain.TicketChange{Status: &s}, 0)
	h.must(err)
	return t
}

func (h *house) comment(a domain.Actor, id int64, n domain.NewComment) domain.Comment {
	h.t.Helper()
	c, err := h.desk.Comment(h.t.Context(), a, id, n)
	h.must(err)
	return c
}

func (h *house) view(id int64) domain.TicketView {
	h.t.Helper()
	v, err := h.TicketView(h.t.Context(), id, true)
	h.must(err)
	return v
}

// expireLeases makes all leases run out; they are told by the clock of the database.
func (h *house) expireLeases() {
	h.t.Helper()
	h.exec(`UPDATE saida SET tomado_ate = now() WHERE tomado_ate > now()`)
	h.exec(`UPDATE correio SET tomado_ate = now() WHERE tomado_ate > now()`)
}

// claim takes a delivery that must be there.
func (h *house) claim(lane int64) domain.Delivery {
	h.t.Helper()
	d, ok, err := h.Outbox().Claim(h.t.Context(), lane, time.Minute)
	h.must(err)
	if !ok {
		h.t.Fatalf("nothing to send to %d", lane)
	}
	return d
}

func (h *house) nothing(lane int64) {
	h.t.Helper()
	d, ok, err := h.Outbox().Claim(h.t.Context(), lane, time.Minute)
	h.must(err)
	if ok {
		h.t.Fatalf("unexpected delivery to %d: %+v", lane, d)
	}
}

func (h *house) sent(d domain.Delivery, message int64) {
	h.t.Helper()
	h.must(h.Outbox().Sent(h.t.Context(), d, message, []byte("hash")))
}
