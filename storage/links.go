package storage

import (
	"context"
	"time"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

// Classes of two-part advisory locks; the second part is a hash of what is locked.
const (
	lockTelegram = 1
	lockOutbox   = 2
	lockCounters = 3
	lockLeader   = 4
)

// CreateInvites keeps the hashes of invitations.
func (s *store) CreateInvites(ctx context.Context, list []domain.Invite) error {
	users, kinds := make([]int64, len(list)), make([]string, len(list))
	hashes, expires := make([][]byte, len(list)), make([]time.Time, len(list))
	for i, v := range list {
		users[i], kinds[i], hashes[i], expires[i] = v.UserID, string(v.Kind), v.Hash, v.ExpiresAt.UTC()
	}
	return wrap("keep invitations", s.later(ctx, statement{
		sql: `INSERT INTO convites (usuario_id, tipo, hash, expira_em)
			SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::timestamptz[])`,
		args: []any{users, kinds, hashes, expires},
	}))
}

// LockInvite returns the invitation with this hash, locked, or [domain.ErrInviteUnknown].
func (s *store) LockInvite(ctx context.Context, hash []byte) (domain.Invite, error) {
	var v domain.Invite
	err := s.run(ctx, statement{sql: `SELECT id, usuario_id, tipo, hash, expira_em, usado_em FROM convites WHERE hash = $1 FOR UPDATE`, args: []any{hash},
		read: one(func(rows pgx.Rows) error {
			return rows.Scan(&v.ID, &v.UserID, (*zeroText)(&v.Kind), &v.Hash, (*zeroTime)(&v.ExpiresAt), (*zeroTime)(&v.UsedAt))
		})})
	return v, wrap("read an invitation", absent(err, domain.ErrInviteUnknown))
}

// UseInvite marks an invitation as used, and with it the person's others for the same purpose, which
// may have gone astray; but not those that are being used at this moment.
func (s *store) UseInvite(ctx context.Context, id int64, at time.Time) error {
	return wrap("use an invitation", s.run(ctx, statement{
		sql: `UPDATE convites SET usado_em = $2 WHERE id = $1 OR id IN (
			SELECT o.id FROM convites o JOIN convites c USING (usuario_id, tipo)
			WHERE c.id = $1 AND o.id <> $1 AND o.usado_em IS NULL FOR UPDATE OF o SKIP LOCKED)`,
		args: []any{id, at},
	}))
}

// LinkTelegram ties an account to a Telegram account and unties both from any other. The language that
// Telegram tells is taken when none was chosen. It returns the Telegram id that the account had before.
func (s *store) LinkTelegram(ctx context.Context, userID int64, p domain.TelegramProfile) (int64, error) {
	var previous zeroInt
	var others []int64
	err := s.run(ctx,
		statement{sql: `SELECT pg_advisory_xact_lock($1, hashint8($2))`, args: []any{lockTelegram, p.ID}},
		statement{sql: `UPDATE usuarios SET telegram_id = NULL, telegram_nome = NULL, telegram_bloqueado_em = NULL
			WHERE telegram_id = $1 AND id <> $2::bigint RETURNING id::bigint`, args: []any{p.ID, userID}, read: ints(&others)},
		statement{sql: `UPDATE usuarios u SET telegram_id = $2, telegram_nome = $3, telegram_bloqueado_em = NULL,
			idioma = coalesce(u.idioma, $4) FROM (SELECT id, telegram_id FROM usuarios WHERE id = $1::bigint FOR NO KEY UPDATE) antes
			WHERE u.id = antes.id RETURNING antes.telegram_id`,
			args: []any{userID, p.ID, clip(p.Name, 255), nullText(p.Lang)},
			read: one(func(rows pgx.Rows) error { return rows.Scan(&previous) })},
	)
	var lanes []int64
	if err == nil {
		lanes, err = s.refreshCards(ctx, userID)
		s.wakes(Wake{Users: append(others, userID), OutboxLanes: lanes})
	}
	return int64(previous), wrap("link Telegram", absent(err, domain.ErrUserNotFound))
}

// UnlinkTelegram unties an account and returns the Telegram id it had.
func (s *store) UnlinkTelegram(ctx context.Context, userID int64) (int64, error) {
	var previous zeroInt
	err := s.run(ctx, statement{sql: `UPDATE usuarios u SET telegram_id = NULL, telegram_nome = NULL, telegram_bloqueado_em = NULL
		FROM (SELECT id, telegram_id FROM usuarios WHERE id = $1::bigint FOR NO KEY UPDATE) antes
		WHERE u.id = antes.id RETURNING antes.telegram_id`, args: []any{userID},
		read: one(func(rows pgx.Rows) error { return rows.Scan(&previous) })})
	if err == nil && previous != 0 {
		var lanes []int64
		lanes, err = s.refreshCards(ctx, userID)
		s.wakes(Wake{Users: []int64{userID}, OutboxLanes: lanes})
	}
	return int64(previous), wrap("unlink Telegram", absent(err, domain.ErrUserNotFound))
}

// clip cuts a text to n characters.
func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
