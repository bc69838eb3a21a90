package i18n

import (
	"strconv"
	"strings"
	"time"

	"chamados/domain"
)

// Decimal returns a number with so many digits after the decimal sign of a language.
func Decimal(lang domain.Lang, v float64, digits int) string {
	out := strconv.FormatFloat(v, 'f', digits, 64)
	if lang == domain.LangEnglish {
		return out
	}
	return strings.Replace(out, ".", ",", 1)
}

// Took puts the middle of what was measured in words; "—" if nothing was.
func Took(lang domain.Lang, s domain.Spread, t time.Duration) string {
	t = t.Round(time.Minute)
	switch {
	case s.Count == 0:
		return "—"
	case t < time.Hour:
		return Text(lang, "series.minutes", Args{"N": int(t / time.Minute)})
	case t < 48*time.Hour:
		return Text(lang, "series.hours", Args{"H": int(t / time.Hour), "M": int(t % time.Hour / time.Minute)})
	}
	return Text(lang, "series.days", Args{"N": Decimal(lang, t.Hours()/24, 1)})
}
