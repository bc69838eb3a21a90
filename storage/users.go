package storage

import (
	"context"
	"strings"
	"time"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

const userColumns = `u.id, u.nome, u.email, u.tipo, u.ativo, u.criado_em, u.atualizado_em, u.versao_token,
	coalesce(u.senha_hash, '') <> '', u.idioma, u.telegram_id, u.telegram_nome, u.telegram_bloqueado_em`

func scanUser(rows pgx.Rows, u *domain.User) error {
	return rows.Scan(&u.ID, &u.Name, &u.Email, (*zeroText)(&u.Role), &u.Active, &u.CreatedAt, &u.UpdatedAt,
		&u.TokenVersion, &u.HasPassword, (*zeroText)(&u.Lang), (*zeroInt)(&u.TelegramID),
		(*zeroText)(&u.TelegramName), (*zeroTime)(&u.ChatBlocked))
}

// user returns the account that a query selects.
func (s *store) user(ctx context.Context, sql string, args ...any) (domain.User, error) {
	var u domain.User
	err := s.run(ctx, statement{sql: sql, args: args, read: one(func(rows pgx.Rows) error { return scanUser(rows, &u) })})
	return u, wrap("read an account", absent(err, domain.ErrUserNotFound))
}

// User returns the account with this id, or [domain.ErrUserNotFound].
func (s *store) User(ctx context.Context, id int64) (domain.User, error) {
	return s.user(ctx, `SELECT `+userColumns+` FROM usuarios u WHERE u.id = $1::bigint`, id)
}

// UserByEmail returns the account with this address in any case; where old rows differ in case alone,
// the one that is spelled so.
func (s *store) UserByEmail(ctx context.Context, email string) (domain.User, error) {
	return s.user(ctx, `SELECT `+userColumns+` FROM usuarios u WHERE lower(u.email) = lower($1)
		ORDER BY u.email = $1 DESC, u.id LIMIT 1`, email)
}

// UserByTelegram returns the account linked to a Telegram id, or [domain.ErrUserNotFound].
func (s *store) UserByTelegram(ctx context.Context, telegramID int64) (domain.User, error) {
	if a := s.aheadOf(telegramID); a != nil && a.linked {
		return a.user, nil
	}
	return s.user(ctx, userByTelegramSQL, telegramID)
}

const userByTelegramSQL = `SELECT ` + userColumns + ` FROM usuarios u WHERE u.telegram_id = $1`

// PasswordHash returns the stored hash, "" when there is none, or [domain.ErrUserNotFound].
func (s *store) PasswordHash(ctx context.Context, userID int64) (string, error) {
	var hash string
	err := s.run(ctx, statement{sql: `SELECT coalesce(senha_hash, '') FROM usuarios WHERE id = $1::bigint`, args: []any{userID},
		read: one(func(rows pgx.Rows) error { return rows.Scan(&hash) })})
	return hash, wrap("read a password hash", absent(err, domain.ErrUserNotFound))
}

// Users returns the accounts that match, by name without regard to case and accents.
func (s *store) Users(ctx context.Context, f domain.UserFilter) ([]domain.User, error) {
	q := query{}
	q.text(`SELECT ` + userColumns + ` FROM usuarios u WHERE true`)
	if f.Role != "" {
		q.and(`u.tipo = ` + q.arg(string(f.Role)))
	}
	if f.Active != nil {
		q.and(`u.ativo = ` + q.arg(*f.Active))
	}
	for _, word := range strings.Fields(f.Search) {
		q.and(`position(dobrar(` + q.arg(word) + `::text) IN dobrar(u.nome || ' ' || u.email)) > 0`)
	}
	if f.After != nil {
		q.and(`(dobrar(u.nome), u.id) > (dobrar(` + q.arg(f.After.Name) + `::text), ` + q.arg(f.After.ID) + `::bigint)`)
	}
	q.text(` ORDER BY dobrar(u.nome), u.id`)
	q.limit(f.Limit)
	var out []domain.User
	err := s.run(ctx, statement{sql: q.sql(), args: q.args, read: each(func(rows pgx.Rows) error {
		out = append(out, domain.User{})
		return scanUser(rows, &out[len(out)-1])
	})})
	return out, wrap("list accounts", err)
}

// CreateUser writes a new account, or returns [domain.ErrEmailTaken].
func (s *store) CreateUser(ctx context.Context, u domain.User, passwordHash string) (domain.User, error) {
	now := s.db.clock()
	if !u.CreatedAt.IsZero() {
		now = u.CreatedAt.UTC()
	}
	out, err := s.user(ctx, `INSERT INTO usuarios AS u (nome, email, senha_hash, tipo, ativo, idioma, criado_em, atualizado_em)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $7) RETURNING `+userColumns,
		u.Name, u.Email, passwordHash, string(u.Role), u.Active, nullText(u.Lang), now)
	if violates(err, "email") {
		return out, domain.ErrEmailTaken
	}
	return out, err
}

// UpdateUser writes name, address, role, active and language. Every token is void afterwards if the
// account was switched off or its role changed.
func (s *store) UpdateUser(ctx context.Context, u domain.User) (domain.User, error) {
	out, err := s.user(ctx, `UPDATE usuarios u SET nome = $2, email = $3, tipo = $4::varchar, ativo = $5, idioma = $6, atualizado_em = $7,
		versao_token = versao_token + CASE WHEN tipo <> $4::varchar OR ativo AND NOT $5 THEN 1 ELSE 0 END
		WHERE id = $1::bigint RETURNING `+userColumns,
		u.ID, u.Name, u.Email, string(u.Role), u.Active, nullText(u.Lang), s.db.clock())
	if violates(err, "email") {
		return out, domain.ErrEmailTaken
	}
	if err == nil {
		s.wakes(Wake{Users: []int64{out.ID}})
	}
	return out, err
}

// SetPassword writes the hash and voids every token issued so far.
func (s *store) SetPassword(ctx context.Context, userID int64, hash string) error {
	return s.touchUser(ctx, "set a password", userID,
		`senha_hash = $3, versao_token = versao_token + 1`, hash)
}

// RevokeTokens voids every token issued so far.
func (s *store) RevokeTokens(ctx context.Context, userID int64) error {
	return s.touchUser(ctx, "revoke tokens", userID, `versao_token = versao_token + 1`)
}

// touchUser updates one account; in set, $3 and on are the args.
func (s *store) touchUser(ctx context.Context, doing string, id int64, set string, args ...any) error {
	sql := `UPDATE usuarios SET ` + set + `, atualizado_em = $2 WHERE id = $1::bigint RETURNING id`
	args = append([]any{id, s.db.clock()}, args...)
	err := s.run(ctx, statement{sql: sql, args: args, read: one(func(pgx.Rows) error { return nil })})
	if err == nil {
		s.wakes(Wake{Users: []int64{id}})
	}
	return wrap(doing, absent(err, domain.ErrUserNotFound))
}

// CountActiveIT returns the number of active IT accounts, which nobody else can change until the
// transaction ends.
func (s *store) CountActiveIT(ctx context.Context) (int, error) {
	n := 0
	err := s.run(ctx, statement{sql: `SELECT id FROM usuarios WHERE tipo = 'ti' AND ativo ORDER BY id FOR NO KEY UPDATE`,
		read: each(func(pgx.Rows) error { n++; return nil })})
	return n, wrap("count IT accounts", err)
}

// SetChatBlocked notes since when the bot may not write to a person (zero: it may), has the person's own
// cards catch up if it may again, and has IT's cards
// of their open tickets brought up to date if that is news.
func (s *store) SetChatBlocked(ctx context.Context, telegramID int64, since time.Time) error {
	var ids, lanes []int64
	err := s.run(ctx, statement{sql: `UPDATE usuarios SET telegram_bloqueado_em = $2 WHERE telegram_id = $1
			AND (telegram_bloqueado_em IS NULL) <> ($2::timestamptz IS NULL) RETURNING id::bigint`,
		args: []any{telegramID, nullTime(since)}, read: ints(&ids)})
	if err == nil && len(ids) > 0 {
		lanes, err = s.refreshCards(ctx, ids[0])
	}
	if err == nil && len(ids) > 0 && since.IsZero() {
		err = s.catchUp(ctx, ids[0])
		lanes = append(lanes, telegramID)
	}
	s.wakes(Wake{Users: ids, OutboxLanes: lanes})
	return wrap("note a blocked chat", err)
}

// catchUp has the cards of somebody who can be written to again brought up to date, or sent: nothing of what
// happened meanwhile reached them.
func (s *store) catchUp(ctx context.Context, userID int64) error {
	now := s.db.clock()
	return s.run(ctx, statement{sql: `INSERT INTO saida (faixa, usuario_id, chamado_id, prioridade, criado_em, proxima_em, tipo)
		SELECT u.telegram_id, u.id, c.id, $2, $3, $3, 'cartao'
		FROM usuarios u JOIN chamados c ON c.usuario_id = u.id OR c.atribuido_para = u.id
		WHERE u.id = $1::bigint AND u.ativo AND u.telegram_id IS NOT NULL AND c.excluido_em IS NULL
			AND (c.status IN ('aberto', 'em_andamento', 'aguardando') OR c.atualizado_em > $4
				AND EXISTS (SELECT FROM mensagens m WHERE m.chamado_id = c.id AND m.chat_id = u.telegram_id AND m.cartao))
		ORDER BY c.id`, args: []any{userID, priorityNotice, now, now.Add(-keepDeliveries)}})
}

// refreshCards has IT's cards of a person's open tickets brought up to date, also one that is just being
// sent and shows the old state, and returns the chats.
func (s *store) refreshCards(ctx context.Context, requesterID int64) (lanes []int64, err error) {
	err = s.run(ctx, statement{sql: `WITH s AS (
			INSERT INTO saida (faixa, topico_id, usuario_id, chamado_id, prioridade, criado_em, proxima_em, tipo)
			SELECT m.chat_id, coalesce(max(m.topico_id), 0), u.id, c.id, $2, $3, $3, 'cartao'
			FROM chamados c CROSS JOIN LATERAL (
					SELECT chat_id, topico_id FROM mensagens WHERE chamado_id = c.id AND cartao
					UNION SELECT faixa, topico_id FROM saida WHERE chamado_id = c.id AND tipo = 'cartao' AND terminado_em IS NULL) m
				LEFT JOIN usuarios u ON u.telegram_id = m.chat_id
			WHERE c.usuario_id = $1::bigint AND c.excluido_em IS NULL AND c.status IN ('aberto', 'em_andamento', 'aguardando')
				AND (m.chat_id IN (SELECT chat_id FROM grupos WHERE sem_acesso_em IS NULL) OR u.tipo = 'ti' AND u.id <> $1::bigint)
			GROUP BY m.chat_id, u.id, c.id
			RETURNING faixa)
		SELECT DISTINCT faixa FROM s`, args: []any{requesterID, priorityNotice, s.db.clock()}, read: ints(&lanes)})
	return lanes, err
}

// ints reads one column of numbers.
func ints(into *[]int64) func(pgx.Rows) error {
	return each(func(rows pgx.Rows) error {
		var id int64
		err := rows.Scan(&id)
		*into = append(*into, id)
		return err
	})
}
