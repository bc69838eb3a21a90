package storage_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"chamados/domain"
	"chamados/storage"

	"github.com/google/go-cmp/cmp"
)

// relaying is a process on a database that lives, and looks for what is to be sent.
func relaying(t *testing.T, h *house) *house {
	t.Helper()
	p, _ := neighbour(t, h)
	must2(p.Outbox().DueLanes(t.Context(), 9))(t)
	return p
}

// underLease counts what waits under a lease.
func (h *house) underLease() int {
	return h.count(`SELECT count(*) FROM saida WHERE terminado_em IS NULL AND tomado_ate > now()`)
}

// answers drains a lane and returns which answers came, by what they reply to.
func (h *house) answers(lane int64) (out []int64) {
	h.t.Helper()
	for _, d := range h.drain(lane) {
		out = append(out, d.Message.ReplyTo)
	}
	return out
}

func answer(n int64) domain.Outgoing {
	return domain.Outgoing{ChatID: 1, ReplyTo: n, ThreadID: 4, TicketID: 5, Payload: json.RawMessage(`{"a":1}`)}
}

func TestAnswerIsSentByItsWriterWithoutAClaim(t *testing.T) {
	h := newHouse(t)
	c := &counter{}
	p := openHouse(t, h.url, storage.WithTracer(storage.Options{Now: h.clock.Now}, c))
	h.enqueue(answer(1))
	want := h.claim(1) // as any delivery that was claimed
	h.sent(want, 9)
	conn := must2(h.pool.Acquire(t.Context()))(t)
	defer conn.Release()
	h.must(p.Enter(t.Context(), conn.Conn()))
	must2(p.Outbox().DueLanes(t.Context(), 9))(t)

	var woken []int64
	defer p.OnWake(func(w storage.Wake) { woken = append(woken, w.OutboxLanes...) })()
	p.enqueue(answer(1))
	if !slices.Equal(woken, []int64{1}) {
		t.Errorf("woken: %v", woken)
	}
	h.nothing(1)
	if lanes := must2(h.Outbox().DueLanes(t.Context(), 9))(t); len(lanes) > 0 {
		t.Errorf("others are told to look at %v", lanes)
	}
	c.reset()
	got := p.claim(1)
	if c.trips > 0 {
		t.Errorf("%d round trips: %v", c.trips, c.statements)
	}
	want.IDs, want.Alone = []int64{want.IDs[0] + 1}, true
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	p.nothing(1)
	p.sent(got, 7)
	p.nothing(1)
	if n := h.count(`SELECT count(*) FROM saida WHERE mensagem_id = 7 AND erro IS NULL AND tentativas = 0 AND NOT incerto AND tomado_ate IS NULL`); n != 1 {
		t.Error("it was not noted as sent")
	}
}

// The order within a chat is the same whoever sends.
func TestAnswersKeepTheirOrderWithAndWithoutClaims(t *testing.T) {
	for name, before := range map[string]func(p *house){
		"nothing waits":           func(*house) {},
		"an answer waits":         func(p *house) { p.exec(`UPDATE saida SET tomado_ate = NULL`) },
		"another process sends":   func(p *house) { p.exec(`UPDATE saida SET tomado_por = -1`) },
		"a lease has run out":     func(p *house) { p.expireLeases() },
		"an answer is being sent": func(*house) {},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			p := relaying(t, h)
			p.enqueue(answer(1))
			first := p.claim(1)
			before(p)
			p.enqueue(answer(2))
			p.enqueue(answer(3))
			switch name {
			case "nothing waits", "an answer is being sent":
				p.sent(first, 9)
				if got := p.answers(1); !slices.Equal(got, []int64{2, 3}) {
					t.Errorf("%v", got)
				}
			case "another process sends":
				p.nothing(1)
				p.expireLeases()
				fallthrough
			default:
				if got := p.answers(1); !slices.Equal(got, []int64{1, 2, 3}) {
					t.Errorf("%v", got)
				}
			}
		})
	}
}

// Who has sent the only message of a chat need not look for more, unless it was told that there is something.
func TestAnswerThatNothingComesAfter(t *testing.T) {
	h := newHouse(t)
	p := relaying(t, h)
	alone := func(want bool) {
		t.Helper()
		d := p.claim(1)
		if d.Alone != want {
			t.Errorf("%d is alone: %v", d.Message.ReplyTo, d.Alone)
		}
		p.sent(d, 1)
	}
	p.enqueue(answer(1))
	p.enqueue(answer(2))
	alone(false)
	alone(true)
	p.enqueue(answer(3))
	h.must(p.Enqueue(t.Context(), answer(4))) // to be claimed
	alone(false)
	alone(false)
	p.enqueue(domain.Outgoing{ChatID: 1, At: h.clock.Now().Add(time.Minute)})
	p.enqueue(answer(5))
	p.nothing(2)
	d := p.claim(1)
	if d.Alone {
		t.Error("something waits for its time")
	}
	p.sent(d, 1)
	h.clock.Add(time.Minute)
	alone(false)
	p.enqueue(answer(6))
	alone(true)
}

