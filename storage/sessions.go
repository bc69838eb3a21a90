package storage

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// EndSession makes a token, named by its hash, worth nothing from now on; expires is when it would be
// anyway. Every process hears of it.
func (db *DB) EndSession(ctx context.Context, userID int64, token []byte, expires time.Time) error {
	err := db.run(ctx, statement{
		sql: `INSERT INTO sessoes_encerradas (token, vence_em) VALUES ($1, $2) ON CONFLICT DO NOTHING`, args: []any{token, expires.UTC()},
	})
	if err == nil {
		db.wakes(Wake{Users: []int64{userID}})
	}
	return wrap("end a session", err)
}

// SessionEnded reports whether a token was ended.
func (db *DB) SessionEnded(ctx context.Context, token []byte) (bool, error) {
	var ended bool
	err := db.run(ctx, statement{sql: `SELECT EXISTS (SELECT FROM sessoes_encerradas WHERE token = $1)`, args: []any{token},
		read: one(func(rows pgx.Rows) error { return rows.Scan(&ended) })})
	return ended, wrap("look for an ended session", err)
}

// ForgetSessions deletes what is remembered of sessions that are over at now anyway.
func (db *DB) ForgetSessions(ctx context.Context, now time.Time) error {
	return wrap("forget ended sessions", db.run(ctx, statement{sql: `DELETE FROM sessoes_encerradas WHERE vence_em < $1`, args: []any{now.UTC()}}))
}
