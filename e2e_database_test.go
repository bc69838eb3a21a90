package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"chamados/bot/emulator"
	"chamados/domain"
	"chamados/domain/i18n"
	"chamados/internal/config"
)

// wire leads to the database and can be cut.
type wire struct {
	listener net.Listener
	network  string
	address  string

	mu   sync.Mutex
	cut  bool
	open []net.Conn
}

// wired puts a wire between an office's program and its database.
func wired(t *testing.T, o *office) *wire {
	t.Helper()
	c, err := pgx.ParseConfig(string(o.config.Database.URL))
	o.must(err)
	w := &wire{network: "tcp", address: net.JoinHostPort(c.Host, fmt.Sprint(c.Port))}
	if strings.HasPrefix(c.Host, "/") {
		w.network, w.address = "unix", fmt.Sprintf("%s/.s.PGSQL.%d", c.Host, c.Port)
	}
	w.listener, err = net.Listen("tcp", "127.0.0.1:0")
	o.must(err)
	t.Cleanup(func() {
		_ = w.listener.Close()
		w.set(true)
	})
	go w.serve()
	through := url.URL{
		Scheme: "postgres", User: url.UserPassword(c.User, c.Password), Host: w.listener.Addr().String(), Path: "/" + c.Database, RawQuery: "sslmode=disable",
	}
	o.config.Database.URL = config.Secret(through.String())
	o.restart()
	return w
}

func (w *wire) serve() {
	for {
		near, err := w.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial(w.network, w.address)
		w.mu.Lock()
		if err != nil || w.cut {
			_ = near.Close()
			if far != nil {
				_ = far.Close()
			}
			w.mu.Unlock()
			continue
		}
		w.open = append(w.open, near, far)
		w.mu.Unlock()
		for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
			go func() {
				_, _ = io.Copy(way[0], way[1])
				_ = errors.Join(way[0].Close(), way[1].Close())
			}()
		}
	}
}

// set cuts the wire, with all that goes through it, or mends it.
func (w *wire) set(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = cut
	for _, c := range w.open {
		_ = c.Close()
	}
	w.open = nil
}

// insides are words that only somebody who maintains the program may read.
var insides = []string{"dial", "connect", "EOF", "SQL", "pgx", "refused", "panic", "context", "unavailable", "127.0.0.1"}

// tellsNothingInside fails the test if the bot has shown anybody a word of the inside.
func (o *office) tellsNothingInside(chats ...int64) {
	o.t.Helper()
	for _, id := range chats {
		for _, m := range o.telegram.Messages(id) {
			for _, word := range insides {
				if o.telegram.FromBot(m) && strings.Contains(m.Content(), word) {
					o.t.Errorf("chat %d is told %q", id, m.Content())
				}
			}
		}
	}
}

// The database goes away while somebody is in the middle of the form, somebody taps a card, somebody answers one and
// somebody writes for the first time. When it is back all of that has its effect, once, and the answers come late. Over
// HTTP people are asked to come again meanwhile.
func TestWhatPeopleDoInChatWhileTheDatabaseIsAwayIsNotLost(t *testing.T) {
	v := newVisitors(t)
	o := v.office
	w := wired(t, o)
	speakers := o.speakers()
	carla, emma := speakers[0], speakers[1]
	emmas, _ := emma.sends("no sound", domain.CategoryHardware)
	card := o.waitFor(emmaChat, fmt.Sprintf("#%d", emmas), emma.text("bot.progress.aberto", nil))
	live := o.waitFor(e2eGroup, "no sound")
	carla.Send("a tela pisca")
	ask := carla.Expect(carla.bold("bot.ask.categoria"))

	w.set(true)
	o.until(func() bool { return o.statusAt(o.program, "/ready") == http.StatusServiceUnavailable })
	var taps sync.WaitGroup
	for _, tap := range []func(context.Context) (emulator.CallbackAnswer, error){
		func(ctx context.Context) (emulator.CallbackAnswer, error) {
			return o.telegram.Tap(ctx, carlaChat, carlaChat, ask.ID, carla.category(domain.CategoryHardware))
		},
		func(ctx context.Context) (emulator.CallbackAnswer, error) {
			return o.telegram.Tap(ctx, anaChat, e2eGroup, live.ID, label("bot.button.take"))
		},
	} {
		taps.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			if _, err := tap(ctx); err != nil {
				t.Errorf("a tap was never answered: %v", err)
			}
		})
	}
	emma.Reply(card, "still no sound")
	if _, err := o.telegram.Send(zeChat, zeChat, "oi"); err != nil {
		t.Error(err)
	}
	for _, path := range []string{"/api/chamados", "/chamados"} {
		r := v.ask(owner, "GET", path, "", "")
		if r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" || !strings.Contains(r.body, carla.text("error.unavailable", nil)) {
			t.Errorf("%s: %s", path, r)
		}
	}
	w.set(false)
	taps.Wait()

	ask = carla.ExpectEdit(ask, carla.bold("bot.ask.urgencia"))
	carla.Tap(ask, "🟡 "+carla.text("bot.urgency.media", nil))
	carla.Tap(carla.ExpectEdit(ask, carla.bold("bot.ask.previa")), carla.button("send"))
	o.waitFor(carlaChat, "a tela pisca", carla.text("bot.progress.aberto", nil))
	emma.Expect(emma.text("bot.reply.sent_it", i18n.Args{"Number": emmas}))
	o.waitFor(zeChat, "")
	got := o.ticket(emmas)
	if len(got.Comments) != 1 || got.Assignee == nil || got.Assignee.ID != o.ana.ID || o.count(emmas, domain.EventAssignee) != 1 {
		t.Errorf("%d comments, taken by %+v, %d times", len(got.Comments), got.Assignee, o.count(emmas, domain.EventAssignee))
	}
	o.tellsNothingInside(carlaChat, emmaChat, anaChat, zeChat, e2eGroup)
}

