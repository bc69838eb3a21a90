package config

import (
	"errors"
	"strconv"
	"strings"
)

// Telegram is the bot's.
type Telegram struct {
	Token      Secret  `mapstructure:"token"`
	ChatID     int64   `mapstructure:"chat_id"`
	APIURL     string  `mapstructure:"api_url"`
	WebhookURL string  `mapstructure:"webhook_url"`
	Workers    int     `mapstructure:"workers"`
	Groups     []Group `mapstructure:"groups"`
}

func (t Telegram) validate(reject rejecter) {
	if _, err := t.BotID(); t.Token != "" && err != nil {
		reject("telegram.token", "token")
	}
	if !isWebURL(t.APIURL) {
		reject("telegram.api_url", "web_url", "Value", t.APIURL)
	}
	own := t.APIURL != defaults["telegram.api_url"]
	if t.WebhookURL != "" && !strings.HasPrefix(t.WebhookURL, "https://") && !(own && isWebURL(t.WebhookURL)) {
		reject("telegram.webhook_url", "webhook_url", "Value", t.WebhookURL)
	}
	between(reject, "telegram.workers", t.Workers, 1, 256)
	t.validateGroups(reject)
}

// WebhookPath is where Telegram delivers updates, below WebhookURL.
const WebhookPath = "/telegram/webhook"

// Webhook is the address that Telegram delivers updates to, "" when it is polled.
func (t Telegram) Webhook() string {
	if t.WebhookURL == "" {
		return ""
	}
	return strings.TrimRight(t.WebhookURL, "/") + WebhookPath
}

// BotID returns the bot's id, the part of the token before the colon, which is not secret.
func (t Telegram) BotID() (int64, error) {
	id, secret, ok := strings.Cut(string(t.Token), ":")
	if !ok || len(secret) < 10 {
		return 0, errors.New("malformed token")
	}
	return strconv.ParseInt(id, 10, 64)
}
