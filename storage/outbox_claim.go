package storage

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

// claimWindow is how many waiting rows of a lane are looked at for ones to deliver together.
const claimWindow = 50

// claimSQL leases the lane's first row if it is due and nobody has a lease there, together with what is
// delivered in the same message: every waiting card row of its ticket; or the notices about its ticket
// that follow with nothing but cards between, and before it those that wait on purpose for a moment more, so
// that news come in their order, as many in all as one message tells of; or all alarms for the same
// receiver. Rows are only ever added, and read by the renderer after this commits: one that is committed
// later stays waiting, so that a card's last state is always delivered. Rows that wait on purpose for
// longer are as good as absent.
//
// A lease that ran out without a word counts as an attempt with unknown outcome.
//
// The text leaves no choice between indexes, since its plan may have been made while there was nothing to send: what
// has not ended is asked for in the last condition so that only ids find it.
const claimSQL = `
WITH espera AS MATERIALIZED (
	SELECT id, prioridade, tipo, topico_id, chamado_id, usuario_id, criado_em, proxima_em, adiado FROM saida
	WHERE faixa = $1 AND terminado_em IS NULL AND prioridade <= $6 AND NOT (adiado AND proxima_em > $5) ORDER BY prioridade, id LIMIT $4
), primeira AS MATERIALIZED (
	SELECT * FROM espera WHERE NOT (adiado AND proxima_em > $2) ORDER BY prioridade, id LIMIT 1
), antes AS MATERIALIZED (
	SELECT e.id FROM primeira p, espera e
	WHERE p.tipo = 'aviso' AND e.tipo = 'aviso' AND e.adiado AND e.prioridade = p.prioridade AND e.id < p.id
		AND e.chamado_id = p.chamado_id AND e.usuario_id IS NOT DISTINCT FROM p.usuario_id
	ORDER BY e.id LIMIT $8 - 1
), juntas AS (
	SELECT e.id, e.tipo = 'aviso' AND bool_and(e.tipo = 'cartao' OR e.tipo = p.tipo AND e.chamado_id = p.chamado_id AND e.usuario_id IS NOT DISTINCT FROM p.usuario_id)
			OVER (ORDER BY e.prioridade, e.id) AND count(*) FILTER (WHERE e.tipo = 'aviso') OVER (ORDER BY e.prioridade, e.id) <= $8 - (SELECT count(*) FROM antes) OR e.id = p.id
			OR p.tipo = 'cartao' AND e.tipo = 'cartao' AND e.chamado_id = p.chamado_id AND e.usuario_id IS NOT DISTINCT FROM p.usuario_id AS vai
	FROM espera e, primeira p
	WHERE (p.proxima_em <= $2 OR p.proxima_em <= p.criado_em) AND (e.prioridade, e.id) >= (p.prioridade, p.id) AND NOT EXISTS (
		SELECT FROM saida s WHERE s.faixa = $1 AND s.terminado_em IS NULL AND s.tomado_ate > now())
), alarmes AS (
	SELECT a.id FROM saida a
	WHERE EXISTS (SELECT FROM primeira p, juntas j WHERE p.tipo = 'alarme' AND j.id = p.id)
		AND a.faixa = $1 AND a.terminado_em IS NULL AND a.tipo = 'alarme' AND a.id <> (SELECT id FROM primeira) AND a.topico_id = (SELECT topico_id FROM primeira)
		AND a.usuario_id IS NOT DISTINCT FROM (SELECT usuario_id FROM primeira) AND NOT (a.adiado AND a.proxima_em > $5)
	ORDER BY a.prioridade, a.id LIMIT 200
)
UPDATE saida s SET incerto = s.incerto OR s.tomado_ate IS NOT NULL,
	tentativas = s.tentativas + CASE WHEN s.tomado_ate IS NOT NULL THEN 1 ELSE 0 END, tomado_ate = now() + $3::interval, tomado_por = $7, adiado = false
WHERE s.id = ANY (ARRAY(SELECT id FROM juntas WHERE vai UNION SELECT id FROM antes WHERE EXISTS (SELECT FROM juntas) UNION SELECT id FROM alarmes))
	AND coalesce(s.terminado_em, 'infinity') = 'infinity'
RETURNING s.id, s.prioridade, s.tipo, s.topico_id, s.usuario_id, s.chamado_id, s.evento_id, s.tentativas, s.incerto, s.criado_em, s.conteudo,
	(SELECT r.telegram_id FROM usuarios r WHERE r.id = s.usuario_id AND r.ativo AND r.telegram_bloqueado_em IS NULL)`

// claimed is one leased row.
type claimed struct {
	id, priority, thread int64
	user, ticket, event  zeroInt
	attempts             int
	kind                 string
	uncertain            bool
	created              zeroTime
	content              []byte
	chat                 *int64 // where the person can be reached now
}

// Claim takes the next delivery of a lane. Rows for a person who linked another Telegram account since
// move there; rows for one who cannot be reached any more are given up with the cause.
func (x outbox) Claim(ctx context.Context, lane int64, lease time.Duration) (domain.Delivery, bool, error) {
	return x.claim(ctx, lane, lease, priorityFlood)
}

// ClaimAnswer is Claim for what answers a person.
func (x outbox) ClaimAnswer(ctx context.Context, lane int64, lease time.Duration) (domain.Delivery, bool, error) {
	return x.claim(ctx, lane, lease, priorityAnswer)
}

