package storage_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"chamados/domain"
	"chamados/storage"

	"github.com/jackc/pgx/v5"
)

// seen is one call of a follower's yield.
type seen struct {
	ids    []int64
	cursor int64
}

// follow starts a follower and returns what it sees. The first call tells the cursor at the start.
func (h *house) follow() <-chan seen {
	h.t.Helper()
	out := make(chan seen, 100)
	ctx, cancel := context.WithCancel(h.t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- h.Feed().Follow(ctx, func(events []domain.Event, cursor int64) error {
			s := seen{cursor: cursor}
			for _, e := range events {
				s.ids = append(s.ids, e.ID)
			}
			out <- s
			return nil
		})
	}()
	h.t.Cleanup(func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			h.t.Errorf("the feed ended with %v", err)
		}
	})
	return out
}

// wait returns what is seen until enough holds.
func wait(t *testing.T, in <-chan seen, enough func(ids []int64, cursor int64) bool) []int64 {
	t.Helper()
	var all []int64
	deadline := time.After(30 * time.Second)
	for {
		select {
		case s := <-in:
			all = append(all, s.ids...)
			if enough(all, s.cursor) {
				return all
			}
		case <-deadline:
			t.Fatalf("only %v was seen", all)
		}
	}
}

// begin opens a transaction that ends with the test at the latest.
func (h *house) begin() pgx.Tx {
	h.t.Helper()
	tx, err := h.pool.Begin(h.t.Context())
	h.must(err)
	h.t.Cleanup(func() { _ = tx.Rollback(context.Background()) })
	return tx
}

