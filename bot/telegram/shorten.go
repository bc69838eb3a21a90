package telegram

import "unicode/utf16"

// Telegram's limits in UTF-16 units.
const (
	maxAnswerText  = 200
	maxPlaceholder = 64
)

// shorten returns s in at most limit UTF-16 units, with an ellipsis if something was cut.
func shorten(s string, limit int) string {
	used := 0
	cut := 0 // where s must end to leave room for the ellipsis
	for i, r := range s {
		if used < limit {
			cut = i
		}
		if used += utf16.RuneLen(r); used > limit {
			return s[:cut] + "…"
		}
	}
	return s
}
