package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"chamados/admin"
	"chamados/admin/panel"
	"chamados/admin/proxy"
	"chamados/admin/session"
	"chamados/domain"
	"chamados/domain/i18n"
	"chamados/internal/config"
)

// door answers requests: until it is open, by saying that the program is starting.
type door struct{ handler atomic.Pointer[http.Handler] }

func (d *door) open(h http.Handler) { d.handler.Store(&h) }

// ServeHTTP satisfies [http.Handler].
func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) { (*d.handler.Load()).ServeHTTP(w, r) }

// openDoor answers at the address from now on, so that nobody waits for a program that waits for its database.
func (p *Program) openDoor() {
	p.door.open(admin.Opening())
	p.web = admin.HTTPServer(&p.door, p.log)
	p.running.Go(func() {
		if err := p.web.Serve(p.listener); !errors.Is(err, http.ErrServerClosed) {
			p.failed <- err
		}
	})
	p.later(func() error { return ignoreClosed(errors.Join(p.web.Close(), p.listener.Close())) })
}

// startWeb opens the panel, the API and the WebSocket.
func (p *Program) startWeb() error {
	proxies, err := proxy.Parse(p.config.HTTP.TrustedProxies)
	if err != nil {
		return err
	}
	sessions, err := session.New(session.Options{
		Secret: p.secret, Accounts: p.desk, Ended: p.db, Now: p.now,
		Lifetime: time.Duration(p.config.Auth.TokenMinutes) * time.Minute, PublicURL: p.config.HTTP.PublicURL,
	})
	if err != nil {
		return err
	}
	pages, err := panel.New(panel.Options{
		Desk: p.desk, Sessions: sessions, InviteLink: p.inviteLink, Now: p.now,
		Location: p.config.Desk.Location(), Log: p.log, DefaultLang: p.config.Desk.Language,
		System: p.summary,
		Door:   func() panel.Door { return p.server },
		Login: func(ctx context.Context, r *http.Request, email, password string) (domain.User, error) {
			return p.server.Login(ctx, r, email, password)
		},
	})
	if err != nil {
		return err
	}
	p.server, err = admin.New(admin.Options{
		Desk: p.desk, Sessions: sessions, Feed: p.db.Feed(), Panel: pages, Now: p.now, Log: p.log, Location: p.config.Desk.Location(),
		Proxies: proxies, PublicURL: p.config.HTTP.PublicURL, Version: buildVersion(), Ready: p.db.Ping, InviteLink: p.inviteLink, PasswordLink: p.passwordLink, CodeKey: p.secret,
		Look: p.db.Look, PerPerson: p.config.HTTP.PerPerson, MaxSockets: p.config.HTTP.MaxSockets,
		Throttle: p.db, Codes: p.db, Metrics: p.metrics.Handler(), MetricsToken: string(p.config.HTTP.MetricsToken), Observe: p.metrics.Request,
	})
	if err != nil {
		return err
	}
	p.db.OnWake(func(w storageWake) {
		for _, l := range w.Looks {
			p.server.Looked(l)
		}
		switch {
		case w.Missed:
			p.server.AccountsChanged()
		case len(w.Users) > 0:
			p.server.AccountsChanged(w.Users...)
		}
	})
	p.endLive = p.background("live events", p.server.Run)
	p.background("memory", p.forget)
	p.door.open(p.withWebhook(p.server.Handler()))
	return nil
}

// withWebhook adds Telegram's door, if there is one.
func (p *Program) withWebhook(h http.Handler) http.Handler {
	hook := p.webhookHandler()
	if hook == nil {
		return h
	}
	mux := http.NewServeMux()
	mux.Handle("POST "+config.WebhookPath, hook)
	mux.Handle("/", h)
	return mux
}

// drainTime is how long running requests may take to end on Stop.
const drainTime = 3 * time.Second

// drain takes no more requests and lets those that run end, and sends those who hear live events elsewhere.
func (p *Program) drain() error {
	defer p.endLive()
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	if err := p.web.Shutdown(ctx); err != nil {
		return p.web.Close()
	}
	return nil
}

func listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, config.Problem{Setting: "http.addr", Key: "taken", Args: i18n.Args{"Value": addr, "Error": unwrapOp(err)}, Cause: err}
	}
	return l, nil
}

func unwrapOp(err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Err
	}
	return err
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
