package config

import (
	netmail "net/mail"
	"net/url"
	"strings"
)

// Mail says through what mails go out: SMTP where SMTPURL is set, else Microsoft
// Graph, else not at all.
type Mail struct {
	ClientID     string `mapstructure:"client_id"`
	ClientSecret Secret `mapstructure:"client_secret"`
	TenantID     string `mapstructure:"tenant_id"`
	From         string `mapstructure:"from"`
	FromName     string `mapstructure:"from_name"`
	GraphURL     string `mapstructure:"graph_url"`
	LoginURL     string `mapstructure:"login_url"`
	SMTPURL      Secret `mapstructure:"smtp_url"`
}

// Missing names what is needed beside what is set, for mails to go out; nothing if mail is
// configured or not wanted at all.
func (m Mail) Missing() []string {
	var missing []string
	graph := m.ClientID != "" || m.ClientSecret != "" || m.TenantID != ""
	need := func(set bool, name string) {
		if !set {
			missing = append(missing, name)
		}
	}
	if m.SMTPURL == "" && graph {
		need(m.ClientID != "", "MS_CLIENT_ID")
		need(m.ClientSecret != "", "MS_CLIENT_SECRET")
		need(m.TenantID != "", "MS_TENANT_ID")
	}
	if m.SMTPURL != "" || graph {
		need(m.From != "", "EMAIL_FROM")
	}
	return missing
}

// Configured reports whether mails can go out.
func (m Mail) Configured() bool {
	return len(m.Missing()) == 0 && (m.SMTPURL != "" || m.ClientID != "")
}

func (m Mail) validate(reject rejecter) {
	if a, err := netmail.ParseAddress(m.From); m.From != "" && (err != nil || a.Address != m.From) {
		reject("mail.from", "email", "Value", m.From)
	}
	if !isWebURL(m.GraphURL) {
		reject("mail.graph_url", "web_url", "Value", m.GraphURL)
	}
	if !isWebURL(m.LoginURL) {
		reject("mail.login_url", "web_url", "Value", m.LoginURL)
	}
	u, err := url.Parse(string(m.SMTPURL))
	if m.SMTPURL != "" && (err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "") {
		reject("mail.smtp_url", "smtp_url")
	}
}

// Signup says who may make an account by chat.
type Signup struct {
	// AllowedDomains are those of the company's addresses: example.com, or *.example.com for all below it.
	AllowedDomains []string `mapstructure:"allowed_domains"`
}

func (s Signup) validate(reject rejecter) {
	for _, d := range s.AllowedDomains {
		name := strings.TrimPrefix(d, "*.")
		if !strings.Contains(name, ".") || strings.HasPrefix(name, ".") || strings.ContainsAny(name, "*@/ ,:") {
			reject("signup.allowed_domains", "domain", "Value", d)
		}
	}
}
