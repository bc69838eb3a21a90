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

func (t Telegram) validate(reject func(key, format string, args ...any)) {
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
func (t Telegram) BotID() (int64, error) {
	id, secret, ok := strings.Cut(string(t.Token), ":")
	if !ok || len(secret) < 10 {
		return 0, errors.New("malformed token")
	}
	return strconv.ParseInt(id, 10, 64)
}
