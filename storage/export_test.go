package storage

import "github.com/jackc/pgx/v5"

// WithTracer makes opts report every statement to t.
func WithTracer(o Options, t pgx.QueryTracer) Options {
	o.tracer = t
	return o
}

// What an export takes along and what not.
var (
	Exported    = exported
	NotExported = notExported
)
