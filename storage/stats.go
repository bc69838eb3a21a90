package storage

import (
	"context"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

// Stats returns the counters of all tickets that are not deleted, from differences summed up.
func (s *store) Stats(ctx context.Context) (domain.Stats, error) {
	st := domain.Stats{
		ByStatus: map[domain.Status]int64{}, ByCategory: map[domain.Category]int64{}, ByPriority: map[domain.Priority]int64{},
	}
	err := s.runElsewhere(ctx, statement{sql: `SELECT status, categoria, prioridade, sum(n)::bigint FROM contadores GROUP BY 1, 2, 3`,
		read: each(func(rows pgx.Rows) error {
			var status, category, priority string
			var n int64
			err := rows.Scan(&status, &category, &priority, &n)
			st.Total += n
			st.ByStatus[domain.Status(status)] += n
			st.ByCategory[domain.Category(category)] += n
			st.ByPriority[domain.Priority(priority)] += n
			return err
		})})
	return st, wrap("read the counters", err)
}

// sumAfter is how many differences are let lie: reading so many costs less than a millisecond.
const sumAfter = 1000

// Maintain does the small chores: it sums up the counters when many differences have gathered.
// [DB.Run] calls it; several processes may.
func (db *DB) Maintain(ctx context.Context) error {
	var many bool
	err := db.run(ctx, statement{sql: `SELECT count(*) > $1 FROM (SELECT FROM contadores LIMIT $1 + 1) c`, args: []any{sumAfter},
		read: one(func(rows pgx.Rows) error { return rows.Scan(&many) })})
	if err != nil || !many {
		return wrap("look at the counters", err)
	}
	err = db.run(ctx,
		statement{sql: `SELECT pg_advisory_xact_lock($1, 0)`, args: []any{lockCounters}},
		statement{sql: `WITH velhos AS (DELETE FROM contadores RETURNING *)
			INSERT INTO contadores SELECT status, categoria, prioridade, sum(n) FROM velhos GROUP BY 1, 2, 3 HAVING sum(n) <> 0`},
	)
	if err != nil {
		return wrap("sum up the counters", err)
	}
	return wrap("sweep the counters", db.run(ctx, statement{sql: `VACUUM contadores`}))
}