func TestWhatIsNoPlainAnswerIsClaimed(t *testing.T) {
	h := newHouse(t)
	p := relaying(t, h)
	p.enqueue(domain.Outgoing{ChatID: 1, EditKey: "k"})
	p.enqueue(domain.Outgoing{ChatID: 2, At: h.clock.Now().Add(time.Second)})
	h.must(p.Enqueue(t.Context(), domain.Outgoing{ChatID: 3})) // outside of a transaction
	for range 2 {
		p.enqueue(domain.Outgoing{ChatID: 4, Key: "once"})
	}
	if n := h.underLease(); n != 1 {
		t.Errorf("%d under lease", n)
	}
	p.sent(p.claim(4), 1)
	p.nothing(4)
	h.nothing(2)
	for _, lane := range []int64{1, 3} {
		h.claim(lane)
	}
	alone, _ := neighbour(t, h) // has no relay
	alone.enqueue(answer(1))
	h.exec(`DELETE FROM saida WHERE chave IS NULL AND conteudo->>'EditKey' = 'k'`)
	h.claim(1)
}

// An answer may be written while a notice is on its way in the same chat: both go out, one after the other.
func TestAnswerThatIsWrittenWhileANoticeIsBeingSent(t *testing.T) {
	h, ana, _ := staffed(t)
	p := relaying(t, h)
	h.open(ana, "a")
	notice := p.claim(private)
	p.enqueue(domain.Outgoing{ChatID: private, ReplyTo: 1})
	h.nothing(private)
	p.sent(notice, 1)
	if d := p.claim(private); d.Message == nil || d.Message.ReplyTo != 1 {
		t.Errorf("%+v", d)
	}
	h.open(ana, "b")
	h.nothing(private)

	other := relaying(t, h) // sends the notice
	h.exec(`UPDATE saida SET terminado_em = now() WHERE tipo = 'mensagem'`)
	notice = other.claim(private)
	p.enqueue(domain.Outgoing{ChatID: private, ReplyTo: 2})
	p.nothing(private)
	other.sent(notice, 2)
	if d := p.claim(private); d.Message == nil || d.Message.ReplyTo != 2 {
		t.Errorf("%+v", d)
	}
}

// What was written after a delivery that is put back waits for it, also what is being written at that moment.
func TestAnswersWaitForOneThatIsPutBack(t *testing.T) {
	h := newHouse(t)
	p := relaying(t, h)
	p.enqueue(answer(1))
	first := p.claim(1)
	p.enqueue(answer(2))
	h.must(p.Atomically(t.Context(), func(s domain.Store) error {
		tx := s.(domain.Tx)
		h.must(tx.Enqueue(t.Context(), answer(3)))
		_, err := tx.Groups(t.Context()) // it is with the database
		h.must(err)
		h.must(p.Outbox().Retry(t.Context(), first, h.clock.Now().Add(time.Second), true, "rede"))
		p.nothing(1)
		return nil
	}))
	p.nothing(1)
	p.enqueue(answer(4))
	p.nothing(1)
	h.nothing(1)
	if n := h.underLease(); n != 0 {
		t.Errorf("%d under lease", n)
	}
	h.clock.Add(time.Second)
	if got := p.answers(1); !slices.Equal(got, []int64{1, 2, 3, 4}) {
		t.Errorf("%v", got)
	}
	p.enqueue(answer(5))
	if n := h.underLease(); n != 1 {
		t.Error("the chat remains shut")
	}
}

func TestAnswerThatWasRolledBackIsNotSent(t *testing.T) {
	h := newHouse(t)
	p := relaying(t, h)
	boom := errors.New("boom")
	err := p.Atomically(t.Context(), func(s domain.Store) error {
		h.must(s.(domain.Tx).Enqueue(t.Context(), answer(1)))
		_, err := s.Groups(t.Context())
		return errors.Join(err, boom)
	})
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	p.nothing(1)
	p.enqueue(answer(2))
	if got := p.answers(1); !slices.Equal(got, []int64{2}) {
		t.Errorf("%v", got)
	}
}

// A commit of which the process never heard may have happened: what it wrote is found by the next claim.
func TestAnswerOfACommitThatNobodyHeardOf(t *testing.T) {
	h := newHouse(t)
	p := relaying(t, h)
	h.exec(`CREATE FUNCTION ausente() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.2); RETURN NULL; END $$;
		CREATE CONSTRAINT TRIGGER ausente AFTER INSERT ON saida DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ausente()`)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := p.Atomically(ctx, func(s domain.Store) error { return s.(domain.Tx).Enqueue(ctx, answer(1)) }); err == nil {
		t.Fatal("the commit was heard of")
	}
	h.exec(`DROP TRIGGER ausente ON saida`) // waits for the transaction
	if lanes := must2(p.Outbox().DueLanes(t.Context(), 9))(t); !slices.Contains(lanes, 1) {
		t.Errorf("the chat is not looked at: %v", lanes)
	}
	p.enqueue(answer(2))
	got := p.answers(1)
	if want := []int64{1, 2}; !slices.Equal(got, want[2-len(got):]) || len(got) < h.count(`SELECT count(*) FROM saida`) {
		t.Errorf("%v", got)
	}
	if n := h.count(`SELECT count(*) FROM saida WHERE terminado_em IS NULL`); n != 0 {
		t.Errorf("%d are left", n)
	}
}

