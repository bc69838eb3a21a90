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
// 22:00-07:00, or 0) it sets the quiet ones, with "resumo 7:30" when the digest comes.
func (v *visit) notices(ctx context.Context, m *chat.Message) error {
	p, err := v.desk.Preferences(ctx, v.actor)
	if err != nil {
		return err
	}
	if m.Args != "" {
		var ok bool
		if p, ok = v.typedChoice(p, m.Args); !ok {
			return v.tell(ctx, "prefs.bad_hours", nil)
		}
		if err := v.desk.SetPreferences(ctx, v.actor, p); err != nil {
			return err
		}
	}
	return v.send(ctx, card.Preferences(v.lang, v.actor.User, p), post{})
}

// digestWords begin what is typed about the digest.
var digestWords = []string{"resumo", "digest"}

func (v *visit) typedChoice(p domain.Preferences, text string) (domain.Preferences, bool) {
	word, hour, _ := strings.Cut(strings.ToLower(text), " ")
	if !slices.Contains(digestWords, word) {
		return withQuiet(p, text, clockMinutes)
	}
	if hour = strings.TrimSpace(hour); hour == "0" {
		hour = card.DigestOff
	}
	return withDigest(p, hour, v.actor.User, clockMinutes)
}

// prefsTap changes one choice.
func (v *visit) prefsTap(ctx context.Context, t *chat.Tap, d callback.Data) error {
	switch d.Word {
	case card.PrefsShow:
		v.replyTo = t.Message
		return v.notices(ctx, &chat.Message{})
	case card.PrefsMute, card.PrefsHear:
		return v.muteTap(ctx, t, d)
	}
	p, err := v.desk.Preferences(ctx, v.actor)
	if err != nil {
		return err
	}
	p, ok := v.tappedChoice(p, d)
	if !ok {
		v.alertKey("bot.tap.unknown", nil)
		return nil
	}
	if err := v.desk.SetPreferences(ctx, v.actor, p); err != nil {
		return err
	}
	return v.send(ctx, card.Preferences(v.lang, v.actor.User, p), post{edit: t.Message})
}

func (v *visit) tappedChoice(p domain.Preferences, d callback.Data) (domain.Preferences, bool) {
	switch d.Word {
	case card.PrefsVia:
		p.Via = domain.Via(d.Value)
		return p, slices.Contains(domain.Vias, p.Via)
	case card.PrefsTopic:
		t := domain.Topic(d.Value)
		return p.Toggle(t), slices.Contains(domain.TopicsFor(v.actor.User), t)
	case card.PrefsQuiet:
		return withQuiet(p, d.Value, strconv.Atoi)
	case card.PrefsUrgent:
		p.Urgent = !p.Urgent
		return p, true
	case card.PrefsDigest:
		return withDigest(p, d.Value, v.actor.User, strconv.Atoi)
	}
	return p, false
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

// withDigest reads when the digest comes: at a time, when the desk's does, or never.
func withDigest(p domain.Preferences, text string, u domain.User, minutes func(string) (int, error)) (domain.Preferences, bool) {
	if text == card.DigestOff || text == card.DigestUsual {
		return p.WithDigest(text == card.DigestUsual, false, 0), u.IsIT()
	}
	minute, err := minutes(text)
	return p.WithDigest(true, true, minute), u.IsIT() && err == nil
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
