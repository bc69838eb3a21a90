package storage

import "strings"

// column is one value of a row that a statement brings along.
type column[T any] struct {
	name, kind string // its SQL type
	of         func(T) any
}

// values is a FROM item with a row for each of list; its text depends on their number alone. The server reads it with
// less effort than arrays.
func values[T any](q *query, name string, list []T, columns []column[T]) string {
	rows := make([]string, len(list))
	cells := make([]string, len(columns))
	for i, row := range list {
		for j, c := range columns {
			cells[j] = q.arg(c.of(row)) + `::` + c.kind
		}
		rows[i] = `(` + strings.Join(cells, `, `) + `)`
	}
	return `(VALUES ` + strings.Join(rows, `, `) + `) AS ` + name + ` (` + namesOf(columns, ``) + `)`
}

// namesOf lists columns, each with a prefix.
func namesOf[T any](columns []column[T], prefix string) string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = prefix + c.name
	}
	return strings.Join(out, `, `)
}
