package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chamados/internal/config/configtest"
)

func TestEnvironmentWinsOverDotEnvOverFile(t *testing.T) {
	configtest.Unset(t, "HTTP_ADDR", "DB_NAME", "DB_HOST", "ACCESS_TOKEN_EXPIRE_MINUTES")
	t.Setenv("DB_NAME", "da_casa")
	file := configtest.File(t, "http: {addr: '127.0.0.1:1'}\nauth: {token_minutes: 5}\n",
		"DB_NAME=do_arquivo\nDB_HOST=db.local\nHTTP_ADDR=127.0.0.1:2\n")
	c, err := Load(file, false)
	if err != nil {
		t.Fatal(err)
	}
	if c.Database.Name != "da_casa" || c.Database.Host != "db.local" || c.HTTP.Addr != "127.0.0.1:2" || c.Auth.TokenMinutes != 5 {
		t.Errorf("got %+v", c)
	}
	if got, want := c.Database.External(), "postgres://postgres:@db.local:5432/da_casa"; got != want {
		t.Errorf("database %q", got)
	}
}

// The predecessor's .env, as it is in the field.
func TestThePredecessorsEnvironmentIsUsedAsItIs(t *testing.T) {
	names := []string{"DB_NAME", "DB_USER", "DB_PASSWORD", "DB_HOST", "DB_PORT", "SECRET_KEY", "ACCESS_TOKEN_EXPIRE_MINUTES",
		"TELEGRAM_BOT_TOKEN", "TELEGRAM_CHAT_ID", "MS_CLIENT_ID", "MS_CLIENT_SECRET", "MS_TENANT_ID", "EMAIL_FROM", "EMAIL_FROM_NAME"}
	configtest.Unset(t, names...)
	file := configtest.File(t, "", `DB_NAME=chamados
DB_USER=app
DB_PASSWORD=p@ss/word#1
DB_HOST=localhost
DB_PORT=5433
SECRET_KEY="uma-chave-antiga"
ACCESS_TOKEN_EXPIRE_MINUTES=1440
TELEGRAM_BOT_TOKEN=123456:AAExample-Token_x
TELEGRAM_CHAT_ID=-1001234567890
MS_CLIENT_ID=abc
MS_CLIENT_SECRET=def
MS_TENANT_ID=ghi
EMAIL_FROM=ti@exemplo.com.br
EMAIL_FROM_NAME=TI
`)
	c, err := Load(file, false)
	if err != nil {
		t.Fatal(err)
	}
	if c.Telegram.ChatID != -1001234567890 || c.Secret != "uma-chave-antiga" {
		t.Errorf("got %+v", c)
	}
	if got, want := c.Database.External(), "postgres://app:p%40ss%2Fword%231@localhost:5433/chamados"; got != want {
		t.Errorf("database %q, want %q", got, want)
	}
}

func TestBadSettingsAreNamedAndSecretsAreNot(t *testing.T) {
	for _, c := range []struct{ yaml, name, value string }{
		{"http: {addr: nowhere}", "http.addr (HTTP_ADDR)", "nowhere"},
		{"http: {public_url: 'ftp://x'}", "http.public_url", "ftp://x"},
		{"http: {trusted_proxies: [127.0.0.1, nginx]}", "http.trusted_proxies (TRUSTED_PROXIES)", "nginx"},
		{"signup: {allowed_domains: [.example.com]}", "signup.allowed_domains", ".example.com"},
		{"signup: {allowed_domains: ['*.com']}", "signup.allowed_domains", "*.com"},
		{"http: {requests_per_person: 0}", "http.requests_per_person", "0"},
		{"http: {max_websockets: 0}", "http.max_websockets", "0"},
		{"secret_key: curta", "secret_key (SECRET_KEY)", ""},
		{"telegram: {token: segredo-sem-forma}", "telegram.token (TELEGRAM_BOT_TOKEN)", ""},
		{"telegram: {webhook_url: 'http://x.example'}", "telegram.webhook_url (TELEGRAM_WEBHOOK_URL)", "http://x.example"},
		{"telegram: {workers: 0}", "telegram.workers", "0"},
		{"database: {url: 'mysql://u:segredo@h/d'}", "database.url (DATABASE_URL)", ""},
		{"database: {read_url: 'mysql://u:segredo@h/d'}", "database.read_url (DATABASE_URL_LEITURA)", ""},
		{"database: {port: 99999}", "database.port (DB_PORT)", "99999"},
		{"database: {max_connections: 1}", "database.max_connections", "1"},
		{"desk: {timezone: Marte/Base}", "desk.timezone", "Marte/Base"},
		{"desk: {language: fr}", "desk.language", "fr"},
		{"auth: {token_minutes: 0}", "auth.token_minutes (ACCESS_TOKEN_EXPIRE_MINUTES)", "0"},
		{"admin: {email: a@b.c}", "admin.email (ADMIN_EMAIL)", "ADMIN_PASSWORD"},
		{"log: {level: loud}", "log.level", "loud"},
		{"attachments: {store: disk}", "attachments.store (ATTACHMENTS_STORE)", "disk"},
		{"attachments: {megabytes_per_day: -1}", "attachments.megabytes_per_day", "-1"},
		{"tipo: x", "tipo", ""},
	} {
		_, err := Load(configtest.File(t, c.yaml, ""), false)
		if err == nil {
			t.Errorf("%s: accepted", c.yaml)
			continue
		}
		if got := err.Error(); !strings.Contains(got, c.name) || !strings.Contains(got, c.value) || strings.Contains(got, "segredo") {
			t.Errorf("%s: %s", c.yaml, got)
		}
	}
}

func TestSecretKeyIsMadeOnceAndKeptPrivate(t *testing.T) {
	dir := t.TempDir()
	first, err := Config{DataDir: dir}.SigningKey()
	if err != nil || len(first) < GoodSecret {
		t.Fatalf("%d characters, %v", len(first), err)
	}
	second, err := Config{DataDir: dir}.SigningKey()
	if err != nil || string(second) != string(first) {
		t.Errorf("another key the second time: %v", err)
	}
	info, err := os.Stat(filepath.Join(dir, "secret.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if key, err := (Config{Secret: "configurada", DataDir: dir}).SigningKey(); err != nil || string(key) != "configurada" {
		t.Errorf("got %s, %v", key, err)
	}
}
