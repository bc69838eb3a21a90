package storage

import (
	"context"
	"time"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

// preferenceColumns are those of usuarios u that scanPreferences reads.
const preferenceColumns = `u.avisos_canal, u.avisos_mudos, u.silencio_de, u.silencio_ate, u.silencio_urgente, u.resumo_em, u.resumo_desde,
	ARRAY(SELECT s.chamado_id::bigint FROM silenciados s WHERE s.usuario_id = u.id ORDER BY 1)`

func scanPreferences(rows pgx.Rows, p *domain.Preferences, before ...any) error {
	var muted []string
	var from, to, digest *int16
	var since *time.Time
	err := rows.Scan(append(before, (*string)(&p.Via), &muted, &from, &to, &p.Urgent, &digest, &since, &p.Tickets)...)
	for _, t := range muted {
		p.Muted = append(p.Muted, domain.Topic(t))
	}
	if from != nil && to != nil {
		p.Quiet, p.QuietFrom, p.QuietTo = true, int(*from), int(*to)
	}
	if digest != nil {
		p.OwnHour, p.DigestAt = true, int(*digest)
	}
	if since != nil {
		p.DigestSince = since.UTC()
	}
	return err
}

// Preferences returns a person's choices, or [domain.ErrUserNotFound].
func (s *store) Preferences(ctx context.Context, userID int64) (domain.Preferences, error) {
	var p domain.Preferences
	err := s.run(ctx, statement{sql: `SELECT ` + preferenceColumns + ` FROM usuarios u WHERE u.id = $1::bigint`, args: []any{userID},
		read: one(func(rows pgx.Rows) error { return scanPreferences(rows, &p) })})
	return p, wrap("read preferences", absent(err, domain.ErrUserNotFound))
}

// SavePreferences keeps a person's choices. What waits for the end of quiet hours waits for the new one.
func (s *store) SavePreferences(ctx context.Context, userID int64, p domain.Preferences) error {
	now := s.db.clock()
	var from, to, digest any
	if p.Quiet {
		from, to = p.QuietFrom, p.QuietTo
	}
	if p.OwnHour {
		digest = p.DigestAt
	}
	return wrap("save preferences", s.later(ctx,
		statement{
			sql: `UPDATE usuarios SET avisos_canal = $2, avisos_mudos = $3::text[], silencio_de = $4::smallint, silencio_ate = $5::smallint,
				silencio_urgente = $6, resumo_em = $7::smallint, resumo_desde = $8::timestamptz, atualizado_em = $9::timestamp WHERE id = $1::bigint`,
			args: []any{userID, string(p.Via), words(p.Muted), from, to, p.Urgent, digest, nullTime(p.DigestSince), now},
		},
		statement{sql: `DELETE FROM silenciados WHERE usuario_id = $1::bigint AND chamado_id <> ALL ($2::bigint[])`, args: []any{userID, ids(p.Tickets)}},
		statement{
			sql:  `INSERT INTO silenciados (usuario_id, chamado_id) SELECT $1::bigint, n FROM unnest($2::bigint[]) AS n ON CONFLICT DO NOTHING`,
			args: []any{userID, ids(p.Tickets)},
		},
		statement{
			sql: `UPDATE saida s SET proxima_em = greatest($2::timestamptz, ` + quietUntil(`s.prioridade`, `$2`, `$3`) + `) FROM usuarios u
				WHERE u.id = $1::bigint AND s.faixa = u.telegram_id AND s.usuario_id = u.id AND s.terminado_em IS NULL AND s.tomado_ate IS NULL
					AND s.adiado AND s.erro IS NULL AND s.proxima_em > $4`, // with an error it waits for Telegram
			args: []any{userID, now, s.db.zone, now.Add(s.db.gather)},
		},
	))
}

// ids is never NULL.
func ids(list []int64) []int64 { return append([]int64{}, list...) }

// DigestReaders returns IT's active people with an open chat, and their choices.
func (s *store) DigestReaders(ctx context.Context) ([]domain.DigestReader, error) {
	var out []domain.DigestReader
	err := s.run(ctx, statement{sql: `SELECT u.id, coalesce(u.idioma, ''), u.telegram_id, ` + preferenceColumns + ` FROM usuarios u
		WHERE u.tipo = 'ti' AND u.ativo AND u.telegram_id IS NOT NULL AND u.telegram_bloqueado_em IS NULL ORDER BY u.id`,
		read: each(func(rows pgx.Rows) error {
			r := domain.DigestReader{User: domain.User{Role: domain.RoleIT, Active: true}}
			err := scanPreferences(rows, &r.Preferences, &r.User.ID, (*string)(&r.Lang), &r.TelegramID)
			out = append(out, r)
			return err
		})})
	return out, wrap("look for readers of digests", err)
}
