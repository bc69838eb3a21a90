package mail

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// mailServer is a real SMTP server; refuse is what it says to a receiver.
type mailServer struct {
	refuse *smtp.SMTPError
	login  string // "user:password" that it wants; "" for none
	got    chan string
}

func (s *mailServer) NewSession(*smtp.Conn) (smtp.Session, error) {
	return &mailSession{server: s}, nil
}

type mailSession struct {
	server *mailServer
	let    bool
	head   string
}

func (s *mailSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *mailSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user+":"+password != s.server.login {
			return smtp.ErrAuthFailed
		}
		s.let = true
		return nil
	}), nil
}

func (s *mailSession) Mail(from string, _ *smtp.MailOptions) error {
	if s.server.login != "" && !s.let {
		return smtp.ErrAuthRequired
	}
	s.head = from
	return nil
}

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.head += " > " + to
	if s.server.refuse != nil {
		return s.server.refuse
	}
	return nil
}

func (s *mailSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	s.server.got <- s.head + "\n" + string(raw)
	return err
}

func (s *mailSession) Reset()        {}
func (s *mailSession) Logout() error { return nil }

func (s *mailServer) start(t *testing.T, secure *tls.Config) string {
	t.Helper()
	return s.serve(t, secure, net.Listen)
}

// startTLS speaks TLS from the first byte.
func (s *mailServer) startTLS(t *testing.T, secure *tls.Config) string {
	t.Helper()
	return s.serve(t, nil, func(network, address string) (net.Listener, error) { return tls.Listen(network, address, secure) })
}

func (s *mailServer) serve(t *testing.T, secure *tls.Config, listen func(network, address string) (net.Listener, error)) string {
	t.Helper()
	s.got = make(chan string, 10)
	server := smtp.NewServer(s)
	server.TLSConfig = secure
	server.AllowInsecureAuth = true
	l, err := listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return l.Addr().String()
}

var letterToAna = Message{
	ID: "12.x", To: "ana@exemplo.com.br", ToName: "Ana", Subject: "Olá, ação", Text: "texto", HTML: "<p>html</p>",
}

func smtpTo(t *testing.T, address string) *SMTP {
	t.Helper()
	s, err := NewSMTP(address, "ti@exemplo.com.br", "TI ção")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSMTP(t *testing.T) {
	server := &mailServer{}
	s := smtpTo(t, "smtp://"+server.start(t, nil))
	for range 2 {
		if err := s.Send(t.Context(), letterToAna); err != nil {
			t.Fatal(err)
		}
	}
	got := <-server.got
	for _, part := range []string{"ti@exemplo.com.br > ana@exemplo.com.br", "text/plain", "text/html", "texto", "<chamados.12.x@exemplo.com.br>"} {
		if !strings.Contains(got, part) {
			t.Errorf("the mail lacks %s:\n%s", part, got)
		}
	}
	if again := <-server.got; !strings.Contains(again, "<chamados.12.x@exemplo.com.br>") {
		t.Error("the same mail has another id when it is sent again")
	}
}

func TestSMTPTellsPassingFailuresApart(t *testing.T) {
	for _, c := range []struct {
		code    int
		passing bool
	}{{550, false}, {553, false}, {451, true}, {452, true}} {
		server := &mailServer{refuse: &smtp.SMTPError{Code: c.code, Message: "no"}}
		err := smtpTo(t, "smtp://"+server.start(t, nil)).Send(t.Context(), letterToAna)
		if _, later := errors.AsType[*LaterError](err); err == nil || later != c.passing {
			t.Errorf("%d: %v", c.code, err)
		}
	}
	down := smtpTo(t, "smtp://127.0.0.1:1")
	if _, later := errors.AsType[*LaterError](down.Send(t.Context(), letterToAna)); !later {
		t.Error("a server that is down is given up")
	}
}

// A password never goes out in clear, and not to whoever cannot prove who they are.
func TestSMTPKeepsThePassword(t *testing.T) {
	plain := &mailServer{login: "eu:geheim"}
	err := smtpTo(t, "smtp://eu:geheim@"+plain.start(t, nil)).Send(t.Context(), letterToAna)
	if err == nil || strings.Contains(err.Error(), "geheim") {
		t.Errorf("without TLS: %v", err)
	}
	forged := &mailServer{login: "eu:geheim"}
	err = smtpTo(t, "smtp://eu:geheim@"+forged.start(t, &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}})).Send(t.Context(), letterToAna)
	if err == nil || strings.Contains(err.Error(), "geheim") {
		t.Errorf("with a forged certificate: %v", err)
	}
}

