package storage

import (
	"strconv"
	"strings"
	"unicode"
)

// searchWords returns the words of what a person typed.
func searchWords(s string) []string { return strings.Fields(s) }

// search adds the condition that a ticket is meant by what a person typed: its number (12 or #12), or
// words of its text, its requester's name, its comments and file names. Stems count, accents and case
// do not, and the last word may be unfinished. Quotes, "or" and a leading minus mean what they do in
// search engines.
func (q *query) search(typed string, internal bool) {
	typed = strings.TrimSpace(strings.ReplaceAll(typed, "\x00", ""))
	if typed == "" {
		return
	}
	number, only := ticketNumber(typed)
	if only {
		q.and(`c.id = ` + q.arg(number) + `::bigint`)
		return
	}
	q.and(`c.id IN (SELECT b.chamado_id FROM busca b WHERE b.texto @@ ` + q.tsquery(typed))
	if !internal {
		q.text(` AND NOT b.interno`)
	}
	if number > 0 {
		q.text(` UNION ALL SELECT ` + q.arg(number) + `::bigint`)
	}
	q.text(`)`)
}

// ticketNumber returns the number that was typed (0 for none), and whether nothing but a number can be meant.
func ticketNumber(typed string) (number int64, only bool) {
	digits, marked := strings.CutPrefix(typed, "#")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 {
		return 0, false
	}
	return n, marked
}

// tsquery adds the words to the arguments and returns the expression of the query they make.
func (q *query) tsquery(typed string) string {
	whole, last := splitLast(typed)
	if last == "" {
		return websearch(q.arg(whole))
	}
	p := folded(q.arg(last))
	expr := `(to_tsquery('portuguese', ` + p + ` || ':*') || to_tsquery('simple', ` + p + ` || ':*'))`
	if whole == "" {
		return expr
	}
	return `(` + websearch(q.arg(whole)) + ` && ` + expr + `)`
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
func splitLast(typed string) (whole, last string) {
	fields := strings.Fields(typed)
	last = fields[len(fields)-1]
	if len([]rune(last)) < 2 || strings.ContainsFunc(last, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		return typed, ""
	}
	for _, f := range fields {
		if strings.ContainsRune(f, '"') || f[0] == '-' || strings.EqualFold(f, "or") {
			return typed, ""
		}
	}
	return strings.Join(fields[:len(fields)-1], " "), last
}
