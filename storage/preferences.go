package storage

import (
	"context"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

// Preferences returns a person's choices, or [domain.ErrUserNotFound].
func (s *store) Preferences(ctx context.Context, userID int64) (domain.Preferences, error) {
	var p domain.Preferences
	var muted []string
	var from, to *int16
	err := s.run(ctx, statement{sql: `SELECT avisos_mudos, silencio_de, silencio_ate, silencio_urgente FROM usuarios
		WHERE id = $1::bigint`, args: []any{userID}, read: one(func(rows pgx.Rows) error {
		return rows.Scan(&muted, &from, &to, &p.Urgent)
	})})
	for _, t := range muted {
		p.Muted = append(p.Muted, domain.Topic(t))
	}
	if from != nil && to != nil {
		p.Quiet, p.QuietFrom, p.QuietTo = true, int(*from), int(*to)
	}
	return p, wrap("read preferences", absent(err, domain.ErrUserNotFound))
}

// SavePreferences keeps a person's choices.
func (s *store) SavePreferences(ctx context.Context, userID int64, p domain.Preferences) error {
	var from, to any
	if p.Quiet {
		from, to = p.QuietFrom, p.QuietTo
	}
	return wrap("save preferences", s.later(ctx, statement{
		sql: `UPDATE usuarios SET avisos_mudos = $2::text[], silencio_de = $3::smallint, silencio_ate = $4::smallint,
			silencio_urgente = $5, atualizado_em = $6::timestamp WHERE id = $1::bigint`,
		args: []any{userID, words(p.Muted), from, to, p.Urgent, s.db.clock()},
	}))
}
