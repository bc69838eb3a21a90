package storage

import (
	"slices"
	"strings"
	"unicode"
)

// mostTerms is how many words of a search may each be in another text of the ticket; more than that, a sentence that
// somebody pasted, are looked for in one text.
const mostTerms = 8

// term is what has to be in one text of a ticket: a word, or all that was typed.
type term struct {
	text       string
	unfinished bool // the last word may go on
}

func whole(typed string) term { return term{text: typed, unfinished: true} }

func cleaned(typed string) string {
	return strings.TrimSpace(strings.ReplaceAll(typed, "\x00", ""))
}

// terms takes what was typed apart into words; with operators, which are about one text, it stays together.
func terms(typed string) []term {
	fields := strings.Fields(typed)
	if len(fields) > mostTerms || operators(fields) {
		return []term{whole(typed)}
	}
	var out []term
	for i, f := range fields {
		if t := (term{text: f, unfinished: i == len(fields)-1}); !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

func operators(fields []string) bool {
	return slices.ContainsFunc(fields, func(f string) bool {
		return strings.ContainsRune(f, '"') || f[0] == '-' || strings.EqualFold(f, "or")
	})
}

// tsquery adds the words to the arguments and returns the expression of the query they make. What is
// typed in one piece, a file's name, is also looked for in pieces, as names are kept.
func (q *query) tsquery(t term) string {
	if parts := apart(t.text); parts != t.text {
		return `(` + q.together(t) + ` || ` + q.together(term{text: parts, unfinished: t.unfinished}) + `)`
	}
	return q.together(t)
}

// apart puts a space for each dot, line or dash inside a word, unless quotes say that it matters.
func apart(typed string) string {
	if strings.ContainsRune(typed, '"') {
		return typed
	}
	all := []rune(typed)
	inWord := func(i int) bool {
		return i >= 0 && i < len(all) && (unicode.IsLetter(all[i]) || unicode.IsDigit(all[i]))
	}
	for i, r := range all {
		if strings.ContainsRune("._-", r) && inWord(i-1) && inWord(i+1) {
			all[i] = ' '
		}
	}
	return string(all)
}

func (q *query) together(t term) string {
	rest, last := splitLast(t.text)
	if last == "" || !t.unfinished {
		return websearch(q.arg(t.text))
	}
	p := folded(q.arg(last))
	expr := `(to_tsquery('portuguese', ` + p + ` || ':*') || to_tsquery('simple', ` + p + ` || ':*'))`
	if rest == "" {
		return expr
	}
	return `(` + websearch(q.arg(rest)) + ` && ` + expr + `)`
}

func websearch(placeholder string) string {
	return `websearch_to_tsquery('portuguese', ` + folded(placeholder) + `)`
}

// folded is what vetor of the migrations does to a text before its words are stemmed.
func folded(placeholder string) string {
	return `regexp_replace(dobrar(` + placeholder + `::text), 'oes\M', 'ao', 'g')`
}

// splitLast splits off the last word when it may be unfinished: plain letters or digits, at least two,
// in a search without operators.
func splitLast(typed string) (rest, last string) {
	fields := strings.Fields(typed)
	last = fields[len(fields)-1]
	if len([]rune(last)) < 2 || operators(fields) || strings.ContainsFunc(last, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		return typed, ""
	}
	return strings.Join(fields[:len(fields)-1], " "), last
}
