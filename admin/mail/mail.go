// Package mail writes the desk's e-mails and sends them: through Microsoft Graph, through
// SMTP, or, in the sandbox, into a box that a page shows.
package mail

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"time"

	"chamados/domain"
	"chamados/domain/i18n"
)

// Message is an e-mail to one person.
type Message struct {
	To      string
	ToName  string
	Subject string
	Text    string
	HTML    string
}

// Sender hands a message to a mail system. What may succeed later is a [*LaterError].
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// LaterError is a failure that may pass; After is how long to leave it alone (0: not said).
type LaterError struct {
	After time.Duration
	Err   error
}

// Error returns the cause.
func (e *LaterError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *LaterError) Unwrap() error { return e.Err }

// Mailer writes e-mails and sends them, trying again while the caller's context allows.
type Mailer struct {
	sender Sender
	wait   func(ctx context.Context, d time.Duration) error
}

// New returns a mailer over a sender.
func New(sender Sender) *Mailer { return &Mailer{sender: sender, wait: wait} }

// SendCode brings the code for a new password to its person.
func (m *Mailer) SendCode(ctx context.Context, u domain.User, lang domain.Lang, code string) error {
	args := i18n.Args{"Name": u.Name, "Code": code, "Minutes": int(domain.CodeTTL / time.Minute)}
	message, err := write(lang, "code", args, code)
	if err != nil {
		return err
	}
	message.To, message.ToName = u.Email, u.Name
	return m.send(ctx, message)
}

// attempts is how often a message is tried while its sender is waited for.
const attempts = 4

func (m *Mailer) send(ctx context.Context, message Message) error {
	for pause, n := time.Second, 1; ; pause, n = 2*pause, n+1 {
		err := m.sender.Send(ctx, message)
		later, ok := errors.AsType[*LaterError](err)
		if err == nil || !ok || n == attempts {
			return err
		}
		if err := m.wait(ctx, max(pause, later.After)); err != nil {
			return fmt.Errorf("%w, after: %w", err, later)
		}
	}
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

//go:embed mail.html
var layout string

var page = template.Must(template.New("mail").Parse(layout))

// write fills the texts mail.<kind>_subject, _greeting, _body and _footer into a message;
// strong stands out in it.
func write(lang domain.Lang, kind string, args i18n.Args, strong string) (Message, error) {
	text := func(part string) string { return i18n.Text(lang, "mail."+kind+"_"+part, args) }
	data := struct{ Lang, Subject, Greeting, Body, Strong, Footer string }{
		string(lang), text("subject"), text("greeting"), text("body"), strong, text("footer"),
	}
	var html bytes.Buffer
	if err := page.Execute(&html, data); err != nil {
		return Message{}, fmt.Errorf("write mail: %w", err)
	}
	return Message{
		Subject: data.Subject, HTML: html.String(),
		Text: data.Greeting + "\n\n" + data.Body + "\n\n" + data.Strong + "\n\n" + data.Footer + "\n",
	}, nil
}
