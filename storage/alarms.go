package storage

import (
	"context"
	"time"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

// settling are the events that may make an alarm moot, for use in SQL.
var settling = words(domain.SettlingEvents())

// raised remembers what a message that was sent warns of. What happened to the tickets while it was on its
// way has found no such message: then it is looked at again.
func raised(d domain.Delivery, messageID int64, now time.Time) []statement {
	return []statement{
		{sql: `INSERT INTO alarmes (chat_id, mensagem_id, evento_id, chamado_id, usuario_id, criado_em)
			SELECT $1::bigint, $2::bigint, id, chamado_id, nullif($4::bigint, 0), $5::timestamptz FROM eventos WHERE id = ANY ($3) ON CONFLICT DO NOTHING`,
			args: []any{d.ChatID, messageID, d.EventIDs, d.UserID, now}},
		{sql: `INSERT INTO mensagens (chat_id, mensagem_id, chamado_id, interno, criado_em)
			SELECT $1::bigint, $2::bigint, max(chamado_id), false, $4::timestamptz FROM eventos WHERE id = ANY ($3) HAVING count(DISTINCT chamado_id) = 1
			ON CONFLICT (chat_id, mensagem_id) DO NOTHING`, args: []any{d.ChatID, messageID, d.EventIDs, now}},
		{sql: `INSERT INTO saida (faixa, prioridade, criado_em, proxima_em, tipo, conteudo)
			SELECT $1::bigint, $4::smallint, $5, $5, 'baixa', to_json($2::bigint) WHERE EXISTS (
				SELECT FROM eventos a JOIN eventos e ON e.chamado_id = a.chamado_id AND e.id > a.id
				WHERE a.id = ANY ($3) AND e.tipo = ANY ($6::text[]))`,
			args: []any{d.ChatID, messageID, d.EventIDs, priorityNotice, now, settling}},
	}
}

// settles has the alarms that stand about the tickets brought up to date.
func (b *recorder) settles() {
	var which []int
	for _, d := range b.list {
		if hasNotice(d.Record, func(n domain.Notice) bool { return n.Kind == domain.NoticeSettle }) {
			which = append(which, d.k)
		}
	}
	if which == nil {
		return
	}
	b.with(`bx AS (INSERT INTO saida (faixa, prioridade, criado_em, proxima_em, tipo, conteudo)
		SELECT m.chat_id, `, b.arg(priorityNotice), `::smallint, `, b.arg(b.now), `::timestamptz, `, b.arg(b.now), `::timestamptz, 'baixa', to_json(m.mensagem_id)
		FROM (SELECT DISTINCT a.chat_id, a.mensagem_id FROM t JOIN alarmes a ON a.chamado_id = t.id AND a.encerrado_em IS NULL
			WHERE t.k = ANY (`, b.arg(which), `::integer[])) m RETURNING faixa)`)
}

// Alarms returns what a message warned of, oldest first.
func (x outbox) Alarms(ctx context.Context, chatID, messageID int64) ([]domain.Alarm, error) {
	var out []domain.Alarm
	err := x.db.run(ctx, statement{sql: `SELECT chamado_id, evento_id, usuario_id, encerrado_em IS NOT NULL FROM alarmes
		WHERE chat_id = $1 AND mensagem_id = $2 ORDER BY evento_id`, args: []any{chatID, messageID},
		read: each(func(rows pgx.Rows) error {
			var a domain.Alarm
			err := rows.Scan(&a.TicketID, &a.EventID, (*zeroInt)(&a.UserID), &a.Settled)
			out = append(out, a)
			return err
		})})
	return out, wrap("look up alarms", err)
}
