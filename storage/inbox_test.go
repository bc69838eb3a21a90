package storage_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"chamados/domain"
)

const bot = int64(42)

func (h *house) receive(lane int64, ids ...int64) {
	h.t.Helper()
	var list []domain.Update
	for _, id := range ids {
		list = append(list, domain.Update{BotID: bot, UpdateID: id, Lane: lane, Payload: []byte("{\"\x00")})
	}
	h.must(h.Inbox().Receive(h.t.Context(), list))
}

func done(context.Context, domain.Tx, domain.Update) error { return nil }

// work handles the next update of a lane, and reports whether there was one.
func (h *house) work(
	ctx context.Context, lane int64, handle func(ctx context.Context, tx domain.Tx, u domain.Update) error,
) (domain.Update, bool, error) {
	list, err := h.Inbox().Work(ctx, lane, 1, handle)
	if len(list) == 0 {
		return domain.Update{}, false, err
	}
	return list[0], true, err
}

func TestUpdatesThatWaitShareATransaction(t *testing.T) {
	h := newHouse(t)
	ana := h.user("ana", domain.RoleEmployee)
	h.link(ana, private)
	h.receive(private, 10, 11, 12, 13, 14)
	late := domain.Update{BotID: bot, UpdateID: 14, Lane: private}
	h.must(h.Inbox().Fail(t.Context(), late, "x", h.clock.Now().Add(time.Minute)))
	fail := int64(12)
	work := func() ([]domain.Update, error) {
		return h.Inbox().Work(t.Context(), private, 9, func(ctx context.Context, tx domain.Tx, u domain.Update) error {
			if a, err := tx.UserByTelegram(ctx, private); err != nil || a.ID != ana.ID {
				t.Errorf("%+v %v", a, err)
			}
			state, err := tx.Conversation(ctx, private)
			if err != nil || u.UpdateID > 10 && string(state) != fmt.Sprintf(`{"a": %d}`, u.UpdateID-1) {
				t.Errorf("%d begins with %s %v", u.UpdateID, state, err)
			}
			if u.UpdateID == fail {
				return errors.New("boom")
			}
			h.must(tx.SaveConversation(ctx, private, fmt.Appendf(nil, `{"a": %d}`, u.UpdateID)))
			return tx.Enqueue(ctx, domain.Outgoing{ChatID: private, Key: fmt.Sprint(u.UpdateID)})
		})
	}
	ids := func(list []domain.Update) (out []int64) {
		for _, u := range list {
			out = append(out, u.UpdateID)
		}
		return out
	}
	if list, err := work(); err == nil || !slices.Equal(ids(list), []int64{10, 11, 12}) {
		t.Errorf("%v %v", ids(list), err)
	}
	if n := h.count("SELECT count(*) FROM saida") + h.count("SELECT count(*) FROM entrada WHERE tratado_em IS NOT NULL"); n != 0 {
		t.Errorf("%d rows were written with the one that failed", n)
	}
	fail = 0
	if list, err := work(); err != nil || !slices.Equal(ids(list), []int64{10, 11, 12, 13}) {
		t.Errorf("%v %v", ids(list), err)
	}
	if n := h.count("SELECT count(*) FROM saida") + h.count("SELECT count(*) FROM entrada WHERE tratado_em IS NOT NULL"); n != 8 {
		t.Errorf("%d rows", n)
	}
	if list, err := work(); err != nil || list != nil {
		t.Errorf("before its time, or overtaken: %v %v", ids(list), err)
	}
}

func TestUpdatesAreStoredOnce(t *testing.T) {
	h := newHouse(t)
	if next := must2(h.Inbox().NextOffset(t.Context(), bot))(t); next != 0 {
		t.Errorf("offset %d", next)
	}
	h.receive(1, 10, 11)
	h.receive(1, 11, 12, 10)
	if n := h.count("SELECT count(*) FROM entrada"); n != 3 {
		t.Errorf("%d rows", n)
	}
	if next := must2(h.Inbox().NextOffset(t.Context(), bot))(t); next != 13 {
		t.Errorf("offset %d", next)
	}
	h.clock.Add(7 * 24 * time.Hour) // Telegram may number anew
	if next := must2(h.Inbox().NextOffset(t.Context(), bot))(t); next != 0 {
		t.Errorf("offset after a week %d", next)
	}
}

