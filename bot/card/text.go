package card

import (
	"strings"
	"unicode"
	"unicode/utf16"

	"chamados/bot/flow"
	"chamados/domain"
	"chamados/domain/i18n"
)

// Limits in UTF-16 units. MaxText is Telegram's; the others keep every card below it with
// the longest fields, and readable on a phone.
const (
	MaxText   = 4096
	MaxAnswer = 200 // of the answer to a tap

	maxTitle       = 300
	maxName        = 100
	maxDescription = 700
	maxComment     = 300
	maxNotice      = 900
	maxButton      = 48
)

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// Escape returns a text as it stands in Telegram's HTML.
func Escape(s string) string { return escaper.Replace(s) }

// Text returns the text of a catalog key, which is HTML, with its arguments escaped.
func Text(lang domain.Lang, key string, args i18n.Args) string {
	return i18n.Text(lang, key, escaped(args))
}

// Count is Text for a key with plural forms.
func Count(lang domain.Lang, key string, n int, args i18n.Args) string {
	return i18n.Count(lang, key, n, escaped(args))
}

func escaped(args i18n.Args) i18n.Args {
	out := make(i18n.Args, len(args))
	for k, v := range args {
		if s, ok := v.(string); ok {
			v = Escape(s)
		}
		out[k] = v
	}
	return out
}

// Shorten returns a plain text of at most limit UTF-16 units, cut at a word where there is
// one near, never inside what is seen as one character.
func Shorten(s string, limit int) string {
	s = strings.ToValidUTF8(s, "")
	runes := []rune(s)
	cut, size := len(runes), 0
	for i, r := range runes {
		size += utf16.RuneLen(r)
		if size > limit {
			cut = i
			break
		}
	}
	if cut == len(runes) {
		return s
	}
	for size := units(runes[:cut]); cut > 0 && size > limit-1; size = units(runes[:cut]) {
		cut--
	}
	cut = flow.WholeCluster(runes, cut)
	for near := cut; near >= cut/2 && near > 0; near-- {
		if unicode.IsSpace(runes[near]) {
			cut = near
			break
		}
	}
	return strings.TrimRightFunc(string(runes[:cut]), unicode.IsSpace) + "…"
}

func units(runes []rune) int {
	n := 0
	for _, r := range runes {
		n += utf16.RuneLen(r)
	}
	return n
}

// excerpt returns a shortened text escaped, and whether something was left out.
func excerpt(s string, limit int) (string, bool) {
	short := Shorten(s, limit)
	return Escape(short), short != strings.ToValidUTF8(s, "")
}

func cut(s string, limit int) string {
	out, _ := excerpt(s, limit)
	return out
}

// quote returns a block quote, one that opens by a tap if the text is long.
func quote(lang domain.Lang, text string, limit int) string {
	return quoteWith(lang, text, limit, "bot.card.rest")
}

// quoteWith is quote with the key of what stands in the place of the rest.
func quoteWith(lang domain.Lang, text string, limit int, rest string) string {
	const folds = 240
	body, more := excerpt(strings.TrimSpace(text), limit)
	if more {
		body += "\n<i>" + Text(lang, rest, nil) + "</i>"
	}
	if len(body) > folds {
		return "<blockquote expandable>" + body + "</blockquote>"
	}
	return "<blockquote>" + body + "</blockquote>"
}

// lines joins those that say something.
func lines(all ...string) string {
	var out []string
	for _, l := range all {
		if l != "" {
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n")
}

// blocks joins those that say something with an empty line between them.
func blocks(all ...string) string {
	var out []string
	for _, b := range all {
		if b != "" {
			out = append(out, b)
		}
	}
	return strings.Join(out, "\n\n")
}
