package storage

import (
	"context"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

// SaveSignup keeps whom a code was asked of; those long expired are forgotten.
func (s *store) SaveSignup(ctx context.Context, v domain.Signup) error {
	return wrap("keep a sign-up", s.run(ctx,
		statement{sql: `DELETE FROM cadastros WHERE expira_em < $1`, args: []any{s.db.clock().Add(-domain.ThrottleMemory)}},
		statement{sql: `INSERT INTO cadastros (chat_id, endereco, hash, expira_em, tentativas) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (chat_id) DO UPDATE SET endereco = $2, hash = $3, expira_em = $4, tentativas = $5`,
			args: []any{v.ChatID, v.Email, v.Hash, v.ExpiresAt.UTC(), v.Tries}},
	))
}

// LockSignup returns the chat's sign-up, locked until the transaction ends.
func (s *store) LockSignup(ctx context.Context, chatID int64) (domain.Signup, bool, error) {
	v := domain.Signup{ChatID: chatID}
	found := false
	err := s.run(ctx, statement{sql: `SELECT endereco, hash, expira_em, tentativas FROM cadastros WHERE chat_id = $1 FOR UPDATE`,
		args: []any{chatID}, read: each(func(rows pgx.Rows) error {
			found = true
			return rows.Scan(&v.Email, &v.Hash, (*zeroTime)(&v.ExpiresAt), &v.Tries)
		})})
	return v, found, wrap("read a sign-up", err)
}

// DropSignup forgets the chat's sign-up.
func (s *store) DropSignup(ctx context.Context, chatID int64) error {
	return wrap("forget a sign-up", s.run(ctx, statement{sql: `DELETE FROM cadastros WHERE chat_id = $1`, args: []any{chatID}}))
}
