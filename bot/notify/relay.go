// Package notify delivers what the outbox holds to Telegram: claim, render, keep to the
// limits, deliver, acknowledge. Messages of a chat go out in order, chats in parallel;
// several processes may each run a relay.
package notify

import (
	"context"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"chamados/bot/chat"
	"chamados/bot/lanes"
	"chamados/domain"
)

// Sender is Telegram. Its errors are classified as package chat says.
type Sender interface {
	Send(ctx context.Context, to chat.Target, o chat.Outgoing) (messageID int64, err error)
	Edit(ctx context.Context, chatID, messageID int64, o chat.Outgoing) error
	// Ping reports whether Telegram answers at all.
	Ping(ctx context.Context) error
}

// Tickets is what rendering needs to know; a domain.Store has it.
type Tickets interface {
	TicketView(ctx context.Context, id int64, internal bool) (domain.TicketView, error)
	User(ctx context.Context, id int64) (domain.User, error)
	Groups(ctx context.Context) ([]domain.Group, error)
	AttachmentContent(ctx context.Context, id int64) (io.ReadCloser, error)
}

// Desk hears what Telegram says about chats; *domain.Desk does.
type Desk interface {
	GroupMoved(ctx context.Context, from, to int64) error
	ChatBlocked(ctx context.Context, telegramID int64, blocked bool) error
}

// Reader is whom a message is rendered for.
type Reader struct {
	Lang      domain.Lang
	IT        bool // may see what is internal
	Reachable bool // the requester can be written to
	Former    bool // had the ticket, which has another assignee or none now
	Moved     bool // the card is in another topic of the group now
	Now       time.Time
}

// Renderer makes messages of tickets. It is pure.
type Renderer interface {
	Card(r Reader, v domain.TicketView) chat.Outgoing
	Notice(r Reader, t domain.Ticket, events []domain.NoticeEventView) chat.Outgoing
	// Alarms shows one alarm or more, of one ticket or more; those that have settled as such.
	Alarms(r Reader, alarms []Alarm) chat.Outgoing
}

// Alarm is one warning with its ticket as the reader may see it.
type Alarm struct {
	Ticket  domain.Ticket
	Event   domain.NoticeEventView
	Settled *domain.Event // what made it moot; nil while it stands
}

// Options configure a Relay. Outbox, Tickets, Desk, Sender and Renderer are required.
type Options struct {
	Outbox    domain.Outbox
	Tickets   Tickets
	Desk      Desk
	Sender    Sender
	Renderer  Renderer
	GroupLang domain.Lang // spoken in groups; default Portuguese
	Limits    Limits
	Parallel  int // chats at once; default 8
	// Undelivered is told when a delivery that somebody should have seen was given up; may
	// be nil.
	Undelivered func(ctx context.Context, d domain.Delivery)
	// GroupLost is told that a group cannot be written to. True means that it was one of IT's:
	// what waited for it, also what was just given to Telegram, is dealt with. May be nil.
	GroupLost func(ctx context.Context, chatID int64) (bool, error)
	// ThreadGone is told when a topic turned out to be deleted; may be nil.
	ThreadGone func(ctx context.Context, chatID, threadID int64)
	Now        func() time.Time
	Log        *slog.Logger
}

const (
	// lease is how long a delivery is kept from others. It ends early when the process dies, so that it
	// may be longer than any absence of the database that an acknowledgement waits for.
	lease = 15 * time.Minute
	// callTime bounds what one delivery does: a few calls of the database and of Telegram.
	callTime = 45 * time.Second
)

// Relay delivers while Run runs.
type Relay struct {
	o         Options
	lanes     *lanes.Runner
	limits    *limits
	quiet     quiet
	gate      *gate
	stop      chan struct{} // closed when Run is to end
	delivered atomic.Int64  // when Telegram last took something, in Unix nanoseconds
}

