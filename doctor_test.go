package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/crypto/bcrypt"

	"chamados/bot/emulator"
	"chamados/internal/config"
	"chamados/internal/doctor"
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
	Result   doctor.Level     `json:"resultado"`
	Findings []doctor.Finding `json:"verificacoes"`
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

func (e examined) expect(t *testing.T, check string, l doctor.Level, says string) {
	t.Helper()
	for _, f := range e.Findings {
		if f.Check == check && f.Level == l && strings.Contains(f.Message, says) {
			if (f.Remedy == "") != (l == doctor.OK) {
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
	if got.code != 0 || got.Result != doctor.OK {
		t.Errorf("status %d, %s", got.code, got.Result)
	}
	for check, says := range map[string]string{
		"configuracao": "config.yaml", "arquivos": "", "disco": "livres", "chave": "SECRET_KEY", "endereco": "ti.example.com",
		"banco": "PostgreSQL", "esquema": "em dia", "relogio": "do banco", "contas": "1 da TI", "telegram": "@chamados_bot",
		"webhook": "long polling", "grupo": "TI (", "email": "ti@example.com", "servico": "não está",
	} {
		got.expect(t, check, doctor.OK, says)
	}
	got.expect(t, "relogio", doctor.OK, "do Telegram")
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
	got.expect(t, "configuracao", doctor.OK, "config.yaml, ")
	got.expect(t, "arquivos", doctor.Warn, ".env")
	got.expect(t, "chave", doctor.Warn, "32")
	got.expect(t, "endereco", doctor.Warn, "sem TLS")
	got.expect(t, "telegram", doctor.Warn, "TELEGRAM_BOT_TOKEN")
	got.expect(t, "email", doctor.Fail, "MS_TENANT_ID")
	got.expect(t, "contas", doctor.Fail, "nenhuma conta ativa")
	if got.code != 1 || got.Result != doctor.Fail {
		t.Errorf("status %d", got.code)
	}
	t.Setenv("PUBLIC_URL", "https://chamados.example.com/")
	x.examine().expect(t, "endereco", doctor.Warn, "só o exemplo")
	t.Setenv("DATA_DIR", x.file)
	t.Setenv("DB_PORT", "muitas")
	got = x.examine()
	got.expect(t, "configuracao", doctor.Fail, "database.port")
}

func TestDoctorOnTheDatabase(t *testing.T) {
	x := newTerminal(t)
	good := os.Getenv("DATABASE_URL")
	t.Setenv("DATABASE_URL", "postgres://app:geheim@127.0.0.1:1/chamados")
	got := x.examine()
	got.expect(t, "banco", doctor.Fail, "refused")
	if out, _, _ := x.run("doctor"); strings.Contains(out, "geheim") {
		t.Error(out)
	}
	t.Setenv("DATABASE_URL", good)
	execSQL(t, good, "DELETE FROM migracoes WHERE version_id = 151", "INSERT INTO migracoes (version_id, is_applied) VALUES (99999, true)")
	got = x.examine()
	got.expect(t, "esquema", doctor.Fail, "1 migrações são de um programa mais novo")
	execSQL(t, good, "DELETE FROM migracoes WHERE version_id = 99999")
	x.examine().expect(t, "esquema", doctor.Warn, "1 migrações por fazer")
	execSQL(t, good, "DROP TABLE migracoes")
	x.examine().expect(t, "esquema", doctor.Warn, "sistema anterior")
	execSQL(t, good, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
	got = x.examine()
	got.expect(t, "esquema", doctor.OK, "vazio")
	if got.code != 0 {
		t.Errorf("status %d", got.code)
	}
	if tables := queryInt(t, good, "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"); tables != 0 {
		t.Errorf("the doctor made %d tables", tables)
	}
}

// A read replica that is none, or another's, is told of.
func TestDoctorOnTheReplica(t *testing.T) {
	x := newTerminal(t)
	t.Setenv("DATABASE_URL_LEITURA", "postgres://app:geheim@127.0.0.1:1/chamados")
	x.examine().expect(t, "replica", doctor.Warn, "refused")
	t.Setenv("DATABASE_URL_LEITURA", os.Getenv("DATABASE_URL"))
	x.examine().expect(t, "replica", doctor.Warn, "próprio principal")
	another, err := pgtest.StartCluster(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = another.Stop() })
	t.Setenv("DATABASE_URL_LEITURA", another.URL)
	got := x.examine()
	got.expect(t, "replica", doctor.Fail, "outro banco")
	if got.code != 1 {
		t.Errorf("status %d", got.code)
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
	x.examine().expect(t, "contas", doctor.Fail, "admin@example.com")
}

func TestDoctorOnTelegram(t *testing.T) {
	x := newTerminal(t)
	telegram := x.telegramFor(emulator.Options{Privacy: true}, emulator.Group{})
	got := x.examine()
	got.expect(t, "grupo", doctor.Warn, "texto solto")
	t.Setenv("TELEGRAM_CHAT_ID", "-100123")
	x.examine().expect(t, "grupo", doctor.Fail, "-100123")
	t.Setenv("TELEGRAM_CHAT_ID", "")
	os.Unsetenv("TELEGRAM_CHAT_ID")
	x.examine().expect(t, "grupo", doctor.Warn, "nenhum grupo")

	setWebhook(t, "https://outro.example.com/bot")
	x.examine().expect(t, "webhook", doctor.Warn, "outro.example.com")
	t.Setenv("TELEGRAM_WEBHOOK_URL", "https://ti.example.com")
	x.examine().expect(t, "webhook", doctor.Warn, "ainda não entrega")
	setWebhook(t, "http://127.0.0.1:1"+config.WebhookPath)
	t.Setenv("TELEGRAM_WEBHOOK_URL", "http://127.0.0.1:1/")
	x.examine().expect(t, "webhook", doctor.OK, config.WebhookPath)
	telegram.AddUser(emulator.User{ID: 5, FirstName: "Ana"})
	if _, err := telegram.Start(5, ""); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; {
		if got = x.examine(); got.Result == doctor.Fail || time.Now().After(deadline) {
			break
		}
	}
	got.expect(t, "webhook", doctor.Fail, "refused")

	t.Setenv("TELEGRAM_BOT_TOKEN", "4242:another-token-another")
	x.examine().expect(t, "telegram", doctor.Fail, "Unauthorized")
}

// What Telegram says of a webhook leads to what is to be mended: the certificate, the name, or what stands before
// the service.
func TestDoctorOnRefusedWebhooks(t *testing.T) {
	x := newTerminal(t)
	for said, wants := range map[string]string{
		"SSL error {error:0A000086:SSL routines::certificate verify failed}": "certificado",
		"Failed to resolve host: Name or service not known":                  "não encontra",
		"Wrong response from the webhook: 404 Not Found":                     "não é o serviço",
		"Connection refused": "falham",
	} {
		api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			result := `{"id":4242,"is_bot":true,"first_name":"x","username":"x_bot"}`
			if strings.HasSuffix(r.URL.Path, "/getWebhookInfo") {
				result = fmt.Sprintf(`{"url":"https://ti.example.com%s","pending_update_count":3,"last_error_date":%d,"last_error_message":%q}`,
					config.WebhookPath, time.Now().Unix(), said)
			}
			fmt.Fprintf(w, `{"ok":true,"result":%s}`, result)
		}))
		t.Cleanup(api.Close)
		t.Setenv("TELEGRAM_API_URL", api.URL)
		t.Setenv("TELEGRAM_BOT_TOKEN", e2eToken)
		t.Setenv("TELEGRAM_WEBHOOK_URL", "https://ti.example.com")
		got := x.examine()
		got.expect(t, "webhook", doctor.Fail, wants)
		got.expect(t, "webhook", doctor.Fail, said)
	}
}

// Another program that polls is noticed whether the service runs or not.
func TestDoctorNoticesASecondPoller(t *testing.T) {
	x := newTerminal(t)
	x.probe = time.Second
	x.telegramFor(emulator.Options{}, emulator.Group{BotAdmin: true})
	x.examine().expect(t, "webhook", doctor.OK, "long polling")

	other, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for other.Err() == nil {
			req, err := http.NewRequestWithContext(other, http.MethodPost, os.Getenv("TELEGRAM_API_URL")+"/bot"+e2eToken+"/getUpdates?timeout=30", nil)
			if err != nil {
				return
			}
			if resp, err := http.DefaultClient.Do(req); err == nil {
				resp.Body.Close()
			}
		}
	}()
	defer func() { stop(); <-ended }()
	got := x.examine()
	got.expect(t, "webhook", doctor.Fail, "409")
	if got.code != 1 {
		t.Errorf("status %d", got.code)
	}

	x.serve()
	for deadline := time.Now().Add(20 * time.Second); got.Result == doctor.Fail && time.Now().Before(deadline); {
		if got = x.examine(); got.has("webhook", "409") {
			return
		}
	}
	t.Errorf("the service noticed nothing: %+v", got.Findings)
}

