package storage

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// DueTickets returns up to limit tickets that the desk has to look at, the longest due first.
func (s *store) DueTickets(ctx context.Context, now time.Time, limit int) ([]int64, error) {
	var ids []int64
	err := s.run(ctx, statement{sql: `SELECT id FROM chamados WHERE relogio_em <= $1::timestamp ORDER BY relogio_em LIMIT $2`,
		args: []any{now.UTC(), limit}, read: ints(&ids)})
	return ids, wrap("look for due tickets", err)
}

// RequesterAnswered reports whether the requester commented since the status changed or a reminder was sent.
func (s *store) RequesterAnswered(ctx context.Context, ticketID int64) (bool, error) {
	var answered bool
	err := s.run(ctx, statement{sql: `SELECT EXISTS (SELECT FROM eventos e WHERE e.chamado_id = $1::bigint
		AND e.tipo = 'comentario' AND e.usuario_id = e.solicitante_id AND e.id > coalesce((
			SELECT max(id) FROM eventos m WHERE m.chamado_id = $1::bigint
			AND m.tipo IN ('status', 'lembrete_resposta', 'lembrete_fechamento')), 0))`,
		args: []any{ticketID}, read: one(func(rows pgx.Rows) error { return rows.Scan(&answered) })})
	return answered, wrap("look for an answer", err)
}
