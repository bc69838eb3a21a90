package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"chamados/bot/emulator"

	"github.com/jackc/pgx/v5"
)

// telegram is the emulated Bot API, with a clock at its door.
type telegram struct {
	emulator *emulator.Server
	server   *http.Server
	url      string

	mu      sync.Mutex
	waiting map[int64]time.Time // chats whose answer is due, since when
	delays  []time.Duration
}

func startTelegram() (*telegram, error) {
	e, err := emulator.New(emulator.Options{
		Token: botToken, BotUsername: "bench_bot", Clock: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	t := &telegram{emulator: e, url: "http://" + l.Addr().String(), waiting: map[int64]time.Time{}}
	t.server = &http.Server{Handler: t, ReadHeaderTimeout: time.Minute}
	for id := 1; id <= people; id++ {
		if linked(id) {
			e.AddUser(emulator.User{ID: int64(telegramID + id), FirstName: fmt.Sprintf("Pessoa %d", id), LanguageCode: "pt-br"})
		}
	}
	e.AddGroup(emulator.Group{ID: group, Title: "TI", BotAdmin: true})
	go t.server.Serve(l)
	return t, t.greet()
}

// greet lets everybody have written to the bot long ago, so that it may write to them.
func (t *telegram) greet() error {
	for id := 1; id <= people; id++ {
		if linked(id) {
			if _, err := t.emulator.Start(int64(telegramID+id), ""); err != nil {
				return err
			}
		}
	}
	return t.drain()
}

// drain takes all updates that wait.
func (t *telegram) drain() error {
	var last int
	for t.emulator.Pending() > 0 {
		resp, err := http.Get(fmt.Sprintf("%s/bot%s/getUpdates?offset=%d", t.url, botToken, last+1))
		if err != nil {
			return err
		}
		var out struct {
			Result []struct {
				ID int `json:"update_id"`
			}
		}
		err = json.NewDecoder(resp.Body).Decode(&out)
		_ = resp.Body.Close()
		if err != nil {
			return err
		}
		if len(out.Result) > 0 {
			last = out.Result[len(out.Result)-1].ID
		}
	}
	return nil
}

func (t *telegram) close() error { return errors.Join(t.emulator.Close(), t.server.Close()) }

var chatMember = []byte("name=\"chat_id\"\r\n\r\n")

// ServeHTTP notes when an answer arrives, before the emulator spends its time on it.
func (t *telegram) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if method := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]; strings.HasPrefix(method, "send") || strings.HasPrefix(method, "edit") {
		at := time.Now()
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		t.answered(body, at)
	}
	t.emulator.Handler().ServeHTTP(w, r)
}

func (t *telegram) answered(body []byte, at time.Time) {
	_, rest, ok := bytes.Cut(body, chatMember)
	if !ok {
		return
	}
	digits, _, _ := bytes.Cut(rest, []byte("\r"))
	id, err := strconv.ParseInt(string(digits), 10, 64)
	if err != nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if since, ok := t.waiting[id]; ok {
		delete(t.waiting, id)
		t.delays = append(t.delays, at.Sub(since))
	}
}

// ask lets a person write, and expects an answer.
func (t *telegram) ask(id int64, text string) error {
	t.mu.Lock()
	t.waiting[id] = time.Now()
	t.mu.Unlock()
	_, err := t.emulator.Send(id, id, text)
	return err
}

func (t *telegram) unanswered() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.waiting)
}

// linkedPeople returns the Telegram ids of employees.
func linkedPeople() []int64 {
	var out []int64
	for id := firstOwner + clients; id <= people; id++ {
		if linked(id) {
			out = append(out, int64(telegramID+id))
		}
	}
	return out
}

const updatesASecond = 100

// messages are what people write: a list of their tickets, help, a new ticket.
var messages = []string{"/meus", "/ajuda", "/novo"}

