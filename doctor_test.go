package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"chamados/bot/emulator"
	"chamados/internal/config"
	"chamados/storage/pgtest"
)

const doctorGroup = -1007770000001

// telegramFor runs an emulated Telegram for a terminal.
func (x *terminal) telegramFor(o emulator.Options, g emulator.Group) *emulator.Server {
	x.t.Helper()
	o.Token, o.BotUsername, o.Clock = e2eToken, "chamados_bot", time.Now
	telegram, err := emulator.New(o)
	if err != nil {
		x.t.Fatal(err)
	}
	api := httptest.NewServer(telegram.Handler())
	x.t.Cleanup(func() { telegram.Close(); api.Close() })
	g.ID, g.Title = doctorGroup, "TI"
	telegram.AddGroup(g)
	x.t.Setenv("TELEGRAM_API_URL", api.URL)
	x.t.Setenv("TELEGRAM_BOT_TOKEN", e2eToken)
	x.t.Setenv("TELEGRAM_CHAT_ID", fmt.Sprint(doctorGroup))
	return telegram
}

// examined is a doctor's report by check: the first finding of the worst level.
type examined struct {
	Result   level     `json:"resultado"`
	Findings []finding `json:"verificacoes"`
	code     int
}

func (x *terminal) examine() examined {
	x.t.Helper()
	out, complaint, code := x.run("doctor", "--json")
	var got examined
	if err := json.Unmarshal([]byte(out), &got); err != nil || complaint != "" {
		x.t.Fatalf("%v: %s%s", err, out, complaint)
	}
	got.code = code
	return got
}

func (e examined) expect(t *testing.T, check string, l level, says string) {
	t.Helper()
	for _, f := range e.Findings {
		if f.Check == check && f.Level == l && strings.Contains(f.Message, says) {
			if (f.Remedy == "") != (l == levelOK) {
				t.Errorf("%s is %s and has the remedy %q", check, l, f.Remedy)
			}
			return
		}
	}
	t.Errorf("no %s of %s with %q: %+v", l, check, says, e.Findings)
}

func TestDoctorFindsAHealthyDeskHealthy(t *testing.T) {
	x := newTerminal(t, "PUBLIC_URL", "https://ti.example.com", "SECRET_KEY", strings.Repeat("k", config.GoodSecret),
		"SMTP_URL", mailServerFor(t), "EMAIL_FROM", "ti@example.com", "HTTP_ADDR", "127.0.0.1:1")
	x.telegramFor(emulator.Options{}, emulator.Group{BotAdmin: true})
	x.must("user", "add", "ana@example.com", "--name", "Ana", "--role", "ti", "--generate")
	got := x.examine()
	if got.code != 0 || got.Result != levelOK {
		t.Errorf("status %d, %s", got.code, got.Result)
	}
	for check, says := range map[string]string{
		"configuracao": "config.yaml", "arquivos": "", "disco": "livres", "chave": "SECRET_KEY", "endereco": "ti.example.com",
		"banco": "PostgreSQL", "esquema": "em dia", "relogio": "do banco", "contas": "1 da TI", "telegram": "@chamados_bot",
		"webhook": "long polling", "grupo": "TI (", "email": "ti@example.com", "servico": "não está",
	} {
		got.expect(t, check, levelOK, says)
	}
	got.expect(t, "relogio", levelOK, "do Telegram")
	if out := x.must("doctor", "--lang", "en"); !strings.Contains(out, "0 warnings, 0 failures") || strings.Contains(out, e2eToken) {
		t.Error(out)
	}
}

func TestDoctorOnSettings(t *testing.T) {
	x := newTerminal(t, "HTTP_ADDR", "0.0.0.0:1", "SECRET_KEY", "curtinha", "EMAIL_FROM", "ti@example.com", "MS_CLIENT_ID", "x")
	secrets := filepath.Join(filepath.Dir(x.file), ".env")
	if err := errors.Join(os.WriteFile(secrets, []byte("MS_CLIENT_SECRET=segredo\n"), 0o600), os.Chmod(secrets, 0o644)); err != nil {
		t.Fatal(err)
	}
	got := x.examine()
	got.expect(t, "arquivos", levelWarn, ".env")
	got.expect(t, "chave", levelWarn, "32")
	got.expect(t, "endereco", levelWarn, "sem TLS")
	got.expect(t, "telegram", levelWarn, "TELEGRAM_BOT_TOKEN")
	got.expect(t, "email", levelFail, "MS_TENANT_ID")
	got.expect(t, "contas", levelFail, "nenhuma conta ativa")
	if got.code != 1 || got.Result != levelFail {
		t.Errorf("status %d", got.code)
	}
	t.Setenv("DATA_DIR", x.file)
	t.Setenv("DB_PORT", "muitas")
	got = x.examine()
	got.expect(t, "configuracao", levelFail, "database.port")
}

