package config

import (
	"github.com/spf13/viper"

	"chamados/domain"
)

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

// Environment has the fixed names of the contract: the variable of each setting that has one.
var Environment = map[string]string{
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

// Default returns the settings of an installation that sets nothing.
func Default() Config {
	v, c := newSettings(), Config{}
	if err := v.UnmarshalExact(&c); err != nil {
		panic("config: " + err.Error()) // the defaults are compiled in
	}
	return c
}
