package storage

import (
	"context"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

const (
	// A comment of the predecessor came through its page.
	commentColumns = `k.id, k.chamado_id, k.comentario, k.interno, k.criado_em, k.editado_em, coalesce(k.canal, 'painel'),
		k.usuario_id, u.nome, u.email, u.tipo, u.ativo, u.criado_em`
	commentFrom = ` FROM comentarios k LEFT JOIN usuarios u ON u.id = k.usuario_id`
)

func scanComment(rows pgx.Rows, c *domain.Comment) error {
	var authorID zeroInt
	var author person
	err := rows.Scan(&c.ID, &c.TicketID, &c.Text, &c.Internal, &c.CreatedAt, (*zeroTime)(&c.EditedAt), (*zeroText)(&c.Channel),
		&authorID, &author.name, &author.email, &author.role, &author.active, &author.since)
	c.Author = author.ref(int64(authorID))
	return err
}

func readComments(into *[]domain.Comment) func(pgx.Rows) error {
	return each(func(rows pgx.Rows) error {
		*into = append(*into, domain.Comment{})
		return scanComment(rows, &(*into)[len(*into)-1])
	})
}

// Comment returns one comment, or [domain.ErrCommentNotFound].
func (s *store) Comment(ctx context.Context, id int64) (domain.Comment, error) {
	var c domain.Comment
	err := s.run(ctx, statement{sql: `SELECT ` + commentColumns + commentFrom + ` WHERE k.id = $1::bigint`, args: []any{id},
		read: one(func(rows pgx.Rows) error { return scanComment(rows, &c) })})
	return c, wrap("read a comment", absent(err, domain.ErrCommentNotFound))
}
