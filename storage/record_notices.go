package storage

import (
	"slices"
	"strconv"
	"strings"

	"chamados/domain"
)

// Priorities of outbox rows within a lane: what answers a person first, then what is urgent.
const (
	priorityAnswer int16 = iota
	priorityUrgent
	priorityNotice
	priorityFlood
)

// answerWord and urgentWord are priorities in SQL.
var answerWord, urgentWord = strconv.Itoa(int(priorityAnswer)), strconv.Itoa(int(priorityUrgent))

// notices writes the outbox rows: groups by the ticket's category and by the live cards they have,
// people by the Telegram account that they are linked to now.
func (b *recorder) notices() {
	in := newNoticeArrays(b.list)
	for _, e := range b.events {
		for _, n := range e.of.Notices {
			if n.Event == e.place {
				in.add(n, e, b.gather > 0)
			}
		}
	}
	if len(in.kinds) == 0 {
		return
	}
	b.with(`n AS (SELECT n.*, v.id AS evento, v.usuario AS autor, v.chamado, v.categoria FROM unnest(`, b.arg(in.kinds), `::text[], `, b.arg(in.users), `::bigint[], `,
		b.arg(in.events), `::bigint[], `, b.arg(in.except), `::bigint[], `, b.arg(in.priorities), `::smallint[], `,
		b.arg(in.topics), `::text[], `, b.arg(in.gather), `::boolean[], `, b.arg(in.here), `::bigint[], `, b.arg(in.mails), `::boolean[])
		WITH ORDINALITY AS n (tipo, usuario, posicao, exceto, prioridade, assunto, espera, aqui, carta, ordem) JOIN v ON v.ordem = n.posicao)`)
	now := b.arg(b.now) + `::timestamptz`
	var readers []string
	if slices.Contains(in.users, 0) {
		readers = append(readers, b.groups())
	}
	if slices.ContainsFunc(in.users, func(id int64) bool { return id != 0 }) {
		readers = append(readers, b.people())
	}
	b.with(`s AS (INSERT INTO saida (faixa, topico_id, evento_id, usuario_id, chamado_id, prioridade, criado_em, proxima_em, adiado, tipo)
		SELECT d.chat, d.topico, d.evento, d.usuario, d.chamado, CASE WHEN d.chat = d.aqui THEN `, answerWord, ` ELSE d.prioridade END, `, now, `,
			greatest(`, now, `, d.silencio, CASE WHEN d.espera THEN `, b.arg(b.now.Add(b.gather)), `::timestamptz END),
			d.silencio IS NOT NULL OR d.espera, d.tipo
		FROM (`, strings.Join(readers, ` UNION ALL `), `) d ORDER BY d.ordem RETURNING faixa)`)
}

// groups are the groups that are to read notices n.
func (b *recorder) groups() string {
	return `SELECT g.chat_id AS chat, ` + b.topic() + ` AS topico, NULL::integer AS usuario, n.evento, n.prioridade, n.tipo, n.espera,
		NULL::timestamptz AS silencio, n.ordem, n.aqui, n.chamado
		FROM n CROSS JOIN LATERAL ` + placesFor(`n.categoria`) + ` g WHERE n.usuario = 0 AND g.chat_id <> n.exceto AND (g.leva` + b.liveCards() + `)`
}

// people are the people with a chat who are to read notices n.
func (b *recorder) people() string {
	return `SELECT u.telegram_id AS chat, 0 AS topico, u.id AS usuario, n.evento, n.prioridade, n.tipo, n.espera,
		CASE WHEN n.autor <> n.usuario THEN ` + b.quiet() + ` END AS silencio, n.ordem, n.aqui, n.chamado
		FROM n JOIN usuarios u ON u.id = n.usuario WHERE n.usuario <> 0 AND n.tipo <> 'carta'
		AND u.telegram_id <> n.exceto AND u.ativo AND u.telegram_bloqueado_em IS NULL AND (n.tipo = 'cartao' OR ` + b.wanted() + b.byChat() + `)`
}

