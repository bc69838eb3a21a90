package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	"chamados/admin/proxy"
	"chamados/domain"
)

// Validate returns an error that names every bad setting; secret values are not shown.
func (c Config) Validate() error {
	var bad []error
	reject := func(key, format string, args ...any) {
		name := key
		if env := Environment[key]; env != "" {
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

func validPort(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 0 && n <= 65535
}

func isWebURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
