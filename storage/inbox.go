package storage

import (
	"context"
	"time"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

// offsetMemory is how long an update id says which one comes next: after a week without updates
// Telegram may number them anew, lower.
const offsetMemory = 6 * 24 * time.Hour

// inbox implements [domain.Inbox].
type inbox struct{ db *DB }

// Receive stores updates; known ones are left as they are.
func (x inbox) Receive(ctx context.Context, updates []domain.Update) error {
	if len(updates) == 0 {
		return nil
	}
	var bots, ids, lanes []int64
	var payloads [][]byte
	var at []time.Time
	now := x.db.clock()
	for _, u := range updates {
		if u.ReceivedAt.IsZero() {
			u.ReceivedAt = now
		}
		bots, ids, lanes = append(bots, u.BotID), append(ids, u.UpdateID), append(lanes, u.Lane)
		payloads, at = append(payloads, u.Payload), append(at, u.ReceivedAt)
	}
	var woken []int64
	err := x.db.run(ctx, statement{sql: `INSERT INTO entrada (bot_id, update_id, faixa, conteudo, recebido_em)
		SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::timestamptz[])
		ON CONFLICT (bot_id, update_id) DO NOTHING RETURNING faixa`, args: []any{bots, ids, lanes, payloads, at}, read: ints(&woken)})
	if err == nil {
		x.db.wakes(Wake{InboxLanes: woken})
	}
	return wrap("store updates", err)
}

// NextOffset returns the update id to ask Telegram for next; 0 if none is known, or only ones so old
// that the numbers may have begun anew.
func (x inbox) NextOffset(ctx context.Context, botID int64) (int64, error) {
	var next int64
	err := x.db.run(ctx, statement{sql: `SELECT update_id + 1 FROM entrada WHERE bot_id = $1 AND recebido_em > $2
		ORDER BY update_id DESC LIMIT 1`, args: []any{botID, x.db.clock().Add(-offsetMemory)},
		read: each(func(rows pgx.Rows) error { return rows.Scan(&next) })})
	return next, wrap("read the update offset", err)
}

// dueUpdatesSQL goes from lane to lane by index and looks at the first update of each.
const dueUpdatesSQL = `
WITH RECURSIVE primeiras AS (
	(SELECT faixa, update_id, proxima_em FROM entrada WHERE tratado_em IS NULL AND parado_em IS NULL ORDER BY faixa, update_id LIMIT 1)
	UNION ALL
	SELECT e.* FROM primeiras p CROSS JOIN LATERAL (
		SELECT faixa, update_id, proxima_em FROM entrada
		WHERE tratado_em IS NULL AND parado_em IS NULL AND faixa > p.faixa ORDER BY faixa, update_id LIMIT 1) e
)
SELECT faixa FROM primeiras WHERE proxima_em IS NULL OR proxima_em <= $1 ORDER BY update_id LIMIT $2`

// DueLanes returns lanes whose first waiting update can be handled now, the longest waiting first.
func (x inbox) DueLanes(ctx context.Context, limit int) ([]int64, error) {
	var lanes []int64
	err := x.db.run(ctx, statement{sql: dueUpdatesSQL, args: []any{x.db.clock(), limit}, read: ints(&lanes)})
	return lanes, wrap("look for waiting updates", err)
}

// workTime is after how long no further update of a lane is handled in the same transaction: what was answered before waits for
// its commit.
const workTime = 50 * time.Millisecond

// Work hands the first waiting updates of a lane to handle, inside one transaction.
func (x inbox) Work(
	ctx context.Context, lane int64, most int, handle func(ctx context.Context, tx domain.Tx, u domain.Update) error,
) ([]domain.Update, error) {
	var given []domain.Update
	err := x.db.transact(ctx, func(s *store) error {
		list, err := x.take(ctx, s, lane, most)
		begun := time.Now()
		for i, u := range list {
			if i > 0 && time.Since(begun) > workTime {
				break
			}
			given = append(given, u)
			if err := handle(ctx, s, u); err != nil {
				return err
			}
			if err := s.later(ctx, x.handled(u)); err != nil {
				return err
			}
		}
		return err
	})
	return given, err
}

func (x inbox) handled(u domain.Update) statement {
	return statement{
		sql:  `UPDATE entrada SET tratado_em = $3, erro = NULL WHERE bot_id = $1 AND update_id = $2`,
		args: []any{u.BotID, u.UpdateID, x.db.clock()}, apart: true,
	}
}

// take locks the lane and reads its first updates that are due, and what most of them need, in one round trip. The snapshots of
// the statements after the first are taken after the lock was, so that they see what the lane's last worker committed.
func (x inbox) take(ctx context.Context, s *store, lane int64, most int) ([]domain.Update, error) {
	var locked bool
	var list []domain.Update
	a := &ahead{chat: lane}
	err := s.run(ctx, append([]statement{
		{sql: `SELECT pg_try_advisory_xact_lock($1)`, args: []any{lane}, read: one(func(rows pgx.Rows) error { return rows.Scan(&locked) })},
		{sql: `SELECT bot_id, update_id, faixa, conteudo, recebido_em, tentativas, coalesce(proxima_em <= $2, true) FROM entrada
			WHERE faixa = $1 AND tratado_em IS NULL AND parado_em IS NULL ORDER BY update_id LIMIT $3`, args: []any{lane, x.db.clock(), most},
			read: dueUpdates(&list)},
	}, a.statements()...)...)
	if err != nil || !locked {
		return nil, wrap("take updates", err)
	}
	s.tx.ahead = a
	return list, nil
}

// dueUpdates reads updates up to the first that is not due: none overtakes it.
func dueUpdates(list *[]domain.Update) func(pgx.Rows) error {
	waits := false
	return each(func(rows pgx.Rows) error {
		var u domain.Update
		var due bool
		err := rows.Scan(&u.BotID, &u.UpdateID, &u.Lane, &u.Payload, (*zeroTime)(&u.ReceivedAt), &u.Attempts, &due)
		if waits = waits || !due; !waits {
			*list = append(*list, u)
		}
		return err
	})
}

// Fail counts a failed attempt; the update is tried again at retry, or parked for good if retry is zero.
func (x inbox) Fail(ctx context.Context, u domain.Update, cause string, retry time.Time) error {
	err := x.db.run(ctx, statement{sql: `UPDATE entrada SET tentativas = tentativas + 1, erro = $3, proxima_em = $4,
		parado_em = CASE WHEN $4::timestamptz IS NULL THEN $5::timestamptz END
		WHERE bot_id = $1 AND update_id = $2 AND tratado_em IS NULL`,
		args: []any{u.BotID, u.UpdateID, cause, nullTime(retry), x.db.clock()}})
	if err == nil {
		x.db.wakes(Wake{InboxLanes: []int64{u.Lane}})
	}
	return wrap("note a failed update", err)
}
