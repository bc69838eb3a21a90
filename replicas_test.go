package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"chamados/bot/emulator"
	"chamados/domain"
	"chamados/internal/config"
)

const (
	replicaCount  = 3
	replicaPeople = 6
	replicaTime   = 90 * time.Second // of patience on a slow machine; a run takes a few seconds
)

// fleet is three processes of the program behind the nginx site that deploy/ has, one database, and an emulated
// Telegram that delivers by webhook.
type fleet struct {
	*terminal
	telegram *emulator.Server
	balancer string
	addrs    []string
	running  []*exec.Cmd
	p        *Program // beside the processes, to look and to prepare
	people   []domain.Actor
	tickets  []domain.Ticket
	cards    []int
}

func newFleet(t *testing.T) *fleet {
	t.Helper()
	nginx := nginxProgram(t)
	f := &fleet{terminal: newTerminal(t), running: make([]*exec.Cmd, replicaCount)}
	for range replicaCount {
		f.addrs = append(f.addrs, freeAddr(t))
	}
	f.balancer = freeAddr(t)
	f.telegram = f.telegramFor(emulator.Options{WebhookBackoff: 20 * time.Millisecond}, emulator.Group{BotAdmin: true})
	t.Setenv("TELEGRAM_WEBHOOK_URL", "http://"+f.balancer)
	t.Setenv("TRUSTED_PROXIES", "127.0.0.1")
	t.Setenv("SECRET_KEY", strings.Repeat("k", config.GoodSecret))
	f.p = f.desk()
	f.prepare()
	f.balance(nginx)
	for i := range f.addrs {
		f.start(i)
	}
	f.awaitCards()
	return f
}

func nginxProgram(t *testing.T) string {
	t.Helper()
	for _, path := range []string{"nginx", "/usr/sbin/nginx"} {
		if found, err := exec.LookPath(path); err == nil {
			return found
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("NGINX IS MISSING: replicas were not tested")
	}
	t.Skip("*** NGINX IS MISSING: REPLICAS ARE NOT TESTED ***")
	return ""
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (f *fleet) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// prepare makes people with a Telegram and a ticket each.
func (f *fleet) prepare() {
	f.t.Helper()
	ctx, desk := f.t.Context(), f.p.desk
	for i := range replicaPeople {
		chat := int64(300 + i)
		f.telegram.AddUser(emulator.User{ID: chat, FirstName: fmt.Sprint("Pessoa", i), LanguageCode: "pt-br"})
		u, err := desk.CreateUser(ctx, domain.System, domain.NewUser{
			Name: fmt.Sprint("Pessoa ", i), Email: fmt.Sprintf("p%d@example.com", i), Role: domain.RoleEmployee, Password: e2ePassword,
		})
		f.must(err)
		token, err := desk.Invite(ctx, domain.System, u.ID, domain.InviteTelegram)
		f.must(err)
		linked, err := desk.LinkTelegram(ctx, token, domain.TelegramProfile{ID: chat, Name: u.Name})
		f.must(err)
		_, err = f.telegram.Start(chat, "")
		f.must(err)
		actor := domain.Actor{User: linked.User, Channel: domain.ChannelPanel}
		ticket, err := desk.Open(ctx, actor, domain.NewTicket{Title: fmt.Sprint("Chamado ", i), Description: "x", Category: domain.CategoryOther})
		f.must(err)
		f.people, f.tickets = append(f.people, actor), append(f.tickets, ticket)
	}
}

// awaitCards waits until everybody has their ticket's card, to which they reply.
func (f *fleet) awaitCards() {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), replicaTime)
	defer cancel()
	for i, ticket := range f.tickets {
		m, err := f.telegram.WaitMessage(ctx, int64(300+i), func(m emulator.Message) bool { return strings.Contains(m.Text, ticket.Title) })
		f.must(err)
		f.cards = append(f.cards, m.ID)
	}
}