func TestDoctorOnTheDatabase(t *testing.T) {
	x := newTerminal(t)
	good := os.Getenv("DATABASE_URL")
	t.Setenv("DATABASE_URL", "postgres://app:geheim@127.0.0.1:1/chamados")
	got := x.examine()
	got.expect(t, "banco", levelFail, "refused")
	if out, _, _ := x.run("doctor"); strings.Contains(out, "geheim") {
		t.Error(out)
	}
	t.Setenv("DATABASE_URL", good)
	execSQL(t, good, "DELETE FROM migracoes WHERE version_id = 151", "INSERT INTO migracoes (version_id, is_applied) VALUES (99999, true)")
	got = x.examine()
	got.expect(t, "esquema", levelFail, "1 migrações são de um programa mais novo")
	execSQL(t, good, "DELETE FROM migracoes WHERE version_id = 99999")
	x.examine().expect(t, "esquema", levelWarn, "1 migrações por fazer")
	execSQL(t, good, "DROP TABLE migracoes")
	x.examine().expect(t, "esquema", levelWarn, "sistema anterior")
	execSQL(t, good, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
	got = x.examine()
	got.expect(t, "esquema", levelOK, "vazio")
	if got.code != 0 {
		t.Errorf("status %d", got.code)
	}
	if tables := queryInt(t, good, "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"); tables != 0 {
		t.Errorf("the doctor made %d tables", tables)
	}
}

func TestDoctorKnowsTheWellKnownPassword(t *testing.T) {
	x := newTerminal(t)
	p := x.desk()
	x.must("user", "add", "admin@example.com", "--name", "Admin", "--role", "ti")
	u, err := p.desk.AccountByEmail(t.Context(), "admin@example.com")
	if err != nil {
		t.Fatal(err)
	}
	hasher, err := newHasher(4)
	if err != nil {
		t.Fatal(err)
	}
	hash, err := hasher.Hash("admin123")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.db.SetPassword(t.Context(), u.ID, hash); err != nil {
		t.Fatal(err)
	}
	x.examine().expect(t, "contas", levelFail, "admin@example.com")
}

func TestDoctorOnTelegram(t *testing.T) {
	x := newTerminal(t)
	telegram := x.telegramFor(emulator.Options{Privacy: true}, emulator.Group{})
	got := x.examine()
	got.expect(t, "grupo", levelWarn, "texto solto")
	t.Setenv("TELEGRAM_CHAT_ID", "-100123")
	x.examine().expect(t, "grupo", levelFail, "-100123")
	t.Setenv("TELEGRAM_CHAT_ID", "")
	os.Unsetenv("TELEGRAM_CHAT_ID")
	x.examine().expect(t, "grupo", levelWarn, "nenhum grupo")

	setWebhook(t, "https://outro.example.com/bot")
	x.examine().expect(t, "webhook", levelWarn, "outro.example.com")
	t.Setenv("TELEGRAM_WEBHOOK_URL", "https://ti.example.com")
	x.examine().expect(t, "webhook", levelWarn, "ainda não entrega")
	setWebhook(t, "http://127.0.0.1:1"+webhookPath)
	t.Setenv("TELEGRAM_WEBHOOK_URL", "http://127.0.0.1:1/")
	x.examine().expect(t, "webhook", levelOK, webhookPath)
	telegram.AddUser(emulator.User{ID: 5, FirstName: "Ana"})
	if _, err := telegram.Start(5, ""); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; {
		if got = x.examine(); got.Result == levelFail || time.Now().After(deadline) {
			break
		}
	}
	got.expect(t, "webhook", levelFail, "refused")

	t.Setenv("TELEGRAM_BOT_TOKEN", "4242:another-token-another")
	x.examine().expect(t, "telegram", levelFail, "Unauthorized")
}

// setWebhook asks the emulated Telegram to deliver somewhere.
func setWebhook(t *testing.T, to string) {
	t.Helper()
	resp, err := http.PostForm(os.Getenv("TELEGRAM_API_URL")+"/bot"+e2eToken+"/setWebhook", url.Values{"url": {to}})
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(err, resp)
	}
	resp.Body.Close()
}

