package panel

import (
	"time"

	"chamados/domain"
	"chamados/domain/i18n"
)

// dueAt returns when something is due, "" if nothing is.
func dueAt(lang domain.Lang, due time.Time, local func(time.Time) time.Time) string {
	if due.IsZero() {
		return ""
	}
	return i18n.DateTime(lang, local(due))
}

// dueIn returns how long there is until something is due, or since it was; "" if nothing
// is.
func dueIn(lang domain.Lang, due, now time.Time) string {
	if due.IsZero() {
		return ""
	}
	left := due.Sub(now).Round(time.Minute)
	key := "panel.due.in"
	if left < 0 {
		key = "panel.due.since"
	}
	return i18n.Text(lang, key, i18n.Args{"Time": dueSpan(lang, due, now)})
}

// dueSpan returns the bare time until something is due, or since it was; "" if nothing is.
func dueSpan(lang domain.Lang, due, now time.Time) string {
	if due.IsZero() {
		return ""
	}
	return span(lang, due.Sub(now).Abs().Round(time.Minute))
}

// span puts a time in its largest unit.
func span(lang domain.Lang, d time.Duration) string {
	if d < time.Minute {
		d = time.Minute
	}
	return i18n.Age(lang, d)
}
