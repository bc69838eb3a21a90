package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/viper"

	"chamados/admin/proxy"
	"chamados/domain"
)

// Secret is a setting that never appears in logs or messages.
type Secret string

// String returns a placeholder.
func (s Secret) String() string {
	if s == "" {
		return "(not set)"
	}
	return "(set, hidden)"
}

// LogValue keeps the value out of structured logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Config is every setting, from lowest to highest: default, config.yaml, .env,
// environment.
type Config struct {
	HTTP     HTTPConfig     `mapstructure:"http"`
	DataDir  string         `mapstructure:"data_dir"`
	Secret   Secret         `mapstructure:"secret_key"`
	Desk     DeskConfig     `mapstructure:"desk"`
	Calendar CalendarConfig `mapstructure:"calendar"`
	SLA      SLAConfig      `mapstructure:"sla"`
	Care     CareConfig     `mapstructure:"care"`
	Notices  NoticesConfig  `mapstructure:"notices"`
	Digests  DigestsConfig  `mapstructure:"digests"`
	Auth     AuthConfig     `mapstructure:"auth"`
	Telegram TelegramConfig `mapstructure:"telegram"`
	Database DatabaseConfig `mapstructure:"database"`
	Files    FilesConfig    `mapstructure:"attachments"`
	Admin    AdminConfig    `mapstructure:"admin"`
	Mail     MailConfig     `mapstructure:"mail"`
	Signup   SignupConfig   `mapstructure:"signup"`
	Log      LogConfig      `mapstructure:"log"`
}

// HTTPConfig is where the panel and the API listen and how people reach them.
type HTTPConfig struct {
	Addr      string `mapstructure:"addr"`
	PublicURL string `mapstructure:"public_url"`
	// TrustedProxies are the addresses and networks of proxies whose X-Forwarded-For and -Proto are believed.
	TrustedProxies []string `mapstructure:"trusted_proxies"`
	// PerPerson bounds the requests that one person has under way.
	PerPerson int `mapstructure:"requests_per_person"`
	// MaxSockets bounds the WebSocket connections of a process.
	MaxSockets int `mapstructure:"max_websockets"`
	// MetricsToken lets programs of other machines read /metrics.
	MetricsToken Secret `mapstructure:"metrics_token"`
}

// DeskConfig is what is common to all doors.
type DeskConfig struct {
	Language domain.Lang `mapstructure:"language"`
	Timezone string      `mapstructure:"timezone"`
	Lead     string      `mapstructure:"lead"` // address of the account that hears of breaches
}

