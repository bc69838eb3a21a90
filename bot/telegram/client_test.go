package telegram

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"chamados/bot/chat"
	"chamados/bot/emulator"
	"chamados/domain"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "42:s3cret-Token_x"

const (
	someone = 101
	absent  = 104
	group   = -200
	forum   = -1000000000300
)

func newEmulator(t *testing.T) (*emulator.Server, *Client) {
	t.Helper()
	s, err := emulator.New(emulator.Options{Token: token, BotUsername: name, WebhookBackoff: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	s.AddUser(emulator.User{ID: someone, FirstName: "Ana"})
	s.AddUser(emulator.User{ID: absent, FirstName: "Caio"})
	s.AddGroup(emulator.Group{ID: group, Title: "TI", Members: []int64{someone}, BotAdmin: true})
	s.AddGroup(emulator.Group{ID: forum, Title: "F", Forum: true, Members: []int64{someone}, Admins: []int64{someone}, BotAdmin: true})
	web := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		web.Close()
	})
	if _, err := s.Send(someone, someone, "/start"); err != nil {
		t.Fatal(err)
	}
	return s, newClient(t, web.URL, 2*time.Second)
}

func newClient(t *testing.T, api string, timeout time.Duration) *Client {
	t.Helper()
	c, err := New(Options{Token: token, API: api, Timeout: timeout})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestClientSendsWhatIsMeant(t *testing.T) {
	s, c := newEmulator(t)
	ctx := t.Context()
	out := chat.Outgoing{Text: "<b>oi</b> &lt;3", Silent: true, Keyboard: [][]chat.Button{{
		{Text: "Assumir", Data: "1:t", Style: chat.Success}, {Text: "Copiar", Copy: "42"}, {Text: "Abrir", URL: "https://example.com/"},
	}}}
	id, err := c.Send(ctx, chat.Target{ChatID: someone, ThreadID: 1, ReplyTo: 99999}, out)
	if err != nil {
		t.Fatal(err)
	}
	m, ok := s.Message(someone, int(id))
	if !ok || m.Text != "oi <3" || m.ReplyToMessage != nil {
		t.Fatalf("got %+v", m)
	}
	if b, _ := m.Button("Assumir"); b.Data != "1:t" || b.Style != "success" {
		t.Errorf("button %+v", b)
	}
	if b, _ := m.Button("Copiar"); b.CopyText == nil || b.CopyText.Text != "42" {
		t.Errorf("button %+v", b)
	}
	if err := c.Edit(ctx, someone, id, chat.Outgoing{Text: "outro"}); err != nil {
		t.Fatal(err)
	}
	if m, _ = s.Message(someone, int(id)); m.Text != "outro" || m.ReplyMarkup != nil {
		t.Errorf("edited: %+v", m)
	}
	if id, username, err := c.Me(ctx); err != nil || id != 42 || username != name {
		t.Errorf("me: %d %s %v", id, username, err)
	}
	if err := c.SetCommands(ctx, ScopePrivate, 0, domain.LangPortuguese, []Command{{"novo", "Abrir chamado"}}); err != nil {
		t.Error(err)
	}
}

func TestClientClassifiesRefusals(t *testing.T) {
	s, c := newEmulator(t)
	ctx := t.Context()
	id, err := c.Send(ctx, chat.Target{ChatID: someone}, chat.Outgoing{Text: "x"})
	if err != nil {
		t.Fatal(err)
	}
	send := func(to chat.Target, text string) error {
		_, err := c.Send(ctx, to, chat.Outgoing{Text: text})
		return err
	}
	check := func(what string, err, want error) {
		t.Helper()
		if !errors.Is(err, want) {
			t.Errorf("%s: %v", what, err)
		}
		if err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: token in %v", what, err)
		}
	}
	check("same text", c.Edit(ctx, someone, id, chat.Outgoing{Text: "x"}), chat.ErrNotModified)
	check("no such message", c.Edit(ctx, someone, 9999, chat.Outgoing{Text: "y"}), chat.ErrMessageGone)
	check("never started", send(chat.Target{ChatID: absent}, "x"), chat.ErrUnreachable)
	check("no such chat", send(chat.Target{ChatID: 987654}, "x"), chat.ErrUnreachable)
	check("no such topic", send(chat.Target{ChatID: forum, ThreadID: 777}, "x"), chat.ErrThreadGone)
	check("bad HTML", send(chat.Target{ChatID: someone}, "<b>"), chat.ErrRefused)
	check("no such tap", c.Answer(ctx, "0", chat.Answer{Text: strings.Repeat("😀", 300)}), chat.ErrTooOld)
	if _, err = c.File(ctx, "nothing"); err == nil || errors.Is(err, chat.ErrRefused) {
		t.Errorf("Telegram's text leaves open whether the file comes back: %v", err)
	}

	s.Fault(emulator.Fault{Kind: emulator.FaultRateLimited, RetryAfter: 7})
	if e, ok := errors.AsType[chat.RetryAfter](send(chat.Target{ChatID: someone}, "x")); !ok || e.Wait != 7*time.Second {
		t.Errorf("429: %v", e)
	}
	to, err := s.MigrateGroup(group)
	if err != nil {
		t.Fatal(err)
	}
	if e, ok := errors.AsType[chat.Migrated](send(chat.Target{ChatID: group}, "x")); !ok || e.To != to {
		t.Errorf("migrated: %v", e)
	}
}

