package storage

import (
	"bytes"
	"context"
	"time"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

// ClaimOnce claims a key or returns the answer that it had. The insert waits for another transaction with
// the same key to end; the second statement then sees what it committed. Only the claimer's own row is
// without an answer.
func (s *store) ClaimOnce(ctx context.Context, k domain.OnceKey, at, since time.Time) (answer []byte, fresh bool, err error) {
	var digest []byte
	err = s.run(ctx,
		statement{sql: `INSERT INTO chaves AS c (usuario_id, chave, resumo, criado_em) VALUES ($1::bigint, $2, $3, $4)
			ON CONFLICT (usuario_id, chave) DO UPDATE SET resumo = excluded.resumo, resposta = NULL, criado_em = excluded.criado_em
			WHERE c.criado_em < $5`, args: []any{k.UserID, k.Key, k.Digest, at.UTC(), since.UTC()}},
		statement{sql: `SELECT resumo, resposta FROM chaves WHERE usuario_id = $1::bigint AND chave = $2`, args: []any{k.UserID, k.Key},
			read: one(func(rows pgx.Rows) error { return rows.Scan(&digest, &answer) })},
	)
	switch {
	case err != nil:
		return nil, false, wrap("claim a key", err)
	case !bytes.Equal(digest, k.Digest):
		return nil, false, domain.ErrOnceReused
	}
	return answer, answer == nil, nil
}

// KeepAnswer remembers the answer to a claimed key, with the commit.
func (s *store) KeepAnswer(ctx context.Context, k domain.OnceKey, answer []byte) error {
	return wrap("keep an answer", s.later(ctx, statement{
		sql:  `UPDATE chaves SET resposta = $3 WHERE usuario_id = $1::bigint AND chave = $2`,
		args: []any{k.UserID, k.Key, answer},
	}))
}

// ForgetAnswers deletes the keys that no longer count at now.
func (db *DB) ForgetAnswers(ctx context.Context, now time.Time) error {
	return wrap("forget old answers", db.run(ctx, statement{
		sql: `DELETE FROM chaves WHERE criado_em < $1`, args: []any{now.UTC().Add(-domain.OnceMemory)},
	}))
}
