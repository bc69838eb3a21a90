package storage

import (
	"context"
	"time"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

// SaveCode replaces the code by which an account may set a new password, forgets its tries, and enqueues
// the mail that brings it.
func (db *DB) SaveCode(ctx context.Context, userID int64, hash []byte, expires time.Time, m domain.Mail) error {
	mail, err := db.enqueueMail([]domain.Mail{m})
	if err != nil {
		return err
	}
	return wrap("save a code", db.run(ctx, mail, statement{
		sql: `INSERT INTO codigos (usuario_id, hash, expira_em) VALUES ($1::bigint, $2, $3)
			ON CONFLICT (usuario_id) DO UPDATE SET hash = excluded.hash, expira_em = excluded.expira_em, tentativas = 0`,
		args: []any{userID, hash, expires.UTC()},
	}))
}

// TryCode reports whether hash is that of the account's code, which must not have expired at now nor have
// been mistaken [domain.CodeTries] times. A right one is used up if use is set; only wrong ones count as tries.
// One statement decides, so that no two processes use a code twice.
func (db *DB) TryCode(ctx context.Context, userID int64, hash []byte, now time.Time, use bool) (bool, error) {
	var right bool
	err := db.run(ctx, statement{
		sql: `UPDATE codigos SET tentativas = CASE WHEN hash <> $2 THEN tentativas + 1 WHEN $4 THEN $5 ELSE tentativas END
			WHERE usuario_id = $1::bigint AND expira_em > $3 AND tentativas < $5 RETURNING hash = $2`,
		args: []any{userID, hash, now.UTC(), use, domain.CodeTries},
		read: each(func(rows pgx.Rows) error { return rows.Scan(&right) }),
	})
	return right, wrap("try a code", err)
}
