package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"chamados/bot/emulator"
	"chamados/domain"
	"chamados/internal/config"
)

// The sandbox's bot. Its token opens nothing but the emulator on this machine.
const (
	sandboxToken   = "100000001:sandbox-emulator-only"
	sandboxBotName = "chamados_bot"
)

func (c *cli) sandboxCommand() *cobra.Command {
	return c.command("sandbox", &cobra.Command{
		Use:  "sandbox",
		Args: c.exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := c.load(cmd)
			if err != nil {
				return err
			}
			s, err := newSandbox(config)
			if err != nil {
				return err
			}
			return s.run(cmd.Context(), cmd.OutOrStdout())
		},
	})
}

// sandbox is the program beside a Telegram of its own.
type sandbox struct {
	config   config.Config
	password string
	log      *slog.Logger
	telegram *emulator.Server
	pages    *http.Server
	listener net.Listener
	program  *Program
	box      mailbox
}

// newSandbox takes the addresses and the data directory from c, and nothing that could
// reach a real database or a real Telegram.
func newSandbox(c config.Config) (*sandbox, error) {
	c.DataDir = filepath.Join(c.DataDir, "sandbox")
	c.Database = config.Database{Port: 5432, MaxConnections: c.Database.MaxConnections}
	c.Telegram = config.Telegram{Token: sandboxToken, ChatID: sandboxGroup, Workers: c.Telegram.Workers}
	c.Admin, c.HTTP.PublicURL, c.Mail = config.Admin{}, "", config.Mail{}
	c.Signup = config.Signup{AllowedDomains: []string{seedDomain}}
	c.Log = config.Log{Level: "warn", Format: "text"}
	if err := makeDataDir(c.DataDir); err != nil {
		return nil, err
	}
	password, err := sandboxPassword(filepath.Join(c.DataDir, "password.txt"))
	if err != nil {
		return nil, err
	}
	return &sandbox{config: c, password: password, log: c.Log.Logger(), box: newMailbox(c.Desk.Language)}, nil
}

