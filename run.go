package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"chamados/admin"
	"chamados/admin/mail"
	"chamados/admin/metrics"
	"chamados/admin/panel"
	"chamados/admin/password"
	"chamados/bot/notify"
	"chamados/domain"
	"chamados/domain/i18n"
	"chamados/internal/config"
	"chamados/storage"
)

// storageWake lets the bot's wiring hear of commits.
type storageWake = storage.Wake

// Program is the whole helpdesk as a value: what serve, the sandbox and the end-to-end
// tests start and stop.
type Program struct {
	config config.Config
	log    *slog.Logger
	now    func() time.Time
	cost   int           // of password hashes
	limits notify.Limits // of messages to Telegram

	// prepare, if set, is called with the migrated database before any door opens.
	prepare func(ctx context.Context, store domain.Store, passwords domain.Passwords) error
	// botLink makes the deep link of an invitation; nil for Telegram's own.
	botLink func(token string) string
	// mailer, if set, takes the mails instead of the configured system.
	mailer mail.Sender

	secret   []byte
	desk     *domain.Desk
	db       *storage.DB
	server   *admin.Server
	metrics  *metrics.Metrics
	listener net.Listener
	web      *http.Server
	door     door
	endLive  func() // tells the live events to end
	botName  atomic.Pointer[string]
	started  time.Time

	failed  chan error
	running sync.WaitGroup
	undo    []func() error // what Stop does, last first
	early   []func()       // what Stop does before that: tells what takes its time to end
}

// NewProgram returns a program that does nothing until Start.
func NewProgram(c config.Config, log *slog.Logger) *Program {
	return &Program{config: c, log: log, now: time.Now, cost: password.Cost, failed: make(chan error, 8)}
}

// Addr is the address that the panel and the API listen on.
func (p *Program) Addr() string { return p.listener.Addr().String() }

// Failed gets an error when something breaks that the program cannot run without.
func (p *Program) Failed() <-chan error { return p.failed }

// Start opens the address, then the database, then the doors, and returns when all of it
// serves. If it fails it has stopped what it had started.
func (p *Program) Start(ctx context.Context) error {
	err := p.start(ctx)
	if err != nil {
		return errors.Join(err, p.Stop())
	}
	p.log.Info("chamados is running", "address", p.Addr(), "version", buildVersion())
	return nil
}

func (p *Program) start(ctx context.Context) error {
	var err error
	p.started = p.now()
	if p.listener, err = listen(p.config.HTTP.Addr); err != nil {
		return err
	}
	p.openDoor()
	hasher, err := p.openDesk(ctx, p.openDatabase)
	if err != nil {
		return err
	}
	p.metrics = p.newMetrics()
	if p.prepare != nil {
		if err := p.prepare(ctx, p.db, hasher); err != nil {
			return err
		}
	}
	if err := p.firstAccount(ctx); err != nil {
		return err
	}
	p.background("sights", func(ctx context.Context) error {
		p.desk.RecordSights(ctx, func(err error) { p.log.Warn("a look at a ticket was not noted", "error", err) })
		return nil
	})
	// People wait for the web, and the others have much to do when they begin.
	if err := p.startWeb(); err != nil {
		return err
	}
	defer p.later(p.drain) // of all that ends first, also if the rest does not start
	for _, start := range []func() error{func() error { return p.startBot(ctx) }, p.startMail, p.startClockwork} {
		if err := start(); err != nil {
			return err
		}
	}
	return nil
}

// openDesk readies the desk on the database that open opens, and no door to it.
func (p *Program) openDesk(ctx context.Context, open func(context.Context) error) (hasher domain.Passwords, err error) {
	if err := makeDataDir(p.config.DataDir); err != nil {
		return nil, err
	}
	if p.secret, err = p.config.SigningKey(); err != nil {
		return nil, err
	}
	if hasher, err = newHasher(p.cost); err != nil {
		return nil, err
	}
	if err := open(ctx); err != nil {
		return nil, err
	}
	p.desk = domain.NewDesk(p.db, hasher, p.now, p.config.DeskOptions()...)
	return hasher, nil
}

