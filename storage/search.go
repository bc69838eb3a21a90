package storage

import (
	"strconv"
	"strings"
)

// search is how the tickets that a person means by some words are found.
type search struct {
	terms []term // the rarest first
	walk  bool   // look at tickets in their order until the page is full, rather than up each that has the first term
}

// words adds the condition that a ticket is meant by what a person typed: its number (12 or #12), or
// words of its text, its requester's name, its comments and file names, each in whichever of them. Stems
// count, accents and case do not, and the last word may be unfinished. Quotes, "or" and a leading minus
// mean what they do in search engines, within one text.
func (q *query) words(typed string, internal bool) {
	if typed = cleaned(typed); typed == "" {
		return
	}
	number, only := ticketNumber(typed)
	if only {
		q.and(`c.id = ` + q.arg(number) + `::bigint`)
		return
	}
	if q.search.walk {
		for _, t := range q.search.terms[1:] {
			q.and(q.has(`c.id`, t, internal))
		}
		q.and(`(` + q.has(`c.id`, q.search.terms[0], internal) + q.orNumber(` OR c.id = `, number) + `)`)
		return
	}
	q.and(`c.id = ANY (ARRAY(SELECT b.chamado_id FROM busca b WHERE b.texto @@ ` + q.once(q.search.terms[0]))
	if !internal {
		q.text(` AND NOT b.interno`)
	}
	for _, t := range q.search.terms[1:] {
		q.and(`(b.texto @@ ` + q.once(t) + ` OR ` + q.has(`b.chamado_id`, t, internal) + `)`)
	}
	q.text(q.orNumber(` UNION ALL SELECT `, number) + `))`)
}

// has is the condition that one of a ticket's texts has a term. OFFSET 0 keeps the planner from looking for
// the term in all tickets.
func (q *query) has(ticket string, t term, internal bool) string {
	visible := ``
	if !internal {
		visible = ` AND NOT o.interno`
	}
	return `EXISTS (SELECT FROM busca o WHERE o.chamado_id = ` + ticket + ` AND o.texto @@ ` + q.once(t) + visible + ` OFFSET 0)`
}

// once is the query of a term, made once for a statement: a plan for any words, which need not be made anew, would make it
// for each text that it looks at.
func (q *query) once(t term) string { return `(SELECT ` + q.tsquery(t) + `)` }

func (q *query) orNumber(or string, number int64) string {
	if number == 0 {
		return ``
	}
	return or + q.arg(number) + `::bigint`
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
