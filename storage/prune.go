package storage

import (
	"context"
	"strconv"
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
// batches: the oldest rows, by key, so that no index is needed. [DB.Run] calls it; several processes may. They are
// deleted where they were found: as a join it was planned for any number of them, and read the whole table.
func (db *DB) Prune(ctx context.Context) error {
	now, limit := db.clock(), ` LIMIT `+strconv.Itoa(pruneBatch)
	for _, st := range []statement{
		{sql: `DELETE FROM entrada WHERE ctid = ANY (ARRAY(SELECT ctid FROM (
				SELECT ctid, tratado_em, parado_em FROM entrada ORDER BY bot_id, update_id` + limit + ` FOR UPDATE SKIP LOCKED) velhas
			WHERE tratado_em < $1 OR parado_em < $2)) RETURNING 1`, args: []any{now.Add(-keepUpdates), now.Add(-keepParked)}},
		{sql: `DELETE FROM saida WHERE ctid = ANY (ARRAY(SELECT ctid FROM (
				SELECT ctid, terminado_em FROM saida ORDER BY id` + limit + ` FOR UPDATE SKIP LOCKED) velhas
			WHERE terminado_em < $1)) RETURNING 1`, args: []any{now.Add(-keepDeliveries)}},
		{sql: `DELETE FROM convites WHERE ctid = ANY (ARRAY(SELECT ctid FROM (
				SELECT ctid, usado_em, expira_em FROM convites ORDER BY id` + limit + ` FOR UPDATE SKIP LOCKED) velhos
			WHERE usado_em < $1 OR expira_em < $1)) RETURNING 1`, args: []any{now.Add(-keepInvites)}},
		{sql: `DELETE FROM alarmes WHERE ctid = ANY (ARRAY(SELECT ctid FROM alarmes WHERE criado_em < $1` + limit + `)) RETURNING 1`,
			args: []any{now.Add(-keepDeliveries)}},
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
