package telegram

import (
	"context"
	"fmt"
	"net/http"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

// Profile is what the bot is and may do everywhere.
type Profile struct {
	ID       int64
	Username string
	ReadsAll bool // privacy mode is off: it sees every message of its groups
}

// Profile asks Telegram what the bot is.
func (c *Client) Profile(ctx context.Context) (Profile, error) {
	ctx, cancel := c.call(ctx)
	defer cancel()
	u, err := c.bot.GetMe(ctx)
	if err != nil {
		return Profile{}, fmt.Errorf("telegram: getMe: %w", classify(err))
	}
	return Profile{ID: u.ID, Username: u.Username, ReadsAll: u.CanReadAllGroupMessages}, nil
}

// WebhookState is where Telegram delivers, and how that goes.
type WebhookState struct {
	URL         string // "" when it does not deliver but is polled
	Pending     int
	LastError   string
	LastErrorAt time.Time
}

// WebhookState asks Telegram where it delivers updates.
func (c *Client) WebhookState(ctx context.Context) (WebhookState, error) {
	ctx, cancel := c.call(ctx)
	defer cancel()
	w, err := c.bot.GetWebhookInfo(ctx)
	if err != nil {
		return WebhookState{}, fmt.Errorf("telegram: getWebhookInfo: %w", classify(err))
	}
	out := WebhookState{URL: w.URL, Pending: w.PendingUpdateCount, LastError: w.LastErrorMessage}
	if w.LastErrorDate != 0 {
		out.LastErrorAt = time.Unix(int64(w.LastErrorDate), 0)
	}
	return out, nil
}

// Membership is what the bot is in a group.
type Membership struct {
	Title   string
	Forum   bool
	Present bool
	Admin   bool
	Writes  bool // it may send messages
}

// Membership asks Telegram what the bot is in a group.
func (c *Client) Membership(ctx context.Context, chatID int64) (Membership, error) {
	ctx, cancel := c.call(ctx)
	defer cancel()
	group, err := c.bot.GetChat(ctx, &tg.GetChatParams{ChatID: chatID})
	if err != nil {
		return Membership{}, fmt.Errorf("telegram: getChat: %w", classify(err))
	}
	out := Membership{Title: group.Title, Forum: group.IsForum}
	self, err := c.bot.GetChatMember(ctx, &tg.GetChatMemberParams{ChatID: chatID, UserID: c.bot.ID()})
	if err != nil {
		return out, fmt.Errorf("telegram: getChatMember: %w", classify(err))
	}
	switch self.Type {
	case models.ChatMemberTypeOwner, models.ChatMemberTypeAdministrator:
		out.Present, out.Admin, out.Writes = true, true, true
	case models.ChatMemberTypeMember:
		out.Present, out.Writes = true, group.Permissions == nil || group.Permissions.CanSendMessages
	case models.ChatMemberTypeRestricted:
		out.Present, out.Writes = self.Restricted.IsMember, self.Restricted.CanSendMessages
	}
	return out, nil
}

// Clock returns the time that the Bot API server tells, to the second. No token is sent.
func (c *Client) Clock(ctx context.Context) (time.Time, error) {
	ctx, cancel := c.call(ctx)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, c.api+"/", nil)
	if err != nil {
		return time.Time{}, err
	}
	resp, err := c.doer.client.Do(req)
	if err != nil {
		return time.Time{}, fmt.Errorf("telegram: %s", c.doer.mask(err))
	}
	defer resp.Body.Close()
	at, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return time.Time{}, fmt.Errorf("telegram: the answer has no date: %w", err)
	}
	return at, nil
}