// Location returns the desk's time zone; Validate has made sure that it exists.
func (d DeskConfig) Location() *time.Location {
	loc, err := time.LoadLocation(d.Timezone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// AuthConfig bounds sessions.
type AuthConfig struct {
	TokenMinutes int `mapstructure:"token_minutes"`
}

// TelegramConfig is the bot's.
type TelegramConfig struct {
	Token      Secret        `mapstructure:"token"`
	ChatID     int64         `mapstructure:"chat_id"`
	APIURL     string        `mapstructure:"api_url"`
	WebhookURL string        `mapstructure:"webhook_url"`
	Workers    int           `mapstructure:"workers"`
	Groups     []GroupConfig `mapstructure:"groups"`
}

// DatabaseConfig names an external PostgreSQL; without URL, Host and Name the embedded
// one is used.
type DatabaseConfig struct {
	URL            Secret `mapstructure:"url"`
	ReadURL        Secret `mapstructure:"read_url"`
	Host           string `mapstructure:"host"`
	Port           int    `mapstructure:"port"`
	User           string `mapstructure:"user"`
	Password       Secret `mapstructure:"password"`
	Name           string `mapstructure:"name"`
	MaxConnections int    `mapstructure:"max_connections"`
}

// External returns the connection URL of the configured server, "" if none is
// configured.
func (d DatabaseConfig) External() string {
	if d.URL != "" {
		return string(d.URL)
	}
	if d.Host == "" && d.Name == "" {
		return ""
	}
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(d.User, string(d.Password)),
		Host: net.JoinHostPort(or(d.Host, "localhost"), strconv.Itoa(d.Port)), Path: "/" + or(d.Name, "chamados"),
	}
	if strings.HasPrefix(d.Host, "/") { // the directory of a socket
		u.Host, u.RawQuery = "", url.Values{"host": {d.Host}, "port": {strconv.Itoa(d.Port)}}.Encode()
	}
	return u.String()
}

// AdminConfig is the first IT account, made only when there is none.
type AdminConfig struct {
	Email    string `mapstructure:"email"`
	Password Secret `mapstructure:"password"`
}

// LogConfig is how much is logged and in which form.
type LogConfig struct {
	Level  string `mapstructure:"level"`
	Format string `mapstructure:"format"`
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

var defaults = map[string]any{
	"http.addr":                "127.0.0.1:8000",
	"http.public_url":          "",
	"http.trusted_proxies":     []string{},
	"http.requests_per_person": 32,
	"http.max_websockets":      10_000,
	"http.metrics_token":       "",
	"data_dir":                 "data",
	"secret_key":               "",
	"desk.language":            string(domain.LangPortuguese),
	"desk.timezone":            "America/Sao_Paulo",
	"auth.token_minutes":       1440,
	"telegram.token":           "",
	"telegram.chat_id":         0,
	"telegram.api_url":         "https://api.telegram.org",
	"telegram.webhook_url":     "",
	"telegram.workers":         8,
	"telegram.groups":          []map[string]any{},
	"database.url":             "",
	"database.read_url":        "",
	"database.host":            "",
	"database.port":            5432,
	"database.user":            "postgres",
	"database.password":        "",
	"database.name":            "",
	"database.max_connections": 16,
	"admin.email":              "",
	"admin.password":           "",
	"mail.client_id":           "",
	"mail.client_secret":       "",
	"mail.tenant_id":           "",
	"mail.from":                "",
	"mail.from_name":           "Chamados de TI",
	"mail.graph_url":           "https://graph.microsoft.com",
	"mail.login_url":           "https://login.microsoftonline.com",
	"mail.smtp_url":            "",
	"signup.allowed_domains":   []string{},
	"log.level":                "info",
	"log.format":               "json",
}

// environment are the fixed names of the contract.
var environment = map[string]string{
	"http.addr":            "HTTP_ADDR",
	"http.public_url":      "PUBLIC_URL",
	"http.trusted_proxies": "TRUSTED_PROXIES",
	"http.metrics_token":   "METRICS_TOKEN",
	"data_dir":             "DATA_DIR",
	"secret_key":           "SECRET_KEY",
	"auth.token_minutes":   "ACCESS_TOKEN_EXPIRE_MINUTES",
	"telegram.token":       "TELEGRAM_BOT_TOKEN",
	"telegram.chat_id":     "TELEGRAM_CHAT_ID",
	"telegram.api_url":     "TELEGRAM_API_URL",
	"telegram.webhook_url": "TELEGRAM_WEBHOOK_URL",
	"database.url":         "DATABASE_URL",
	"database.read_url":    "DATABASE_URL_LEITURA",
	"database.host":        "DB_HOST",
	"database.port":        "DB_PORT",
	"database.user":        "DB_USER",
	"database.password":    "DB_PASSWORD",
	"database.name":        "DB_NAME",
	"attachments.store":    "ATTACHMENTS_STORE",
	"attachments.dir":      "ATTACHMENTS_DIR",
	"admin.email":          "ADMIN_EMAIL",
	"admin.password":       "ADMIN_PASSWORD",
	"mail.client_id":       "MS_CLIENT_ID",
	"mail.client_secret":   "MS_CLIENT_SECRET",
	"mail.tenant_id":       "MS_TENANT_ID",
	"mail.from":            "EMAIL_FROM",
	"mail.from_name":       "EMAIL_FROM_NAME",
	"mail.graph_url":       "MS_GRAPH_URL",
	"mail.login_url":       "MS_LOGIN_URL",
	"mail.smtp_url":        "SMTP_URL",
}

// newSettings returns the defaults of every setting.
func newSettings() *viper.Viper {
	v := viper.New()
	for _, group := range []map[string]any{defaults, careDefaults, digestDefaults, filesDefaults} {
		for key, value := range group {
			v.SetDefault(key, value)
		}
	}
	return v
}

// LoadConfig reads file (it may be absent if optional), the .env beside it, and the
// environment. The result is validated.
func LoadConfig(file string, optional bool) (Config, error) {
	if err := loadDotenv(filepath.Join(filepath.Dir(file), ".env")); err != nil {
		return Config{}, err
	}
	v := newSettings()
	for key, name := range environment {
		if err := v.BindEnv(key, name); err != nil {
			return Config{}, err
		}
	}
	if _, err := os.Stat(file); err == nil || !optional {
		v.SetConfigFile(file)
		if err := v.ReadInConfig(); err != nil {
			return Config{}, fmt.Errorf("%s: %w", file, err)
		}
	}
	var c Config
	if err := v.UnmarshalExact(&c); err != nil {
		return Config{}, fmt.Errorf("%s: %w", file, err)
	}
	return c, c.Validate()
}

// Validate returns an error that names every bad setting; secret values are not shown.
func (c Config) Validate() error {
	var bad []error
	reject := func(key, format string, args ...any) {
		name := key
		if env := environment[key]; env != "" {
			name += " (" + env + ")"
		}
		bad = append(bad, fmt.Errorf("%s: %s", name, fmt.Sprintf(format, args...)))
	}
	if _, port, err := net.SplitHostPort(c.HTTP.Addr); err != nil || !validPort(port) {
		reject("http.addr", "%q is not host:port, e.g. 127.0.0.1:8000", c.HTTP.Addr)
	}
	if c.HTTP.PublicURL != "" && !isWebURL(c.HTTP.PublicURL) {
		reject("http.public_url", "%q is not an http(s) URL", c.HTTP.PublicURL)
	}
	if _, err := proxy.Parse(c.HTTP.TrustedProxies); err != nil {
		reject("http.trusted_proxies", "%v", err)
	}
	if c.HTTP.PerPerson < 1 {
		reject("http.requests_per_person", "%d is not a positive number of requests", c.HTTP.PerPerson)
	}
	if c.HTTP.MaxSockets < 1 {
		reject("http.max_websockets", "%d is not a positive number of connections", c.HTTP.MaxSockets)
	}
	if c.HTTP.MetricsToken != "" && len(c.HTTP.MetricsToken) < minSecret {
		reject("http.metrics_token", "has %d characters, at least %d are needed", len(c.HTTP.MetricsToken), minSecret)
	}
	if c.Secret != "" && len(c.Secret) < minSecret {
		reject("secret_key", "has %d characters, at least %d are needed", len(c.Secret), minSecret)
	}
	if c.Desk.Language != domain.LangPortuguese && c.Desk.Language != domain.LangEnglish {
		reject("desk.language", "%q is none of pt-BR, en", c.Desk.Language)
	}
	if _, err := time.LoadLocation(c.Desk.Timezone); err != nil || c.Desk.Timezone == "" {
		reject("desk.timezone", "%q is not a time zone, e.g. America/Sao_Paulo", c.Desk.Timezone)
	}
	if c.Auth.TokenMinutes < 1 {
		reject("auth.token_minutes", "%d is not a positive number of minutes", c.Auth.TokenMinutes)
	}
	c.deskOptions(reject)
	c.Notices.validate(reject)
	c.Digests.validate(reject)
	c.Telegram.validate(reject)
	c.Database.validate(reject)
	c.Files.validate(reject)
	if (c.Admin.Email == "") != (c.Admin.Password == "") {
		reject("admin.email", "ADMIN_EMAIL and ADMIN_PASSWORD go together")
	}
	c.Mail.validate(reject)
	c.Signup.validate(reject)
	if _, err := c.Log.level(); err != nil {
		reject("log.level", "%q is none of debug, info, warn, error", c.Log.Level)
	}
	if c.Log.Format != "json" && c.Log.Format != "text" {
		reject("log.format", "%q is none of json, text", c.Log.Format)
	}
	return errors.Join(bad...)
}

func (t TelegramConfig) validate(reject func(key, format string, args ...any)) {
	if _, err := t.BotID(); t.Token != "" && err != nil {
		reject("telegram.token", "is not of the form 123456:ABC… that BotFather gives")
	}
	if !isWebURL(t.APIURL) {
		reject("telegram.api_url", "%q is not an http(s) URL", t.APIURL)
	}
	own := t.APIURL != defaults["telegram.api_url"]
	if t.WebhookURL != "" && !strings.HasPrefix(t.WebhookURL, "https://") && !(own && isWebURL(t.WebhookURL)) {
		reject("telegram.webhook_url", "%q is not an https URL, the only kind that Telegram calls", t.WebhookURL)
	}
	if t.Workers < 1 || t.Workers > 256 {
		reject("telegram.workers", "%d is not between 1 and 256", t.Workers)
	}
	t.validateGroups(reject)
}

// BotID returns the bot's id, the part of the token before the colon, which is not secret.
func (t TelegramConfig) BotID() (int64, error) {
	id, secret, ok := strings.Cut(string(t.Token), ":")
	if !ok || len(secret) < 10 {
		return 0, errors.New("malformed token")
	}
	return strconv.ParseInt(id, 10, 64)
}

func (d DatabaseConfig) validate(reject func(key, format string, args ...any)) {
	for key, address := range map[string]Secret{"database.url": d.URL, "database.read_url": d.ReadURL} {
		u, err := url.Parse(string(address))
		if address != "" && (err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql") {
			reject(key, "is not a postgres:// URL")
		}
	}
	if d.Port < 1 || d.Port > 65535 {
		reject("database.port", "%d is not a port", d.Port)
	}
	if d.MaxConnections < 4 {
		reject("database.max_connections", "%d is less than the 4 that are needed", d.MaxConnections)
	}
}

func validPort(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 0 && n <= 65535
}

func isWebURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

func (l LogConfig) level() (slog.Level, error) {
	var level slog.Level
	return level, level.UnmarshalText([]byte(l.Level))
}

// Logger returns the logger that the settings ask for, writing to standard error.
func (l LogConfig) Logger() *slog.Logger {
	level, err := l.level()
	if err != nil {
		level = slog.LevelInfo
	}
	opts := &slog.HandlerOptions{Level: level}
	if l.Format == "text" {
		return slog.New(slog.NewTextHandler(os.Stderr, opts))
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, opts))
}
