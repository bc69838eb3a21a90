package mail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"chamados/domain"
)

// Desk is what the wording of mails needs to know; a domain.Store has it.
type Desk interface {
	User(ctx context.Context, id int64) (domain.User, error)
	TicketView(ctx context.Context, id int64, internal bool) (domain.TicketView, error)
}

// Events tells what happened; a domain.Outbox does.
type Events interface {
	NoticeEvents(ctx context.Context, ids []int64) ([]domain.NoticeEventView, error)
}

// Options configure a [Relay]. Queue, Desk and Events are required.
type Options struct {
	Queue  domain.MailQueue
	Desk   Desk
	Events Events
	// Sender is the mail system; nil when there is none: mails are given up, saying so.
	Sender      Sender
	PanelURL    func() string             // "" or nil: mails hold no links to the panel
	InviteLink  func(token string) string // nil: there is no bot to link
	DefaultLang domain.Lang
	Location    *time.Location // of the desk; nil: UTC
	Parallel    int            // mails at once; default 4, what Graph allows a mailbox
	Timeout     time.Duration  // of sending one mail; default 90 s
	Sweep       time.Duration  // pause between looks that no wake-up told of; default 2 s
	Now         func() time.Time
	Log         *slog.Logger
}

const (
	// lease is how long a mail is kept from other processes. It ends early when the process dies, so that
	// it may be longer than any absence of the database that an outcome waits for.
	lease = 15 * time.Minute
	// sendGrace and noteGrace are for what is under way when the process is to end.
	sendGrace = 3 * time.Second
	noteGrace = time.Second
	noteTime  = 10 * time.Second
	// noteTries is how often an outcome is written down in vain while the database answers.
	noteTries = 20
)

// NotConfigured is the cause of mails that there was no mail system for.
const NotConfigured = "o envio de e-mail não está configurado"

// errMoot says that a mail has lost its point.
var errMoot = errors.New("mail: no longer to be sent")

// Relay sends what the queue holds while Run runs. Any number of processes may each run one.
type Relay struct {
	o      Options
	write  writer
	wake   chan struct{}
	mu     sync.Mutex
	paused time.Time // the mail system asked for patience until then
}

// NewRelay returns a relay that does nothing until Run.
func NewRelay(o Options) *Relay {
	if o.DefaultLang == "" {
		o.DefaultLang = domain.LangPortuguese
	}
	if o.Parallel <= 0 {
		o.Parallel = 4
	}
	if o.Timeout <= 0 {
		o.Timeout = 90 * time.Second
	}
	if o.Sweep <= 0 {
		o.Sweep = 2 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.PanelURL == nil {
		o.PanelURL = func() string { return "" }
	}
	return &Relay{o: o, write: writer{panelURL: o.PanelURL, inviteLink: o.InviteLink, location: o.Location}, wake: make(chan struct{}, 1)}
}

// Wake says that mails were written. It never blocks.
func (r *Relay) Wake() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Run sends until ctx ends; what is being sent then is finished if that takes no more than a few seconds.
// It returns nil.
func (r *Relay) Run(ctx context.Context) error {
	tick := time.NewTicker(r.o.Sweep)
	defer tick.Stop()
	for ctx.Err() == nil {
		if r.round(ctx) {
			continue
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		case <-r.wake:
		}
	}
	return nil
}

// round sends what is due, a few at once; true when there may be more.
func (r *Relay) round(ctx context.Context) bool {
	if r.o.Now().Before(r.patience()) {
		return false
	}
	mails, err := r.o.Queue.ClaimMail(ctx, r.o.Parallel, lease)
	if err != nil {
		if ctx.Err() == nil {
			r.o.Log.Warn("mail: cannot look for mails", "error", err)
		}
		return false
	}
	var all sync.WaitGroup
	for _, m := range mails {
		all.Go(func() { r.deliver(ctx, m) })
	}
	all.Wait()
	return len(mails) > 0
}

func (r *Relay) patience() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.paused
}

func (r *Relay) pause(until time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if until.After(r.paused) {
		r.paused = until
	}
}

// deliver sends one mail and writes down what came of it.
func (r *Relay) deliver(ctx context.Context, m domain.Mail) {
	sending, done := outliving(ctx, r.o.Timeout, sendGrace)
	err := r.send(sending, m)
	done()
	r.note(ctx, m, err)
}

