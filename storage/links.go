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
			idioma = coalesce(u.idioma, $4) FROM (SELECT id, telegram_id FROM usuarios WHERE id = $1::bigint FOR UPDATE) antes
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
		FROM (SELECT id, telegram_id FROM usuarios WHERE id = $1::bigint FOR UPDATE) antes
		WHERE u.id = antes.id RETURNING antes.telegram_id`, args: []any{userID},
		read: one(func(rows pgx.Rows) error { return rows.Scan(&previous) })})
	if err == nil && previous != 0 {
		var lanes []int64
		lanes, err = s.refreshCards(ctx, userID)
		s.wakes(Wake{Users: []int64{userID}, OutboxLanes: lanes})
	}
	return int64(previous), wrap("unlink Telegram", absent(err, domain.ErrUserNotFound))
}

// Groups returns the connected IT groups.
func (s *store) Groups(ctx context.Context) ([]domain.Group, error) {
	var out []domain.Group
	err := s.run(ctx, statement{sql: `SELECT chat_id, titulo, topico_id, categorias, movido_de FROM grupos ORDER BY criado_em, chat_id`,
		read: each(func(rows pgx.Rows) error {
			var g domain.Group
			var categories []string
			err := rows.Scan(&g.ChatID, &g.Title, &g.ThreadID, &categories, &g.MovedFrom)
			for _, c := range categories {
				g.Categories = append(g.Categories, domain.Category(c))
			}
			out = append(out, g)
			return err
		})})
	return out, wrap("list groups", err)
}

// SaveGroup connects a group or updates it.
func (s *store) SaveGroup(ctx context.Context, g domain.Group) error {
	return wrap("save a group", s.run(ctx, statement{
		sql: `INSERT INTO grupos (chat_id, titulo, topico_id, categorias, movido_de) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (chat_id) DO UPDATE SET titulo = $2, topico_id = $3, categorias = $4, movido_de = coalesce(nullif($5, 0), grupos.movido_de)`,
		args: []any{g.ChatID, g.Title, g.ThreadID, words(g.Categories), g.MovedFrom},
	}))
}

// DropGroup disconnects a group; what still waited for it is given up.
func (s *store) DropGroup(ctx context.Context, chatID int64) error {
	return wrap("drop a group", s.run(ctx,
		statement{sql: `DELETE FROM grupos WHERE chat_id = $1`, args: []any{chatID}},
		statement{sql: `UPDATE saida SET terminado_em = $2, erro = 'grupo desconectado'
			WHERE faixa = $1 AND terminado_em IS NULL AND tipo <> 'mensagem' AND usuario_id IS NULL`, args: []any{chatID, s.db.clock()}},
		statement{sql: `UPDATE mensagens SET cartao = false WHERE chat_id = $1 AND cartao`, args: []any{chatID}},
	))
}

// ForgetTopic makes a group, and what waits to be sent there, do without a topic.
func (s *store) ForgetTopic(ctx context.Context, chatID, threadID int64) error {
	args := []any{chatID, threadID}
	return wrap("forget a topic", s.run(ctx,
		statement{sql: `UPDATE grupos SET topico_id = 0 WHERE chat_id = $1 AND topico_id = $2`, args: args},
		statement{sql: `UPDATE saida SET topico_id = 0 WHERE faixa = $1 AND topico_id = $2 AND terminado_em IS NULL`, args: args},
	))
}

// MoveGroup follows a group's migration to another id: the group, its conversation and what waits to be
// sent move. Messages keep the old id, because numbers start anew in the new chat; so the next change
// of a ticket sends its card there anew.
func (s *store) MoveGroup(ctx context.Context, from, to int64) error {
	move := []any{from, to}
	err := s.run(ctx,
		statement{sql: `DELETE FROM grupos WHERE chat_id = $2 AND EXISTS (SELECT FROM grupos WHERE chat_id = $1)`, args: move},
		statement{sql: `UPDATE grupos SET chat_id = $2, movido_de = $1 WHERE chat_id = $1`, args: move},
		statement{sql: `DELETE FROM conversas WHERE chat_id = $2 AND EXISTS (SELECT FROM conversas WHERE chat_id = $1)`, args: move},
		statement{sql: `UPDATE conversas SET chat_id = $2 WHERE chat_id = $1`, args: move},
		statement{sql: `UPDATE mensagens SET cartao = false WHERE chat_id = $1 AND cartao`, args: []any{from}},
		statement{sql: `UPDATE saida SET faixa = $2 WHERE faixa = $1 AND terminado_em IS NULL`, args: move},
	)
	if err == nil {
		s.wakes(Wake{OutboxLanes: []int64{to}})
	}
	return wrap("move a group", err)
}

// clip cuts a text to n characters.
func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
