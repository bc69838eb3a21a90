package storage

import (
	"context"
	"time"

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

// Unread returns the tickets with news: a few index entries are read for each.
func (s *store) Unread(
	ctx context.Context, userID int64, tickets []int64, kinds []domain.EventKind, after time.Time, internal bool,
) ([]int64, error) {
	var out []int64
	err := s.run(ctx, statement{sql: `SELECT t.id FROM unnest($2::bigint[]) AS t (id) WHERE EXISTS (
			SELECT FROM eventos e WHERE e.chamado_id = t.id AND e.criado_em > $4 AND e.tipo = ANY ($3::varchar[])
				AND e.usuario_id IS DISTINCT FROM $1::bigint AND (NOT e.interno OR $5)
				AND e.id > coalesce((SELECT v.evento_id FROM vistos v WHERE v.usuario_id = $1::bigint AND v.chamado_id = t.id), 0))`,
		args: []any{userID, tickets, words(kinds), after.UTC(), internal}, read: ints(&out)})
	return out, wrap("look for news", err)
}
