package mail

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"chamados/domain"
)

// fakeQueue holds mails in memory and tells what became of them.
type fakeQueue struct {
	mu       sync.Mutex
	waiting  []domain.Mail
	outcomes chan outcome
	away     int // so many outcomes are not taken first
}

func (q *fakeQueue) open() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.away > 0 {
		q.away--
		return &domain.Error{Code: domain.CodeUnavailable, Key: "unavailable"}
	}
	return nil
}

type outcome struct {
	what    string // sent, retry, dead
	mail    domain.Mail
	wait    time.Duration
	counted bool
	cause   string
}

func newQueue(mails ...domain.Mail) *fakeQueue {
	return &fakeQueue{waiting: mails, outcomes: make(chan outcome, 100)}
}

func (q *fakeQueue) ClaimMail(_ context.Context, limit int, _ time.Duration) ([]domain.Mail, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(limit, len(q.waiting))
	out := q.waiting[:n]
	q.waiting = q.waiting[n:]
	return out, nil
}

func (q *fakeQueue) MailSent(_ context.Context, m domain.Mail) error {
	if err := q.open(); err != nil {
		return err
	}
	q.outcomes <- outcome{what: "sent", mail: m}
	return nil
}

func (q *fakeQueue) RetryMail(_ context.Context, m domain.Mail, at time.Time, counted bool, cause string) error {
	q.outcomes <- outcome{what: "retry", mail: m, wait: at.Sub(noon), counted: counted, cause: cause}
	return nil
}

func (q *fakeQueue) DeadMail(_ context.Context, m domain.Mail, cause string) error {
	q.outcomes <- outcome{what: "dead", mail: m, cause: cause}
	return nil
}

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// fakeDesk has Ana, with the ticket 12, and Bruno of IT; Davi is switched off.
type fakeDesk struct{}

func (fakeDesk) User(_ context.Context, id int64) (domain.User, error) {
	switch id {
	case 7:
		return person, nil
	case 8:
		return domain.User{ID: 8, Name: "Davi", Email: "davi@exemplo.com.br"}, nil
	case 9:
		return domain.User{ID: 9, Name: "Eva", Email: "eva@exemplo.com.br", Active: true, Role: domain.RoleEmployee}, nil
	}
	return domain.User{}, domain.ErrUserNotFound
}

func (fakeDesk) TicketView(_ context.Context, id int64, _ bool) (domain.TicketView, error) {
	t := domain.Ticket{ID: id, Title: "Impressora", RequesterID: 7}
	if id == 13 {
		t.DeletedAt = noon
	}
	return domain.TicketView{Ticket: t}, nil
}

func (fakeDesk) NoticeEvents(_ context.Context, ids []int64) ([]domain.NoticeEventView, error) {
	var out []domain.NoticeEventView
	for _, id := range ids {
		v := domain.NoticeEventView{Event: domain.Event{ID: id, Kind: domain.EventComment, ActorName: "Bruno"}, CommentText: "Pronto."}
		if id == 2 {
			v.CommentText = "" // taken back
		}
		out = append(out, v)
	}
	return out, nil
}

func relay(q domain.MailQueue, s Sender) *Relay {
	return NewRelay(Options{
		Queue: q, Desk: fakeDesk{}, Events: fakeDesk{}, Sender: s, Now: func() time.Time { return noon },
		PanelURL: testWriter.panelURL, InviteLink: testWriter.inviteLink,
	})
}

// one runs a relay on a single mail and returns what became of it.
func one(t *testing.T, m domain.Mail, s Sender) outcome {
	t.Helper()
	m.IDs = []int64{1}
	q := newQueue(m)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- relay(q, s).Run(ctx) }()
	out := <-q.outcomes
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	return out
}

var codeMail = domain.Mail{
	Kind: domain.MailCode, UserID: 7, Secrets: domain.MailSecrets{Code: "012345"}, CreatedAt: noon, ExpiresAt: noon.Add(10 * time.Minute),
}

