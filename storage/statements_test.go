package storage_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"chamados/domain"
	"chamados/storage"
	"chamados/storage/pgtest"

	"github.com/jackc/pgx/v5"
)

// counter counts round trips and statements, but for those that make a connection ready.
type counter struct {
	mu         sync.Mutex
	trips      int
	statements []string
}

func (c *counter) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	if strings.HasPrefix(d.SQL, "SET ") {
		return ctx
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trips++
	c.statements = append(c.statements, d.SQL)
	return ctx
}
func (c *counter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (c *counter) TraceBatchStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceBatchStartData) context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trips++
	for _, q := range d.Batch.QueuedQueries {
		c.statements = append(c.statements, q.SQL)
	}
	return ctx
}
func (c *counter) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}
func (c *counter) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData)     {}

func (c *counter) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trips, c.statements = 0, nil
}

// What an operation costs does not depend on how much there is.
func TestRoundTripsAndStatements(t *testing.T) {
	c := &counter{}
	h := openHouse(t, pgtest.URL(t), storage.WithTracer(storage.Options{}, c))
	ana, ti := h.user("ana", domain.RoleEmployee), h.user("beto", domain.RoleIT)
	h.link(ana, private)
	for i := range 3 {
		h.must(h.SaveGroup(t.Context(), domain.Group{ChatID: group - int64(i)}))
	}
	for range 20 {
		id := h.open(ana, "um").ID
		for range 5 {
			h.comment(ti, id, domain.NewComment{Text: "oi"})
		}
	}
	update := int64(0)
	for name, op := range map[string]struct {
		trips, statements int
		run               func() error
	}{
		"create":  {1, 1, func() error { h.open(ana, "a"); return nil }},
		"comment": {2, 2, func() error { h.comment(ana, 1, domain.NewComment{Text: "a"}); return nil }},
		"status": {2, 4, func() error {
			t := must2(h.Ticket(t.Context(), 2))(t)
			c.reset()
			h.setStatus(ti, 2, domain.Statuses[(t.Version)%3])
			return nil
		}},
		"get":    {1, 4, func() error { _, err := h.TicketView(t.Context(), 1, true); return err }},
		"thread": {1, 3, func() error { _, err := h.TicketThread(t.Context(), 1, true); return err }},
		"one":    {1, 1, func() error { _, err := h.Ticket(t.Context(), 1); return err }},
		"page":   {1, 1, func() error { _, _, err := h.Tickets(t.Context(), domain.TicketFilter{Limit: 50}); return err }},
		"board":  {1, 2, func() error { _, err := h.Board(t.Context(), domain.TicketFilter{}, 20); return err }},
		"search": {2, 4, func() error {
			_, _, err := h.Tickets(t.Context(), domain.TicketFilter{Search: "um oi", Limit: 50})
			return err
		}},
		"stats": {1, 1, func() error { _, err := h.Stats(t.Context()); return err }},
		"update": {2, 9, func() error {
			update++
			h.receive(private, update)
			c.reset()
			_, _, err := h.work(t.Context(), private, func(ctx context.Context, tx domain.Tx, _ domain.Update) error {
				u, err := tx.UserByTelegram(ctx, private)
				if err != nil || u.ID != ana.ID {
					return fmt.Errorf("%+v, %w", u, err)
				}
				if _, err := tx.Conversation(ctx, private); err != nil {
					return err
				}
				if err := tx.SaveConversation(ctx, private, []byte(`{}`)); err != nil {
					return err
				}
				return tx.Enqueue(ctx, domain.Outgoing{ChatID: private})
			})
			return err
		}},
		"claim": {1, 2, func() error { _, _, err := h.Outbox().Claim(t.Context(), group, 0); return err }},
	} {
		c.reset()
		h.must(op.run())
		if c.trips != op.trips || len(c.statements) != op.statements {
			t.Errorf("%s: %d round trips, %d statements:\n%s", name, c.trips, len(c.statements), strings.Join(c.statements, "\n"))
		}
	}
}

func TestTroubleWithTheServerIsUnavailable(t *testing.T) {
	h := newHouse(t)
	one := openHouse(t, h.url, storage.Options{MaxConns: 1})
	err := one.Atomically(t.Context(), func(s domain.Store) error {
		_, err := s.Groups(t.Context()) // holds the only connection
		h.must(err)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		_, err = one.Groups(ctx) // single tickets have connections of their own
		if domain.CodeOf(err) != domain.CodeUnavailable || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a full pool: %v", err)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err = one.Groups(gone); domain.CodeOf(err) == domain.CodeUnavailable || !errors.Is(err, context.Canceled) {
			t.Errorf("a caller that left: %v", err)
		}
		h.exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'chamados' AND pid <> pg_backend_pid()`)
		_, err = s.Groups(t.Context())
		if domain.CodeOf(err) != domain.CodeUnavailable {
			t.Errorf("a lost connection: %v", err)
		}
		return err
	})
	if domain.CodeOf(err) != domain.CodeUnavailable {
		t.Error(err)
	}
	if _, err := one.Groups(t.Context()); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	if _, err := storage.Open(t.Context(), "postgres://127.0.0.1:1/x", storage.Options{}); domain.CodeOf(err) != domain.CodeUnavailable {
		t.Errorf("no server: %v", err)
	}
}

func TestLeadersTakeTurns(t *testing.T) {
	h := newHouse(t)
	other := openHouse(t, h.url, storage.Options{})
	leading := make(chan int, 2)
	first, stopFirst := context.WithCancel(t.Context())
	both, stopBoth := context.WithCancel(t.Context())
	defer stopBoth()
	ended := make(chan error, 2)
	lead := func(ctx context.Context, db *storage.DB, n int) {
		ended <- db.Lead(ctx, "poll", func(ctx context.Context) error {
			leading <- n
			<-ctx.Done()
			return fmt.Errorf("%d: %w", n, ctx.Err())
		})
	}
	go lead(first, h.DB, 1)
	if n := <-leading; n != 1 {
		t.Fatal(n)
	}
	go lead(both, other.DB, 2)
	stopFirst()
	if n := <-leading; n != 2 {
		t.Fatal(n)
	}
	stopBoth()
	for range 2 {
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
}
