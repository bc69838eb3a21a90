package notify

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"chamados/bot/chat"
	"chamados/domain"
)

const (
	employee = int64(7) // user and chat
	tech     = int64(8)
	group    = int64(-100)
)

// row is one line of the fake outbox.
type row struct {
	d        domain.Delivery
	due      time.Time
	leased   time.Time
	finished bool
	sent     int64
	dead     string
	counted  int
}

// fakeOutbox keeps rows in memory, in the order of their lanes as storage does.
type fakeOutbox struct {
	mu      sync.Mutex
	rows    []*row
	cards   map[[2]int64]domain.CardRef
	events  map[int64]domain.NoticeEventView
	alarms  map[[2]int64][]domain.Alarm // by chat and message
	settled []int64                     // messages whose alarms have all settled
	ackFail int                         // so many acknowledgements fail first

	searches atomic.Int64 // claims, also those in vain
}

func newOutbox() *fakeOutbox {
	return &fakeOutbox{cards: map[[2]int64]domain.CardRef{}, events: map[int64]domain.NoticeEventView{}}
}

func (o *fakeOutbox) add(d domain.Delivery) *row {
	o.mu.Lock()
	defer o.mu.Unlock()
	d.IDs = []int64{int64(len(o.rows) + 1)}
	d.Lane = cmp.Or(d.Lane, d.ChatID)
	if d.CreatedAt.IsZero() {
		d.CreatedAt = time.Now()
	}
	r := &row{d: d}
	o.rows = append(o.rows, r)
	return r
}

func (o *fakeOutbox) first(lane int64) *row { return o.firstOf(lane, func(*row) bool { return true }) }

func (o *fakeOutbox) firstOf(lane int64, want func(*row) bool) *row {
	for _, r := range o.rows {
		if r.d.Lane == lane && !r.finished && !(r.d.Aside && r.due.After(time.Now())) && want(r) {
			return r
		}
	}
	return nil
}

func (o *fakeOutbox) DueLanes(_ context.Context, limit int) ([]int64, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []int64
	for _, r := range o.rows {
		f := o.first(r.d.Lane)
		if f == r && !r.due.After(time.Now()) && !r.leased.After(time.Now()) && len(out) < limit {
			out = append(out, r.d.Lane)
		}
	}
	return out, nil
}

func (o *fakeOutbox) Claim(_ context.Context, lane int64, lease time.Duration) (domain.Delivery, bool, error) {
	return o.claim(lane, lease, func(*row) bool { return true })
}

func (o *fakeOutbox) ClaimAnswer(_ context.Context, lane int64, lease time.Duration) (domain.Delivery, bool, error) {
	return o.claim(lane, lease, func(r *row) bool { return r.d.Awaited })
}

func (o *fakeOutbox) claim(lane int64, lease time.Duration, want func(*row) bool) (domain.Delivery, bool, error) {
	o.searches.Add(1)
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.firstOf(lane, want)
	now := time.Now()
	if r == nil || r.due.After(now) || r.leased.After(now) {
		return domain.Delivery{}, false, nil
	}
	if !r.leased.IsZero() {
		r.d.Uncertain, r.d.Attempts = true, r.d.Attempts+1
	}
	r.leased, r.d.Aside = now.Add(lease), false
	return r.d, true, nil
}

// now returns a row as it is, for tests that go on afterwards.
func (o *fakeOutbox) now(r *row) row {
	o.mu.Lock()
	defer o.mu.Unlock()
	return *r
}

func (o *fakeOutbox) row(d domain.Delivery) *row { return o.rows[d.IDs[0]-1] }

func (o *fakeOutbox) acks() error {
	if o.ackFail > 0 {
		o.ackFail--
		return &domain.Error{Code: domain.CodeUnavailable, Key: "unavailable"}
	}
	return nil
}

