package mail

import (
	"context"
	"errors"
	"fmt"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// SMTP sends through a mail server.
type SMTP struct {
	client   *gomail.Client
	from     string
	fromName string
}

const smtpTimeout = 30 * time.Second

// NewSMTP returns a sender for an address such as smtps://user:password@host:465 or
// smtp://host:25. smtps is TLS from the start; smtp goes over to TLS where the server can,
// and must where there is a password. Errors never hold the password.
func NewSMTP(address, from, fromName string) (*SMTP, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return nil, errors.New("smtp: want smtp://host:port or smtps://user:password@host:port")
	}
	options := []gomail.Option{gomail.WithTimeout(smtpTimeout), gomail.WithTLSPolicy(gomail.TLSOpportunistic)}
	port := 587
	if u.Scheme == "smtps" {
		port = 465
		options = append(options, gomail.WithSSL())
	}
	if u.Port() != "" {
		if port, err = strconv.Atoi(u.Port()); err != nil {
			return nil, errors.New("smtp: the port is no number")
		}
	}
	options = append(options, gomail.WithPort(port))
	if u.User != nil {
		password, _ := u.User.Password()
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(u.User.Username()), gomail.WithPassword(password))
		if u.Scheme == "smtp" {
			options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
		}
	}
	client, err := gomail.NewClient(u.Hostname(), options...)
	if err != nil {
		return nil, fmt.Errorf("smtp: %w", err)
	}
	return &SMTP{client: client, from: from, fromName: fromName}, nil
}

// mailbox writes a name and an address as a header holds them, whatever is in the name.
func mailbox(name, address string) string {
	return (&netmail.Address{Name: strings.Join(strings.Fields(name), " "), Address: address}).String()
}

// Send sends one message, as text and HTML.
func (s *SMTP) Send(ctx context.Context, m Message) error {
	msg := gomail.NewMsg()
	if err := msg.From(mailbox(s.fromName, s.from)); err != nil {
		return fmt.Errorf("smtp: sender: %w", err)
	}
	if err := msg.AddTo(mailbox(m.ToName, m.To)); err != nil {
		return fmt.Errorf("smtp: receiver: %w", err)
	}
	if _, host, ok := strings.Cut(s.from, "@"); ok && m.ID != "" {
		msg.SetMessageIDWithValue("chamados." + m.ID + "@" + host)
	}
	msg.Subject(m.Subject)
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	err := s.client.DialAndSendWithContext(ctx, msg)
	if err == nil || msg.IsDelivered() { // what went wrong after the server took it does not matter
		return nil
	}
	err = fmt.Errorf("smtp: %w", err)
	if refused(err) {
		return err
	}
	return &LaterError{Err: err}
}

// refused reports whether a mail will never be taken: the server says so for good, or it is no mail at all.
// A connection that breaks says nothing about the mail.
func refused(err error) bool {
	e, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		return false
	}
	switch e.Reason {
	case gomail.ErrGetSender, gomail.ErrGetRcpts, gomail.ErrNoUnencoded:
		return true
	}
	return e.ErrorCode() >= 500
}
