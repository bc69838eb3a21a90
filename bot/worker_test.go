package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"chamados/bot/chat"
	"chamados/domain"
)

// letter is one update in the fake inbox.
type letter struct {
	u       domain.Update
	due     time.Time
	handled bool
	parked  string
}

// desk is a fake inbox, handler, answerer and letterbox.
type desk struct {
	domain.Inbox
	mu       sync.Mutex
	letters  []*letter
	handle   func(u chat.Update) (After, error)
	seen     []string // texts and taps in the order of handling
	answers  map[string]chat.Answer
	told     func(tapID string)
	written  map[string]domain.Outgoing
	failFail int // so many Fails fail first
}

func (k *desk) receive(lane int64, u chat.Update) *letter {
	k.mu.Lock()
	defer k.mu.Unlock()
	id := int64(len(k.letters) + 1)
	u.ID = id
	raw, _ := json.Marshal(u)
	l := &letter{u: domain.Update{BotID: 42, UpdateID: id, Lane: lane, Payload: raw}}
	k.letters = append(k.letters, l)
	return l
}

func (k *desk) first(lane int64) *letter {
	for _, l := range k.letters {
		if l.u.Lane == lane && !l.handled && l.parked == "" {
			return l
		}
	}
	return nil
}

// waiting returns the first letters of a lane that are due.
func (k *desk) waiting(lane int64, most int) (list []*letter) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, l := range k.letters {
		if l.u.Lane != lane || l.handled || l.parked != "" {
			continue
		}
		if len(list) == most || l.due.After(time.Now()) {
			break
		}
		list = append(list, l)
	}
	return list
}

func (k *desk) DueLanes(context.Context, int) ([]int64, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	var out []int64
	for _, l := range k.letters {
		if k.first(l.u.Lane) == l && !l.due.After(time.Now()) {
			out = append(out, l.u.Lane)
		}
	}
	return out, nil
}

func (k *desk) Work(
	ctx context.Context, lane int64, most int, handle func(context.Context, domain.Tx, domain.Update) error,
) (list []domain.Update, err error) {
	taken := k.waiting(lane, most)
	for _, l := range taken {
		list = append(list, k.now(l).u)
		if err := handle(ctx, nil, l.u); err != nil {
			return list, err
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, l := range taken {
		l.handled = true
	}
	return list, nil
}

func (k *desk) Fail(_ context.Context, u domain.Update, cause string, retry time.Time) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.failFail--; k.failFail >= 0 {
		return errors.New("away")
	}
	l := k.letters[u.UpdateID-1]
	l.u.Attempts++
	l.due = retry
	if retry.IsZero() {
		l.parked = cause
	}
	return nil
}

func (k *desk) Handle(_ context.Context, _ domain.Tx, u chat.Update) (After, error) {
	k.mu.Lock()
	if u.Tap != nil {
		k.seen = append(k.seen, u.Tap.ID)
	} else {
		k.seen = append(k.seen, u.Message.Text)
	}
	handle := k.handle
	k.mu.Unlock()
	if handle == nil {
		return After{}, nil
	}
	return handle(u)
}

func (k *desk) Answer(_ context.Context, tapID string, a chat.Answer) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.answers[tapID] = a
	if k.told != nil {
		k.told(tapID)
	}
	return nil
}

func (k *desk) Enqueue(_ context.Context, m domain.Outgoing) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.written[m.Key]; !ok {
		k.written[m.Key] = m
	}
	return nil
}

// now returns a letter as it is.
func (k *desk) now(l *letter) letter {
	k.mu.Lock()
	defer k.mu.Unlock()
	return *l
}

func (k *desk) order() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.seen)
}

func decode(raw []byte) (chat.Update, error) {
	var u chat.Update
	err := json.Unmarshal(raw, &u)
	return u, err
}

func said(text string) chat.Update {
	return chat.Update{Message: &chat.Message{ID: 5, Text: text, Chat: chat.Chat{ID: 7, Kind: chat.Private}, From: chat.Person{ID: 7, Lang: domain.LangEnglish}}}
}

func tapped(id string) chat.Update { return chat.Update{Tap: &chat.Tap{ID: id}} }

func atDesk(t *testing.T, test func(k *desk, pass func(time.Duration))) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		k := &desk{answers: map[string]chat.Answer{}, written: map[string]domain.Outgoing{}}
		w := NewWorker(WorkerOptions{Inbox: k, Handler: k, Decode: decode, Answerer: k, Letterbox: k})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		started := false
		test(k, func(d time.Duration) {
			if !started {
				started = true
				go func() {
					defer close(ended)
					_ = w.Run(ctx)
				}()
			}
			time.Sleep(d)
			synctest.Wait()
		})
		cancel()
		<-ended
	})
}

func TestUpdatesInOrderWithinAChat(t *testing.T) {
	atDesk(t, func(k *desk, pass func(time.Duration)) {
		for i := range 20 {
			k.receive(7, said(fmt.Sprint("7-", i)))
			k.receive(8, said(fmt.Sprint("8-", i)))
		}
		pass(time.Second)
		next := map[string]int{"7": 0, "8": 0}
		for _, s := range k.order() {
			lane, n, _ := strings.Cut(s, "-")
			if n != fmt.Sprint(next[lane]) {
				t.Fatalf("out of order: %v", k.order())
			}
			next[lane]++
		}
		if next["7"] != 20 || next["8"] != 20 {
			t.Errorf("handled %v", next)
		}
	})
}