// has reports whether a check found something that says so.
func (e examined) has(check, says string) bool {
	return slices.ContainsFunc(e.Findings, func(f doctor.Finding) bool { return f.Check == check && strings.Contains(f.Message, says) })
}

// serve runs the service until the test ends.
func (x *terminal) serve() {
	x.t.Helper()
	settings, err := config.Load(x.file, false)
	if err != nil {
		x.t.Fatal(err)
	}
	settings.HTTP.Addr = "127.0.0.1:0"
	p := NewProgram(settings, slog.New(slog.DiscardHandler))
	p.cost = bcrypt.MinCost
	if err := p.Start(x.t.Context()); err != nil {
		x.t.Fatal(err)
	}
	x.t.Cleanup(func() { _ = p.Stop() })
	x.t.Setenv("HTTP_ADDR", p.Addr())
}

func TestDoctorOnAttachments(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "anexos")
	x := newTerminal(t, "ATTACHMENTS_DIR", dir)
	if got := x.examine(); got.has("anexos", "") {
		t.Errorf("nothing is kept there: %+v", got.Findings)
	}
	t.Setenv("ATTACHMENTS_STORE", "directory")
	x.examine().expect(t, "anexos", doctor.Warn, "ainda não existe")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	x.examine().expect(t, "anexos", doctor.OK, "livres")
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	x.examine().expect(t, "anexos", doctor.Warn, "todos nesta máquina")
	t.Setenv("ATTACHMENTS_DIR", "/proc")
	x.examine().expect(t, "anexos", doctor.Fail, "não se pode escrever")
	t.Setenv("ATTACHMENTS_DIR", x.file)
	x.examine().expect(t, "anexos", doctor.Fail, "não é um diretório")
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
	x.examine().expect(t, "email", doctor.Fail, "STARTTLS")
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
	x.examine().expect(t, "email", doctor.OK, "ti@example.com")
	t.Setenv("MS_CLIENT_SECRET", "vencido")
	x.examine().expect(t, "email", doctor.Fail, "invalid_client")
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
	got.expect(t, "relogio", doctor.Warn, "do Telegram")
	got.expect(t, "servico", doctor.Fail, "outro programa")
	health := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"status":"online","service":"x","version":"v0.0.1"}`)
	}))
	t.Cleanup(health.Close)
	t.Setenv("HTTP_ADDR", health.Listener.Addr().String())
	x.examine().expect(t, "servico", doctor.Warn, "v0.0.1")
}

// Without a configured database the doctor joins the private one of a running program.
func TestDoctorJoinsThePrivateDatabase(t *testing.T) {
	x := newTerminal(t)
	os.Unsetenv("DATABASE_URL")
	t.Setenv("DATA_DIR", pgtest.DataDir(t))
	x.examine().expect(t, "banco", doctor.OK, "parado")
	p := x.desk() // runs it
	got := x.examine()
	got.expect(t, "banco", doctor.OK, "MiB")
	got.expect(t, "esquema", doctor.OK, "em dia")
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
