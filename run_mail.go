package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"chamados/admin/mail"
	"chamados/domain"
	"chamados/internal/config"
)

// mailbox keeps the mails of a sandbox, and shows them below "/correio/".
type mailbox struct {
	mail.Sender
	page http.Handler
}

func newMailbox(lang domain.Lang) mailbox {
	box := &mail.Box{}
	return mailbox{Sender: box, page: box.Handler("/correio/", lang)}
}

// startMail sends what the queue of mails holds.
func (p *Program) startMail() error {
	sender, err := p.mailSender()
	if err != nil {
		return err
	}
	relay := mail.NewRelay(mail.Options{
		Queue: p.db.Mails(), Desk: p.db, Events: p.db.Outbox(), Sender: sender, PanelURL: p.panelURL,
		InviteLink: p.inviteLink, DefaultLang: p.config.Desk.Language, Location: p.config.Desk.Location(), Now: p.now, Log: p.log,
	})
	stop := p.db.OnWake(func(w storageWake) {
		if w.Mail || w.Missed {
			relay.Wake()
		}
	})
	p.later(func() error { stop(); return nil })
	p.early = append(p.early, p.background("mail", relay.Run))
	p.background("old mails", p.forgetMails)
	return nil
}

// mailSender returns the mail system that is configured, nil for none.
func (p *Program) mailSender() (mail.Sender, error) {
	c := p.config.Mail
	switch {
	case p.mailer != nil:
		return p.mailer, nil
	case len(c.Missing()) > 0:
		p.log.Warn("mail is off: settings are missing", "missing", strings.Join(c.Missing(), " "))
		return nil, nil
	case !c.Configured():
		p.log.Warn("mail is off: set SMTP_URL, or MS_CLIENT_ID, MS_CLIENT_SECRET and MS_TENANT_ID, and EMAIL_FROM; " +
			"until then new passwords by code and welcome mails do not reach anybody")
		return nil, nil
	}
	if p.config.HTTP.PublicURL == "" {
		p.log.Warn("links in mails lead to this machine: set http.public_url", "address", p.panelURL())
	}
	return newMailSender(c)
}

// checkedSender is a mail system that can also be asked whether it takes the credentials.
type checkedSender interface {
	mail.Sender
	Check(ctx context.Context) error
}

func newMailSender(m config.Mail) (checkedSender, error) {
	if m.SMTPURL != "" {
		sender, err := mail.NewSMTP(string(m.SMTPURL), m.From, m.FromName)
		if err != nil {
			return nil, fmt.Errorf("mail.smtp_url (SMTP_URL): %w", err)
		}
		return sender, nil
	}
	return mail.NewGraph(mail.GraphOptions{
		TenantID: m.TenantID, ClientID: m.ClientID, ClientSecret: string(m.ClientSecret), From: m.From, FromName: m.FromName,
		GraphURL: m.GraphURL, LoginURL: m.LoginURL,
	})
}

// checkMail logs in to the mail system and sends nothing.
func checkMail(ctx context.Context, m config.Mail) error {
	sender, err := newMailSender(m)
	if err != nil {
		return err
	}
	return sender.Check(ctx)
}

// publicURL is panelURL for a command, which listens nowhere itself.
func (p *Program) publicURL() (string, error) {
	if base := strings.TrimRight(p.config.HTTP.PublicURL, "/"); base != "" {
		return base, nil
	}
	return p.config.HTTP.Local()
}

// panelURL is where people reach the panel, without a slash at its end.
func (p *Program) panelURL() string {
	if base := strings.TrimRight(p.config.HTTP.PublicURL, "/"); base != "" {
		return base
	}
	host, port, err := net.SplitHostPort(p.Addr())
	if err != nil {
		return ""
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// passwordLink returns the page of the panel on which a personal link's owner sets a password.
func (p *Program) passwordLink(token string) string {
	return p.panelURL() + "/senha?convite=" + url.QueryEscape(token)
}

// mailInstead tells a person by mail what the chat could not bring them.
func (p *Program) mailInstead(ctx context.Context, d domain.Delivery) {
	if err := p.db.MailInstead(ctx, d); err != nil {
		p.log.Warn("a notice that the chat could not bring was not mailed either", "delivery", d.IDs, "error", err)
	}
}

// forgetMails erases, now and then, what is no longer needed of old mails.
func (p *Program) forgetMails(ctx context.Context) error {
	tick := time.NewTicker(10 * time.Minute)
	defer tick.Stop()
	for {
		if err := p.db.ForgetMails(ctx); err != nil && ctx.Err() == nil {
			p.log.Warn("old mails were not forgotten", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
