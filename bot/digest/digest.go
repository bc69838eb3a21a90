// Package digest tells IT each morning how the desk stands.
package digest

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"chamados/bot/card"
	"chamados/bot/chat"
	"chamados/domain"
)

// Options say what digests look like. Calendar may be nil: every day is a working day.
type Options struct {
	Desk     *domain.Desk
	Calendar *domain.Calendar
	Location *time.Location
	Lang     domain.Lang // of groups
	PanelURL string
	// Empty says that a digest with nothing to tell is sent too.
	Empty bool
}

// Groups tells each group of IT how it stands with the tickets that it gets. Nothing is sent
// on days on which the desk does not work.
func (o Options) Groups(ctx context.Context, tx domain.Tx, slot time.Time) error {
	if o.dayOff(slot) {
		return nil
	}
	groups, err := tx.Groups(ctx)
	if err != nil {
		return err
	}
	for _, g := range groups {
		if g.Lost() {
			continue
		}
		d, err := tx.Digest(ctx, domain.DigestQuery{Now: slot, Since: slot.Add(-domain.DigestSpan), Categories: g.Categories})
		if err != nil {
			return err
		}
		if d.Empty() && !o.Empty {
			continue
		}
		m := domain.Outgoing{ChatID: g.ChatID, ThreadID: g.ThreadID, Key: key(g.ChatID, slot)}
		if g.ThreadID != 0 {
			m.Key += fmt.Sprintf(":%d", g.ThreadID)
		}
		if err := enqueue(ctx, tx, m, card.Digest(o.Lang, d, false, o.options(slot))); err != nil {
			return err
		}
	}
	return nil
}

func (o Options) dayOff(slot time.Time) bool {
	return o.Calendar != nil && !o.Calendar.WorkingDay(slot)
}

func (o Options) options(now time.Time) card.Options {
	return card.Options{For: card.IT, Now: now, Location: o.Location, PanelURL: o.PanelURL}
}

func key(chatID int64, slot time.Time) string {
	return fmt.Sprintf("resumo:%d:%s", chatID, slot.Format("2006-01-02 15:04"))
}

func enqueue(ctx context.Context, tx domain.Tx, m domain.Outgoing, out chat.Outgoing) error {
	payload, err := json.Marshal(out)
	if err != nil {
		return err
	}
	m.Payload = payload
	return tx.Enqueue(ctx, m)
}