func (o *fakeOutbox) Sent(_ context.Context, d domain.Delivery, messageID int64, hash []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.acks(); err != nil {
		return err
	}
	r := o.row(d)
	r.finished, r.sent = true, messageID
	if d.Settled {
		o.settled = append(o.settled, d.Alarm)
	}
	if d.Kind == domain.DeliverCard && messageID != 0 {
		o.cards[[2]int64{d.TicketID, d.ChatID}] = domain.CardRef{MessageID: messageID, Hash: hash, ThreadID: &d.ThreadID}
	}
	return nil
}

func (o *fakeOutbox) Retry(_ context.Context, d domain.Delivery, at time.Time, counted bool, _ string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.acks(); err != nil {
		return err
	}
	r := o.row(d)
	r.due, r.leased, r.d.Uncertain = at, time.Time{}, r.d.Uncertain || d.Uncertain
	r.d.Aside = d.Aside
	if counted {
		r.counted++
		r.d.Attempts++
	}
	return nil
}

func (o *fakeOutbox) Dead(_ context.Context, d domain.Delivery, cause string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.row(d)
	r.finished, r.dead = true, cause
	return nil
}

func (o *fakeOutbox) Card(_ context.Context, ticketID, chatID int64) (domain.CardRef, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.cards[[2]int64{ticketID, chatID}], nil
}

func (o *fakeOutbox) ForgetCard(_ context.Context, ticketID, chatID int64) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.cards, [2]int64{ticketID, chatID})
	return nil
}

func (o *fakeOutbox) Alarms(_ context.Context, chatID, messageID int64) ([]domain.Alarm, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.alarms[[2]int64{chatID, messageID}], nil
}

func (o *fakeOutbox) NoticeEvents(_ context.Context, ids []int64) ([]domain.NoticeEventView, error) {
	var out []domain.NoticeEventView
	for _, id := range ids {
		out = append(out, o.events[id])
	}
	return out, nil
}

// call is one call of Telegram.
type call struct {
	to   chat.Target
	edit int64
	text string
	file *chat.File
	at   time.Time
}

// fakeSender records calls; fail may answer each with an error.
type fakeSender struct {
	mu     sync.Mutex
	calls  []call
	serial int64
	pings  int
	fail   func(c call) error // called for each; nil: all is well
	ping   func() error
	enter  chan struct{} // if set, told when a call begins
	leave  chan struct{} // if set, a call ends when it can receive
}

func (s *fakeSender) do(c call) (int64, error) {
	if s.enter != nil {
		s.enter <- struct{}{}
		<-s.leave
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c.at = time.Now()
	s.calls = append(s.calls, c)
	s.serial++
	if s.fail != nil {
		if err := s.fail(c); err != nil {
			return 0, err
		}
	}
	return 1000 + s.serial, nil
}

func (s *fakeSender) Send(_ context.Context, to chat.Target, o chat.Outgoing) (int64, error) {
	return s.do(call{to: to, text: o.Text, file: o.File})
}

func (s *fakeSender) Edit(_ context.Context, chatID, messageID int64, o chat.Outgoing) error {
	_, err := s.do(call{to: chat.Target{ChatID: chatID}, edit: messageID, text: o.Text})
	return err
}

func (s *fakeSender) Ping(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pings++
	if s.ping != nil {
		return s.ping()
	}
	return nil
}

// sent returns the calls so far.
func (s *fakeSender) sent() []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// forget drops the calls so far.
func (s *fakeSender) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = nil
}

func (s *fakeSender) texts() []string {
	var out []string
	for _, c := range s.sent() {
		out = append(out, c.text)
	}
	return out
}

// once fails the first n calls.
func once(n int, err error) func(call) error {
	return func(call) error {
		if n--; n >= 0 {
			return err
		}
		return nil
	}
}

// fakeDesk is Tickets and Desk.
type fakeDesk struct {
	mu      sync.Mutex
	users   map[int64]domain.User
	ticket  domain.Ticket
	blocked []int64
	moved   [][2]int64
	history []domain.Event
	broken  error // what reading a ticket fails with
	files   []domain.Attachment
}