// balance starts nginx with the site of deploy/, without TLS, on a port of its own.
func (f *fleet) balance(nginx string) {
	f.t.Helper()
	site := string(readDeployed(f.t, "deploy/nginx/chamados.conf"))
	site = regexp.MustCompile(`(?s)server \{\n    listen 80;.*?\n\}\n`).ReplaceAllString(site, "")
	site = regexp.MustCompile(`(?m)^\s+(ssl_|listen \[|add_header Strict).*\n`).ReplaceAllString(site, "")
	site = strings.Replace(site, "listen 443 ssl http2;", "listen "+f.balancer+";", 1)
	var servers string
	for _, addr := range f.addrs {
		servers += "    server " + addr + " max_fails=3 fail_timeout=2s;\n"
	}
	site = regexp.MustCompile(`(?m)^    server 127\.0\.0\.1:8000.*\n`).ReplaceAllString(site, servers)
	dir := f.t.TempDir()
	conf := fmt.Sprintf("daemon off;\nmaster_process off;\npid %[1]s/pid;\nerror_log stderr crit;\nevents {}\nhttp {\naccess_log off;\n", dir)
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		conf += fmt.Sprintf("%s_temp_path %s/%s;\n", kind, dir, kind)
	}
	file := filepath.Join(dir, "nginx.conf")
	f.must(os.WriteFile(file, []byte(conf+site+"}\n"), 0o600))
	cmd := exec.Command(nginx, "-e", "stderr", "-p", dir, "-c", file)
	f.must(cmd.Start())
	f.t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
}

// start runs one process until it serves.
func (f *fleet) start(i int) {
	f.t.Helper()
	cmd := exec.Command(os.Args[0], "serve", "--config", f.file)
	cmd.Env = append(os.Environ(), asProgram+"=1", "HTTP_ADDR="+f.addrs[i])
	var log bytes.Buffer
	cmd.Stderr = &log
	f.must(cmd.Start())
	f.running[i] = cmd
	f.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if f.t.Failed() {
			f.t.Logf("process %d said:\n%s", i, log.String())
		}
	})
	f.await("process serves", func() bool { return new(cli).checkHealth(f.t.Context(), config.HTTP{Addr: f.addrs[i]}) == nil })
}

func (f *fleet) kill(i int) {
	f.t.Helper()
	f.must(f.running[i].Process.Kill())
	_ = f.running[i].Wait()
}

// await polls what another process brings about.
func (f *fleet) await(what string, done func() bool) {
	f.t.Helper()
	for deadline := time.Now().Add(replicaTime); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			f.t.Fatalf("waited in vain: %s", what)
		}
	}
}

// Any of three processes is killed under load: what people write in chat and what programs send becomes exactly one
// comment each, and a live connection that reconnects has missed none of them.
func TestReplicas(t *testing.T) {
	f := newFleet(t)
	token := f.login()
	ctx, cancel := context.WithCancel(t.Context())
	live := &liveView{fleet: f, token: token, seen: map[int64]int{}}
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	running.Go(func() { live.follow(ctx) })
	f.await("the live view is open", live.open)
	var sent []string
	say := func(round int, when string) {
		for i := range f.people {
			text := fmt.Sprintf("chat %d %s %d", round, when, i)
			_, err := f.telegram.Reply(int64(300+i), int64(300+i), f.cards[i], text)
			f.must(err)
			sent = append(sent, text)
		}
	}
	for i := range replicaCount {
		say(i, "antes")
		post := make(chan []string, 1)
		go func() { post <- f.post(token, i) }()
		f.kill(i)
		say(i, "depois")
		sent = append(sent, <-post...)
		f.start(i)
	}
	f.await("all is stored", func() bool { return len(f.comments()) >= len(sent) })
	stored := f.comments()
	for _, text := range sent {
		if stored[text] != 1 {
			t.Errorf("%q is stored %d times", text, stored[text])
		}
	}
	f.await("all was seen live", func() bool { return live.comments() >= len(sent) })
	if n := live.comments(); n != len(sent) {
		t.Errorf("%d comments were seen live, %d were written", n, len(sent))
	}
}

