package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	tg "github.com/go-telegram/bot"

	"chamados/domain"
)

// AllowedUpdates are the kinds of updates that the bot asks for.
var AllowedUpdates = []string{"message", "edited_message", "callback_query", "my_chat_member"}

// maxPoll is the longest that Telegram holds a poll.
const maxPoll = 50 * time.Second

// Leader lets one process at a time do something.
type Leader interface {
	// Lead waits until this process is the one that may do what name says, and calls fn.
	// fn's context ends when that is lost. It returns fn's error, or that of ctx.
	Lead(ctx context.Context, name string, fn func(ctx context.Context) error) error
}

// PollerOptions configure a Poller. Inbox is required.
type PollerOptions struct {
	Inbox  domain.Inbox
	Leader Leader              // nil: this process is the only one
	Wake   func(lanes []int64) // told of stored updates; may be nil
	Now    func() time.Time
	// Conflict is told when Telegram sends the poller away for another one, or for a webhook; may be nil.
	Conflict func()
	Wait     time.Duration // how long Telegram holds an empty poll; default and at most 50 s
	Log      *slog.Logger
}

// Poller asks Telegram for updates, stores them, and only then acknowledges them. It needs
// no stored offset: a first poll without one brings whatever was never acknowledged, and
// what was stored before a crash is known to the inbox.
type Poller struct {
	o      PollerOptions
	client *Client
	http   *http.Client
}

