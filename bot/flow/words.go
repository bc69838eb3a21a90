package flow

import (
	"slices"
	"strings"
	"unicode"

	"chamados/domain"
	"chamados/domain/i18n"
)

// maxSmallTalk is the longest text, in words, that is taken for thanks or a greeting.
const maxSmallTalk = 7

// IsThanks reports whether a text says thank you and nothing else, in any language.
func IsThanks(text string) bool { return onlyWords(text, "bot.words.thanks", "bot.words.filler") }

// IsGreeting reports whether a text greets and says nothing else, in any language.
func IsGreeting(text string) bool { return onlyWords(text, "bot.words.greetings", "bot.words.filler") }

// IsAck reports whether a text says that something was understood and nothing else, in any language: ok, 👍.
func IsAck(text string) bool {
	return onlyWords(text, "bot.words.acks", "bot.words.acks") || onlyEmoji(text)
}

func onlyEmoji(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return !unicode.In(r, unicode.So, unicode.Sk, unicode.Mn, unicode.Cf, unicode.Zs) // with skin tones, joiners and variants
	}) && strings.ContainsFunc(text, unicode.IsSymbol)
}

// onlyWords reports whether text has a word of the list under key, and beside it none but
// those of fillers.
func onlyWords(text, key, fillers string) bool {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) })
	if len(words) == 0 || len(words) > maxSmallTalk {
		return false
	}
	for _, lang := range domain.Langs {
		listed := strings.Fields(i18n.Text(lang, key, nil))
		filler := strings.Fields(i18n.Text(lang, fillers, nil))
		found := false
		all := !slices.ContainsFunc(words, func(w string) bool {
			if slices.Contains(listed, w) {
				found = true
				return false
			}
			return !slices.Contains(filler, w)
		})
		if all && found {
			return true
		}
	}
	return false
}

// Clean returns a text without the characters that the domain refuses and without white
// space at its ends; "" if nothing in it can be seen.
func Clean(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	if domain.Blank(s) {
		return ""
	}
	return strings.TrimSpace(s)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