func appendEvent(t *testing.T, tx pgx.Tx) int64 {
	t.Helper()
	var id int64
	err := tx.QueryRow(t.Context(), `INSERT INTO eventos (chamado_id, solicitante_id, tipo, canal, status)
		VALUES (1, 1, 'status', 'api', 'aberto') RETURNING id`).Scan(&id)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestFeedStartsAtThePresentAndGoesOn(t *testing.T) {
	h := newHouse(t)
	ana := h.user("ana", domain.RoleEmployee)
	h.open(ana, "antes")
	feed := h.follow()
	start := <-feed
	if len(start.ids) != 0 || start.cursor != 1 {
		t.Fatalf("starts with %+v", start)
	}
	id := h.open(ana, "depois").ID
	s := <-feed
	if !slices.Equal(s.ids, []int64{2}) || s.cursor != 2 {
		t.Errorf("%+v", s)
	}
	since := must2(h.Feed().Since(t.Context(), 1, 10))(t)
	if len(since) != 1 || since[0].TicketID != id || since[0].ActorName != "ana" || since[0].Kind != domain.EventCreated || since[0].At.IsZero() {
		t.Errorf("%+v", since)
	}
}

func TestFeedMissesNothingThatCommitsLate(t *testing.T) {
	h := newHouse(t)
	h.clock.Add(time.Hour)
	feed := h.follow()
	<-feed
	first, second, third := h.begin(), h.begin(), h.begin()
	a, b, c := appendEvent(t, first), appendEvent(t, second), appendEvent(t, third)
	h.must(third.Commit(t.Context()))
	got := wait(t, feed, func(ids []int64, cursor int64) bool {
		if cursor >= a {
			t.Errorf("cursor %d is past a transaction that runs", cursor)
		}
		return slices.Contains(ids, c)
	})
	h.must(second.Rollback(t.Context()))
	h.clock.Add(2 * time.Second) // the gap is old enough to be judged, but the first transaction still runs
	ana := h.user("ana", domain.RoleEmployee)
	for range 3 {
		h.open(ana, "outro")
		wait(t, feed, func(ids []int64, cursor int64) bool {
			if cursor >= a {
				t.Errorf("cursor %d: the gap was given up while it could be filled", cursor)
			}
			return len(ids) > 0
		})
	}
	h.must(first.Commit(t.Context()))
	got = append(got, wait(t, feed, func(ids []int64, _ int64) bool { return slices.Contains(ids, a) })...)
	h.clock.Add(2 * time.Second)
	last := h.open(h.user("beto", domain.RoleEmployee), "fim")
	wait(t, feed, func(_ []int64, cursor int64) bool { return cursor > c }) // what was rolled back is given up
	if slices.Contains(got, b) || last.ID == 0 {
		t.Errorf("saw %v, of which %d was rolled back", got, b)
	}
}

// A follower that starts while a transaction is under way sees it when it commits.
func TestFeedSeesWhatWasUnderWayAtItsStart(t *testing.T) {
	h := newHouse(t)
	slow, quick := h.begin(), h.begin()
	appendEvent(t, quick)
	a, b := appendEvent(t, slow), appendEvent(t, quick)
	h.must(quick.Commit(t.Context()))
	feed := h.follow()
	if start := <-feed; start.cursor != a-1 {
		t.Errorf("starts at %+v; %d may still come, %d is there", start, a, b)
	}
	h.must(slow.Commit(t.Context()))
	wait(t, feed, func(ids []int64, cursor int64) bool { return slices.Equal(ids, []int64{a}) && cursor == b })
}

// Many writers: everything is seen exactly once, and nothing that has been given up appears later.
func TestFeedUnderManyWriters(t *testing.T) {
	h := newHouse(t)
	feed := h.follow()
	<-feed
	const writers, each = 8, 40
	for range writers {
		go func() {
			for i := range each {
				tx, err := h.pool.Begin(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				appendEvent(t, tx)
				if i%7 == 3 {
					_ = tx.Rollback(t.Context())
					appendAgain(t, h)
					continue
				}
				if err := tx.Commit(t.Context()); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	got := wait(t, feed, func(ids []int64, _ int64) bool { return len(ids) >= writers*each })
	slices.Sort(got)
	if n := len(slices.Compact(got)); n != writers*each {
		t.Errorf("%d different of %d", n, writers*each)
	}
}

func appendAgain(t *testing.T, h *house) {
	tx, err := h.pool.Begin(t.Context())
	if err != nil {
		t.Error(err)
		return
	}
	appendEvent(t, tx)
	if err := tx.Commit(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestWakesReachThisAndOtherProcesses(t *testing.T) {
	h, ana, ti := staffed(t)
	other := openHouse(t, h.url, storage.Options{})
	here, there := make(chan storage.Wake, 100), make(chan storage.Wake, 100)
	h.OnWake(func(w storage.Wake) { here <- w })
	stop := other.OnWake(func(w storage.Wake) { there <- w })
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	for _, db := range []*storage.DB{h.DB, other.DB} {
		go func() { ended <- db.Run(ctx) }()
	}
	for _, c := range []chan storage.Wake{here, there} {
		if w := until(t, c, func(w storage.Wake) bool { return w.Missed }); !w.Events {
			t.Errorf("on connecting: %+v", w)
		}
	}
	h.open(ana, "a")
	for name, c := range map[string]chan storage.Wake{"here": here, "there": there} {
		w := until(t, c, func(w storage.Wake) bool { return w.Events && !w.Missed })
		if !slices.Contains(w.NoticeLanes, group) || !slices.Contains(w.NoticeLanes, private) {
			t.Errorf("%s: %+v", name, w)
		}
	}
	h.must(h.RevokeTokens(t.Context(), ti.ID))
	until(t, there, func(w storage.Wake) bool { return slices.Contains(w.Users, ti.ID) })
	h.receive(77, 1)
	until(t, there, func(w storage.Wake) bool { return slices.Contains(w.InboxLanes, 77) })
	// A server that ends the listening connections is survived, and said to have been a gap.
	h.exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()`)
	until(t, there, func(w storage.Wake) bool { return w.Missed })
	stop()
	cancel()
	for range 2 {
		h.must(<-ended)
	}
}

func until(t *testing.T, c <-chan storage.Wake, right func(storage.Wake) bool) storage.Wake {
	t.Helper()
	deadline := time.After(30 * time.Second)
	for {
		select {
		case w := <-c:
			if right(w) {
				return w
			}
		case <-deadline:
			t.Fatal("not woken")
		}
	}
}

func TestNothingIsWokenWithoutACommit(t *testing.T) {
	h, ana, _ := staffed(t)
	h.OnWake(func(w storage.Wake) { t.Errorf("woken: %+v", w) })
	_ = h.Atomically(t.Context(), func(s domain.Store) error {
		if _, err := h.desk.In(s).Open(t.Context(), ana, domain.NewTicket{Title: "a", Description: "b", Category: domain.CategoryOther}); err != nil {
			t.Error(err)
		}
		return errors.New("no")
	})
}