func TestRelayThroughGraph(t *testing.T) {
	for name, c := range map[string]struct {
		statuses []int
		attempts int
		want     outcome
	}{
		"accepted":      {statuses: []int{202}, want: outcome{what: "sent"}},
		"new token":     {statuses: []int{401, 202}, want: outcome{what: "sent"}},
		"locked out":    {statuses: []int{401}, want: outcome{what: "retry", wait: 2 * time.Second, counted: true}},
		"refused":       {statuses: []int{403}, want: outcome{what: "dead"}},
		"busy":          {statuses: []int{429}, want: outcome{what: "retry", wait: 7 * time.Second}},
		"overloaded":    {statuses: []int{503}, attempts: 3, want: outcome{what: "retry", wait: 7 * time.Second}},
		"broken":        {statuses: []int{500}, attempts: 3, want: outcome{what: "retry", wait: 16 * time.Second, counted: true}},
		"not worth it":  {statuses: []int{500}, attempts: 20, want: outcome{what: "dead"}},
		"broken before": {statuses: []int{202}, attempts: 5, want: outcome{what: "sent"}},
	} {
		t.Run(name, func(t *testing.T) {
			g := newFakeGraph(t, c.statuses...)
			m := codeMail
			m.Attempts = c.attempts
			got := one(t, m, g.sender(t))
			if got.what != c.want.what || got.wait != c.want.wait || got.counted != c.want.counted || (got.what != "sent") != (got.cause != "") {
				t.Errorf("%+v", got)
			}
			if strings.Contains(got.cause, "012345") || strings.Contains(got.cause, "geheim") {
				t.Errorf("a secret is in %q", got.cause)
			}
		})
	}
}

func TestSlowGraphIsTriedAgain(t *testing.T) {
	g := newFakeGraph(t, http.StatusAccepted)
	g.hold = make(chan struct{})
	q := newQueue(domain.Mail{IDs: []int64{1}, Kind: domain.MailCode, UserID: 7, CreatedAt: noon, ExpiresAt: noon.Add(time.Hour)})
	r := relay(q, g.sender(t))
	r.o.Timeout = 100 * time.Millisecond
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() { _ = r.Run(ctx) }()
	if got := <-q.outcomes; got.what != "retry" || !got.counted {
		t.Errorf("%+v", got)
	}
	close(g.hold)
}

func TestBusyGraphHoldsAllMails(t *testing.T) {
	g := newFakeGraph(t, http.StatusTooManyRequests)
	var mails []domain.Mail
	for i := range 50 {
		m := codeMail
		m.IDs = []int64{int64(i + 1)}
		mails = append(mails, m)
	}
	q := newQueue(mails...)
	r := relay(q, g.sender(t))
	for r.round(t.Context()) && g.calls.Load() < 50 {
		continue
	}
	if n := g.calls.Load(); n > int32(r.o.Parallel) {
		t.Errorf("%d calls although the first answer was to wait", n)
	}
	if until := r.patience(); !until.Equal(noon.Add(7 * time.Second)) {
		t.Errorf("waits until %v", until)
	}
}

func TestMootMails(t *testing.T) {
	box := &Box{}
	notice := domain.Mail{Kind: domain.MailNotice, UserID: 7, TicketID: 12, EventIDs: []int64{1}, ExpiresAt: noon.Add(time.Hour)}
	for name, change := range map[string]func(*domain.Mail){
		"expired":            func(m *domain.Mail) { m.ExpiresAt = noon },
		"account is off":     func(m *domain.Mail) { m.UserID = 8 },
		"account is gone":    func(m *domain.Mail) { m.UserID = 99 },
		"somebody else's":    func(m *domain.Mail) { m.UserID = 9 },
		"deleted ticket":     func(m *domain.Mail) { m.TicketID = 13 },
		"comment was undone": func(m *domain.Mail) { m.EventIDs = []int64{2} },
		"unknown kind":       func(m *domain.Mail) { m.Kind = "?" },
		"no address":         func(m *domain.Mail) { m.Kind, m.UserID = domain.MailSignup, 0 },
	} {
		m := notice
		change(&m)
		if got := one(t, m, box); got.what != "dead" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if len(box.Messages()) != 0 {
		t.Errorf("sent %v", box.Messages())
	}
	if got := one(t, notice, box); got.what != "sent" || box.Messages()[0].To != person.Email {
		t.Errorf("%+v", got)
	}
	stranger := domain.Mail{Kind: domain.MailSignup, Address: "x@exemplo.com.br", Secrets: domain.MailSecrets{Code: "543210"}, ExpiresAt: noon.Add(time.Hour), Lang: domain.LangEnglish}
	if got := one(t, stranger, box); got.what != "sent" || box.Messages()[0].To != "x@exemplo.com.br" || !strings.Contains(box.Messages()[0].Text, "Hello") {
		t.Errorf("%+v", got)
	}
}

func TestWithoutAMailSystem(t *testing.T) {
	if got := one(t, codeMail, nil); got.what != "dead" || got.cause != NotConfigured {
		t.Errorf("%+v", got)
	}
}

type panicking struct{}

func (panicking) Send(context.Context, Message) error { panic("oops") }

type failing struct{ err error }

func (f failing) Send(context.Context, Message) error { return f.err }

func TestFaultsOfOurOwn(t *testing.T) {
	if got := one(t, codeMail, panicking{}); got.what != "retry" || !got.counted {
		t.Errorf("%+v", got)
	}
	if got := one(t, codeMail, failing{errors.New("550 nobody")}); got.what != "dead" {
		t.Errorf("%+v", got)
	}
}
