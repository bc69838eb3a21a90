package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"chamados/admin/mail"
	"chamados/domain"
)

// notebook is a log that is read while it is written.
type notebook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (n *notebook) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.Write(p)
}

func (n *notebook) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.String()
}

// letterbox keeps the mails that would have gone out.
type letterbox struct{ got chan mail.Message }

func (l letterbox) Send(_ context.Context, m mail.Message) error {
	l.got <- m
	return nil
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// Through all that people do, the log at its most talkative holds no password, token, code or link, and no word of
// what they write; and nobody writes a line of it but the program.
func TestTheLogHoldsNoSecrets(t *testing.T) {
	log, box := &notebook{}, letterbox{make(chan mail.Message, 20)}
	w := newWorld(t)
	w.log = slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.mailer = box
	w.config.Secret = "chave-de-teste-muito-secreta-0123456789"
	w.config.HTTP.MetricsToken = "medidas-secretas"
	w.restart()
	v := &visitors{office: &office{world: w}, tokens: map[string]string{}}
	secrets := []string{e2ePassword, e2eToken, string(w.config.Secret), "medidas-secretas", w.program.webhookSecret()}

	form := func(path string, fields ...string) reply {
		q := url.Values{}
		for i := 0; i+1 < len(fields); i += 2 {
			q.Set(fields[i], fields[i+1])
		}
		return v.ask(anonymous, "POST", path, "application/x-www-form-urlencoded", q.Encode())
	}
	login := v.ask(anonymous, "POST", "/api/auth/login", "application/json", fmt.Sprintf(`{"email":"carla@exemplo.com.br","password":%q}`, e2ePassword))
	var in struct {
		Token string `json:"access_token"`
	}
	v.must(json.Unmarshal([]byte(login.body), &in))
	v.tokens[owner] = in.Token
	_ = v.ask(anonymous, "POST", "/api/auth/login", "application/json", `{"email":"carla@exemplo.com.br","password":"senha-errada-secreta"}`)
	_ = form("/entrar", "email", "carla@exemplo.com.br", "senha", "senha-errada-secreta")
	secrets = append(secrets, in.Token, "senha-errada-secreta")

	_ = form("/esqueci", "email", "carla@exemplo.com.br")
	letter := <-box.got
	code := sixDigits.FindString(letter.Text)
	_ = form("/esqueci/codigo", "email", "carla@exemplo.com.br", "codigo", "000000", "senha", "nova-senha-secreta-1")
	if r := form("/esqueci/codigo", "email", "carla@exemplo.com.br", "codigo", code, "senha", "nova-senha-secreta-1"); r.status != http.StatusSeeOther {
		t.Fatalf("code %q: %s", code, r)
	}
	secrets = append(secrets, code, "nova-senha-secreta-1")
	invite, err := w.program.desk.Invite(t.Context(), domain.System, w.carla.ID, domain.InvitePassword)
	v.must(err)
	_ = v.ask(anonymous, "GET", "/senha?convite="+invite, "", "")
	_ = form("/senha", "convite", invite, "senha", "nova-senha-secreta-2")
	link, err := w.program.desk.Invite(t.Context(), domain.System, w.carla.ID, domain.InviteTelegram)
	v.must(err)
	_, err = w.telegram.Start(carlaChat, link)
	v.must(err)
	secrets = append(secrets, invite, link, "nova-senha-secreta-2")

	carla := w.telegram.Talk(t, carlaChat, carlaChat)
	carla.Send("textosecreto da Carla")
	carla.Tap(w.fillDraft(carla), label("bot.button.send"))
	card := w.telegram.Talk(t, anaChat, e2eGroup)
	opened := v.office.waitFor(e2eGroup, "textosecreto")
	card.Reply(opened, "respostasecreta da TI")
	carla.Expect("respostasecreta")
	_ = v.ask(anonymous, "GET", "/chamados?q=buscasecreta", "", "")
	_ = v.ask(anonymous, "GET", "/nada%0d%0a%7B%22level%22:%22ERROR%22,%22msg%22:%22linhaforjada%22%7D", "", "", "X-Request-Id", `x","msg":"linhaforjada`)
	_ = v.ask(anonymous, "GET", "/metrics", "", "", "Authorization", "Bearer medidas-secretas")
	secrets = append(secrets, "textosecreto", "respostasecreta", "buscasecreta", strings.TrimPrefix(e2eToken, "4242:"))
	w.must(w.program.Stop())
	w.start()

	said := log.String()
	for _, s := range secrets {
		if s == "" || strings.Contains(said, s) {
			t.Errorf("the log holds %q", s)
		}
	}
	for _, line := range strings.Split(strings.TrimSpace(said), "\n") {
		var entry struct {
			Time  time.Time `json:"time"`
			Level string    `json:"level"`
			Msg   string    `json:"msg"`
		}
		if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.Time.IsZero() || entry.Msg == "linhaforjada" {
			t.Errorf("no line of the log: %s", line)
		}
	}
	if !strings.Contains(said, `"status":401`) || !strings.Contains(said, `"path":"/senha"`) {
		t.Errorf("the log tells of nothing:\n%s", said)
	}
}

// inside are words that only those should read who mend the program.
var inside = regexp.MustCompile(`(?i)sqlstate|relation "|column "|pgx|goroutine|\.go:\d|panic:|runtime error|/usr/|comentarios_fora|syntax error|storage:|password=|postgres://`)

// endsSessions are the routes after which their caller is nobody any more.
var endsSessions = map[string]bool{"POST /api/auth/logout": true, "POST /sair": true, "POST /conta/sair": true}

// When something breaks inside, people are told that and a number to ask with, and the log what it was.
func TestFailuresTellNothingOfTheInside(t *testing.T) {
	log := &notebook{}
	v := newVisitors(t)
	b := v.belongings()
	v.log = slog.New(slog.NewJSONHandler(log, nil))
	v.restart()
	db, err := pgx.Connect(t.Context(), string(v.config.Database.URL))
	v.must(err)
	t.Cleanup(func() { _ = db.Close(context.WithoutCancel(t.Context())) })
	for _, table := range []string{"comentarios", "anexos", "chamados", "vistos", "grupos", "contadores"} {
		_, err = db.Exec(t.Context(), "ALTER TABLE "+table+" RENAME TO "+table+"_fora")
		v.must(err)
	}
	ids := map[whom]int64{forTicket: b.ticket, forComment: b.comment, forFile: b.file, forUser: v.carla.ID, forIT: b.ticket}
	failed := 0
	for route, whose := range routes {
		if endsSessions[route] {
			continue
		}
		for _, who := range []string{anonymous, owner, technical} {
			for _, headers := range [][]string{nil, {"X-Fragment", "parte"}} {
				r := v.tried(who, route, ids[whose], headers...)
				if r.status >= 500 {
					failed++
				}
				if found := inside.FindString(r.String()); found != "" {
					t.Errorf("%s as %s says %q:\n%s", route, who, found, r)
				}
			}
		}
	}
	if failed < 20 || !strings.Contains(log.String(), "SQLSTATE 42P01") {
		t.Errorf("%d answers failed; the log:\n%.2000s", failed, log)
	}
}