// note writes down what came of a mail, again and again while the database is away and the process lives:
// a mail that was sent but not noted would be sent twice.
func (r *Relay) note(ctx context.Context, m domain.Mail, outcome error) {
	for tries, pause := 1, 50*time.Millisecond; ; pause = min(2*pause, time.Second) {
		last := ctx.Err() != nil
		noting, done := outliving(ctx, noteTime, noteGrace)
		err := r.settle(noting, m, outcome)
		done()
		if err == nil {
			return
		}
		if domain.CodeOf(err) != domain.CodeUnavailable {
			tries++
		}
		if last || tries > noteTries {
			r.o.Log.Error("mail: the outcome was not written down", "mail", m.IDs, "error", err)
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// outliving returns a context that ends after limit, and when ctx has ended after grace.
func outliving(ctx context.Context, limit, grace time.Duration) (context.Context, context.CancelFunc) {
	out, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	return out, func() { stop(); cancel() }
}

func (r *Relay) send(ctx context.Context, m domain.Mail) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	if !m.ExpiresAt.IsZero() && !r.o.Now().Before(m.ExpiresAt) {
		return fmt.Errorf("%w: it has expired", errMoot)
	}
	message, err := r.message(ctx, m)
	if err != nil {
		return err
	}
	if r.o.Sender == nil {
		return errors.New(NotConfigured)
	}
	message.ID = strconv.FormatInt(m.IDs[0], 10) + "." + strconv.FormatInt(m.CreatedAt.UnixMicro(), 36)
	return called(r.o.Sender.Send(ctx, message))
}

// callError is an error of the mail system, as opposed to one of the database.
type callError struct{ error }

func (e callError) Unwrap() error { return e.error }

func called(err error) error {
	if err == nil {
		return nil
	}
	return callError{err}
}

// message words a mail for its receiver as they are now.
func (r *Relay) message(ctx context.Context, m domain.Mail) (Message, error) {
	u := domain.User{Email: m.Address, Lang: m.Lang, Active: true}
	if m.UserID != 0 {
		var err error
		if u, err = r.o.Desk.User(ctx, m.UserID); err != nil {
			return Message{}, err
		}
	}
	if !u.Active || u.Email == "" {
		return Message{}, fmt.Errorf("%w: the account is switched off", errMoot)
	}
	l, err := r.letter(ctx, m, u, r.lang(u, m))
	if err != nil {
		return Message{}, err
	}
	out, err := l.message()
	out.To, out.ToName = u.Email, u.Name
	return out, err
}

func (r *Relay) lang(u domain.User, m domain.Mail) domain.Lang {
	for _, lang := range []domain.Lang{u.Lang, m.Lang} {
		if lang != "" {
			return lang
		}
	}
	return r.o.DefaultLang
}

func (r *Relay) letter(ctx context.Context, m domain.Mail, u domain.User, lang domain.Lang) (letter, error) {
	switch m.Kind {
	case domain.MailCode, domain.MailSignup:
		return r.write.code(lang, m.Kind, u.Name, m.Secrets.Code), nil
	case domain.MailWelcome:
		return r.write.welcome(lang, u, m.Secrets), nil
	case domain.MailNotice:
		return r.notice(ctx, m, u, lang)
	}
	return letter{}, fmt.Errorf("%w: unknown kind %s", errMoot, m.Kind)
}

// notice decides anew who may read what: a role, an assignee, a ticket may have changed since.
func (r *Relay) notice(ctx context.Context, m domain.Mail, u domain.User, lang domain.Lang) (letter, error) {
	t, err := r.o.Desk.TicketView(ctx, m.TicketID, true)
	if err != nil {
		return letter{}, err
	}
	if !t.DeletedAt.IsZero() || t.RequesterID != u.ID && !u.IsIT() {
		return letter{}, fmt.Errorf("%w: the ticket is gone or somebody else's", errMoot)
	}
	events, err := r.o.Events.NoticeEvents(ctx, m.EventIDs)
	if err != nil {
		return letter{}, err
	}
	if l := r.write.notice(lang, u, t.Ticket, standing(t, u.ID, events)); l != nil {
		return *l, nil
	}
	return letter{}, fmt.Errorf("%w: what it tells of was taken back, or has settled", errMoot)
}

// standing leaves out what has become moot while the mail waited: warnings, and what the reader has dealt with.
func standing(t domain.TicketView, reader int64, events []domain.NoticeEventView) []domain.NoticeEventView {
	return slices.DeleteFunc(events, func(e domain.NoticeEventView) bool {
		warns := e.Kind == domain.EventSLAWarning || e.Kind == domain.EventSLABreach
		_, settled := t.Settled(e.Event, t.Events)
		return warns && settled || e.Overtaken(reader, t.Events)
	})
}

// settle writes down what came of a mail.
func (r *Relay) settle(ctx context.Context, m domain.Mail, err error) error {
	_, fromSystem := errors.AsType[callError](err)
	later, passing := errors.AsType[*LaterError](err)
	switch {
	case err == nil:
		return r.o.Queue.MailSent(ctx, m)
	case r.o.Sender == nil, errors.Is(err, errMoot), domain.CodeOf(err) == domain.CodeNotFound:
		return r.o.Queue.DeadMail(ctx, m, err.Error())
	case passing && later.Busy:
		until := r.o.Now().Add(max(later.After, time.Second))
		r.pause(until)
		return r.o.Queue.RetryMail(ctx, m, until, false, err.Error())
	case passing:
		return r.again(ctx, m, err, later.After)
	case fromSystem:
		r.o.Log.Error("mail: refused", "mail", m.IDs, "kind", m.Kind, "user_id", m.UserID, "error", err)
		return r.o.Queue.DeadMail(ctx, m, err.Error())
	}
	return r.again(ctx, m, err, 0)
}

// again tries later, longer each time, as long as the mail is worth it.
func (r *Relay) again(ctx context.Context, m domain.Mail, err error, after time.Duration) error {
	pause := 10 * time.Minute
	if m.Attempts < 8 {
		pause = min(2*time.Second<<m.Attempts, pause)
	}
	at := r.o.Now().Add(max(pause, after))
	if !m.ExpiresAt.IsZero() && !at.Before(m.ExpiresAt) {
		r.o.Log.Error("mail: given up", "mail", m.IDs, "kind", m.Kind, "user_id", m.UserID, "error", err)
		return r.o.Queue.DeadMail(ctx, m, err.Error())
	}
	return r.o.Queue.RetryMail(ctx, m, at, true, err.Error())
}
