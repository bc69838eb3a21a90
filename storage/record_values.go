package storage

import (
	"slices"
	"strconv"
	"strings"
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
	var text strings.Builder
	text.Grow((len(list) + 1) * len(columns) * len(`$100::timestamptz, `))
	var number [20]byte
	for i, row := range list {
		text.WriteString(before(i, `(VALUES (`, `), (`))
		for j, c := range columns {
			q.args = append(q.args, c.of(row))
			text.WriteString(before(j, `$`, `, $`))
			text.Write(strconv.AppendInt(number[:0], int64(len(q.args)), 10))
			text.WriteString(`::`)
			text.WriteString(c.kind)
		}
	}
	text.WriteString(`)) AS ` + name + ` (`)
	writeNames(&text, columns, ``)
	text.WriteString(`)`)
	return text.String()
}

// namesOf lists columns, each with a prefix.
func namesOf[T any](columns []column[T], prefix string) string {
	var text strings.Builder
	text.Grow(len(columns) * len(`c.categoria, `))
	writeNames(&text, columns, prefix)
	return text.String()
}

func writeNames[T any](text *strings.Builder, columns []column[T], prefix string) {
	for i, c := range columns {
		text.WriteString(before(i, ``, `, `))
		text.WriteString(prefix)
		text.WriteString(c.name)
	}
}

// before is what stands before the first, or between the others.
func before(i int, first, others string) string {
	if i == 0 {
		return first
	}
	return others
}