// claim takes the next delivery that has at most this priority; nothing has to be asked for an answer that this process
// has written under a lease. A claim that fails may have taken something all the same:
// since a process sends one delivery of a lane at a time, its next claim there knows that nobody is sending that.
func (x outbox) claim(ctx context.Context, lane int64, lease time.Duration, least int16) (d domain.Delivery, ok bool, err error) {
	owner, _ := x.db.owner(lease)
	if d, ok := x.db.handed.take(lane, owner); ok {
		return d, true, nil
	}
	defer func() {
		if err != nil && owner != nil {
			x.db.handed.doubt(lane, *owner)
		}
	}()
	return x.take(ctx, lane, lease, least)
}

func (x outbox) take(ctx context.Context, lane int64, lease time.Duration, least int16) (domain.Delivery, bool, error) {
	for {
		rows, err := x.lease(ctx, lane, lease, least)
		if err != nil || len(rows) == 0 {
			return domain.Delivery{}, false, wrap("claim a delivery", err)
		}
		d, err := delivery(lane, rows)
		if err == nil {
			if err := x.resolve(ctx, d.Message); err != nil {
				return domain.Delivery{}, false, wrap("claim a delivery", err)
			}
		}
		if err != nil {
			// A row that cannot be read must not hold up its lane.
			if err := x.finish(ctx, d.IDs, err.Error()); err != nil {
				return domain.Delivery{}, false, wrap("claim a delivery", err)
			}
			continue
		}
		chat := rows[0].chat
		if d.UserID == 0 || chat != nil && *chat == lane {
			return d, true, nil
		}
		if err := x.redirect(ctx, d, chat); err != nil {
			return domain.Delivery{}, false, wrap("claim a delivery", err)
		}
	}
}

// lease runs the claim while it alone may claim in the lane. The second statement's snapshot is taken
// after the lock was, so that it sees what the claimer before it committed.
func (x outbox) lease(ctx context.Context, lane int64, lease time.Duration, least int16) ([]claimed, error) {
	now := x.db.clock()
	owner, lease := x.db.owner(lease)
	var out []claimed
	list := []statement{{sql: `SELECT pg_advisory_xact_lock($1, hashint8($2)), ` + plannedForMany, args: []any{lockOutbox, lane}}}
	opening := x.db.handed.opening(lane)
	if len(opening.loose) > 0 {
		list = append(list, release(opening.loose))
	}
	if opening.doubt != nil {
		list = append(list, statement{sql: `UPDATE saida SET tomado_ate = NULL WHERE faixa = $1 AND terminado_em IS NULL AND tomado_por = $2`,
			args: []any{lane, *opening.doubt}})
	}
	list = append(list,
		statement{sql: claimSQL, args: []any{lane, now, lease, claimWindow, now.Add(x.db.gather), least, owner, domain.NoticeTogether}, read: each(func(rows pgx.Rows) error {
			var c claimed
			err := rows.Scan(&c.id, &c.priority, &c.kind, &c.thread, &c.user, &c.ticket, &c.event, &c.attempts, &c.uncertain,
				&c.created, &c.content, &c.chat)
			out = append(out, c)
			return err
		})},
	)
	err := x.db.run(ctx, list...)
	if err == nil {
		x.db.handed.opened(lane, opening)
	}
	sortClaimed(out)
	return out, err
}

// delivery joins leased rows into what is sent as one message. With an error, only IDs are set.
func delivery(lane int64, rows []claimed) (domain.Delivery, error) {
	first := rows[0]
	d := domain.Delivery{
		Lane: lane, Kind: domain.DeliveryKind(first.kind), ChatID: lane, ThreadID: first.thread,
		UserID: int64(first.user), TicketID: int64(first.ticket), CreatedAt: timeOf(first.created),
	}
	for _, r := range rows {
		d.IDs = append(d.IDs, r.id)
		if r.event != 0 {
			d.EventIDs = append(d.EventIDs, int64(r.event))
		}
		d.Attempts = max(d.Attempts, r.attempts)
		d.Uncertain = d.Uncertain || r.uncertain
		d.Awaited = d.Awaited || r.priority == int64(priorityAnswer)
	}
	if d.Kind == domain.DeliverMessage {
		var err error
		d.Message, err = decodeMessage(first.content, lane)
		return d, err
	}
	if d.Kind == domain.DeliverSettle {
		return d, json.Unmarshal(first.content, &d.Alarm)
	}
	return d, nil
}

// resolve finds the message that is to be edited by the key it was sent with.
func (x outbox) resolve(ctx context.Context, m *domain.Outgoing) error {
	if m == nil || m.EditKey == "" {
		return nil
	}
	return x.db.run(ctx, statement{sql: `SELECT mensagem_id FROM saida WHERE chave = $1`, args: []any{m.EditKey},
		read: each(func(rows pgx.Rows) error { return rows.Scan((*zeroInt)(&m.Edit)) })})
}

// redirect sends rows after a person who moved to another chat, or gives them up.
func (x outbox) redirect(ctx context.Context, d domain.Delivery, chat *int64) error {
	if chat == nil {
		return x.db.run(ctx, x.finished(d.IDs, errUnreachable.Error()), x.instead(d.IDs))
	}
	err := x.db.run(ctx, statement{sql: `UPDATE saida SET faixa = $2, tomado_ate = NULL WHERE id = ANY ($1) AND terminado_em IS NULL`,
		args: []any{d.IDs, *chat}})
	if err == nil {
		x.db.wakes(Wake{OutboxLanes: []int64{*chat}})
	}
	return err
}

// errUnreachable is the cause of rows for people without an open chat.
var errUnreachable = errors.New("a pessoa não está mais ligada ao Telegram, bloqueou o bot ou foi desativada")

func sortClaimed(rows []claimed) {
	slices.SortFunc(rows, func(a, b claimed) int {
		return cmp.Or(cmp.Compare(a.priority, b.priority), cmp.Compare(a.id, b.id))
	})
}
