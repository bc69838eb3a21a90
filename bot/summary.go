package bot

import (
	"context"
	"strconv"

	"chamados/bot/callback"
	"chamados/bot/card"
	"chamados/bot/chat"
	"chamados/domain"
)

// summary tells how the desk stands now (/resumo).
func (v *visit) summary(ctx context.Context, _ *chat.Message) error {
	q := domain.DigestQuery{Now: v.Now(), Since: v.Now().Add(-domain.DigestSpan)}
	d, err := v.desk.Digest(ctx, v.actor, q)
	if err != nil {
		return err
	}
	return v.send(ctx, card.Digest(v.lang, d, false, card.Options{For: card.IT, Now: v.Now(), Location: v.Location}), post{})
}

// digestTap opens a list below a digest, or takes a ticket; the digest stays.
func (v *visit) digestTap(ctx context.Context, t *chat.Tap, d callback.Data) error {
	v.replyTo = t.Message
	switch d.Word {
	case card.DigestQueue:
		return v.showList(ctx, callback.Queue, 0, 0)
	case card.DigestAssigned:
		return v.showList(ctx, callback.Assigned, 0, 0)
	case card.DigestTake:
		id, err := strconv.ParseInt(d.Value, 10, 64)
		if err != nil {
			break
		}
		ticket, err := v.desk.Take(ctx, v.actor, id)
		if err != nil {
			return err
		}
		v.toastChange(callback.Data{Verb: callback.Take}, ticket)
		return nil
	}
	v.alertKey("bot.tap.unknown", nil)
	return nil
}
