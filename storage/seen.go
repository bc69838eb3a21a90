package storage

import (
	"context"

	"chamados/domain"
)

// SetSeen notes that a person has seen a ticket up to an event.
func (s *store) SetSeen(ctx context.Context, userID, ticketID, eventID int64) error {
	return wrap("note what was seen", s.later(ctx, statement{
		sql: `INSERT INTO vistos AS v (usuario_id, chamado_id, evento_id) VALUES ($1::bigint, $2::bigint, $3)
			ON CONFLICT (usuario_id, chamado_id) DO UPDATE SET evento_id = excluded.evento_id WHERE v.evento_id < excluded.evento_id`,
		args: []any{userID, ticketID, eventID},
	}))
}

// Unread returns the tickets with news: a few index entries are read for each. Who asks for the first time
// begins with none.
func (s *store) Unread(ctx context.Context, q domain.UnreadQuery) ([]int64, error) {
	var out []int64
	err := s.run(ctx, statement{sql: `WITH visita AS (SELECT desde FROM visitas WHERE usuario_id = $1::bigint),
		primeira AS (INSERT INTO visitas (usuario_id, desde) SELECT $1::bigint, $5::timestamp WHERE NOT EXISTS (SELECT FROM visita)
			ON CONFLICT DO NOTHING)
		SELECT t.id FROM unnest($2::bigint[]) AS t (id) WHERE EXISTS (
			SELECT FROM eventos e WHERE e.chamado_id = t.id AND e.tipo = ANY ($3::varchar[])
				AND e.criado_em > greatest($4::timestamp, coalesce((SELECT desde FROM visita), $5::timestamp))
				AND e.usuario_id IS DISTINCT FROM $1::bigint AND (NOT e.interno OR $6)
				AND e.id > coalesce((SELECT v.evento_id FROM vistos v WHERE v.usuario_id = $1::bigint AND v.chamado_id = t.id), 0))`,
		args: []any{q.UserID, q.Tickets, words(q.Kinds), q.After.UTC(), q.Now.UTC(), q.Internal}, read: ints(&out)})
	return out, wrap("look for news", err)
}
