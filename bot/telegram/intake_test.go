package telegram

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"chamados/bot/emulator"
	"chamados/domain"
)

func next(t *testing.T, i *inbox) domain.Update {
	t.Helper()
	select {
	case u := <-i.stored:
		return u
	case <-time.After(10 * time.Second):
		t.Fatal("no update was stored")
		return domain.Update{}
	}
}

// run starts something and returns what stops it and checks that it stops soon.
func run(t *testing.T, start func(ctx context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- start(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			select {
			case err := <-ended:
				if err != nil {
					t.Error(err)
				}
			case <-time.After(time.Second):
				t.Error("did not stop within a second")
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

func TestPollerStoresBeforeItAcknowledges(t *testing.T) {
	s, c := newEmulator(t)
	failures := 1
	i := &inbox{stored: make(chan domain.Update, 100), fail: func() error {
		if failures--; failures >= 0 {
			return errors.New("database is away")
		}
		return nil
	}}
	stop := run(t, NewPoller(c, PollerOptions{Inbox: i}).Run)
	if u := next(t, i); u.Lane != someone || u.BotID != 42 || !strings.Contains(string(u.Payload), "/start") {
		t.Fatalf("got %+v", u)
	}
	if err := s.WaitDrained(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Send(someone, someone, "depois"); err != nil {
		t.Fatal(err)
	}
	if u := next(t, i); !strings.Contains(string(u.Payload), "depois") {
		t.Fatalf("got %s", u.Payload)
	}
	stop()
	if _, err := s.Send(someone, someone, "enquanto parado"); err != nil {
		t.Fatal(err)
	}
	run(t, NewPoller(c, PollerOptions{Inbox: i}).Run)
	for u := next(t, i); !strings.Contains(string(u.Payload), "enquanto parado"); u = next(t, i) {
		if !strings.Contains(string(u.Payload), "depois") { // stored, but perhaps not acknowledged
			t.Fatalf("came again: %s", u.Payload)
		}
	}
}

func TestPollerRemovesAWebhookAndSurvivesTrouble(t *testing.T) {
	s, c := newEmulator(t)
	if err := c.SetWebhook(t.Context(), "http://127.0.0.1:9/x", "geheim"); err != nil {
		t.Fatal(err)
	}
	s.Fault(emulator.Fault{Kind: emulator.FaultServerError, Method: "getUpdates"})
	i := &inbox{stored: make(chan domain.Update, 100)}
	run(t, NewPoller(c, PollerOptions{Inbox: i}).Run)
	next(t, i)
}

type leader struct{ name string }

func (l *leader) Lead(ctx context.Context, name string, fn func(context.Context) error) error {
	l.name = name
	return fn(ctx)
}

func TestPollerLeads(t *testing.T) {
	_, c := newEmulator(t)
	i, l := &inbox{stored: make(chan domain.Update, 100)}, &leader{}
	stop := run(t, NewPoller(c, PollerOptions{Inbox: i, Leader: l}).Run)
	next(t, i)
	stop()
	if l.name != "telegram-poll-42" {
		t.Errorf("led %q", l.name)
	}
}

func TestWebhook(t *testing.T) {
	broken := false
	i := &inbox{stored: make(chan domain.Update, 9), fail: func() error {
		if broken {
			return errors.New("away")
		}
		return nil
	}}
	var woken []int64
	h := &Webhook{
		BotID: 42, Secret: "abc", Inbox: i, Wake: func(l []int64) { woken = append(woken, l...) },
		Now: time.Now, Log: slog.New(slog.DiscardHandler),
	}
	const good = `{"update_id":3,"message":{"chat":{"id":7}}}`
	for _, c := range []struct {
		what, method, secret, body string
		broken                     bool
		status, stored             int
		kind                       string // "" for JSON
	}{
		{what: "a form", method: "POST", secret: "abc", body: good, status: 415, kind: "application/x-www-form-urlencoded"},
		{what: "a form without the secret", method: "POST", secret: "abd", body: good, status: 401, kind: "text/plain"},
		{what: "JSON with its encoding", method: "POST", secret: "abc", body: good, status: 200, stored: 1, kind: "application/json; charset=utf-8"},
		{"good", "POST", "abc", good, false, 200, 1, ""},
		{"storage away", "POST", "abc", good, true, 503, 0, ""},
		{"wrong secret", "POST", "abd", good, false, 401, 0, ""},
		{"no secret", "POST", "", good, false, 401, 0, ""},
		{"GET", "GET", "abc", "", false, 405, 0, ""},
		{"bad JSON", "POST", "abc", `{"update_id":3,`, false, 400, 0, ""},
		{"no id", "POST", "abc", `{}`, false, 400, 0, ""},
		{"too large", "POST", "abc", `{"update_id":3,"x":"` + strings.Repeat("x", 1<<20) + `"}`, false, 413, 0, ""},
	} {
		broken = c.broken
		r := httptest.NewRequest(c.method, "/telegram", strings.NewReader(c.body))
		r.Header.Set("X-Telegram-Bot-Api-Secret-Token", c.secret)
		r.Header.Set("Content-Type", cmp.Or(c.kind, "application/json"))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.status || len(i.stored) != c.stored {
			t.Errorf("%s: status %d, %d stored", c.what, w.Code, len(i.stored))
		}
		for len(i.stored) > 0 {
			<-i.stored
		}
	}
	if len(woken) != 2 || woken[0] != 7 {
		t.Errorf("woken %v", woken)
	}
	h.Secret = ""
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(good)))
	if w.Code != 401 {
		t.Errorf("without a secret anybody gets in: %d", w.Code)
	}
}

func TestWebhookAgainstTheEmulator(t *testing.T) {
	_, c := newEmulator(t)
	i := &inbox{stored: make(chan domain.Update, 9)}
	web := httptest.NewServer(&Webhook{BotID: 42, Secret: "abc", Inbox: i, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(web.Close)
	if err := c.SetWebhook(t.Context(), web.URL, "bad secret"); err == nil {
		t.Error("a bad secret was accepted")
	}
	if err := c.SetWebhook(t.Context(), web.URL, "abc"); err != nil {
		t.Fatal(err)
	}
	next(t, i)
}