// The wire is cut again and again at any moment of the handling: everything that was written is there once.
func TestHandlingThatIsCutOffActsOnce(t *testing.T) {
	o := newOffice(t)
	w := wired(t, o)
	s := o.speakers()[0]
	id, _ := s.sends("a tela pisca", domain.CategoryHardware)
	card := o.waitFor(carlaChat, fmt.Sprintf("#%d", id), s.text("bot.progress.aberto", nil))
	const said = 12
	for n := range said {
		_, err := o.telegram.Reply(carlaChat, carlaChat, card.ID, fmt.Sprintf("parte %d.", n))
		o.must(err)
		if n%4 == 3 {
			o.until(func() bool { return o.telegram.Pending() < 4 })
			w.set(true)
			w.set(false)
		}
	}
	direct := o.direct()
	o.until(func() bool {
		var n int
		err := direct.QueryRow(t.Context(), `SELECT count(*) FROM entrada WHERE tratado_em IS NULL`).Scan(&n)
		return err == nil && n == 0 && o.telegram.Pending() == 0
	})
	got := o.ticket(id)
	for n, c := range got.Comments {
		if want := fmt.Sprintf("parte %d.", n); c.Text != want {
			t.Fatalf("comment %d is %q, want %q", n, c.Text, want)
		}
	}
	if len(got.Comments) != said {
		t.Errorf("%d comments, want %d", len(got.Comments), said)
	}
	o.tellsNothingInside(carlaChat, anaChat, e2eGroup)
}

// direct connects to the database beside the program.
func (o *office) direct() *pgx.Conn {
	o.t.Helper()
	conn, err := pgx.Connect(o.t.Context(), string(o.config.Database.URL))
	o.must(err)
	o.t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func (o *office) statusAt(p *Program, path string) int {
	r, err := http.Get("http://" + p.Addr() + path)
	o.must(err)
	_ = r.Body.Close()
	return r.StatusCode
}

// A program that is told to stop while it starts has not failed, however far it has come; and it can start again.
func TestToldToStopWhileStarting(t *testing.T) {
	o := newOffice(t)
	o.must(o.program.Stop())
	for _, after := range []time.Duration{0, 20 * time.Millisecond, 60 * time.Millisecond, 120 * time.Millisecond, 250 * time.Millisecond} {
		told, tell := context.WithCancel(t.Context())
		time.AfterFunc(after, tell)
		if err := run(told, NewProgram(o.config, slog.New(slog.DiscardHandler)), ""); err != nil {
			t.Errorf("told after %s: %v", after, err)
		}
	}
	o.program = NewProgram(o.config, slog.New(slog.DiscardHandler))
	o.must(o.program.Start(t.Context()))
	o.must(o.program.Stop())
}

// Whoever asks a program that waits for its database is told at once that it is starting, and Telegram that it should come
// again.
func TestAProgramThatStartsSaysSo(t *testing.T) {
	o := newOffice(t)
	w := wired(t, o)
	o.must(o.program.Stop())
	w.set(true)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	o.must(err)
	o.config.HTTP.Addr = free.Addr().String()
	o.must(free.Close())
	p := NewProgram(o.config, slog.New(slog.DiscardHandler))
	started := make(chan error, 1)
	go func() { started <- p.Start(t.Context()) }()
	t.Cleanup(func() { _ = p.Stop() })

	for _, c := range []struct{ method, path, accept, body string }{
		{"GET", "/health", "", `"code":"starting"`}, {"GET", "/ready", "", "iniciando"},
		{"POST", config.WebhookPath, "", "iniciando"}, {"GET", "/", "text/html", "<p>O serviço está iniciando"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, "http://"+o.config.HTTP.Addr+c.path, nil)
		o.must(err)
		r.Header.Set("Accept", c.accept)
		var res *http.Response
		o.until(func() bool {
			res, err = http.DefaultClient.Do(r)
			return err == nil
		})
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" || !strings.Contains(string(body), c.body) {
			t.Errorf("%s %s: %d %v %s", c.method, c.path, res.StatusCode, res.Header, body)
		}
	}
	w.set(false)
	o.must(<-started)
	if got := o.statusAt(p, "/health"); got != http.StatusOK {
		t.Errorf("/health when it has started: %d", got)
	}
}
