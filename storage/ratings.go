package storage

import (
	"context"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

// Rating returns a ticket's rating, or [domain.ErrRatingNotFound].
func (s *store) Rating(ctx context.Context, ticketID int64) (domain.Rating, error) {
	r := domain.Rating{TicketID: ticketID}
	err := s.run(ctx, statement{sql: `SELECT usuario_id, nota, comentario, criado_em, atualizado_em FROM avaliacoes
		WHERE chamado_id = $1::bigint`, args: []any{ticketID}, read: one(func(rows pgx.Rows) error {
		return rows.Scan(&r.UserID, &r.Stars, &r.Text, (*zeroTime)(&r.CreatedAt), (*zeroTime)(&r.UpdatedAt))
	})})
	if err != nil {
		return domain.Rating{}, wrap("read a rating", absent(err, domain.ErrRatingNotFound))
	}
	return r, nil
}

// rating writes the requester's rating over an older one.
func (b *recorder) rating() {
	r := b.first().Rating
	if r == nil {
		return
	}
	b.with(`av AS (INSERT INTO avaliacoes (chamado_id, usuario_id, nota, comentario, criado_em, atualizado_em) SELECT t.id, `,
		b.arg(r.UserID), `::integer, `, b.arg(r.Stars), `::smallint, `, b.arg(r.Text), `::text, `, b.arg(r.CreatedAt), `::timestamptz, `,
		b.arg(r.UpdatedAt), `::timestamptz FROM t ON CONFLICT (chamado_id) DO UPDATE
		SET nota = excluded.nota, comentario = excluded.comentario, atualizado_em = excluded.atualizado_em)`)
}
