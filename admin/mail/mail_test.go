package mail

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"chamados/domain"
)

var person = domain.User{Name: `Ana <b>"&`, Email: "ana@exemplo.com.br"}

func TestCodeMail(t *testing.T) {
	for lang, words := range map[domain.Lang]string{domain.LangPortuguese: "nova senha", domain.LangEnglish: "new password"} {
		box := &Box{}
		if err := New(box).SendCode(t.Context(), person, lang, "012345"); err != nil {
			t.Fatal(err)
		}
		m := box.Messages()[0]
		if m.To != person.Email || !strings.Contains(m.Subject, words) || strings.Contains(m.Subject, "012345") || !strings.Contains(m.Text, "012345") || !strings.Contains(m.HTML, ">012345<") {
			t.Errorf("%s: %+v", lang, m)
		}
		if strings.Contains(m.HTML, "<b>") || strings.Contains(m.Text+m.HTML, "mail.") {
			t.Errorf("%s: %s", lang, m.HTML)
		}
	}
}

func TestBoxForgetsTheOldest(t *testing.T) {
	box := &Box{}
	for i := range boxSize + 5 {
		_ = box.Send(t.Context(), Message{Subject: fmt.Sprint(i)})
	}
	if kept := box.Messages(); len(kept) != boxSize || kept[0].Subject != fmt.Sprint(boxSize+4) {
		t.Errorf("%d messages, newest %s", len(kept), kept[0].Subject)
	}
}

// graph is Microsoft's service, answering sendMail with the given statuses in turn.
func graph(t *testing.T, statuses ...int) (sender *Graph, tokens *atomic.Int32, mails chan string) {
	t.Helper()
	tokens, mails = &atomic.Int32{}, make(chan string, 10)
	var calls atomic.Int32
	mux := http.NewServeMux()
	mux.HandleFunc("POST /tenant/oauth2/v2.0/token", func(w http.ResponseWriter, r *http.Request) {
		tokens.Add(1)
		if r.FormValue("client_id") != "client" || r.FormValue("client_secret") != "geheim" || !strings.HasSuffix(r.FormValue("scope"), "/.default") {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprint(w, `{"access_token":"tok","token_type":"Bearer","expires_in":3600}`)
	})
	mux.HandleFunc("POST /v1.0/users/{from}/sendMail", func(w http.ResponseWriter, r *http.Request) {
		status := statuses[min(int(calls.Add(1))-1, len(statuses)-1)]
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(status)
		var body graphMail
		if err := json.NewDecoder(r.Body).Decode(&body); err == nil && status < 300 {
			mails <- r.Header.Get("Authorization") + " " + r.PathValue("from") + " " + body.Message.To[0].EmailAddress.Address + " " + body.Message.Body.ContentType
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	sender, err := NewGraph(GraphOptions{
		TenantID: "tenant", ClientID: "client", ClientSecret: "geheim", From: "ti@exemplo.com.br", GraphURL: server.URL, LoginURL: server.URL,
	})
	if err != nil {
		t.Fatal(err)
	}
	return sender, tokens, mails
}

func TestGraph(t *testing.T) {
	for name, c := range map[string]struct {
		statuses []int
		waits    int
		fails    bool
	}{
		"accepted":    {statuses: []int{202}},
		"busy":        {statuses: []int{429, 503, 202}, waits: 2},
		"forbidden":   {statuses: []int{403}, fails: true},
		"bad token":   {statuses: []int{401}, fails: true},
		"always busy": {statuses: []int{429}, waits: attempts - 1, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			sender, tokens, mails := graph(t, c.statuses...)
			m := New(sender)
			waits := 0
			m.wait = func(_ context.Context, d time.Duration) error {
				if waits++; d < 7*time.Second {
					t.Errorf("waited %v, Retry-After said 7 s", d)
				}
				return nil
			}
			err := m.SendCode(t.Context(), person, domain.LangPortuguese, "012345")
			if (err != nil) != c.fails || waits != c.waits {
				t.Fatalf("%v after %d waits", err, waits)
			}
			if err != nil && strings.Contains(err.Error(), "geheim") {
				t.Errorf("the secret is in %v", err)
			}
			if !c.fails {
				if got := <-mails; got != "Bearer tok ti@exemplo.com.br ana@exemplo.com.br HTML" {
					t.Errorf("sent %s", got)
				}
			}
			if tokens.Load() != 1 {
				t.Errorf("%d tokens fetched", tokens.Load())
			}
		})
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	sender, _, _ := graph(t, 429)
	ctx, cancel := context.WithCancel(t.Context())
	m := New(sender)
	m.wait = func(ctx context.Context, d time.Duration) error {
		cancel()
		return wait(ctx, d)
	}
	if err := m.send(ctx, Message{To: "a@b.c"}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// smtpServer takes one mail and answers what it got; refuse is its answer to RCPT.
func smtpServer(t *testing.T, rcpt string) (address string, mail chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	mail = make(chan string, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		say := func(s string) { _, _ = fmt.Fprintf(conn, "%s\r\n", s) }
		say("220 test")
		var data strings.Builder
		for in, reading := bufio.NewScanner(conn), false; in.Scan(); {
			switch line := in.Text(); {
			case reading && line == ".":
				reading = false
				mail <- data.String()
				say("250 ok")
			case reading:
				data.WriteString(line + "\n")
			case strings.HasPrefix(line, "RCPT"):
				say(rcpt)
			case line == "DATA":
				reading = true
				say("354 go on")
			case line == "QUIT":
				say("221 bye")
				return
			default:
				say("250 ok")
			}
		}
	}()
	return "smtp://" + l.Addr().String(), mail
}

func TestSMTP(t *testing.T) {
	address, mail := smtpServer(t, "250 ok")
	s, err := NewSMTP(address, "ti@exemplo.com.br", "TI ção")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), Message{To: "ana@exemplo.com.br", ToName: "Ana", Subject: "Olá", Text: "texto", HTML: "<p>html</p>"}); err != nil {
		t.Fatal(err)
	}
	got := <-mail
	for _, part := range []string{"ti@exemplo.com.br", "ana@exemplo.com.br", "text/plain", "text/html", "texto"} {
		if !strings.Contains(got, part) {
			t.Errorf("the mail lacks %s:\n%s", part, got)
		}
	}
}

func TestSMTPTellsPassingFailuresApart(t *testing.T) {
	for answer, passing := range map[string]bool{"550 nobody here": false, "451 try later": true} {
		address, _ := smtpServer(t, answer)
		s, err := NewSMTP(address, "ti@exemplo.com.br", "TI")
		if err != nil {
			t.Fatal(err)
		}
		err = s.Send(t.Context(), Message{To: "ana@exemplo.com.br", Subject: "x", Text: "x", HTML: "x"})
		if _, later := errors.AsType[*LaterError](err); err == nil || later != passing {
			t.Errorf("%s: %v", answer, err)
		}
	}
}

func TestBadSettings(t *testing.T) {
	for _, address := range []string{"", "host:25", "http://host", "smtp://", "smtp://u:geheim@host:port"} {
		if _, err := NewSMTP(address, "a@b.c", ""); err == nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%q: %v", address, err)
		}
	}
	if _, err := NewGraph(GraphOptions{ClientID: "x"}); err == nil {
		t.Error("half a configuration is taken")
	}
}