func TestWorkCommitsAllOrNothing(t *testing.T) {
	h := newHouse(t)
	ana := h.user("ana", domain.RoleEmployee)
	h.receive(1, 10)
	boom := errors.New("boom")
	step := func(outcome error) (domain.Update, bool, error) {
		return h.work(t.Context(), 1, func(ctx context.Context, tx domain.Tx, u domain.Update) error {
			if string(u.Payload) != "{\"\x00" || u.BotID != bot || u.Lane != 1 {
				t.Errorf("%+v", u)
			}
			if err := tx.SaveConversation(ctx, 1, json.RawMessage(`{"a": 1}`)); err != nil {
				return err
			}
			if state, err := tx.Conversation(ctx, 1); err != nil || string(state) != `{"a": 1}` {
				t.Errorf("state in the transaction: %s %v", state, err)
			}
			if err := tx.Enqueue(ctx, domain.Outgoing{ChatID: 1}); err != nil {
				return err
			}
			_, err := h.desk.In(tx).Open(ctx, ana, domain.NewTicket{Title: "a", Description: "b", Category: domain.CategoryOther})
			return errors.Join(err, outcome)
		})
	}
	u, worked, err := step(boom)
	if !errors.Is(err, boom) || !worked || u.UpdateID != 10 {
		t.Fatalf("%+v %v %v", u, worked, err)
	}
	for _, table := range []string{"chamados", "conversas", "saida"} {
		if n := h.count("SELECT count(*) FROM " + table); n != 0 {
			t.Errorf("%s has %d rows", table, n)
		}
	}
	if u, worked, err = step(nil); err != nil || !worked || u.UpdateID != 10 {
		t.Fatalf("%+v %v %v", u, worked, err)
	}
	if _, worked, err = step(nil); worked || err != nil {
		t.Errorf("handled twice: %v %v", worked, err)
	}
	if n := h.count("SELECT count(*) FROM saida") + h.count("SELECT count(*) FROM chamados") + h.count("SELECT count(*) FROM conversas"); n != 3 {
		t.Errorf("%d rows", n)
	}
}

// What is read together with an update serves as long as the transaction has done nothing.
func TestWhatWasReadAheadIsNotOlderThanTheTransaction(t *testing.T) {
	h := newHouse(t)
	ana := h.user("ana", domain.RoleEmployee)
	h.link(ana, private)
	h.receive(private, 10)
	u, ok, err := h.work(t.Context(), private, func(ctx context.Context, tx domain.Tx, _ domain.Update) error {
		linked := func(want string) {
			t.Helper()
			if a, err := tx.UserByTelegram(ctx, private); err != nil || a.Name != want {
				t.Errorf("%+v %v instead of %s", a, err, want)
			}
		}
		linked("ana")
		if state, err := tx.Conversation(ctx, private); err != nil || state != nil {
			t.Errorf("%s %v", state, err)
		}
		if state, err := tx.Conversation(ctx, 1); err != nil || state != nil {
			t.Errorf("another chat's: %s %v", state, err)
		}
		bia, err := tx.CreateUser(ctx, domain.User{Name: "bia", Email: "bia@exemplo.com", Role: domain.RoleEmployee, Active: true}, "")
		h.must(err)
		must2(tx.UnlinkTelegram(ctx, ana.ID))(t)
		must2(tx.LinkTelegram(ctx, bia.ID, domain.TelegramProfile{ID: private, Name: "@bia"}))(t)
		h.must(tx.Enqueue(ctx, domain.Outgoing{ChatID: private}))
		linked("bia")
		return tx.SaveConversation(ctx, private, []byte(`{"a": 1}`))
	})
	if err != nil || !ok || u.UpdateID != 10 {
		t.Fatalf("%+v %v %v", u, ok, err)
	}
	h.receive(private, 11)
	_, _, err = h.work(t.Context(), private, func(ctx context.Context, tx domain.Tx, _ domain.Update) error {
		if state, err := tx.Conversation(ctx, private); err != nil || string(state) != `{"a": 1}` {
			t.Errorf("%s %v", state, err)
		}
		h.must(tx.SaveConversation(ctx, private, nil))
		if state, err := tx.Conversation(ctx, private); err != nil || state != nil {
			t.Errorf("it was forgotten: %s %v", state, err)
		}
		return nil
	})
	h.must(err)
}

// An update that has to wait is overtaken by none, wherever in the lane it is.
func TestNoneOvertakesAnUpdateThatWaits(t *testing.T) {
	h := newHouse(t)
	h.receive(private, 10, 11, 12)
	work := func() (ids []int64) {
		for _, u := range must2(h.Inbox().Work(t.Context(), private, 9, done))(t) {
			ids = append(ids, u.UpdateID)
		}
		return ids
	}
	later := func(id int64) {
		h.must(h.Inbox().Fail(t.Context(), domain.Update{BotID: bot, UpdateID: id, Lane: private}, "x", h.clock.Now().Add(time.Minute)))
	}
	later(10)
	if got := work(); got != nil {
		t.Errorf("the first waits: %v", got)
	}
	h.clock.Add(time.Minute)
	later(11)
	if got := work(); !slices.Equal(got, []int64{10}) {
		t.Errorf("the second waits: %v", got)
	}
	h.clock.Add(time.Minute)
	if got := work(); !slices.Equal(got, []int64{11, 12}) {
		t.Errorf("none waits: %v", got)
	}
}

