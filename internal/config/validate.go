package config

import (
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"chamados/admin/proxy"
	"chamados/domain"
)

// Validate returns [Problems] that name every bad setting, nil if there is none; secret values are not shown.
func (c Config) Validate() error {
	var bad Problems
	c.HTTP.validate(bad.reject)
	if c.Secret != "" && len(c.Secret) < minSecret {
		bad.reject("secret_key", "short", "Count", len(c.Secret), "Min", minSecret)
	}
	oneOf(bad.reject, "desk.language", string(c.Desk.Language), string(domain.LangPortuguese), string(domain.LangEnglish))
	if _, err := time.LoadLocation(c.Desk.Timezone); err != nil || c.Desk.Timezone == "" {
		bad.reject("desk.timezone", "timezone", "Value", c.Desk.Timezone)
	}
	positive(bad.reject, "auth.token_minutes", c.Auth.TokenMinutes)
	c.deskOptions(bad.reject)
	c.Notices.validate(bad.reject)
	c.Digests.validate(bad.reject)
	c.Telegram.validate(bad.reject)
	c.Database.validate(bad.reject)
	c.Files.validate(bad.reject)
	if (c.Admin.Email == "") != (c.Admin.Password == "") {
		bad.reject("admin.email", "admin")
	}
	c.Mail.validate(bad.reject)
	c.Signup.validate(bad.reject)
	c.Log.validate(bad.reject)
	return bad.errOrNil()
}

func (h HTTP) validate(reject rejecter) {
	if _, port, err := net.SplitHostPort(h.Addr); err != nil || !validPort(port) {
		reject("http.addr", "address", "Value", h.Addr)
	}
	if h.PublicURL != "" && !isWebURL(h.PublicURL) {
		reject("http.public_url", "web_url", "Value", h.PublicURL)
	}
	for _, one := range h.TrustedProxies {
		if _, err := proxy.Parse([]string{one}); err != nil {
			reject("http.trusted_proxies", "proxy", "Value", one)
		}
	}
	positive(reject, "http.requests_per_person", h.PerPerson)
	positive(reject, "http.max_websockets", h.MaxSockets)
	if h.MetricsToken != "" && len(h.MetricsToken) < minSecret {
		reject("http.metrics_token", "short", "Count", len(h.MetricsToken), "Min", minSecret)
	}
}

func positive(reject rejecter, setting string, n int) {
	if n < 1 {
		reject(setting, "positive", "Value", n)
	}
}

func between[T int | time.Duration](reject rejecter, setting string, v, low, high T) {
	if v < low || v > high {
		reject(setting, "between", "Value", plain(v), "Min", plain(low), "Max", plain(high))
	}
}

func plain(v any) string {
	if d, ok := v.(time.Duration); ok {
		return duration(d)
	}
	return strconv.Itoa(v.(int))
}

func oneOf(reject rejecter, setting, word string, words ...string) {
	for _, known := range words {
		if word == known {
			return
		}
	}
	reject(setting, "one_of", "Value", word, "Words", strings.Join(words, ", "))
}

func validPort(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 0 && n <= 65535
}

func isWebURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