// NewPoller returns a poller for the client's bot.
func NewPoller(c *Client, o PollerOptions) *Poller {
	if o.Wait <= 0 || o.Wait > maxPoll {
		o.Wait = maxPoll
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Wake == nil {
		o.Wake = func([]int64) {}
	}
	if o.Conflict == nil {
		o.Conflict = func() {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Poller{o: o, client: c, http: newHTTPClient(o.Wait + 15*time.Second)}
}

// Run polls until ctx ends, as long as this process leads. It returns nil.
func (p *Poller) Run(ctx context.Context) error {
	defer p.http.CloseIdleConnections()
	for b := (backoff{}); ctx.Err() == nil; {
		err := p.lead(ctx)
		if ctx.Err() == nil {
			p.o.Log.Warn("telegram: no longer the one that polls", "error", err)
			b.wait(ctx)
		}
	}
	return nil
}

func (p *Poller) lead(ctx context.Context) error {
	if p.o.Leader == nil {
		return p.poll(ctx)
	}
	return p.o.Leader.Lead(ctx, p.client.PollLock(), p.poll)
}

// PollLock is the name under which one process at a time polls for this bot.
func (c *Client) PollLock() string { return fmt.Sprintf("telegram-poll-%d", c.BotID()) }

// poll is the loop. The offset acknowledges what is stored. After an empty answer it is
// dropped: nothing is left to acknowledge, and when nothing happens for a week Telegram
// starts numbering anew, below a kept offset too.
func (p *Poller) poll(ctx context.Context) error {
	var offset int64
	var b backoff
	webhookGone := false
	for ctx.Err() == nil {
		if !webhookGone {
			if err := p.client.DeleteWebhook(ctx); err != nil {
				p.trouble(ctx, err, &b)
				continue
			}
			webhookGone = true
		}
		next, err := p.round(ctx, offset)
		if err != nil {
			p.trouble(ctx, err, &b)
			continue
		}
		offset, b = next, backoff{}
	}
	return ctx.Err()
}

// round polls once and returns the next offset.
func (p *Poller) round(ctx context.Context, offset int64) (int64, error) {
	raws, err := p.getUpdates(ctx, getUpdatesRequest{
		Offset: offset, Limit: 100, Timeout: int(p.o.Wait / time.Second), Allowed: AllowedUpdates,
	})
	if err != nil || len(raws) == 0 {
		return 0, err
	}
	updates := make([]domain.Update, 0, len(raws))
	for _, raw := range raws {
		u, err := receive(p.client.BotID(), raw, p.o.Now())
		if err != nil {
			p.o.Log.Error("telegram: not an update", "error", err)
			continue
		}
		updates = append(updates, u)
		offset = max(offset, u.UpdateID+1)
	}
	if err := p.o.Inbox.Receive(ctx, updates); err != nil {
		return 0, fmt.Errorf("store updates: %w", err)
	}
	p.o.Wake(lanesOf(updates))
	return offset, nil
}

// trouble logs an error and waits, longer each time.
func (p *Poller) trouble(ctx context.Context, err error, b *backoff) {
	switch {
	case ctx.Err() != nil:
		return
	case errors.Is(err, tg.ErrorConflict):
		p.o.Conflict()
		p.o.Log.Error("telegram: another program polls with this bot's token, or has set a webhook for it; "+
			"only one may: stop the other", "error", err)
	case errors.Is(err, tg.ErrorUnauthorized):
		p.o.Log.Error("telegram: the bot's token is not valid (any more)", "error", err)
	default:
		p.o.Log.Warn("telegram: cannot fetch updates, trying again", "error", err)
	}
	b.wait(ctx)
}

type getUpdatesRequest struct {
	Offset  int64    `json:"offset,omitempty"`
	Limit   int      `json:"limit"`
	Timeout int      `json:"timeout"`
	Allowed []string `json:"allowed_updates,omitempty"`
}

// getUpdates returns raw updates. The library does not export this call.
func (p *Poller) getUpdates(ctx context.Context, ask getUpdatesRequest) ([]json.RawMessage, error) {
	body, err := json.Marshal(ask)
	if err != nil {
		return nil, err
	}
	c := p.client
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.api+"/bot"+c.token+"/getUpdates", bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("getUpdates: bad address")
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := doer{client: p.http, token: c.token}.Do(req)
	if err != nil {
		return nil, fmt.Errorf("getUpdates: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	var answer struct {
		OK          bool              `json:"ok"`
		Result      []json.RawMessage `json:"result"`
		Code        int               `json:"error_code"`
		Description string            `json:"description"`
		Parameters  struct {
			RetryAfter int `json:"retry_after"`
		} `json:"parameters"`
	}
	data, err := io.ReadAll(resp.Body)
	if err == nil {
		err = json.Unmarshal(data, &answer)
	}
	if err != nil {
		return nil, fmt.Errorf("getUpdates: %w", err)
	}
	if !answer.OK {
		return nil, pollError(answer.Code, answer.Description)
	}
	return answer.Result, nil
}

func pollError(code int, description string) error {
	switch code {
	case http.StatusConflict:
		return fmt.Errorf("getUpdates: %w: %s", tg.ErrorConflict, description)
	case http.StatusUnauthorized, http.StatusNotFound:
		return fmt.Errorf("getUpdates: %w: %s", tg.ErrorUnauthorized, description)
	}
	return fmt.Errorf("getUpdates: %d %s", code, description)
}

// receive reads what the inbox needs to know of a raw update.
func receive(botID int64, raw []byte, now time.Time) (domain.Update, error) {
	var u struct {
		ID int64 `json:"update_id"`
	}
	if err := json.Unmarshal(raw, &u); err != nil {
		return domain.Update{}, err
	}
	if u.ID <= 0 {
		return domain.Update{}, errors.New("no update_id")
	}
	return domain.Update{BotID: botID, UpdateID: u.ID, Lane: Lane(raw), Payload: raw, ReceivedAt: now}, nil
}

func lanesOf(updates []domain.Update) []int64 {
	seen := make(map[int64]bool, len(updates))
	var lanes []int64
	for _, u := range updates {
		if !seen[u.Lane] {
			seen[u.Lane] = true
			lanes = append(lanes, u.Lane)
		}
	}
	return lanes
}

// longestPause is how long people may wait for answers after Telegram is back.
const longestPause = 10 * time.Second

// backoff waits half a second, then twice as long each time, up to the longest pause.
type backoff struct{ last time.Duration }

func (b *backoff) wait(ctx context.Context) {
	b.last = min(max(2*b.last, 500*time.Millisecond), longestPause)
	t := time.NewTimer(b.last)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