// sandboxPassword returns everybody's password, chosen at the first start and kept.
func sandboxPassword(file string) (string, error) {
	data, err := os.ReadFile(file)
	if err == nil {
		return strings.TrimSpace(string(data)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	password := strings.ToLower(rand.Text()[:10])
	return password, os.WriteFile(file, []byte(password+"\n"), 0o600)
}

func (s *sandbox) run(ctx context.Context, out io.Writer) error {
	if err := s.start(ctx); err != nil {
		return errors.Join(err, s.stop())
	}
	s.welcome(ctx, out)
	var failure error
	select {
	case <-ctx.Done():
		fmt.Fprintln(out, "\nEncerrando…")
	case failure = <-s.program.Failed():
	}
	return errors.Join(failure, s.stop())
}

func (s *sandbox) start(ctx context.Context) (err error) {
	if s.listener, err = listen(chatAddr(s.config.HTTP.Addr)); err != nil {
		return err
	}
	if err := s.startTelegram(); err != nil {
		return err
	}
	s.config.Telegram.APIURL = "http://" + s.listener.Addr().String()
	s.program = NewProgram(s.config, s.log)
	s.program.botLink = func(token string) string { return s.chatURL() + "/?start=" + url.QueryEscape(token) }
	s.program.prepare = s.seed
	s.program.mailer = s.box
	return s.program.Start(ctx)
}

// chatAddr is the panel's address with the next port.
func chatAddr(panel string) string {
	host, port, err := net.SplitHostPort(panel)
	if err != nil {
		return panel
	}
	n, err := strconv.Atoi(port)
	if err != nil || n == 0 {
		return net.JoinHostPort(host, "0")
	}
	return net.JoinHostPort(host, strconv.Itoa(n+1))
}

// startTelegram serves the emulated Bot API and its chat page on one address.
func (s *sandbox) startTelegram() error {
	telegram, err := emulator.New(emulator.Options{
		Token: sandboxToken, BotUsername: sandboxBotName, BotName: "Chamados",
		Dir: filepath.Join(s.config.DataDir, "telegram"), Clock: time.Now, Log: s.log,
	})
	if err != nil {
		return err
	}
	s.telegram = telegram
	for _, p := range append(seedPeople, sandboxStranger) {
		telegram.AddUser(emulator.User{
			ID: p.telegram, FirstName: p.first, LastName: p.last, LanguageCode: "pt-br", Role: p.job,
		})
	}
	var team []int64
	for _, p := range seedPeople {
		if p.role == domain.RoleIT {
			team = append(team, p.telegram)
		}
	}
	telegram.AddGroup(emulator.Group{ID: sandboxGroup, Title: sandboxGroupName, Members: team, BotAdmin: true})
	mux := http.NewServeMux()
	mux.Handle("/bot"+sandboxToken+"/", telegram.Handler())
	mux.Handle("/file/", telegram.Handler())
	mux.Handle("/correio/", s.box.page)
	mux.Handle("GET /favicon.ico", http.RedirectHandler("/icon.svg", http.StatusFound))
	mux.Handle("/", telegram.Page())
	s.pages = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go s.pages.Serve(s.listener)
	return nil
}

// seed fills an empty database, and lets everybody who is linked have pressed START.
func (s *sandbox) seed(ctx context.Context, store domain.Store, passwords domain.Passwords) error {
	hash, err := passwords.Hash(s.password)
	if err != nil {
		return err
	}
	for _, p := range seedPeople {
		if p.linked && len(s.telegram.Messages(p.telegram)) == 0 {
			if _, err := s.telegram.Start(p.telegram, ""); err != nil {
				return err
			}
		}
	}
	return seed(ctx, store, passwords, hash, time.Now(), s.config.DeskOptions()...)
}

func (s *sandbox) chatURL() string { return "http://" + s.listener.Addr().String() }

// stop ends what start began, in reverse order.
func (s *sandbox) stop() error {
	var errs []error
	if s.program != nil {
		errs = append(errs, s.program.Stop())
	}
	if s.telegram != nil {
		errs = append(errs, s.telegram.Close())
	}
	if s.pages != nil {
		errs = append(errs, s.pages.Close())
	} else if s.listener != nil {
		errs = append(errs, s.listener.Close())
	}
	return errors.Join(errs...)
}

// welcome prints where to go and how to log in.
func (s *sandbox) welcome(ctx context.Context, out io.Writer) {
	fmt.Fprintf(out, `
  Chamados — ambiente de teste (sandbox)

  Painel     %s
             TI:           %s   senha: %s
             Funcionária:  %s   senha: %s
  Telegram   %s
             escolha quem você é: alguém da TI, um funcionário, ou veja o grupo da TI
  E-mail     %s/correio/
             o que teria sido enviado: códigos, boas-vindas, avisos
`, "http://"+s.program.Addr(), seedAddress("Ana"), s.password, seedAddress("Carla"), s.password, s.chatURL(), s.chatURL())
	if link := s.invitation(ctx); link != "" {
		fmt.Fprintf(out, "             convite da Helena (ainda sem vínculo): %s\n", link)
	}
	fmt.Fprintf(out, "  Dados      %s\n\n  Ctrl-C encerra.\n\n", s.config.DataDir)
}

// invitation returns a fresh link for the one person who is not linked yet, "" once they
// are.
func (s *sandbox) invitation(ctx context.Context) string {
	for _, p := range seedPeople {
		if p.linked {
			continue
		}
		u, err := s.program.desk.AccountByEmail(ctx, p.email())
		if err != nil || u.TelegramID != 0 {
			continue
		}
		token, err := s.program.desk.Invite(ctx, domain.System, u.ID, domain.InviteTelegram)
		if err == nil {
			return fmt.Sprintf("%s/?as=%d&start=%s", s.chatURL(), p.telegram, url.QueryEscape(token))
		}
	}
	return ""
}