// New returns a relay that does nothing until Run.
func New(o Options) *Relay {
	if o.GroupLang == "" {
		o.GroupLang = domain.LangPortuguese
	}
	if o.Undelivered == nil {
		o.Undelivered = func(context.Context, domain.Delivery) {}
	}
	if o.GroupLost == nil {
		o.GroupLost = func(context.Context, int64) (bool, error) { return false, nil }
	}
	if o.ThreadGone == nil {
		o.ThreadGone = func(context.Context, int64, int64) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	r := &Relay{o: o, limits: newLimits(o.Limits), gate: newGate(o.Sender.Ping, o.Log), stop: make(chan struct{})}
	r.lanes = lanes.New(lanes.Options{Due: o.Outbox.DueLanes, Step: r.step, Parallel: o.Parallel, Log: o.Log})
	return r
}

// Wake says that something was written for these chats. It never blocks.
func (r *Relay) Wake(lanes []int64) {
	r.quiet.answered(lanes...)
	r.lanes.Rouse(lanes)
}

// noticePause is how long what answers nobody is left to who looks at a screen, which the same commit changes: to send
// it takes the processors for some milliseconds. What follows meanwhile changes the same card.
const noticePause = 30 * time.Millisecond

// WakeForNotices is Wake for what answers nobody, a moment later.
func (r *Relay) WakeForNotices(lanes []int64) {
	r.quiet.noticed(lanes)
	if len(lanes) > 0 {
		time.AfterFunc(noticePause, func() { r.lanes.Wake(lanes) })
	}
}

// WakeAll says that anything may have been written.
func (r *Relay) WakeAll() {
	r.quiet.doubt()
	r.lanes.RouseAll()
}

// Run delivers until ctx ends, then finishes and acknowledges what is under way, for a few
// seconds at most. It returns nil. It is called once.
func (r *Relay) Run(ctx context.Context) error {
	defer context.AfterFunc(ctx, func() { close(r.stop) })()
	return r.lanes.Run(ctx)
}

// step delivers the next message of a chat. While notices must wait, only answers are looked for, and
// those not where it is known that there are none: a flood of notices costs the database nothing.
func (r *Relay) step(ctx context.Context, lane int64) lanes.Next {
	if wait := r.limits.delay(lane, r.o.Now()); wait > 0 {
		return lanes.Later(wait)
	}
	turn := r.limits.turn(lane, r.o.Now())
	if turn > 0 && !r.quiet.look(lane) {
		return lanes.Aside(turn)
	}
	d, wait, err := r.claim(ctx, lane, turn)
	switch {
	case err != nil:
		r.quiet.answered(lane)
		r.o.Log.Warn("notify: cannot claim", "lane", lane, "error", err)
		return lanes.Later(time.Second)
	case d.IDs == nil && turn > 0:
		return lanes.Aside(turn)
	case d.IDs == nil:
		r.quiet.empty(lane)
		return lanes.Idle()
	}
	if !d.Alone || wait > 0 {
		r.quiet.answered(lane)
	}
	if wait > 0 {
		r.retry(ctx, d, wait, false, "waits for its turn")
		return lanes.Aside(wait)
	}
	done, err := r.deliver(ctx, &d)
	return r.settle(ctx, d, done, err)
}

// claim takes the next delivery of a chat, of answers alone if others must wait for their turn, and
// counts it, or says how long it has to wait. Without a delivery d.IDs is nil.
func (r *Relay) claim(ctx context.Context, lane int64, turn time.Duration) (d domain.Delivery, wait time.Duration, err error) {
	if turn == 0 {
		defer r.limits.turnTaken()
	}
	if !r.gate.wait(r.stop) {
		return d, 0, nil
	}
	take := r.o.Outbox.Claim
	if turn > 0 {
		take = r.o.Outbox.ClaimAnswer
	}
	d, ok, err := take(ctx, lane, lease)
	if err != nil || !ok {
		return domain.Delivery{}, 0, err
	}
	return d, r.limits.take(lane, d.Awaited, r.o.Now()), nil
}
