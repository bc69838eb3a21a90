package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

// outbox implements [domain.Outbox].
type outbox struct{ db *DB }

// dueSQL goes from chat to chat by index, and looks at the first row of each that does not wait on purpose: thousands may
// wait behind it.
const dueSQL = `
WITH RECURSIVE faixas AS (
	(SELECT faixa FROM saida WHERE terminado_em IS NULL ORDER BY faixa LIMIT 1)
	UNION ALL
	SELECT (SELECT s.faixa FROM saida s WHERE s.terminado_em IS NULL AND s.faixa > f.faixa ORDER BY s.faixa LIMIT 1)
	FROM faixas f WHERE f.faixa IS NOT NULL
)
SELECT f.faixa FROM faixas f CROSS JOIN LATERAL (
	SELECT s.prioridade, s.id, s.criado_em, s.proxima_em FROM saida s
	WHERE s.faixa = f.faixa AND s.terminado_em IS NULL AND NOT (s.adiado AND s.proxima_em > $1) ORDER BY s.prioridade, s.id LIMIT 1) primeira
WHERE (primeira.proxima_em <= $1 OR primeira.proxima_em <= primeira.criado_em) AND NOT EXISTS (
	SELECT FROM saida s WHERE s.faixa = f.faixa AND s.terminado_em IS NULL AND s.tomado_ate > now())
ORDER BY primeira.prioridade, primeira.id LIMIT $2`

// DueLanes returns chats whose first waiting row can be sent now and that nobody is sending to, the
// urgent first, and those in which it is not known whether anything is being sent. What was to go out as soon as it was written is due, also if the clock was set back since.
func (x outbox) DueLanes(ctx context.Context, limit int) ([]int64, error) {
	var lanes []int64
	list := []statement{{sql: `SELECT ` + plannedForMany}, {sql: dueSQL, args: []any{x.db.clock(), limit}, read: ints(&lanes)}}
	x.db.handed.looks()
	loose := x.db.handed.overdue(false)
	if len(loose) > 0 {
		list = append([]statement{release(loose)}, list...)
	}
	err := x.db.run(ctx, list...)
	if err == nil {
		x.db.handed.released(loose)
	}
	for _, lane := range x.db.handed.doubtful() {
		if !slices.Contains(lanes, lane) {
			lanes = append(lanes, lane)
		}
	}
	return lanes, wrap("look for messages to send", err)
}

// Sent finishes a delivery, and links the message to what it is about.
func (x outbox) Sent(ctx context.Context, d domain.Delivery, messageID int64, hash []byte) error {
	now := x.db.clock()
	which, these := oneOf(d.IDs)
	list := []statement{{sql: `UPDATE saida SET terminado_em = $2, mensagem_id = nullif($3::bigint, 0), erro = NULL, tomado_ate = NULL
		WHERE ` + which + ` AND terminado_em IS NULL`, args: []any{these, now, messageID}}}
	switch {
	case d.Kind == domain.DeliverAlarm && messageID != 0:
		list = append(list, raised(d, messageID, now)...)
	case d.Kind == domain.DeliverSettle && d.Settled:
		list = append(list, statement{sql: `UPDATE alarmes SET encerrado_em = $3 WHERE chat_id = $1 AND mensagem_id = $2 AND encerrado_em IS NULL`,
			args: []any{d.ChatID, d.Alarm, now}})
	case messageID != 0 && d.TicketID != 0:
		list = append(list, linkSent(d, messageID, hash, now)...)
	}
	err := x.db.run(ctx, list...)
	if err == nil {
		x.db.wake.others(Wake{NoticeLanes: []int64{d.Lane}}) // who has sent this goes on anyway
	}
	return wrap("finish a delivery", err)
}

// oneOf is the condition that a row is among ids, and its argument $1. Most deliveries are one row: for an array
// the planner plans anew each time, which takes longer than the statement.
func oneOf(ids []int64) (condition string, arg any) {
	if len(ids) == 1 {
		return `id = $1`, ids[0]
	}
	return `id = ANY ($1)`, ids
}

// linkSent remembers what a sent message is about. A card takes the place of the one before it.
func linkSent(d domain.Delivery, messageID int64, hash []byte, now time.Time) []statement {
	const link = `INSERT INTO mensagens (chat_id, mensagem_id, chamado_id, comentario_id, interno, cartao, hash, criado_em, topico_id) `
	switch d.Kind {
	case domain.DeliverCard:
		return []statement{
			{sql: `UPDATE mensagens SET cartao = false WHERE chamado_id = $1::bigint AND chat_id = $2 AND cartao AND mensagem_id <> $3`,
				args: []any{d.TicketID, d.ChatID, messageID}},
			{sql: link + `VALUES ($1, $2, $3, NULL, false, true, $4, $5, $6)
				ON CONFLICT (chat_id, mensagem_id) DO UPDATE SET chamado_id = $3, cartao = true, hash = $4`,
				args: []any{d.ChatID, messageID, d.TicketID, hash, now, d.ThreadID}},
		}
	case domain.DeliverNotice:
		return []statement{{
			sql: link + `SELECT $1::bigint, $2::bigint, $3::integer, CASE WHEN count(*) = 1 THEN max(comentario_id) END,
					coalesce(bool_or(interno), false), false, NULL, $4::timestamptz, NULL FROM eventos WHERE id = ANY ($5)
				ON CONFLICT (chat_id, mensagem_id) DO NOTHING`,
			args: []any{d.ChatID, messageID, d.TicketID, now, d.EventIDs},
		}}
	}
	// A menu in the place of a card: what the card shows is no longer what was last sent as one.
	return []statement{{
		sql:  link + `VALUES ($1, $2, $3, NULL, $4, false, NULL, $5, NULL) ON CONFLICT (chat_id, mensagem_id) DO UPDATE SET hash = NULL`,
		args: []any{d.ChatID, messageID, d.TicketID, d.Message != nil && d.Message.Internal, now},
	}}
}

