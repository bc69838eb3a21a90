package telegram

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"regexp"
	"time"

	tg "github.com/go-telegram/bot"

	"chamados/domain"
)

// maxUpdate bounds the body of a webhook delivery in bytes. Telegram's stay below a tenth.
const maxUpdate = 1 << 20

// secretHeader carries the token that was given to setWebhook.
const secretHeader = "X-Telegram-Bot-Api-Secret-Token"

// Webhook takes updates that Telegram delivers. It answers 200 only when the update is
// stored; to anything else Telegram delivers again. Wake alone may be nil.
type Webhook struct {
	BotID  int64
	Secret string // "" refuses everything
	Inbox  domain.Inbox
	Wake   func(lanes []int64) // told of stored updates
	Now    func() time.Time
	Log    *slog.Logger
}

func (h *Webhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	if !h.authentic(r.Header.Get(secretHeader)) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		w.WriteHeader(http.StatusUnsupportedMediaType)
		return
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpdate))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	u, err := receive(h.BotID, raw, h.Now())
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if err := h.Inbox.Receive(r.Context(), []domain.Update{u}); err != nil {
		h.Log.Warn("telegram: cannot store an update, it will be delivered again", "error", err)
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if h.Wake != nil {
		h.Wake([]int64{u.Lane})
	}
	w.WriteHeader(http.StatusOK)
}

// authentic compares in constant time, whatever the lengths.
func (h *Webhook) authentic(token string) bool {
	want, got := sha256.Sum256([]byte(h.Secret)), sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(want[:], got[:]) == 1 && h.Secret != ""
}

var secretShape = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

// SetWebhook has Telegram deliver updates to url with a secret token. Updates that wait
// are kept.
func (c *Client) SetWebhook(ctx context.Context, url, secret string) error {
	if !secretShape.MatchString(secret) {
		return errors.New("telegram: the webhook's secret must be 1 to 256 of A-Z a-z 0-9 _ -")
	}
	ctx, cancel := c.call(ctx)
	defer cancel()
	_, err := c.bot.SetWebhook(ctx, &tg.SetWebhookParams{
		URL: url, SecretToken: secret, AllowedUpdates: AllowedUpdates, MaxConnections: 100,
	})
	if err != nil {
		return fmt.Errorf("telegram: setWebhook: %w", classify(err))
	}
	return nil
}

// DeleteWebhook ends webhook deliveries, so that polling is possible. Updates that wait are
// kept.
func (c *Client) DeleteWebhook(ctx context.Context) error {
	ctx, cancel := c.call(ctx)
	defer cancel()
	if _, err := c.bot.DeleteWebhook(ctx, &tg.DeleteWebhookParams{}); err != nil {
		return fmt.Errorf("telegram: deleteWebhook: %w", classify(err))
	}
	return nil
}