// With a password, through TLS from the start and by STARTTLS, to a server that proves who it is.
func TestSMTPLogsInOverTLS(t *testing.T) {
	certificate := selfSigned(t)
	known := x509.NewCertPool()
	leaf, err := x509.ParseCertificate(certificate.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	known.AddCert(leaf)
	secure := &tls.Config{Certificates: []tls.Certificate{certificate}}
	for name, c := range map[string]struct {
		scheme string
		start  func(*mailServer) string
	}{
		"STARTTLS":       {"smtp", func(s *mailServer) string { return s.start(t, secure) }},
		"from the start": {"smtps", func(s *mailServer) string { return s.startTLS(t, secure) }},
	} {
		server := &mailServer{login: "eu:geheim"}
		address := c.start(server)
		for password, good := range map[string]bool{"geheim": true, "errada": false} {
			s := smtpTo(t, c.scheme+"://eu:"+password+"@"+address)
			if err := s.client.SetTLSConfig(&tls.Config{RootCAs: known, ServerName: "127.0.0.1"}); err != nil {
				t.Fatal(err)
			}
			err := s.Send(t.Context(), letterToAna)
			if (err == nil) != good || err != nil && strings.Contains(err.Error(), password) {
				t.Errorf("%s, %s: %v", name, password, err)
			}
		}
		if got := <-server.got; !strings.Contains(got, "ti@exemplo.com.br > ana@exemplo.com.br") || len(server.got) != 0 {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func TestBadSMTPAddresses(t *testing.T) {
	for _, address := range []string{"", "host:25", "http://host", "smtp://", "smtp://u:geheim@host:port"} {
		if _, err := NewSMTP(address, "a@b.c", ""); err == nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// Check logs in as Send does, and sends nothing.
func TestSMTPCheck(t *testing.T) {
	server := &mailServer{login: "eu:geheim"}
	address := server.start(t, &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}})
	for password, good := range map[string]bool{"geheim": true, "errada": false} {
		s := smtpTo(t, "smtp://eu:"+password+"@"+address)
		if err := s.client.SetTLSConfig(&tls.Config{InsecureSkipVerify: true}); err != nil {
			t.Fatal(err)
		}
		err := s.Check(t.Context())
		if (err == nil) != good || err != nil && strings.Contains(err.Error(), password) {
			t.Errorf("%s: %v", password, err)
		}
	}
	if len(server.got) > 0 {
		t.Error("a mail was sent")
	}
}

// Whatever a name or a title holds, the mail goes to its receiver alone and has no line that we did not write.
func TestNothingIsSmuggledIntoAMail(t *testing.T) {
	server := &mailServer{}
	s := smtpTo(t, "smtp://"+server.start(t, nil))
	for _, text := range []string{
		`Ana "Nina" Souza`, `Ana\`, `Ana <mau@example.com>`, `", mau@example.com, "`, "Ana\r\nBcc: mau@example.com", "Ana\nSubject: x", "=?utf-8?q?=0D=0ABcc:_mau@example.com?=", "Zé 🙂 (TI)",
	} {
		m := letterToAna
		m.ToName, m.Subject = text, text
		if err := s.Send(t.Context(), m); err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		got := <-server.got
		head, _, _ := strings.Cut(got, "\r\n\r\n")
		if !strings.HasPrefix(got, "ti@exemplo.com.br > ana@exemplo.com.br\n") || strings.Count(head, "\r\nSubject:") != 1 || strings.Contains(head, "\r\nBcc:") {
			t.Errorf("%q:\n%s", text, head)
		}
		letter, err := netmail.ReadMessage(strings.NewReader(strings.SplitN(got, "\n", 2)[1]))
		if err != nil {
			t.Fatal(err)
		}
		to, err := letter.Header.AddressList("To")
		if err != nil || len(to) != 1 || to[0].Address != "ana@exemplo.com.br" {
			t.Errorf("%q: to %v, %v", text, to, err)
		}
	}
}
