package doctor

import (
	"bufio"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"chamados/admin/metrics"
	"chamados/bot/telegram"
	"chamados/storage"
)

// recentConflict is how long a conflict that the service noticed counts as one of now.
const recentConflict = 10 * time.Minute

// poller looks whether another program takes the bot's updates away. A service that polls is asked what it noticed;
// where none does, the doctor polls for a moment, which acknowledges nothing.
func (d *doctor) poller(ctx context.Context, client *telegram.Client) {
	if d.reachable == "" { // who else polls for this desk is not known
		return
	}
	ours, err := storage.Led(ctx, d.reachable, client.PollLock())
	if err != nil {
		return
	}
	var another bool
	if ours {
		another = time.Since(d.lastConflict(ctx)) < recentConflict
	} else if d.o.Probe > 0 {
		another, _ = client.PolledByAnother(ctx, d.o.Probe)
	}
	if another {
		d.fail("webhook", "second_poller")
	}
}

// lastConflict asks the service of this machine when Telegram last sent it away, the zero time for never.
func (d *doctor) lastConflict(ctx context.Context) time.Time {
	base, err := d.config.HTTP.Local()
	if err != nil {
		return time.Time{}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/metrics", nil)
	if err != nil {
		return time.Time{}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return time.Time{}
	}
	defer resp.Body.Close()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), metrics.PollConflict+" "); ok {
			if at, err := strconv.ParseFloat(value, 64); err == nil && at > 0 {
				return time.Unix(int64(at), 0)
			}
		}
	}
	return time.Time{}
}