func TestClientTellsWhatIsUncertain(t *testing.T) {
	s, c := newEmulator(t)
	classes := []error{chat.ErrUnreachable, chat.ErrMessageGone, chat.ErrThreadGone, chat.ErrNotModified, chat.ErrRefused, chat.ErrUncertain, chat.ErrTooOld}
	for _, f := range []struct {
		fault     emulator.Fault
		uncertain bool
	}{
		{emulator.Fault{Kind: emulator.FaultServerError, Code: 502}, false},
		{emulator.Fault{Kind: emulator.FaultServerError, Code: 500}, false},
		{emulator.Fault{Kind: emulator.FaultServerError, Code: 504}, true},
		{emulator.Fault{Kind: emulator.FaultHangBefore}, true},
		{emulator.Fault{Kind: emulator.FaultHangAfter}, true},
		{emulator.Fault{Kind: emulator.FaultDropAfter}, true},
	} {
		s.Fault(f.fault)
		_, err := c.Send(t.Context(), chat.Target{ChatID: someone}, chat.Outgoing{Text: "x"})
		if err == nil || errors.Is(err, chat.ErrUncertain) != f.uncertain {
			t.Errorf("%v: %v", f.fault, err)
		}
		for _, class := range classes {
			if !f.uncertain && errors.Is(err, class) {
				t.Errorf("%v: is %v", f.fault, class)
			}
		}
	}
}

func TestClientNothingSentWithoutConnection(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + l.Addr().String()
	_ = l.Close()
	c := newClient(t, address, time.Second)
	_, err = c.Send(t.Context(), chat.Target{ChatID: 1}, chat.Outgoing{Text: "x"})
	if err == nil || errors.Is(err, chat.ErrUncertain) || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("got %v", err)
	}
}

func TestClientFollowsNoRedirect(t *testing.T) {
	var leaked bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { leaked = true }))
	defer other.Close()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL+r.URL.Path, http.StatusTemporaryRedirect)
	}))
	defer web.Close()
	if err := newClient(t, web.URL, time.Second).Ping(t.Context()); err == nil || leaked {
		t.Errorf("err %v, leaked %v", err, leaked)
	}
}

func TestClientDownloads(t *testing.T) {
	s, c := newEmulator(t)
	m, err := s.Post(someone, someone, emulator.Draft{Document: &emulator.File{Name: "a.txt", Data: []byte("conteúdo")}})
	if err != nil {
		t.Fatal(err)
	}
	body, err := c.File(t.Context(), m.Document.FileID)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = body.Close() }()
	if got, _ := io.ReadAll(body); string(got) != "conteúdo" {
		t.Errorf("got %q", got)
	}
}

func TestNewRefusesBadSettings(t *testing.T) {
	for _, o := range []Options{{Token: ""}, {Token: "abc"}, {Token: "1:a/b"}, {Token: token, API: "ftp://x"}, {Token: token, API: "%%"}} {
		if _, err := New(o); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// inbox keeps updates in memory.
type inbox struct {
	domain.Inbox
	stored chan domain.Update
	fail   func() error
}

func (i *inbox) Receive(_ context.Context, updates []domain.Update) error {
	if i.fail != nil {
		if err := i.fail(); err != nil {
			return err
		}
	}
	for _, u := range updates {
		i.stored <- u
	}
	return nil
}
