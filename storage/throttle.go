package storage

import (
	"context"
	"slices"
	"time"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

var (
	_ domain.Throttle = (*DB)(nil)
	_ domain.Codes    = (*DB)(nil)
)

// Attempt counts one attempt under each limit, unless one of them must still wait.
func (db *DB) Attempt(ctx context.Context, now time.Time, limits []domain.Limit) (wait time.Duration, err error) {
	now = now.UTC()
	since := now.Add(-domain.ThrottleMemory)
	err = db.transact(ctx, func(s *store) error {
		counted, err := s.attempts(ctx, since, limits)
		if err != nil {
			return err
		}
		for _, l := range limits {
			c := counted[l.Key]
			if delay := l.Delay(c.count); delay > 0 { // without one, last may be later than now: others were faster
				wait = max(wait, c.last.Add(delay).Sub(now))
			}
		}
		if wait > 0 {
			return nil
		}
		return s.run(ctx, statement{
			sql: `UPDATE tentativas SET vezes = CASE WHEN ultima < $3 THEN 1 ELSE vezes + 1 END, ultima = $2
				WHERE chave = ANY ($1)`, args: []any{limitKeys(limits), now, since},
		})
	})
	return wait, wrap("count an attempt", err)
}

type attempts struct {
	count int
	last  time.Time
}

// attempts returns the counters, locked in one order, so that attempts at the same time take turns; those
// older than since are as good as new.
func (s *store) attempts(ctx context.Context, since time.Time, limits []domain.Limit) (map[string]attempts, error) {
	out := map[string]attempts{}
	keys := limitKeys(limits)
	err := s.run(ctx,
		statement{sql: `INSERT INTO tentativas (chave, vezes, ultima) SELECT k, 0, 'epoch' FROM unnest($1::text[]) k ORDER BY k
			ON CONFLICT DO NOTHING`, args: []any{keys}},
		statement{sql: `SELECT chave, vezes, ultima FROM tentativas WHERE chave = ANY ($1) ORDER BY chave FOR UPDATE`,
			args: []any{keys}, read: each(func(rows pgx.Rows) error {
				var key string
				var a attempts
				if err := rows.Scan(&key, &a.count, &a.last); err != nil {
					return err
				}
				if a.last.Before(since) {
					a = attempts{}
				}
				out[key] = a
				return nil
			})},
	)
	return out, err
}

// Succeed takes back what a successful attempt counted.
func (db *DB) Succeed(ctx context.Context, limits []domain.Limit) error {
	var clear, less []string
	for _, l := range limits {
		if l.Clears {
			clear = append(clear, l.Key)
		} else {
			less = append(less, l.Key)
		}
	}
	return wrap("forget attempts", db.run(ctx,
		statement{sql: `DELETE FROM tentativas WHERE chave = ANY ($1)`, args: []any{clear}},
		statement{sql: `UPDATE tentativas SET vezes = vezes - 1 WHERE chave = ANY ($1) AND vezes > 0`, args: []any{less}},
	))
}

// Known reports whether a key was remembered within [domain.KnownMemory].
func (db *DB) Known(ctx context.Context, now time.Time, key string) (bool, error) {
	var known bool
	err := db.run(ctx, statement{sql: `SELECT EXISTS (SELECT FROM conhecidos WHERE chave = $1 AND visto_em > $2)`,
		args: []any{key, now.UTC().Add(-domain.KnownMemory)}, read: one(func(rows pgx.Rows) error { return rows.Scan(&known) })})
	return known, wrap("look for a known place", err)
}

// Remember makes a key known from now on.
func (db *DB) Remember(ctx context.Context, now time.Time, key string) error {
	return wrap("remember a place", db.run(ctx, statement{
		sql:  `INSERT INTO conhecidos (chave, visto_em) VALUES ($1, $2) ON CONFLICT (chave) DO UPDATE SET visto_em = excluded.visto_em`,
		args: []any{key, now.UTC()},
	}))
}

// ForgetAttempts deletes the counters and the known places that no longer count at now.
func (db *DB) ForgetAttempts(ctx context.Context, now time.Time) error {
	now = now.UTC()
	return wrap("forget old attempts", db.run(ctx,
		statement{sql: `DELETE FROM tentativas WHERE ultima < $1`, args: []any{now.Add(-domain.ThrottleMemory)}},
		statement{sql: `DELETE FROM conhecidos WHERE visto_em < $1`, args: []any{now.Add(-domain.KnownMemory)}},
	))
}

func limitKeys(limits []domain.Limit) []string {
	keys := make([]string, len(limits))
	for i, l := range limits {
		keys[i] = l.Key
	}
	slices.Sort(keys)
	return keys
}
