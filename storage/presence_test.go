package storage_test

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"chamados/domain"
	"chamados/storage"

	"github.com/jackc/pgx/v5"
)

// neighbour is another process on a house's database, and the connection that says it lives.
func neighbour(t *testing.T, h *house) (*house, *pgx.Conn) {
	t.Helper()
	other := openHouse(t, h.url, storage.Options{Now: h.clock.Now})
	conn, err := pgx.Connect(t.Context(), h.url)
	h.must(err)
	t.Cleanup(func() { conn.Close(context.Background()) })
	h.must(other.Enter(t.Context(), conn))
	return other, conn
}

// beats lets a process look around often enough to judge.
func (h *house) beats() {
	h.t.Helper()
	for range 3 {
		h.must(h.Beat(h.t.Context()))
	}
}

// cut ends the connection that says that a process lives, and waits until its lock is free.
func (h *house) cut(life *pgx.Conn) {
	h.t.Helper()
	pid := life.PgConn().PID()
	h.must(life.Close(h.t.Context()))
	h.exec(`DO $$ BEGIN WHILE EXISTS (SELECT FROM pg_stat_activity WHERE pid = ` + strconv.Itoa(int(pid)) + `) LOOP
		PERFORM pg_sleep(0.01); PERFORM pg_stat_clear_snapshot(); END LOOP; END $$`)
}

// unheard makes all other processes be as if not heard of for a while.
func (h *house) unheard() { h.exec(`UPDATE processos SET visto_em = now() - interval '10 seconds'`) }

func TestWhatADeadProcessWasSendingIsFreeAtOnce(t *testing.T) {
	h := newHouse(t)
	u := h.user("ana", domain.RoleEmployee)
	dying, life := neighbour(t, h)
	heir, _ := neighbour(t, h)
	h.enqueue(domain.Outgoing{ChatID: 1})
	h.must(h.EnqueueMail(t.Context(), domain.Mail{Kind: domain.MailCode, UserID: u.ID}))
	d := dying.claim(1)
	dying.claimed(9)

	heir.beats()
	heir.nothing(1) // it lives
	h.unheard()
	heir.beats()
	heir.nothing(1) // it is silent, but has not lost its lock
	h.must(dying.Beat(t.Context()))
	h.cut(life)
	heir.beats()
	heir.nothing(1) // it has lost its lock, but can still be heard

	h.unheard()
	var woken []int64
	defer heir.OnWake(func(w storage.Wake) { woken = append(woken, w.OutboxLanes...) })()
	heir.beats()
	again := heir.claim(1)
	if !again.Uncertain || again.Attempts != 1 || !slices.Equal(again.IDs, d.IDs) || !slices.Contains(woken, 1) {
		t.Errorf("%+v, woken %v", again, woken)
	}
	if got := heir.claimed(9); len(got) != 1 || got[0].Attempts != 1 {
		t.Errorf("mails %+v", got)
	}
	if n := h.count(`SELECT count(*) FROM processos`); n != 1 {
		t.Errorf("%d processes are known", n)
	}
}

func TestProcessThatEndsInOrderFreesWhatItHad(t *testing.T) {
	h := newHouse(t)
	ending, _ := neighbour(t, h)
	h.enqueue(domain.Outgoing{ChatID: 1})
	ending.claim(1)
	ending.Leave(t.Context())
	if d := h.claim(1); !d.Uncertain {
		t.Errorf("%+v", d)
	}
	if n := h.count(`SELECT count(*) FROM processos`); n != 0 {
		t.Errorf("%d processes are known", n)
	}
}

// After an absence of the database nobody is taken for dead before they could say that they live.
func TestNobodyJudgesRightAfterAnAbsence(t *testing.T) {
	h := newHouse(t)
	slow, life := neighbour(t, h)
	quick, _ := neighbour(t, h)
	h.enqueue(domain.Outgoing{ChatID: 1})
	slow.claim(1)
	h.cut(life)
	h.unheard()
	h.must(quick.Beat(t.Context()))
	quick.nothing(1)
}

// A process that was taken for dead and comes back registers anew.
func TestProcessThatWasForgottenComesBack(t *testing.T) {
	h := newHouse(t)
	p, life := neighbour(t, h)
	h.cut(life)
	h.exec(`DELETE FROM processos`)
	conn, err := pgx.Connect(t.Context(), h.url)
	h.must(err)
	defer conn.Close(t.Context())
	h.must(p.Enter(t.Context(), conn))
	h.enqueue(domain.Outgoing{ChatID: 1})
	p.claim(1)
	if n := h.count(`SELECT count(*) FROM saida s JOIN processos p ON p.id = s.tomado_por WHERE s.tomado_ate > now() + interval '30 seconds'`); n != 1 {
		t.Error("its lease has no owner")
	}
}

// Replicas whose clocks differ do not take from each other what is being sent.
func TestLeasesAreToldByTheClockOfTheDatabase(t *testing.T) {
	h := newHouse(t)
	ahead := openHouse(t, h.url, storage.Options{Now: func() time.Time { return h.clock.Now().Add(10 * time.Minute) }})
	u := h.user("ana", domain.RoleEmployee)
	h.enqueue(domain.Outgoing{ChatID: 1})
	h.must(h.EnqueueMail(t.Context(), domain.Mail{Kind: domain.MailCode, UserID: u.ID}))
	h.claim(1)
	h.claimed(1)
	ahead.nothing(1)
	if got := ahead.claimed(1); len(got) != 0 {
		t.Errorf("mails %+v", got)
	}
}

// A clock that was ahead when a message was written, and is set right, does not hold it back.
func TestMessageOfAClockThatWasAheadGoesOut(t *testing.T) {
	h := newHouse(t)
	h.clock.Add(2 * time.Hour)
	h.enqueue(domain.Outgoing{ChatID: 1})
	h.clock.Add(-2 * time.Hour)
	if lanes := must2(h.Outbox().DueLanes(t.Context(), 9))(t); !slices.Equal(lanes, []int64{1}) {
		t.Errorf("due %v", lanes)
	}
	h.claim(1)
}

// A claim whose answer was lost, since the database went away just then, keeps nothing from being delivered: nobody sends
// it, so that the process takes it again, as if for the first time. What another process is sending stays with that one.
func TestWhatAClaimTookWithoutAnAnswerIsTakenAgain(t *testing.T) {
	h := newHouse(t)
	here, _ := neighbour(t, h)
	there, _ := neighbour(t, h)
	h.enqueue(domain.Outgoing{ChatID: 1})
	h.enqueue(domain.Outgoing{ChatID: 2})
	here.claim(1)
	there.claim(2)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, lane := range []int64{1, 2} {
		if _, _, err := here.Outbox().Claim(ended, lane, time.Minute); err == nil {
			t.Fatal("claimed with a dead context")
		}
	}
	if d := here.claim(1); d.Uncertain || d.Attempts != 0 {
		t.Errorf("%+v", d)
	}
	here.nothing(1)
	here.nothing(2)
}