// comments returns how often each comment is stored.
func (f *fleet) comments() map[string]int {
	f.t.Helper()
	out := map[string]int{}
	for _, ticket := range f.tickets {
		v, err := f.p.desk.Ticket(f.t.Context(), domain.System, ticket.ID)
		f.must(err)
		for _, c := range v.Comments {
			out[c.Text]++
		}
	}
	return out
}

// login returns a token of the first person, whose ticket programs comment on.
func (f *fleet) login() string {
	f.t.Helper()
	role := domain.RoleIT // who sees everything
	u, err := f.p.desk.UpdateUser(f.t.Context(), domain.System, f.people[0].ID, domain.UserChange{Role: &role})
	f.must(err)
	body, err := json.Marshal(map[string]string{"email": u.Email, "password": e2ePassword})
	f.must(err)
	resp, err := http.Post("http://"+f.balancer+"/api/auth/login", "application/json", bytes.NewReader(body))
	f.must(err)
	defer resp.Body.Close()
	var answer struct {
		Token string `json:"access_token"`
	}
	f.must(json.NewDecoder(resp.Body).Decode(&answer))
	if answer.Token == "" {
		f.t.Fatalf("no token: %s", resp.Status)
	}
	return answer.Token
}

// post comments as programs do, each with a key and again until it is answered.
func (f *fleet) post(token string, round int) []string {
	var sent []string
	for n := range 10 {
		text := fmt.Sprintf("api %d %d", round, n)
		body, _ := json.Marshal(map[string]string{"comentario": text})
		for deadline := time.Now().Add(replicaTime); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
			req := httptest.NewRequest(http.MethodPost, fmt.Sprintf("http://%s/api/chamados/%d/comentarios", f.balancer, f.tickets[1].ID), bytes.NewReader(body))
			req.RequestURI = ""
			req.Header.Set("Authorization", "Bearer "+token)
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("Idempotency-Key", text)
			resp, err := http.DefaultClient.Do(req.WithContext(f.t.Context()))
			if err != nil {
				continue
			}
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				sent = append(sent, text)
				break
			}
			if resp.StatusCode < 500 {
				f.t.Errorf("%s: %s", text, resp.Status)
				break
			}
		}
	}
	return sent
}

// liveView is a browser's connection: it comes back and says where it was.
type liveView struct {
	*fleet
	token string

	mu     sync.Mutex
	ready  bool
	cursor int64
	seen   map[int64]int // events of comments
}

func (l *liveView) open() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ready
}

func (l *liveView) comments() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.seen)
}

func (l *liveView) follow(ctx context.Context) {
	for ctx.Err() == nil {
		l.once(ctx)
	}
}

// once is one connection, until it breaks.
func (l *liveView) once(ctx context.Context) {
	conn, resp, err := websocket.Dial(ctx, "ws://"+l.balancer+"/ws", &websocket.DialOptions{
		HTTPHeader: http.Header{"Authorization": {"Bearer " + l.token}},
	})
	if err != nil {
		if resp != nil && resp.Body != nil {
			resp.Body.Close()
		}
		return
	}
	defer conn.CloseNow()
	l.mu.Lock()
	resume := map[string]any{"type": "resume"}
	if l.ready {
		resume["cursor"] = l.cursor
	}
	l.mu.Unlock()
	hello, _ := json.Marshal(resume)
	if conn.Write(ctx, websocket.MessageText, hello) != nil {
		return
	}
	for {
		_, raw, err := conn.Read(ctx)
		if err != nil {
			return
		}
		l.take(raw)
	}
}

func (l *liveView) take(raw []byte) {
	var m struct {
		Type    string
		EventID int64 `json:"event_id"`
		Cursor  int64
	}
	if json.Unmarshal(raw, &m) != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if m.Type == "ready" {
		if !l.ready {
			l.cursor = m.Cursor
		}
		l.ready = true
		return
	}
	l.cursor = max(l.cursor, m.Cursor)
	if m.Type == "comment_added" {
		l.seen[m.EventID]++
	}
}
