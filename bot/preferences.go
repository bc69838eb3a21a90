package bot

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"chamados/bot/callback"
	"chamados/bot/card"
	"chamados/bot/chat"
	"chamados/domain"
)

// notices shows what the person is told and when not; with hours after it (/avisos
// 22:00-07:00, or 0) it sets the quiet ones.
func (v *visit) notices(ctx context.Context, m *chat.Message) error {
	p, err := v.desk.Preferences(ctx, v.actor)
	if err != nil {
		return err
	}
	if m.Args != "" {
		var ok bool
		if p, ok = withQuiet(p, m.Args, clockMinutes); !ok {
			return v.tell(ctx, "prefs.bad_hours", nil)
		}
		if err := v.desk.SetPreferences(ctx, v.actor, p); err != nil {
			return err
		}
	}
	return v.send(ctx, card.Preferences(v.lang, v.actor.User, p), post{})
}

// prefsTap changes one choice.
func (v *visit) prefsTap(ctx context.Context, t *chat.Tap, d callback.Data) error {
	p, err := v.desk.Preferences(ctx, v.actor)
	if err != nil {
		return err
	}
	ok := true
	switch d.Word {
	case card.PrefsTopic:
		if ok = slices.Contains(domain.TopicsFor(v.actor.User), domain.Topic(d.Value)); ok {
			p = p.Toggle(domain.Topic(d.Value))
		}
	case card.PrefsQuiet:
		p, ok = withQuiet(p, d.Value, strconv.Atoi)
	case card.PrefsUrgent:
		p.Urgent = !p.Urgent
	default:
		ok = false
	}
	if !ok {
		v.alertKey("bot.tap.unknown", nil)
		return nil
	}
	if err := v.desk.SetPreferences(ctx, v.actor, p); err != nil {
		return err
	}
	return v.send(ctx, card.Preferences(v.lang, v.actor.User, p), post{edit: t.Message})
}

// withQuiet reads "from-to", or "0" for no quiet hours.
func withQuiet(p domain.Preferences, text string, minutes func(string) (int, error)) (domain.Preferences, bool) {
	if p.Quiet = text != "0"; !p.Quiet {
		return p, true
	}
	from, to, ok := strings.Cut(text, "-")
	var err, err2 error
	p.QuietFrom, err = minutes(strings.TrimSpace(from))
	p.QuietTo, err2 = minutes(strings.TrimSpace(to))
	return p, ok && err == nil && err2 == nil
}

// clockMinutes reads a time of the day as people write it: 7:15, 22h, 22.
func clockMinutes(s string) (int, error) {
	s = strings.TrimSuffix(strings.ReplaceAll(s, "h", ":"), ":")
	if !strings.Contains(s, ":") {
		s += ":00"
	}
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err
}
