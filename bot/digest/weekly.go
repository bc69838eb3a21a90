package digest

import (
	"context"
	"fmt"
	"time"

	"chamados/bot/card"
	"chamados/domain"
	"chamados/internal/chart"
)

// Weekly tells each group of IT how the last whole week went beside the one before it, with
// a picture. A slot on a day on which the desk does not work is told of on the next one that
// it does.
func (o Options) Weekly(ctx context.Context, tx domain.Tx, slot time.Time) error {
	groups, err := tx.Groups(ctx)
	if err != nil {
		return err
	}
	for _, g := range groups {
		w, err := o.Desk.In(tx).Weekly(ctx, domain.System, slot, o.Location, g.Categories)
		if err != nil {
			return err
		}
		if w.Empty() && !o.Empty {
			continue
		}
		out := card.Weekly(o.Lang, w, o.options(slot))
		if out.Photo, err = chart.DrawReport(chart.Weekly(o.Lang, w), chart.PNG, false); err != nil {
			return fmt.Errorf("draw the week: %w", err)
		}
		m := domain.Outgoing{ChatID: g.ChatID, ThreadID: g.ThreadID, Key: "semana" + key(g.ChatID, slot)}
		if o.dayOff(slot) {
			m.At = o.Calendar.NextDay(slot)
		}
		if err := enqueue(ctx, tx, m, out); err != nil {
			return err
		}
	}
	return nil
}