// What a transaction itself has written to a chat is not being sent: a later update of it need not wait for that.
func TestAnUpdateDoesNotWaitForTheAnswerToTheOneBefore(t *testing.T) {
	h := newHouse(t)
	h = relaying(t, h)
	id := h.open(h.user("ana", domain.RoleEmployee), "um").ID
	h.receive(private, 10, 11)
	n := 0
	list, err := h.Inbox().Work(t.Context(), private, 9, func(ctx context.Context, tx domain.Tx, _ domain.Update) error {
		if n++; n == 1 {
			return tx.Enqueue(ctx, domain.Outgoing{ChatID: private, TicketID: id})
		}
		_, ok, err := tx.TicketOfMessage(ctx, domain.Origin{ChatID: private, MessageID: 77})
		if ok {
			t.Error("a message that nobody knows is about a ticket")
		}
		return err
	})
	if err != nil || len(list) != 2 {
		t.Fatal(len(list), err)
	}
	h.must(h.Atomically(t.Context(), func(s domain.Store) error { // now it is
		_, _, err := s.(domain.Tx).TicketOfMessage(t.Context(), domain.Origin{ChatID: private, MessageID: 77})
		if domain.CodeOf(err) != domain.CodeUnavailable {
			t.Errorf("while it is being sent: %v", err)
		}
		return nil
	}))
}

func TestFailedUpdateIsRetriedThenParked(t *testing.T) {
	h := newHouse(t)
	h.receive(1, 10, 11)
	take := func() (domain.Update, bool) {
		u, ok, err := h.work(t.Context(), 1, func(context.Context, domain.Tx, domain.Update) error { return errors.New("x") })
		if ok != (err != nil) {
			t.Errorf("%v %v", ok, err)
		}
		return u, ok
	}
	u, _ := take()
	h.must(h.Inbox().Fail(t.Context(), u, "x", h.clock.Now().Add(time.Second)))
	if _, ok := take(); ok {
		t.Error("tried before its time, or overtaken")
	}
	if lanes := must2(h.Inbox().DueLanes(t.Context(), 9))(t); len(lanes) != 0 {
		t.Errorf("due %v", lanes)
	}
	h.clock.Add(time.Second)
	if lanes := must2(h.Inbox().DueLanes(t.Context(), 9))(t); !slices.Equal(lanes, []int64{1}) {
		t.Errorf("due %v", lanes)
	}
	if u, _ = take(); u.UpdateID != 10 || u.Attempts != 1 {
		t.Errorf("%+v", u)
	}
	h.must(h.Inbox().Fail(t.Context(), u, "poison", time.Time{}))
	if u, ok, err := h.work(t.Context(), 1, done); !ok || err != nil || u.UpdateID != 11 {
		t.Errorf("%+v %v %v", u, ok, err)
	}
	if h.count("SELECT count(*) FROM entrada WHERE parado_em IS NOT NULL AND erro = 'poison' AND tentativas = 2") != 1 {
		t.Error("not parked with its cause")
	}
}

func TestLaneHasOneWorker(t *testing.T) {
	h := newHouse(t)
	h.receive(1, 10)
	h.receive(2, 11)
	_, ok, err := h.work(t.Context(), 1, func(ctx context.Context, _ domain.Tx, _ domain.Update) error {
		if _, ok, err := h.work(ctx, 1, done); ok || err != nil {
			t.Errorf("second worker in the lane: %v %v", ok, err)
		}
		if _, ok, err := h.work(ctx, 2, done); !ok || err != nil {
			t.Errorf("worker in another lane: %v %v", ok, err)
		}
		return nil
	})
	if !ok || err != nil {
		t.Errorf("%v %v", ok, err)
	}
}

func TestUpdatesOfALaneKeepTheirOrder(t *testing.T) {
	h := newHouse(t)
	const lanes, each = 5, 20
	order := rand.Perm(lanes * each)
	for _, n := range order {
		h.receive(int64(n%lanes)+1, int64(n)+1)
	}
	var mu sync.Mutex
	seen := map[int64][]int64{}
	total, failed := 0, 0
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var all sync.WaitGroup
	for w := range 8 {
		all.Go(func() {
			for lane := int64(w); ctx.Err() == nil; lane++ {
				list, err := h.Inbox().Work(t.Context(), lane%lanes+1, 1+rand.IntN(5), func(_ context.Context, _ domain.Tx, u domain.Update) error {
					if rand.IntN(10) == 0 {
						return errors.New("now and then")
					}
					mu.Lock()
					defer mu.Unlock()
					if !slices.Contains(seen[u.Lane], u.UpdateID) { // it comes again when a later one fails
						seen[u.Lane] = append(seen[u.Lane], u.UpdateID)
					}
					return nil
				})
				mu.Lock()
				if err == nil {
					total += len(list)
				} else if len(list) > 1 {
					failed++
				}
				if total == lanes*each {
					cancel()
				}
				mu.Unlock()
				if err != nil && len(list) > 0 {
					if err := h.Inbox().Fail(t.Context(), list[len(list)-1], "x", h.clock.Now()); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	all.Wait()
	for lane, list := range seen {
		if !slices.IsSorted(list) || len(list) != each {
			t.Errorf("lane %d: %v", lane, list)
		}
	}
	if failed == 0 {
		t.Error("nothing failed in the middle")
	}
	if n := h.count(`SELECT count(*) FROM entrada WHERE tratado_em IS NOT NULL`); n != lanes*each || total != n {
		t.Errorf("%d handled, %d times", n, total)
	}
}
