package storage

import (
	"strconv"
	"strings"
	"time"
)

// query builds the text of a statement with its arguments. Texts depend on which fields a filter sets,
// never on their values, so that the server prepares few of them.
type query struct {
	b    strings.Builder
	args []any
	scope
	column bool // of one status at a time, whose index gives the order
}

// scope is what the conditions of a filter need to know besides the filter.
type scope struct {
	search search
	now    time.Time
}

func (q *query) text(s string)        { q.b.WriteString(s) }
func (q *query) and(cond string)      { q.b.WriteString(" AND " + cond) }
func (q *query) sql() string          { return q.b.String() }
func (q *query) statement() statement { return statement{sql: q.sql(), args: q.args} }

// arg adds an argument and returns its placeholder.
func (q *query) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

// limit ends a query that returns at most n rows; 0 means all. The number is part of the text: a plan
// made without it is made for a tenth of the table. There are few sizes of pages.
func (q *query) limit(n int) {
	if n > 0 {
		q.text(" LIMIT " + strconv.Itoa(n))
	}
}