// newHasher returns what hashes passwords; a cost of 0 is the program's own.
func newHasher(cost int) (domain.Passwords, error) {
	if cost == 0 {
		cost = password.Cost
	}
	return password.New(cost)
}

// openBeside readies the desk for a command, beside a program that may be running on the
// same database.
func (p *Program) openBeside(ctx context.Context) error {
	_, err := p.openDesk(ctx, p.openDatabaseBeside)
	return err
}

// Stop ends everything in the reverse order of its start; what sends messages ends while
// requests are still answered. It may be called once.
func (p *Program) Stop() error {
	for _, tell := range p.early {
		tell()
	}
	var errs []error
	for i := len(p.undo) - 1; i >= 0; i-- {
		errs = append(errs, p.undo[i]())
	}
	p.undo = nil
	p.running.Wait()
	return errors.Join(errs...)
}

func (p *Program) later(fn func() error) { p.undo = append(p.undo, fn) }

// background runs fn until Stop; when it ends before that, the program has failed. The
// returned function tells fn to end, without waiting.
func (p *Program) background(name string, fn func(ctx context.Context) error) (end func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	p.running.Go(func() {
		defer close(done)
		if err := fn(ctx); err != nil && ctx.Err() == nil {
			p.failed <- fmt.Errorf("%s: %w", name, err)
		}
	})
	p.later(func() error {
		cancel()
		<-done
		return nil
	})
	return cancel
}

// summary is what the system page tells of this program.
func (p *Program) summary() panel.System {
	s := panel.System{Version: buildVersion(), Started: p.started}
	for _, set := range p.config.Summary() {
		made := set.Name == "secret_key" && !set.Set // see config.Config.SigningKey
		s.Settings = append(s.Settings, panel.Setting{Name: set.Name, Value: set.Value, Secret: set.Secret, Set: set.Set, Made: made})
	}
	if name := p.botName.Load(); name != nil {
		s.BotName = *name
	}
	return s
}

// forget drops, now and then, what is remembered of failed logins and of requests with keys
// for longer than it counts.
func (p *Program) forget(ctx context.Context) error {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			err := errors.Join(p.db.ForgetAttempts(ctx, p.now()), p.db.ForgetAnswers(ctx, p.now()), p.db.ForgetSessions(ctx, p.now()))
			if err != nil && ctx.Err() == nil {
				p.log.Warn("old attempts and answers were not forgotten", "error", err)
			}
		}
	}
}

// inviteLink returns the address that links an account to Telegram, "" while the bot's
// name is not known.
func (p *Program) inviteLink(token string) string {
	if p.botLink != nil {
		return p.botLink(token)
	}
	if name := p.botName.Load(); name != nil {
		return "https://t.me/" + *name + "?start=" + token
	}
	return ""
}

// firstAccount makes the configured IT account when there is none yet.
func (p *Program) firstAccount(ctx context.Context) error {
	active := true
	team, err := p.db.Users(ctx, domain.UserFilter{Role: domain.RoleIT, Active: &active, Limit: 1})
	if err != nil || len(team) > 0 {
		return err
	}
	if p.config.Admin.Email == "" {
		p.log.Warn("there is no IT account: set ADMIN_EMAIL and ADMIN_PASSWORD and start again")
		return nil
	}
	_, err = p.desk.CreateUser(ctx, domain.System, domain.NewUser{
		Name: "Administração", Email: p.config.Admin.Email, Role: domain.RoleIT,
		Password: string(p.config.Admin.Password), Lang: p.config.Desk.Language,
	})
	if err != nil {
		return config.Problem{Setting: "admin.email", Key: "first_account", Args: i18n.Args{"Error": i18n.Error(p.config.Desk.Language, err)}, Cause: err}
	}
	p.log.Info("made the first IT account", "email", p.config.Admin.Email)
	return nil
}

// makeDataDir makes the data directory. Others may pass through it, since for root the
// database runs under another account, but not list it; secrets in it are 0600.
func makeDataDir(dir string) error {
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return config.Problem{Setting: "data_dir", Key: "data_dir", Args: i18n.Args{"Error": err}, Cause: err}
	}
	return nil
}