func TestDoctorOnMail(t *testing.T) {
	x := newTerminal(t, "EMAIL_FROM", "ti@example.com", "SMTP_URL", strings.Replace(mailServerFor(t), "//", "//ti:errada@", 1))
	x.examine().expect(t, "email", levelFail, "STARTTLS")
	if out, _, _ := x.run("doctor"); strings.Contains(out, "errada") {
		t.Error(out)
	}
	os.Unsetenv("SMTP_URL")
	login := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.FormValue("client_secret") != "geheim" {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"error":"invalid_client"}`)
			return
		}
		fmt.Fprint(w, `{"access_token":"x","token_type":"Bearer","expires_in":3600}`)
	}))
	t.Cleanup(login.Close)
	for name, value := range map[string]string{"MS_CLIENT_ID": "c", "MS_TENANT_ID": "t", "MS_CLIENT_SECRET": "geheim", "MS_LOGIN_URL": login.URL} {
		t.Setenv(name, value)
	}
	x.examine().expect(t, "email", levelOK, "ti@example.com")
	t.Setenv("MS_CLIENT_SECRET", "vencido")
	x.examine().expect(t, "email", levelFail, "invalid_client")
}

func TestDoctorOnClocksAndTheService(t *testing.T) {
	x := newTerminal(t)
	x.telegramFor(emulator.Options{}, emulator.Group{BotAdmin: true})
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", time.Now().Add(-30*time.Second).UTC().Format(http.TimeFormat))
		if strings.HasSuffix(r.URL.Path, "/getMe") {
			fmt.Fprint(w, `{"ok":true,"result":{"id":4242,"is_bot":true,"first_name":"x","username":"x_bot"}}`)
			return
		}
		fmt.Fprint(w, `{"ok":false,"error_code":400,"description":"Bad Request"}`)
	}))
	t.Cleanup(slow.Close)
	t.Setenv("TELEGRAM_API_URL", slow.URL)
	t.Setenv("HTTP_ADDR", slow.Listener.Addr().String())
	got := x.examine()
	got.expect(t, "relogio", levelWarn, "do Telegram")
	got.expect(t, "servico", levelFail, "outro programa")
	health := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"status":"online","service":"x","version":"v0.0.1"}`)
	}))
	t.Cleanup(health.Close)
	t.Setenv("HTTP_ADDR", health.Listener.Addr().String())
	x.examine().expect(t, "servico", levelWarn, "v0.0.1")
}

// Without a configured database the doctor joins the private one of a running program.
func TestDoctorJoinsThePrivateDatabase(t *testing.T) {
	x := newTerminal(t)
	os.Unsetenv("DATABASE_URL")
	t.Setenv("DATA_DIR", pgtest.DataDir(t))
	x.examine().expect(t, "banco", levelOK, "parado")
	p := x.desk() // runs it
	got := x.examine()
	got.expect(t, "banco", levelOK, "MiB")
	got.expect(t, "esquema", levelOK, "em dia")
	x.must("user", "add", "ana@example.com", "--name", "Ana", "--role", "ti")
	if _, err := p.desk.AccountByEmail(t.Context(), "ana@example.com"); err != nil {
		t.Error(err)
	}
}

// mailServerFor returns the address of a mail server that says yes to everything, in clear.
func mailServerFor(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go yes(conn)
		}
	}()
	return "smtp://" + l.Addr().String()
}

func yes(conn net.Conn) {
	defer conn.Close()
	fmt.Fprint(conn, "220 x ESMTP\r\n")
	for in := bufio.NewScanner(conn); in.Scan() && in.Text() != "QUIT"; {
		fmt.Fprint(conn, "250 x\r\n")
	}
}

func execSQL(t *testing.T, url string, statements ...string) {
	t.Helper()
	db := openSQL(t, url)
	for _, s := range statements {
		if _, err := db.Exec(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
}

func queryInt(t *testing.T, url, sql string) (n int) {
	t.Helper()
	if err := openSQL(t, url).QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func openSQL(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	db, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.Background()) })
	return db
}