// A poison in the middle of what waits keeps nobody before it from being handled once, nor after it from being handled at all.
func TestThoseThatWaitDoNotPayForOneOfThem(t *testing.T) {
	atDesk(t, func(k *desk, pass func(time.Duration)) {
		answered := map[string]int{}
		k.handle = func(u chat.Update) (After, error) {
			if u.Message.Text == "poison" {
				return After{}, errors.New("cannot")
			}
			return After{TapID: u.Message.Text}, nil
		}
		k.told = func(tap string) { answered[tap]++ }
		for _, text := range []string{"a", "b"} {
			k.receive(7, said(text))
		}
		bad := k.receive(7, said("poison"))
		for _, text := range []string{"c", "d"} {
			k.receive(7, said(text))
		}
		pass(2 * time.Minute)
		if want := map[string]int{"a": 1, "b": 1, "c": 1, "d": 1}; !maps.Equal(answered, want) || bad.u.Attempts != 5 || bad.parked == "" {
			t.Errorf("answered %v, the bad one %+v", answered, bad)
		}
	})
}

// Those before one that has to wait, because something is away that only it needs, do not wait.
func TestThoseBeforeDoNotWait(t *testing.T) {
	atDesk(t, func(k *desk, pass func(time.Duration)) {
		k.handle = func(u chat.Update) (After, error) {
			if u.Message.Text == "locked" {
				return After{}, &domain.Error{Code: domain.CodeUnavailable}
			}
			return After{}, nil
		}
		first, second := k.receive(7, said("a")), k.receive(7, said("b"))
		locked, last := k.receive(7, said("locked")), k.receive(7, said("c"))
		pass(500 * time.Millisecond)
		if !k.now(first).handled || !k.now(second).handled || k.now(locked).handled || k.now(last).handled {
			t.Error(k.now(first), k.now(second), k.now(locked), k.now(last))
		}
		if n := len(k.order()); n > 7 {
			t.Errorf("%d handlings in half a second: %v", n, k.order())
		}
	})
}

func TestPoisonIsParkedAndTheNextServed(t *testing.T) {
	for what, fail := range map[string]func(){"error": func() {}, "panic": func() { panic("ouch") }} {
		t.Run(what, func(t *testing.T) {
			atDesk(t, func(k *desk, pass func(time.Duration)) {
				k.handle = func(u chat.Update) (After, error) {
					if u.Message.Text == "poison" {
						fail()
						return After{}, errors.New("cannot")
					}
					return After{}, nil
				}
				k.failFail = 1
				bad, good := k.receive(7, said("poison")), k.receive(7, said("next"))
				pass(10 * time.Second)
				if k.now(good).handled {
					t.Fatal("overtaken while it was still tried")
				}
				pass(2 * time.Minute)
				if bad.parked == "" || bad.u.Attempts != 5 || !good.handled {
					t.Errorf("bad %+v, good %+v", bad, good)
				}
				if m, ok := k.written["parked:42:1"]; !ok || len(k.written) != 1 || m.ChatID != 7 || m.ReplyTo != 5 || !strings.Contains(string(m.Payload), "Sorry") {
					t.Errorf("told %+v", k.written)
				}
			})
		})
	}
}

func TestUndecodableIsParkedAtOnce(t *testing.T) {
	atDesk(t, func(k *desk, pass func(time.Duration)) {
		bad := k.receive(7, said("x"))
		bad.u.Payload = []byte("{")
		good := k.receive(7, said("next"))
		pass(time.Second)
		if bad.parked == "" || bad.u.Attempts != 1 || !good.handled || len(k.written) != 0 {
			t.Errorf("bad %+v, good %+v", bad, good)
		}
	})
}

func TestOutageOfTheDatabaseCountsNothing(t *testing.T) {
	atDesk(t, func(k *desk, pass func(time.Duration)) {
		n := 0
		k.handle = func(chat.Update) (After, error) {
			if n++; n <= 50 {
				return After{}, fmt.Errorf("x: %w", &domain.Error{Code: domain.CodeUnavailable})
			}
			return After{}, nil
		}
		l := k.receive(7, said("x"))
		pass(2 * time.Minute)
		if !l.handled || l.u.Attempts != 0 || len(k.written) != 0 {
			t.Errorf("%+v after %d", l, n)
		}
	})
}

func TestTapsAreAnswered(t *testing.T) {
	atDesk(t, func(k *desk, pass func(time.Duration)) {
		k.handle = func(u chat.Update) (After, error) {
			if u.Tap.ID == "bad" {
				return After{}, errors.New("secret detail")
			}
			return After{TapID: u.Tap.ID, Answer: chat.Answer{Text: "ok"}}, nil
		}
		k.receive(7, tapped("good"))
		bad := k.receive(8, tapped("bad"))
		pass(20 * time.Second)
		if k.answers["good"].Text != "ok" {
			t.Errorf("answers %v", k.answers)
		}
		if a := k.answers["bad"]; !a.Alert || a.Text == "" || strings.Contains(a.Text, "secret") || bad.parked == "" {
			t.Errorf("answer %+v, %+v", a, bad)
		}
	})
}

func TestSlownessCounts(t *testing.T) {
	if transient(t.Context(), fmt.Errorf("%w: %w", errSlow, &domain.Error{Code: domain.CodeUnavailable})) {
		t.Error("an update that is always slow would hold up its chat for ever")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if !transient(ctx, context.Canceled) {
		t.Error("a stop is nobody's failure")
	}
}
