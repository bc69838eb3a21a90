package storage

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

// mails implements [domain.MailQueue].
type mails struct{ db *DB }

// Mails returns the port of mails to be sent.
func (db *DB) Mails() domain.MailQueue { return mails{db} }

// ClaimMail leases rows that are due. Rows that another process is claiming are passed over; what a
// person is to be told of one ticket becomes one mail.
func (q mails) ClaimMail(ctx context.Context, limit int, lease time.Duration) ([]domain.Mail, error) {
	now := q.db.clock()
	owner, lease := q.db.owner(lease)
	var out []domain.Mail
	var unreadable []domain.Mail
	err := q.db.run(ctx, statement{sql: `WITH c AS MATERIALIZED (
			SELECT id FROM correio
			WHERE terminado_em IS NULL AND proxima_em <= $1 AND (tomado_ate IS NULL OR tomado_ate <= now())
			ORDER BY prioridade, proxima_em, id LIMIT $3 FOR UPDATE SKIP LOCKED), u AS (
			UPDATE correio m SET tomado_ate = now() + $2::interval, tomado_por = $4, tentativas = tentativas + CASE WHEN tomado_ate IS NOT NULL THEN 1 ELSE 0 END
			FROM c WHERE m.id = c.id
			RETURNING m.id, m.tipo, m.usuario_id, m.endereco, m.idioma, m.chamado_id, m.evento_id, m.criado_em, m.vence_em,
				m.tentativas, m.segredos, m.prioridade, m.proxima_em)
		SELECT id, tipo, usuario_id, endereco, idioma, chamado_id, evento_id, criado_em, vence_em, tentativas, segredos
		FROM u ORDER BY prioridade, proxima_em, id`,
		args: []any{now, lease, limit, owner}, read: each(func(rows pgx.Rows) error {
			m, sealed, err := scanMail(rows)
			if err != nil {
				return err
			}
			if err := q.unseal(&m, sealed); err != nil {
				unreadable = append(unreadable, m)
				return nil
			}
			out = joinMail(out, m)
			return nil
		})})
	if err != nil {
		return nil, wrap("claim mails", err)
	}
	for _, m := range unreadable {
		if err := q.DeadMail(ctx, m, errSealed.Error()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func scanMail(rows pgx.Rows) (domain.Mail, []byte, error) {
	var m domain.Mail
	var id int64
	var event zeroInt
	var sealed []byte
	err := rows.Scan(&id, (*zeroText)(&m.Kind), (*zeroInt)(&m.UserID), (*zeroText)(&m.Address), (*zeroText)(&m.Lang),
		(*zeroInt)(&m.TicketID), &event, (*zeroTime)(&m.CreatedAt), (*zeroTime)(&m.ExpiresAt), &m.Attempts, &sealed)
	m.IDs = []int64{id}
	if event != 0 {
		m.EventIDs = []int64{int64(event)}
	}
	return m, sealed, err
}

func (q mails) unseal(m *domain.Mail, sealed []byte) error {
	if sealed == nil {
		return nil
	}
	plain, err := q.db.sealer.open(sealed)
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, &m.Secrets)
}

// joinMail adds a notice to the one of the same person and ticket.
func joinMail(list []domain.Mail, m domain.Mail) []domain.Mail {
	i := slices.IndexFunc(list, func(o domain.Mail) bool {
		return m.Kind == domain.MailNotice && o.Kind == m.Kind && o.UserID == m.UserID && o.TicketID == m.TicketID
	})
	if i < 0 {
		return append(list, m)
	}
	o := &list[i]
	o.IDs, o.EventIDs = append(o.IDs, m.IDs...), append(o.EventIDs, m.EventIDs...)
	o.Attempts = max(o.Attempts, m.Attempts)
	return list
}

// MailSent finishes a mail; nothing secret of it stays.
func (q mails) MailSent(ctx context.Context, m domain.Mail) error {
	return wrap("finish a mail", q.db.run(ctx, statement{
		sql: `UPDATE correio SET terminado_em = $2, tomado_ate = NULL, erro = NULL, segredos = NULL
			WHERE id = ANY ($1) AND terminado_em IS NULL`, args: []any{m.IDs, q.db.clock()},
	}))
}

// RetryMail puts a mail back until at.
func (q mails) RetryMail(ctx context.Context, m domain.Mail, at time.Time, counted bool, cause string) error {
	return wrap("put a mail back", q.db.run(ctx, statement{
		sql: `UPDATE correio SET proxima_em = $2, tomado_ate = NULL, erro = $3, tentativas = tentativas + CASE WHEN $4 THEN 1 ELSE 0 END
			WHERE id = ANY ($1) AND terminado_em IS NULL`, args: []any{m.IDs, at.UTC(), cause, counted},
	}))
}

// DeadMail gives a mail up. The links of a welcome are kept sealed as long as they are good, so that it
// can be tried again; a code is not.
func (q mails) DeadMail(ctx context.Context, m domain.Mail, cause string) error {
	return wrap("give a mail up", q.db.run(ctx, statement{
		sql: `UPDATE correio SET terminado_em = $2, tomado_ate = NULL, erro = $3,
				segredos = CASE WHEN tipo = 'boas_vindas' AND vence_em > $2 THEN segredos END
			WHERE id = ANY ($1) AND terminado_em IS NULL`, args: []any{m.IDs, q.db.clock(), cause},
	}))
}

// ReviveMails puts the mails that were given up for want of a working mail system, and are still worth
// sending, back into the queue; it returns how many. An empty cause stands for any.
func (db *DB) ReviveMails(ctx context.Context, cause string) (int, error) {
	n := 0
	err := db.run(ctx, statement{
		sql: `UPDATE correio SET terminado_em = NULL, erro = NULL, tentativas = 0, proxima_em = $1
			WHERE terminado_em IS NOT NULL AND erro IS NOT NULL AND ($2 = '' OR erro = $2) AND vence_em > $1
				AND (tipo = 'aviso' OR segredos IS NOT NULL) RETURNING id`,
		args: []any{db.clock(), cause}, read: each(func(pgx.Rows) error { n++; return nil }), wake: &Wake{Mail: true},
	})
	return n, wrap("revive mails", err)
}

// ForgetMails erases secrets that have expired, and mails that were finished long ago.
func (db *DB) ForgetMails(ctx context.Context) error {
	now := db.clock()
	return wrap("forget old mails", db.run(ctx,
		statement{sql: `UPDATE correio SET segredos = NULL, terminado_em = coalesce(terminado_em, $1), erro = coalesce(erro, 'venceu')
			WHERE segredos IS NOT NULL AND vence_em < $1`, args: []any{now}},
		statement{sql: `DELETE FROM correio WHERE terminado_em < $1`, args: []any{now.Add(-mailMemory)}},
	))
}
