// Package config is the typed configuration: what may be set, where it is read from, what is refused, and what
// people are shown of it.
package config

import (
	"net"
	"time"

	"chamados/domain"
)

// Config is every setting, from lowest to highest: default, config.yaml, .env,
// environment.
type Config struct {
	HTTP     HTTP     `mapstructure:"http"`
	DataDir  string   `mapstructure:"data_dir"`
	Secret   Secret   `mapstructure:"secret_key"`
	Desk     Desk     `mapstructure:"desk"`
	Calendar Calendar `mapstructure:"calendar"`
	SLA      SLA      `mapstructure:"sla"`
	Care     Care     `mapstructure:"care"`
	Notices  Notices  `mapstructure:"notices"`
	Digests  Digests  `mapstructure:"digests"`
	Auth     Auth     `mapstructure:"auth"`
	Telegram Telegram `mapstructure:"telegram"`
	Database Database `mapstructure:"database"`
	Files    Files    `mapstructure:"attachments"`
	Admin    Admin    `mapstructure:"admin"`
	Mail     Mail     `mapstructure:"mail"`
	Signup   Signup   `mapstructure:"signup"`
	Log      Log      `mapstructure:"log"`
}

// HTTP is where the panel and the API listen and how people reach them.
type HTTP struct {
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

// Local returns where this machine reaches what listens on Addr.
func (h HTTP) Local() (string, error) {
	host, port, err := net.SplitHostPort(h.Addr)
	if err != nil {
		return "", err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port), nil
}

// Desk is what is common to all doors.
type Desk struct {
	Language domain.Lang `mapstructure:"language"`
	Timezone string      `mapstructure:"timezone"`
	Lead     string      `mapstructure:"lead"` // address of the account that hears of breaches
}

// Location returns the desk's time zone; Validate has made sure that it exists.
func (d Desk) Location() *time.Location {
	loc, err := time.LoadLocation(d.Timezone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// Auth bounds sessions.
type Auth struct {
	TokenMinutes int `mapstructure:"token_minutes"`
}

// Admin is the first IT account, made only when there is none.
type Admin struct {
	Email    string `mapstructure:"email"`
	Password Secret `mapstructure:"password"`
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}