// Between the commit and the sending the process may die: another one sends.
func TestAnswerOfAProcessThatDies(t *testing.T) {
	h := newHouse(t)
	dying, life := neighbour(t, h)
	must2(dying.Outbox().DueLanes(t.Context(), 9))(t)
	dying.enqueue(answer(1))
	heir, _ := neighbour(t, h)
	heir.nothing(1)
	h.cut(life)
	h.unheard()
	heir.beats()
	if d := heir.claim(1); !d.Uncertain || d.Message.ReplyTo != 1 {
		t.Errorf("%+v", d)
	}
}

// What a process that ends in order has not sent is for certain not sent.
func TestAnswerOfAProcessThatEndsInOrder(t *testing.T) {
	h := newHouse(t)
	p := relaying(t, h)
	p.enqueue(answer(1))
	p.Leave(t.Context())
	if d := h.claim(1); d.Uncertain || d.Attempts != 0 {
		t.Errorf("%+v", d)
	}
}

// A chat that has to wait does not look as if something was on its way for all that time.
func TestAnswerIsNotKeptInMemoryForLong(t *testing.T) {
	h := newHouse(t)
	p := relaying(t, h)
	p.enqueue(answer(1))
	p.enqueue(answer(2))
	p.Overdue()
	must2(p.Outbox().DueLanes(t.Context(), 9))(t)
	if n := h.underLease(); n != 0 {
		t.Errorf("%d under lease", n)
	}
	d := h.claim(1) // by any process
	p.nothing(1)
	if n := h.underLease(); n != 1 || d.Message.ReplyTo != 1 || d.Uncertain {
		t.Errorf("%d under lease, %+v", n, d)
	}
	h.sent(d, 1)
	p.enqueue(answer(3))
	if got := p.answers(1); !slices.Equal(got, []int64{2, 3}) {
		t.Errorf("%v", got)
	}
}

// Many write to a few chats in two processes, each of which sends; deliveries fail now and then. Each answer is sent once, those of
// one writer in their order, and never two at once by one process.
func TestAnswersOfManyWritersAreSentOnceAndInOrder(t *testing.T) {
	h := newHouse(t)
	const lanes, writers, each = 3, 4, 25
	processes := []*house{relaying(t, h), relaying(t, h)}
	var mu sync.Mutex
	seen := map[int64]bool{}
	last := map[[2]int64]int64{} // of a chat and writer
	total := 0
	finished := make(chan struct{})
	var writing, sending sync.WaitGroup
	for w := range int64(writers) {
		writing.Go(func() {
			p := processes[w%2]
			for n := range int64(each) {
				for lane := range int64(lanes) {
					err := p.Atomically(t.Context(), func(s domain.Store) error {
						return s.(domain.Tx).Enqueue(t.Context(), domain.Outgoing{ChatID: lane + 1, ThreadID: w + 1, ReplyTo: n + 1})
					})
					if err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	deliver := func(p *house, lane int64, try int) {
		d, ok, err := p.Outbox().Claim(t.Context(), lane, time.Hour)
		switch {
		case err != nil:
			t.Error(err)
		case ok && try%5 == 0:
			if err := p.Outbox().Retry(t.Context(), d, h.clock.Now(), true, "now and then"); err != nil {
				t.Error(err)
			}
		case ok:
			mu.Lock()
			who := [2]int64{lane, d.ThreadID}
			if seen[d.IDs[0]] || d.Message.ReplyTo != last[who]+1 {
				t.Errorf("chat %d, writer %d: %d after %d, id %d", lane, d.ThreadID, d.Message.ReplyTo, last[who], d.IDs[0])
			}
			seen[d.IDs[0]], last[who] = true, d.Message.ReplyTo
			total++
			end := total == lanes*writers*each
			mu.Unlock()
			if err := p.Outbox().Sent(t.Context(), d, 0, nil); err != nil {
				t.Error(err)
			}
			if end {
				close(finished)
			}
		}
	}
	for _, p := range processes {
		for lane := range int64(lanes) {
			sending.Go(func() {
				for try := 1; ; try++ {
					select {
					case <-finished:
						return
					case <-t.Context().Done():
						return
					default:
						deliver(p, lane+1, try)
					}
					if try%50 == 0 {
						if _, err := p.Outbox().DueLanes(t.Context(), 9); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
	}
	writing.Wait()
	sending.Wait()
	if n := h.count(`SELECT count(*) FROM saida WHERE terminado_em IS NULL OR incerto`); n != 0 || total != lanes*writers*each {
		t.Errorf("%d sent, %d left", total, n)
	}
}
