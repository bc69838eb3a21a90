package digest

import (
	"context"
	"strconv"
	"time"

	"github.com/robfig/cron/v3"

	"chamados/bot/card"
	"chamados/bot/clockwork"
	"chamados/domain"
)

// Readers names those who may want a digest of their own; a domain.Store does.
type Readers interface {
	DigestReaders(ctx context.Context) ([]domain.DigestReader, error)
}

// People returns what finds, at any time, the jobs of those who get a digest of their own:
// when the desk's settings say (nil: never) or at the hour that they chose.
func (o Options) People(readers Readers, usual cron.Schedule, grace time.Duration) func(ctx context.Context) ([]clockwork.Job, error) {
	return func(ctx context.Context) ([]clockwork.Job, error) {
		people, err := readers.DigestReaders(ctx)
		if err != nil {
			return nil, err
		}
		var jobs []clockwork.Job
		for _, r := range people {
			when := usual
			if r.OwnHour {
				when = clockwork.Daily(r.DigestAt)
			}
			if when == nil || r.Mutes(domain.TopicDigests) {
				continue
			}
			jobs = append(jobs, clockwork.Job{
				Name: "resumo de " + strconv.FormatInt(r.User.ID, 10), When: when, Grace: grace, Since: r.DigestSince,
				Do: func(ctx context.Context, tx domain.Tx, slot time.Time) error { return o.person(ctx, tx, r, slot) },
			})
		}
		return jobs, nil
	}
}

// person tells one of IT how they stand with their own tickets, after their quiet hours. Who
// has none hears nothing.
func (o Options) person(ctx context.Context, tx domain.Tx, r domain.DigestReader, slot time.Time) error {
	if o.dayOff(slot) {
		return nil
	}
	d, err := tx.Digest(ctx, domain.DigestQuery{Now: slot, Since: slot.Add(-domain.DigestSpan), AssigneeID: r.User.ID})
	if err != nil || d.Total() == 0 {
		return err
	}
	lang := r.Lang
	if lang == "" {
		lang = o.Lang
	}
	m := domain.Outgoing{ChatID: r.TelegramID, Key: key(r.TelegramID, slot), At: r.QuietUntil(slot, o.Location)}
	return enqueue(ctx, tx, m, card.Digest(lang, d, true, o.options(slot)))
}