// Retry puts a delivery back until at, and remembers if it is uncertain or steps aside. It has no effect on rows that
// somebody else took meanwhile, because the lease had run out.
func (x outbox) Retry(ctx context.Context, d domain.Delivery, at time.Time, counted bool, cause string) error {
	x.db.handed.shut(d.Lane) // what was written after it waits for it
	err := x.db.run(ctx, statement{sql: `UPDATE saida SET proxima_em = $3, tomado_ate = NULL, erro = $4,
			tentativas = tentativas + CASE WHEN $5 THEN 1 ELSE 0 END, incerto = incerto OR $6, adiado = adiado OR $7
		WHERE id = ANY ($1) AND terminado_em IS NULL AND tentativas <= $2`,
		args: []any{d.IDs, d.Attempts, at, cause, counted, d.Uncertain, d.Aside}})
	if err == nil {
		x.db.wakes(Wake{NoticeLanes: []int64{d.Lane}})
	}
	return wrap("put a delivery back", err)
}

// Dead gives a delivery up, unless its group has moved: then it waits where the group is now, also if it was written
// while the group moved, to where that was before.
func (x outbox) Dead(ctx context.Context, d domain.Delivery, cause string) error {
	var moved []int64
	err := x.db.run(ctx,
		statement{sql: `UPDATE saida s SET tomado_ate = NULL, faixa = CASE WHEN s.faixa = $2 THEN g.chat_id ELSE s.faixa END
			FROM (SELECT (SELECT chat_id FROM grupos WHERE movido_de = $2 LIMIT 1)) g (chat_id)
			WHERE s.id = ANY ($1) AND s.terminado_em IS NULL AND (s.faixa <> $2 OR g.chat_id IS NOT NULL) RETURNING s.faixa`,
			args: []any{d.IDs, d.Lane}, read: ints(&moved)},
		statement{sql: `UPDATE saida SET terminado_em = $2, tomado_ate = NULL, erro = $3
			WHERE id = ANY ($1) AND faixa = $4 AND terminado_em IS NULL`, args: []any{d.IDs, x.db.clock(), cause, d.Lane}},
	)
	if err == nil {
		x.db.wakes(Wake{NoticeLanes: []int64{d.Lane}, OutboxLanes: moved})
	}
	return wrap("give a delivery up", err)
}

func (x outbox) finish(ctx context.Context, ids []int64, cause string) error {
	return x.db.run(ctx, x.finished(ids, cause))
}

func (x outbox) finished(ids []int64, cause string) statement {
	return statement{sql: `UPDATE saida SET terminado_em = $2, tomado_ate = NULL, erro = $3
		WHERE id = ANY ($1) AND terminado_em IS NULL`, args: []any{ids, x.db.clock(), cause}}
}

// Card returns the live card of a ticket in a chat; the zero value when there is none.
func (x outbox) Card(ctx context.Context, ticketID, chatID int64) (domain.CardRef, error) {
	var ref domain.CardRef
	err := x.db.run(ctx, statement{sql: `SELECT mensagem_id, hash, topico_id FROM mensagens
		WHERE chamado_id = $1::bigint AND chat_id = $2 AND cartao`, args: []any{ticketID, chatID},
		read: each(func(rows pgx.Rows) error { return rows.Scan(&ref.MessageID, &ref.Hash, &ref.ThreadID) })})
	return ref, wrap("look up a card", err)
}

// ForgetCard drops a card whose message is gone; replies to it are still understood.
func (x outbox) ForgetCard(ctx context.Context, ticketID, chatID int64) error {
	return wrap("forget a card", x.db.run(ctx, statement{
		sql:  `UPDATE mensagens SET cartao = false WHERE chamado_id = $1::bigint AND chat_id = $2 AND cartao`,
		args: []any{ticketID, chatID},
	}))
}

// NoticeEvents returns events by id, oldest first, with what a notice shows of them. The text of a
// comment that was taken back is empty.
func (x outbox) NoticeEvents(ctx context.Context, ids []int64) ([]domain.NoticeEventView, error) {
	var out []domain.NoticeEventView
	err := x.db.run(ctx, statement{sql: `SELECT ` + plannedOnce}, statement{sql: `SELECT ` + eventColumns + `, k.comentario, p.nome,
			(SELECT count(*) FROM anexos f WHERE f.comentario_id = e.comentario_id)` + eventFrom + `
			LEFT JOIN comentarios k ON k.id = e.comentario_id
			LEFT JOIN usuarios p ON p.id = CASE WHEN e.tipo = 'atribuicao' THEN nullif(e.para, '')::bigint END
		WHERE e.id = ANY ($1) ORDER BY e.id`, args: []any{ids},
		read: each(func(rows pgx.Rows) error {
			var v domain.NoticeEventView
			err := scanEvent(rows, &v.Event, (*zeroText)(&v.CommentText), (*zeroText)(&v.ToName), &v.Attachments)
			out = append(out, v)
			return err
		})})
	return out, wrap("read events of a notice", err)
}

// decodeMessage reads the content of a row of [domain.DeliverMessage]. It was written to a chat whose id
// may have changed since: the lane is right.
func decodeMessage(raw []byte, lane int64) (*domain.Outgoing, error) {
	var m domain.Outgoing
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("content of an outbox row: %w", err)
	}
	m.ChatID = lane
	return &m, nil
}