// quiet is when the quiet hours of u end that a notice n must wait for; NULL for none.
func (b *recorder) quiet() string {
	return quietUntil(`n.prioridade`, b.arg(b.now), b.arg(b.zone))
}

// quietUntil is when the quiet hours of u end that something of a priority must wait for, as seen at a time in a zone; NULL
// for none. All are SQL.
func quietUntil(priority, now, zone string) string {
	return `CASE WHEN u.silencio_de IS NOT NULL AND NOT (` + priority + ` = ` + urgentWord + ` AND u.silencio_urgente)
		THEN fim_silencio(` + now + `::timestamptz, ` + zone + `, u.silencio_de, u.silencio_ate) END`
}

// wanted is the condition that u has switched off neither what a notice n is about nor the ticket.
func (b *recorder) wanted() string {
	topic := `NOT n.assunto = ANY (u.avisos_mudos)`
	if b.ticket == opened {
		return topic
	}
	return topic + ` AND NOT EXISTS (SELECT FROM silenciados x WHERE x.usuario_id = u.id AND x.chamado_id = n.chamado)`
}

// byChat is the condition that u is told in chat; where no mails go out everybody is.
func (b *recorder) byChat() string {
	if !b.mails {
		return ``
	}
	return ` AND u.avisos_canal <> 'email'`
}

// liveCards is the condition that a group shows the ticket's card already; a new ticket has none.
func (b *recorder) liveCards() string {
	if b.ticket == opened {
		return ``
	}
	return ` OR n.tipo = 'cartao' AND EXISTS (` + liveCard + `)`
}

// topic is where in a group: a card that the group no longer takes stays where it is.
func (b *recorder) topic() string {
	if b.ticket == opened {
		return `g.topico_id`
	}
	return `CASE WHEN g.leva THEN g.topico_id ELSE coalesce((` + liveCard + `), g.topico_id) END`
}

const liveCard = `SELECT m.topico_id FROM mensagens m WHERE m.chamado_id = n.chamado AND m.chat_id = g.chat_id AND m.cartao`

// noticeArrays are notices by column; user 0 stands for the groups.
type noticeArrays struct {
	kinds      []string
	users      []int64
	events     []int64
	except     []int64
	priorities []int16
	topics     []string
	gather     []bool
	here       []int64
	mails      []bool
}

// newNoticeArrays has room for all notices of decisions.
func newNoticeArrays(list []*decision) noticeArrays {
	n := 0
	for _, d := range list {
		n += len(d.Notices)
	}
	return noticeArrays{
		kinds: make([]string, 0, n), users: make([]int64, 0, n), events: make([]int64, 0, n), except: make([]int64, 0, n), priorities: make([]int16, 0, n),
		topics: make([]string, 0, n), gather: make([]bool, 0, n), here: make([]int64, 0, n), mails: make([]bool, 0, n),
	}
}

// add takes a notice; gathers says whether any may wait for others.
func (in *noticeArrays) add(n domain.Notice, e *event, gathers bool) {
	user, priority := n.UserID, priorityNotice
	switch {
	case n.Kind == domain.NoticeSettle:
		return
	case n.Audience == domain.AudienceGroup:
		user = 0
	case user == 0:
		return
	}
	switch {
	case n.Flood:
		priority = priorityFlood
	case n.Urgent:
		priority = priorityUrgent
	}
	in.kinds = append(in.kinds, string(n.Kind))
	in.users = append(in.users, user)
	in.events = append(in.events, int64(e.order))
	in.except = append(in.except, n.ExceptChat)
	in.priorities = append(in.priorities, priority)
	in.topics = append(in.topics, string(n.Topic))
	in.gather = append(in.gather, n.Gather && gathers)
	in.here = append(in.here, n.Here)
	in.mails = append(in.mails, n.Mails(*e.Event))
}
