package domain

import (
	"strings"
	"unicode"
)

// oneLine folds white space and drops what turns the direction of the text around it, since a title
// or a name stands in lists and messages beside others; "" if nothing can be seen.
func oneLine(s string) string {
	return strings.Join(strings.Fields(paragraphs(strings.Map(undirected, s))), " ")
}

// Blank reports whether nothing can be seen in a text.
func Blank(s string) bool { return paragraphs(s) == "" }

// paragraphs returns a text without white space around it, "" if nothing in it can be seen.
func paragraphs(s string) string {
	if !strings.ContainsFunc(s, notBlank) {
		return ""
	}
	return strings.TrimSpace(s)
}

func undirected(r rune) rune {
	if '\u202a' <= r && r <= '\u202e' || '\u2066' <= r && r <= '\u2069' {
		return -1
	}
	return r
}

// notBlank reports whether a character can be seen or, being forbidden, must be complained about.
func notBlank(r rune) bool {
	switch r {
	case '\u115f', '\u1160', '\u2800', '\u3164', '\uffa0': // letters and symbols without ink
		return false
	}
	return unicode.IsControl(r) && !unicode.IsSpace(r) || unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.Is(unicode.Mn, r)
}
