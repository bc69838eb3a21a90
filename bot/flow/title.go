package flow

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"chamados/bot/chat"
	"chamados/domain"
	"chamados/domain/i18n"
)

// ShownTitle returns the title that the ticket will have: the person's own, or one drafted
// from the first sentence that says something.
func (d Draft) ShownTitle(lang domain.Lang) string {
	if d.Title != "" {
		return d.Title
	}
	if d.Newcomer() && d.Form.Name != "" {
		return shorten(i18n.Text(lang, "bot.draft.newcomer_title", i18n.Args{"Name": d.Form.Name}))
	}
	return DraftTitle(d.Description())
}

// DraftTitle returns the first sentence of a text that is more than a greeting, a place or a
// contact, on one line, at most [MaxDraftedTitle] characters, cut at a word.
func DraftTitle(text string) string {
	first := ""
	for rest := text; rest != ""; {
		var s string
		s, rest = sentence(rest)
		s = oneLine(strings.TrimRight(s, ".!…;, \n"))
		if s == "" {
			continue
		}
		if first == "" {
			first = s
		}
		if !IsGreeting(s) && !strings.HasPrefix(s, chat.PlaceMark) && !strings.HasPrefix(s, chat.ContactMark) {
			return shorten(s)
		}
	}
	return shorten(first)
}

// sentence splits a text after its first sentence.
func sentence(s string) (first, rest string) {
	for i, r := range s {
		end := i + utf8.RuneLen(r)
		if r == '\n' {
			return s[:i], s[end:]
		}
		if !strings.ContainsRune(".!?…", r) {
			continue
		}
		next, _ := utf8.DecodeRuneInString(s[end:])
		if end == len(s) || unicode.IsSpace(next) {
			return s[:end], s[end:]
		}
	}
	return s, ""
}

// shorten cuts a line at a word so that it has at most [MaxDraftedTitle] characters.
func shorten(s string) string {
	runes := []rune(s)
	if len(runes) <= MaxDraftedTitle {
		return s
	}
	cut := MaxDraftedTitle - 1
	for cut > MaxDraftedTitle/2 && !unicode.IsSpace(runes[cut]) {
		cut--
	}
	if !unicode.IsSpace(runes[cut]) {
		cut = WholeCluster(runes, MaxDraftedTitle-1)
	}
	return strings.TrimRight(string(runes[:cut]), " ,;:-") + "…"
}