func newDesk() *fakeDesk {
	return &fakeDesk{
		users: map[int64]domain.User{
			employee: {ID: employee, Active: true, Role: domain.RoleEmployee, TelegramID: employee, Lang: domain.LangEnglish},
			tech:     {ID: tech, Active: true, Role: domain.RoleIT, TelegramID: tech},
		},
		ticket: domain.Ticket{ID: 1, RequesterID: employee, AssigneeID: tech, Version: 1},
	}
}

func (k *fakeDesk) TicketView(_ context.Context, id int64, internal bool) (domain.TicketView, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.broken != nil {
		return domain.TicketView{}, k.broken
	}
	if id != k.ticket.ID {
		return domain.TicketView{}, domain.ErrTicketNotFound
	}
	v := domain.TicketView{Ticket: k.ticket, Events: k.history}
	for _, f := range k.files {
		if internal || !f.Internal {
			v.Attachments = append(v.Attachments, f)
		}
	}
	if internal {
		v.Comments = []domain.Comment{{Text: "secret", Internal: true}}
	}
	return v, nil
}

func (k *fakeDesk) User(_ context.Context, id int64) (domain.User, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	u, ok := k.users[id]
	if !ok {
		return u, domain.ErrUserNotFound
	}
	return u, nil
}

func (k *fakeDesk) AttachmentContent(context.Context, int64) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader("conteúdo")), nil
}

func (k *fakeDesk) Groups(context.Context) ([]domain.Group, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	groups := []domain.Group{{ChatID: group}}
	for _, m := range k.moved {
		groups = append(groups, domain.Group{ChatID: m[1]})
	}
	return groups, nil
}

func (k *fakeDesk) GroupMoved(_ context.Context, from, to int64) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.moved = append(k.moved, [2]int64{from, to})
	return nil
}

func (k *fakeDesk) ChatBlocked(_ context.Context, id int64, _ bool) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.blocked = append(k.blocked, id)
	return nil
}

// plain renders what matters to the tests.
type plain struct{}

func (plain) Card(r Reader, v domain.TicketView) chat.Outgoing {
	if r.Moved {
		return chat.Outgoing{Text: "card in another topic"}
	}
	if r.Former {
		return chat.Outgoing{Text: fmt.Sprintf("card v%d handed on", v.Version)}
	}
	return chat.Outgoing{Text: fmt.Sprintf("card v%d %s it=%v notes=%d", v.Version, r.Lang, r.IT, len(v.Comments))}
}

func (plain) Notice(r Reader, t domain.Ticket, events []domain.NoticeEventView) chat.Outgoing {
	var kinds []string
	for _, e := range events {
		kinds = append(kinds, string(e.Kind))
	}
	slices.Sort(kinds)
	return chat.Outgoing{Text: fmt.Sprintf("notice %s it=%v %s", r.Lang, r.IT, strings.Join(kinds, "+"))}
}

func message(chatID int64, text string) domain.Delivery {
	payload, _ := json.Marshal(chat.Outgoing{Text: text})
	return domain.Delivery{Kind: domain.DeliverMessage, ChatID: chatID, Awaited: true, Message: &domain.Outgoing{ChatID: chatID, Payload: payload}}
}

func cardFor(chatID, userID int64) domain.Delivery {
	return domain.Delivery{Kind: domain.DeliverCard, ChatID: chatID, UserID: userID, TicketID: 1}
}

func noticeFor(chatID, userID int64, events ...int64) domain.Delivery {
	return domain.Delivery{Kind: domain.DeliverNotice, ChatID: chatID, UserID: userID, TicketID: 1, EventIDs: events}
}

func (plain) Alarms(r Reader, alarms []Alarm) chat.Outgoing {
	var parts []string
	for _, a := range alarms {
		parts = append(parts, fmt.Sprintf("#%d settled=%v", a.Ticket.ID, a.Settled != nil))
	}
	return chat.Outgoing{Text: fmt.Sprintf("alarm %s it=%v %s", r.Lang, r.IT, strings.Join(parts, ", "))}
}
