package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"chamados/bot/emulator"
)

// marker is the word by which a message, comment or title is found again.
var marker = regexp.MustCompile(`\b[a-z][0-9]{6}x\b`)

// delivery is one call by which the bot sends or edits, as Telegram's side sees it.
type delivery struct {
	method     string
	chat       int64
	markers    []string
	arrived    bool // it says that a comment arrived
	begin, end time.Time
	answered   bool // the answer was given; whether the program lived to read it is another matter
	status     int
}

// telegram is the emulated Bot API, which writes down what is sent.
type telegram struct {
	*emulator.Server
	server *http.Server
	url    string

	mu         sync.Mutex
	deliveries []delivery
}

func startTelegram() (*telegram, error) {
	e, err := emulator.New(emulator.Options{
		Token: botToken, BotUsername: "chaos_bot", Clock: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, e.Close())
	}
	t := &telegram{Server: e, url: "http://" + l.Addr().String()}
	t.server = &http.Server{Handler: t, ReadHeaderTimeout: time.Minute}
	var team []int64
	for _, p := range everybody() {
		if p.isRemote() {
			continue
		}
		e.AddUser(emulator.User{ID: p.telegram(), FirstName: "Pessoa", LastName: strconv.FormatInt(p.id, 10), LanguageCode: "pt-br"})
		if p.isIT() {
			team = append(team, p.telegram())
		}
	}
	e.AddGroup(emulator.Group{ID: group, Title: "TI", Members: team, BotAdmin: true})
	go t.server.Serve(l)
	return t, t.greet()
}

// greet lets everybody have written to the bot long ago, so that it may write to them.
func (t *telegram) greet() error {
	for _, p := range everybody() {
		if p.isRemote() {
			continue
		}
		if _, err := t.Start(p.telegram(), ""); err != nil {
			return err
		}
	}
	for last := 0; t.Pending() > 0; {
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

func (t *telegram) close() error { return errors.Join(t.Server.Close(), t.server.Close()) }

// ServeHTTP lets the emulator answer and notes whether the answer was given.
func (t *telegram) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method := strings.ToLower(r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:])
	if !strings.HasPrefix(method, "send") && !strings.HasPrefix(method, "edit") {
		t.Handler().ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the program died while it asked
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	d := delivery{method: method, chat: chatOf(body), begin: time.Now(), markers: marker.FindAllString(string(body), -1), arrived: bytes.Contains(body, []byte(arrived))}
	noted := &notedWriter{ResponseWriter: w}
	defer func() {
		d.end, d.status = time.Now(), noted.status
		d.answered = noted.status != 0 && r.Context().Err() == nil
		t.mu.Lock()
		t.deliveries = append(t.deliveries, d)
		t.mu.Unlock()
	}()
	t.Handler().ServeHTTP(noted, r)
}

type notedWriter struct {
	http.ResponseWriter
	status int
}

func (w *notedWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *notedWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

var chatField = []byte("name=\"chat_id\"\r\n\r\n")

func chatOf(body []byte) int64 {
	_, rest, _ := bytes.Cut(body, chatField)
	digits, _, _ := bytes.Cut(rest, []byte("\r"))
	id, _ := strconv.ParseInt(string(digits), 10, 64)
	return id
}

// calls returns what was sent and edited so far.
func (t *telegram) calls() []delivery {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]delivery(nil), t.deliveries...)
}

// executed reports whether the call may have been carried out: it was not refused.
func (d delivery) executed() bool { return d.status == 0 || d.status == http.StatusOK }

// text tells of a call.
func (d delivery) text() string {
	return fmt.Sprintf("%s to %d at %s took %s, status %d, answered %v", d.method, d.chat, d.begin.Format("15:04:05.000"),
		d.end.Sub(d.begin).Round(time.Millisecond), d.status, d.answered)
}
