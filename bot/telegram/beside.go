package telegram

import (
	"context"
	"errors"
	"time"

	tg "github.com/go-telegram/bot"
)

// PolledByAnother reports whether another program polls with this bot's token: of two, Telegram sends the one away
// that asked first, so that it is noticed within wait. It acknowledges no update. A program of one's own that polls
// counts as another.
func (c *Client) PolledByAnother(ctx context.Context, wait time.Duration) (bool, error) {
	p := NewPoller(c, PollerOptions{Wait: wait})
	defer p.http.CloseIdleConnections()
	_, err := p.getUpdates(ctx, getUpdatesRequest{Limit: 1, Timeout: int(p.o.Wait / time.Second)})
	if errors.Is(err, tg.ErrorConflict) {
		return true, nil
	}
	return false, err
}
