package bot

import (
	"context"
	"strconv"
	"strings"

	"chamados/bot/callback"
	"chamados/bot/card"
	"chamados/bot/chat"
)

// mute lets the person hear nothing more of a ticket: that of the message answered, or the
// number after /silenciar. Typed again it does nothing more; the button takes it back.
func (v *visit) mute(ctx context.Context, m *chat.Message) error {
	id, err := strconv.ParseInt(strings.TrimPrefix(m.Args, "#"), 10, 64)
	if m.Args == "" {
		link, ok, lookup := v.linkOf(ctx, m)
		if lookup != nil {
			return lookup
		}
		if id, err = link.TicketID, nil; !ok {
			id = 0
		}
	}
	if err != nil || id <= 0 {
		return v.tell(ctx, "prefs.mute_usage", nil)
	}
	if err := v.desk.MuteTicket(ctx, v.actor, id, true); err != nil {
		return err
	}
	return v.send(ctx, card.Muted(v.lang, id, true), post{})
}

// muteTap silences a ticket or makes it heard again: on the choices, or where that was said.
func (v *visit) muteTap(ctx context.Context, t *chat.Tap, d callback.Data) error {
	id, err := strconv.ParseInt(d.Value, 10, 64)
	if err != nil {
		v.alertKey("bot.tap.unknown", nil)
		return nil
	}
	muted := d.Word == card.PrefsMute
	if err := v.desk.MuteTicket(ctx, v.actor, id, muted); err != nil {
		return err
	}
	return v.send(ctx, card.Muted(v.lang, id, muted), post{edit: t.Message})
}
