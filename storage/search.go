package storage

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode"

	"github.com/jackc/pgx/v5"
)

// searchWords returns the words of what a person typed.
func searchWords(s string) []string { return strings.Fields(s) }

// words adds the condition that a ticket is meant by what a person typed: its number (12 or #12), or
// words of its text, its requester's name, its comments and file names. Stems count, accents and case
// do not, and the last word may be unfinished. Quotes, "or" and a leading minus mean what they do in
// search engines.
func (q *query) words(typed string, internal bool) {
	typed = strings.TrimSpace(strings.ReplaceAll(typed, "\x00", ""))
	if typed == "" {
		return
	}
	number, only := ticketNumber(typed)
	if only {
		q.and(`c.id = ` + q.arg(number) + `::bigint`)
		return
	}
	switch q.search {
	case searchFew:
		q.and(`c.id = ANY (ARRAY(SELECT b.chamado_id FROM busca b WHERE `)
	case searchMany:
		q.and(`(EXISTS (SELECT FROM busca b WHERE b.chamado_id = c.id AND `)
	default:
		q.and(`c.id IN (SELECT b.chamado_id FROM busca b WHERE `)
	}
	q.text(`b.texto @@ ` + q.tsquery(typed))
	if !internal {
		q.text(` AND NOT b.interno`)
	}
	switch {
	case q.search == searchMany && number > 0:
		q.text(` OFFSET 0) OR c.id = ` + q.arg(number) + `::bigint)`)
	case q.search == searchMany:
		q.text(` OFFSET 0))`)
	case number > 0:
		q.text(` UNION ALL SELECT ` + q.arg(number) + `::bigint)` + q.close())
	default:
		q.text(`)` + q.close())
	}
}

// close ends what searchFew has opened.
func (q *query) close() string {
	if q.search == searchFew {
		return `)`
	}
	return ``
}

// searching is how the tickets that words mean are found.
type searching int

const (
	searchAny  searching = iota // as the planner likes
	searchFew                   // look up each ticket that has the words
	searchMany                  // look at tickets in their order until the page is full
)

// From manyMatches on, and from manyShare of all texts, it is quicker to look at tickets in their order:
// looking up so many takes some 50 ms. A word that the planner does not know counts for a hundredth.
const (
	manyMatches = 20_000
	manyShare   = 0.02
)

// searching asks the planner, which knows how common words are, how many matches there will be: a plan
// that is right for a rare word takes seconds for a common one among a million tickets, and the other way round.
func (s *store) searching(ctx context.Context, typed string) (searching, error) {
	typed = strings.TrimSpace(strings.ReplaceAll(typed, "\x00", ""))
	if _, only := ticketNumber(typed); typed == "" || only || s.tx != nil { // a transaction's batches have no plan of their own
		return searchAny, nil
	}
	var q query
	q.text(`EXPLAIN (FORMAT json) SELECT FROM busca b WHERE b.texto @@ ` + q.tsquery(typed))
	st := q.statement()
	st.args = append([]any{pgx.QueryExecModeExec}, st.args...) // planned for these words, not for any
	var plans []struct {
		Plan struct {
			Rows float64 `json:"Plan Rows"`
		}
	}
	st.read = one(func(rows pgx.Rows) error {
		var raw []byte
		if err := rows.Scan(&raw); err != nil {
			return err
		}
		return json.Unmarshal(raw, &plans)
	})
	var texts float64
	size := statement{sql: `SELECT reltuples::float8 FROM pg_class WHERE oid = 'busca'::regclass`,
		read: one(func(rows pgx.Rows) error { return rows.Scan(&texts) })}
	if err := errors.Join(s.runElsewhere(ctx, st), s.runElsewhere(ctx, size)); err != nil {
		return searchAny, wrap("estimate a search", err)
	}
	if len(plans) > 0 && plans[0].Plan.Rows >= max(manyMatches, manyShare*texts) {
		return searchMany, nil
	}
	return searchFew, nil
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

// tsquery adds the words to the arguments and returns the expression of the query they make. What is
// typed in one piece, a file's name, is also looked for in pieces, as names are kept.
func (q *query) tsquery(typed string) string {
	if parts := apart(typed); parts != typed {
		return `(` + q.together(typed) + ` || ` + q.together(parts) + `)`
	}
	return q.together(typed)
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

func (q *query) together(typed string) string {
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
