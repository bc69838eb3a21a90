package storage

import (
	"slices"
	"strconv"
)

// column is one value of a row that a statement brings along.
type column[T any] struct {
	name, kind string // its SQL type
	of         func(T) any
}

// values is a FROM item with a row for each of list; its text depends on their number alone. The server reads it with
// less effort than arrays.
func values[T any](q *query, name string, list []T, columns []column[T]) string {
	q.args = slices.Grow(q.args, len(list)*len(columns))
	text := make([]byte, 0, len(list)*len(columns)*len(`$100::timestamptz, `))
	for i, row := range list {
		text = append(text, before(i, `(VALUES (`, `), (`)...)
		for j, c := range columns {
			q.args = append(q.args, c.of(row))
			text = append(append(text, before(j, ``, `, `)...), '$')
			text = append(append(strconv.AppendInt(text, int64(len(q.args)), 10), `::`...), c.kind...)
		}
	}
	return string(text) + `)) AS ` + name + ` (` + namesOf(columns, ``) + `)`
}

// namesOf lists columns, each with a prefix.
func namesOf[T any](columns []column[T], prefix string) string {
	text := make([]byte, 0, len(columns)*len(`c.categoria, `))
	for i, c := range columns {
		text = append(append(append(text, before(i, ``, `, `)...), prefix...), c.name...)
	}
	return string(text)
}

// before is what stands before the first, or between the others.
func before(i int, first, others string) string {
	if i == 0 {
		return first
	}
	return others
}
