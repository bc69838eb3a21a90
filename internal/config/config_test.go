package config

import (
	"os"
	"path/filepath"
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

func TestDefaultFile(t *testing.T) {
	system := configtest.File(t, "", "")
	for _, test := range []struct{ here, want string }{
		{"", system}, {"config.yaml", "config.yaml"}, {".env", "config.yaml"},
	} {
		t.Chdir(t.TempDir())
		if test.here != "" {
			if err := os.WriteFile(test.here, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got := DefaultFile(system); got != test.want {
			t.Errorf("beside %q: %s, want %s", test.here, got, test.want)
		}
	}
	t.Chdir(t.TempDir())
	if got := DefaultFile("absent/config.yaml"); got != "config.yaml" {
		t.Errorf("nothing installed: %s", got)
	}
}
