package doctor

import (
	"context"
	"slices"
	"strings"
	"time"

	"chamados/bot/telegram"
	"chamados/domain"
	"chamados/internal/config"
)

// Of deliveries by webhook.
const (
	recentError = time.Hour
	manyPending = 100
)

// telegram asks Telegram about the bot, its webhook and its groups, beside those that the
// database knows.
func (d *doctor) telegram(ctx context.Context, groups []domain.Group) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	t := d.config.Telegram
	if t.Token == "" {
		d.warn("telegram", "off")
		return
	}
	client, err := telegram.New(telegram.Options{Token: string(t.Token), API: t.APIURL, Timeout: checkTimeout / 2})
	if err != nil {
		d.fail("telegram", "malformed")
		return
	}
	defer client.Close()
	self, err := client.Profile(ctx)
	if err != nil {
		d.fail("telegram", "refused", "Error", err)
		return
	}
	d.ok("telegram", "ok", "Name", self.Username)
	if at, err := client.Clock(ctx); err == nil {
		d.skew("telegram", at, 2*smallSkew)
	}
	d.webhook(ctx, client)
	if t.WebhookURL == "" {
		d.poller(ctx, client)
	}
	ids := groupIDs(t, groups)
	for _, id := range ids {
		d.group(ctx, client, id, self.ReadsAll)
	}
	if len(ids) == 0 {
		d.warn("grupo", "none")
	}
}

// groupIDs are the groups of the settings and of the database, each once.
func groupIDs(t config.Telegram, groups []domain.Group) []int64 {
	var ids []int64
	moved := map[int64]bool{}
	for _, g := range groups {
		ids, moved[g.MovedFrom] = append(ids, g.ChatID), true
	}
	for _, g := range t.Groups {
		ids = append(ids, g.ChatID)
	}
	ids = append(ids, t.ChatID)
	ids = slices.DeleteFunc(ids, func(id int64) bool { return id == 0 || moved[id] })
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (d *doctor) webhook(ctx context.Context, client *telegram.Client) {
	state, err := client.WebhookState(ctx)
	if err != nil {
		d.fail("webhook", "unknown", "Error", err)
		return
	}
	want := d.config.Telegram.Webhook()
	args := []any{"URL", state.URL, "Want", want, "Error", state.LastError, "Pending", state.Pending}
	switch {
	case want == "" && state.URL != "":
		d.warn("webhook", "foreign", args...)
	case want == "":
		d.ok("webhook", "polling", args...)
	case state.URL != want:
		d.warn("webhook", "not_set", args...)
	case state.LastError != "" && time.Since(state.LastErrorAt) < recentError:
		d.fail("webhook", refusal(state.LastError), args...)
	case state.Pending > manyPending:
		d.warn("webhook", "behind", args...)
	default:
		d.ok("webhook", "ok", args...)
	}
}

// refusal names what Telegram complains of when it cannot deliver.
func refusal(said string) string {
	said = strings.ToLower(said)
	for _, kind := range []struct{ outcome, sign string }{
		{"certificate", "ssl"}, {"certificate", "certificate"}, {"certificate", "tls"},
		{"not_found", "resolve host"}, {"not_found", "no such host"},
		{"answers", "wrong response"},
	} {
		if strings.Contains(said, kind.sign) {
			return kind.outcome
		}
	}
	return "failing"
}

func (d *doctor) group(ctx context.Context, client *telegram.Client, id int64, readsAll bool) {
	m, err := client.Membership(ctx, id)
	args := []any{"ID", id, "Title", m.Title}
	switch {
	case err != nil:
		d.fail("grupo", "unknown", append(args, "Error", err)...)
	case !m.Present:
		d.fail("grupo", "absent", args...)
	case !m.Writes:
		d.fail("grupo", "mute", args...)
	case !m.Admin && !readsAll:
		d.warn("grupo", "privacy", args...)
	default:
		d.ok("grupo", "ok", args...)
	}
}
