package storage

import (
	"context"
	"time"
)

// How long finished work is kept. The history of tickets is kept for good.
const (
	keepUpdates    = 7 * 24 * time.Hour // longer than offsetMemory, so that the offset is always found
	keepParked     = 90 * 24 * time.Hour
	keepDeliveries = 30 * 24 * time.Hour
	keepInvites    = 30 * 24 * time.Hour

	pruneEvery = time.Hour
	// pruneBatch bounds what one statement removes, so that nobody waits for its locks for long.
	pruneBatch = 1000
)

// Prune removes handled updates, finished deliveries, spent invitations and alarms that are old enough, in
// batches: the oldest rows, by key, so that no index is needed. [DB.Run] calls it; several processes may.
func (db *DB) Prune(ctx context.Context) error {
	now := db.clock()
	for _, st := range []statement{
		{sql: `DELETE FROM entrada WHERE (bot_id, update_id) IN (SELECT bot_id, update_id FROM (
				SELECT bot_id, update_id, tratado_em, parado_em FROM entrada ORDER BY bot_id, update_id LIMIT $1 FOR UPDATE SKIP LOCKED) velhas
			WHERE tratado_em < $2 OR parado_em < $3) RETURNING 1`, args: []any{pruneBatch, now.Add(-keepUpdates), now.Add(-keepParked)}},
		{sql: `DELETE FROM saida WHERE id IN (SELECT id FROM (
				SELECT id, terminado_em FROM saida ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED) velhas
			WHERE terminado_em < $2) RETURNING 1`, args: []any{pruneBatch, now.Add(-keepDeliveries)}},
		{sql: `DELETE FROM convites WHERE id IN (SELECT id FROM (
				SELECT id, usado_em, expira_em FROM convites ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED) velhos
			WHERE usado_em < $2 OR expira_em < $2) RETURNING 1`, args: []any{pruneBatch, now.Add(-keepInvites)}},
		{sql: `DELETE FROM alarmes WHERE ctid IN (SELECT ctid FROM alarmes WHERE criado_em < $2 LIMIT $1) RETURNING 1`,
			args: []any{pruneBatch, now.Add(-keepDeliveries)}},
	} {
		if err := db.repeat(ctx, st); err != nil {
			return wrap("remove what is no longer needed", err)
		}
	}
	return nil
}

// repeat runs a statement until it does less than half of what it may do at once.
func (db *DB) repeat(ctx context.Context, st statement) error {
	for ctx.Err() == nil {
		var done []int64
		st.read = ints(&done)
		if err := db.run(ctx, st); err != nil {
			return err
		}
		if len(done) < pruneBatch/2 {
			return nil
		}
	}
	return ctx.Err()
}
