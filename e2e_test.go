package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"golang.org/x/crypto/bcrypt"

	"chamados/admin/mail"
	"chamados/bot/emulator"
	"chamados/bot/notify"
	"chamados/domain"
	"chamados/domain/i18n"
	"chamados/internal/config"
	"chamados/storage/pgtest"
)

const (
	e2eToken    = "4242:e2e-token-e2e-token"
	e2eGroup    = -1009990000001
	e2ePassword = "correta-cavalo-bateria"
	anaChat     = 101
	carlaChat   = 201
)

// world is the real program between an emulated Telegram and a real database.
type world struct {
	t        *testing.T
	telegram *emulator.Server
	program  *Program
	config   config.Config
	ana      domain.User
	carla    domain.User
	limits   notify.Limits
	now      func() time.Time // nil: the real one
	log      *slog.Logger     // nil: warnings go to the test's log
	mailer   mail.Sender      // nil: as configured
}

func newWorld(t *testing.T) *world {
	t.Helper()
	telegram, err := emulator.New(emulator.Options{Token: e2eToken, BotUsername: "chamados_bot", Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	api := httptest.NewServer(telegram.Handler())
	t.Cleanup(func() { telegram.Close(); api.Close() })
	telegram.AddUser(emulator.User{ID: anaChat, FirstName: "Ana", LastName: "Ribeiro", LanguageCode: "pt-br"})
	telegram.AddUser(emulator.User{ID: carlaChat, FirstName: "Carla", LastName: "Mendes", LanguageCode: "pt-br"})
	telegram.AddGroup(emulator.Group{ID: e2eGroup, Title: "TI", Members: []int64{anaChat}, BotAdmin: true})
	c, err := config.Load("testdata/absent.yaml", true)
	if err != nil {
		t.Fatal(err)
	}
	c.HTTP.Addr = "127.0.0.1:0"
	c.DataDir = t.TempDir()
	c.Database = config.Database{URL: config.Secret(pgtest.URL(t)), Port: 5432, MaxConnections: 16}
	c.Telegram = config.Telegram{Token: e2eToken, ChatID: e2eGroup, APIURL: api.URL, Workers: 8}
	c.Admin = config.Admin{Email: "ana@exemplo.com.br", Password: e2ePassword}
	w := &world{t: t, telegram: telegram, config: c}
	w.start()
	w.people()
	return w
}

// start runs the program; a test may stop and start it again.
func (w *world) start() {
	w.t.Helper()
	log := w.log
	if log == nil {
		log = slog.New(slog.NewTextHandler(testWriter{w.t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	w.program = NewProgram(w.config, log)
	w.program.mailer = w.mailer
	w.program.cost = bcrypt.MinCost
	w.program.limits = w.limits
	if w.now != nil {
		w.program.now = w.now
	}
	if err := w.program.Start(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	p := w.program
	w.t.Cleanup(func() {
		if err := p.Stop(); err != nil {
			w.t.Error(err)
		}
	})
}

func (w *world) restart() {
	w.t.Helper()
	if err := w.program.Stop(); err != nil {
		w.t.Fatal(err)
	}
	w.start()
}

// people makes the employee's account and links both Telegram accounts by their one-time
// links.
func (w *world) people() {
	ctx, desk := w.t.Context(), w.program.desk
	ana, err := desk.AccountByEmail(ctx, "ana@exemplo.com.br")
	w.must(err)
	name := "Ana Ribeiro"
	w.ana, err = desk.UpdateUser(ctx, domain.System, ana.ID, domain.UserChange{Name: &name})
	w.must(err)
	w.carla, err = desk.CreateUser(ctx, domain.System, domain.NewUser{
		Name: "Carla Mendes", Email: "carla@exemplo.com.br", Role: domain.RoleEmployee, Password: e2ePassword,
	})
	w.must(err)
	w.link(w.ana.ID, anaChat)
	w.link(w.carla.ID, carlaChat)
}

func (w *world) link(userID, chatID int64) {
	w.t.Helper()
	token, err := w.program.desk.Invite(w.t.Context(), domain.System, userID, domain.InviteTelegram)
	w.must(err)
	talk := w.telegram.Talk(w.t, chatID, chatID)
	_, err = w.telegram.Start(chatID, token)
	w.must(err)
	talk.Expect("Este chat está ligado à sua conta")
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// testWriter sends the program's log to the test's.
type testWriter struct{ t *testing.T }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Helper()
	w.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

func label(key string) string { return i18n.Text(domain.LangPortuguese, key, nil) }

// browser opens a page in headless Chromium. Without Chromium the test is skipped, loudly;
// where CI is set it fails.
func (w *world) browser() context.Context {
	w.t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") == "true" {
			w.t.Fatal("CHROMIUM IS MISSING: the panel was not tested in a browser")
		}
		w.t.Skip("*** CHROMIUM IS MISSING: THE PANEL IS NOT TESTED IN A BROWSER ***")
	}
	ctx, cancel := chromedp.NewExecAllocator(w.t.Context(),
		chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.WindowSize(1440, 900),
		chromedp.UserDataDir(w.t.TempDir()),
	)
	w.t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	w.t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 90*time.Second)
	w.t.Cleanup(cancel)
	return ctx
}

// do runs browser steps.
func (w *world) do(ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	w.must(chromedp.Do(ctx, steps...))
}

func (w *world) login(ctx context.Context) {
	w.do(ctx,
		chromedp.Navigate("http://"+w.program.Addr()+"/"),
		chromedp.SendKeys(chromedp.CSS("input[name=email]"), "ana@exemplo.com.br"),
		chromedp.SendKeys(chromedp.CSS("input[name=senha]"), e2ePassword),
		chromedp.Click(chromedp.CSS("form[action='/entrar'] button")),
		chromedp.WaitVisible(chromedp.CSS("#board")),
	)
}

// inColumn waits until a ticket's card is in a column of the board.
func inColumn(s domain.Status, id int64) chromedp.Action[chromedp.Void] {
	return chromedp.WaitReady(chromedp.CSS(fmt.Sprintf("#coluna-%s [data-id='%d']", s, id)))
}

// The whole main job: an employee writes in chat → the card appears in the IT group and on
// the open board → a technician takes it → the employee is told and the card moves before
// one's eyes → the board's drag reaches the chat → replies travel both ways.
func TestFromAChatMessageToTheKanban(t *testing.T) {
	w := newWorld(t)
	page := w.browser()
	w.login(page)

	carla := w.telegram.Talk(t, carlaChat, carlaChat)
	group := w.telegram.Talk(t, anaChat, e2eGroup)
	carla.Send("minha impressora não liga")
	preview := w.fillDraft(carla)
	carla.Tap(preview, label("bot.button.send"))

	card := group.Expect("#1", "minha impressora não liga", "Carla Mendes")
	w.do(page, inColumn(domain.StatusOpen, 1))

	answer := group.Tap(card, label("bot.button.take"))
	if !strings.Contains(answer.Text, "#1") {
		t.Errorf("the tap was answered %q", answer.Text)
	}
	group.ExpectEdit(card, "Ana Ribeiro", "Em andamento")
	carla.Expect("Ana Ribeiro")
	w.do(page, inColumn(domain.StatusInProgress, 1))

	w.do(page, chromedp.DragAndDrop(chromedp.CSS("#cartao-1"), chromedp.CSS("#coluna-aguardando .cards")))
	group.ExpectEdit(card, "Aguardando")
	waiting := carla.Expect("em espera")

	carla.Reply(waiting, "pode vir agora")
	group.Expect("pode vir agora")
	group.Reply(card, "a caminho <b>já</b> & rindo")
	carla.Expect("a caminho <b>já</b> & rindo")

	w.do(page,
		chromedp.Navigate("http://"+w.program.Addr()+"/chamados/1"),
		chromedp.WaitVisible(chromedp.CSS("#comentario")),
	)
	text, err := chromedp.Run(page, chromedp.TextContent(chromedp.CSS("main")))
	w.must(err)
	for _, part := range []string{"pode vir agora", "a caminho <b>já</b> & rindo", "Ana Ribeiro"} {
		if !strings.Contains(text, part) {
			t.Errorf("the ticket's page lacks %q", part)
		}
	}
	w.do(page, chromedp.SendKeys(chromedp.CSS("#comentario"), "resolvido por telefone"),
		chromedp.Submit(chromedp.CSS("#comentario")))
	carla.Expect("resolvido por telefone")
}

// fillDraft answers the questions between a message and the preview.
func (w *world) fillDraft(carla *emulator.Talk) emulator.Message {
	ask := carla.Expect(stripped("bot.ask.categoria"))
	carla.Tap(ask, "🖥️ Hardware")
	ask = carla.ExpectEdit(ask, stripped("bot.ask.urgencia"))
	carla.Tap(ask, "🟡 "+label("bot.urgency.media"))
	return carla.ExpectEdit(ask, stripped("bot.ask.previa"))
}

// stripped returns the part of a text that is bold in HTML.
func stripped(key string) string {
	_, s, _ := strings.Cut(label(key), "<b>")
	s, _, _ = strings.Cut(s, "</b>")
	return s
}

// A draft survives a restart of the process, and so does the link.
func TestDraftSurvivesARestart(t *testing.T) {
	w := newWorld(t)
	carla := w.telegram.Talk(t, carlaChat, carlaChat)
	carla.Send("o wi-fi do galpão caiu")
	ask := carla.Expect(stripped("bot.ask.categoria"))
	w.restart()
	carla.Tap(ask, "🌐 Rede")
	ask = carla.ExpectEdit(ask, stripped("bot.ask.urgencia"))
	w.restart()
	carla.Tap(ask, "🔴 "+label("bot.urgency.urgente"))
	preview := carla.ExpectEdit(ask, stripped("bot.ask.previa"), "o wi-fi do galpão caiu")
	carla.Tap(preview, label("bot.button.send"))
	if _, err := w.telegram.WaitMessage(t.Context(), e2eGroup, func(m emulator.Message) bool {
		return strings.Contains(m.Content(), "o wi-fi do galpão caiu")
	}); err != nil {
		t.Fatal(err)
	}
}