// chat measures how long an answer takes at an even 100 updates a second.
func (b *bench) chat(ctx context.Context) error {
	return b.with(ctx, func(p *program) error {
		who := linkedPeople()
		length := max(2*b.length, 6*time.Second)
		tick := time.NewTicker(time.Second / updatesASecond)
		defer tick.Stop()
		if err := b.firstAnswer(ctx, who[len(who)-1]); err != nil {
			return err
		}
		from := b.usage(p)
		total := int(length.Seconds() * updatesASecond)
		for i := range total {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-tick.C:
			}
			if err := b.telegram.ask(who[i%(len(who)-1)], messages[i%len(messages)]); err != nil {
				return err
			}
		}
		for deadline := time.Now().Add(5 * time.Second); b.telegram.unanswered() > 0 && time.Now().Before(deadline); {
			time.Sleep(10 * time.Millisecond)
		}
		cpu := from.until(b.usage(p))
		delays := b.telegram.delays
		slices.Sort(delays)
		missing := b.telegram.unanswered()
		if len(delays) == 0 {
			return errors.New("no update was answered")
		}
		p50, p99 := delays[len(delays)/2], delays[len(delays)*99/100]
		if missing > 0 {
			p99 = 5 * time.Second
		}
		b.add(row{Name: "chat: update → answer, p50", Ours: ms(p50), Unit: "ms", Value: ms(p50), Bar: 10, AtMost: true, CPU: &cpu,
			Note: fmt.Sprintf("%d updates at %d/s, %d not answered within 5 s", total, updatesASecond, missing)})
		b.add(row{Name: "chat: update → answer, p99", Ours: ms(p99), Unit: "ms", Value: ms(p99), Bar: 50, AtMost: true})
		return nil
	})
}

// firstAnswer waits until the bot has found Telegram, and forgets how long that took.
func (b *bench) firstAnswer(ctx context.Context, id int64) error {
	if err := b.telegram.ask(id, "/ajuda"); err != nil {
		return err
	}
	for deadline := time.Now().Add(30 * time.Second); b.telegram.unanswered() > 0; {
		if time.Now().After(deadline) || ctx.Err() != nil {
			return errors.New("the bot does not answer")
		}
		time.Sleep(10 * time.Millisecond)
	}
	b.telegram.mu.Lock()
	defer b.telegram.mu.Unlock()
	b.telegram.delays = nil
	return nil
}

const backlogUpdates = 10_000

// backlog measures how fast updates are handled that waited while the program was down.
func (b *bench) backlog(ctx context.Context) error {
	if err := b.cluster.copyDatabase(ctx, baseDatabase, workDatabase); err != nil {
		return err
	}
	if b.actors.it == nil { // who logs in now does not do it meanwhile
		if err := b.on(ctx, workDatabase, func(*program) error { return nil }); err != nil {
			return err
		}
	}
	who := linkedPeople()[:1000]
	for i := range backlogUpdates {
		id := who[i%len(who)]
		if _, err := b.telegram.emulator.Send(id, id, messages[i%len(messages)]); err != nil {
			return err
		}
	}
	return b.on(ctx, workDatabase, func(p *program) error {
		conn, err := pgx.Connect(ctx, b.cluster.url(workDatabase))
		if err != nil {
			return err
		}
		defer conn.Close(ctx)
		if err := b.cluster.exec(ctx, "postgres", "CREATE EXTENSION IF NOT EXISTS pg_stat_statements", "SELECT pg_stat_statements_reset()"); err != nil {
			return err
		}
		saved := b.profile(p, "backlog")
		from := b.usage(p)
		for handled := 0; handled < backlogUpdates; time.Sleep(50 * time.Millisecond) {
			if err := conn.QueryRow(ctx, `SELECT count(*) FROM entrada WHERE tratado_em IS NOT NULL`).Scan(&handled); err != nil {
				return err
			}
			if time.Since(from.at) > 2*time.Minute {
				return fmt.Errorf("%d of %d updates handled after two minutes", handled, backlogUpdates)
			}
		}
		cpu := from.until(b.usage(p))
		saved()
		if err := b.statements(ctx, "backlog", backlogUpdates); err != nil {
			return err
		}
		var seconds float64
		var disordered int
		err = conn.QueryRow(ctx, `SELECT extract(epoch FROM max(tratado_em) - min(recebido_em))::float8, (SELECT count(*) FROM (
			SELECT tratado_em < lag(tratado_em) OVER (PARTITION BY faixa ORDER BY update_id) AS before FROM entrada) o WHERE before)
			FROM entrada`).Scan(&seconds, &disordered)
		if err != nil {
			return err
		}
		if disordered > 0 {
			return fmt.Errorf("%d updates were handled before an earlier one of their chat", disordered)
		}
		rate := backlogUpdates / seconds
		b.add(row{Name: "chat: backlog of 10,000 drained", Ours: rate, Unit: "/s", Value: rate, Bar: 800, CPU: &cpu, Note: "ten in each of 1,000 chats, in order within each"})
		return nil
	})
}
