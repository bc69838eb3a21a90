package storage

import (
	"slices"
	"strconv"
	"strings"
	"time"

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

// events appends the history. Ids are drawn in the order of the events, so that reading by id tells
// them in that order.
func (b *recorder) events() {
	if len(b.r.Events) == 0 {
		return
	}
	var in eventArrays
	for _, e := range b.r.Events {
		in.add(e, b.r.DropComment)
	}
	comment := `nullif(v.comentario, 0)`
	if b.r.Comment != nil {
		comment = `CASE WHEN v.comentario = 0 AND v.tipo IN ('comentario', 'nota') THEN (SELECT id FROM c) ELSE nullif(v.comentario, 0) END`
	}
	if len(b.r.Events) == 1 {
		b.oneEvent(in)
	} else {
		b.with(`v AS MATERIALIZED (SELECT nextval('eventos_id_seq') AS id, v.* FROM unnest(`,
			b.arg(in.kinds), `::text[], `, b.arg(in.actors), `::bigint[], `, b.arg(in.channels), `::text[], `, b.arg(in.from), `::text[], `,
			b.arg(in.to), `::text[], `, b.arg(in.comments), `::bigint[], `, b.arg(in.internal), `::boolean[], `, b.arg(in.at), `::timestamptz[], `,
			b.arg(in.requesters), `::bigint[], `, b.arg(in.statuses), `::text[]) WITH ORDINALITY
			AS v (tipo, usuario, canal, de, para, comentario, interno, quando, solicitante, status, ordem))`)
	}
	b.with(`ei AS (INSERT INTO eventos (id, chamado_id, tipo, usuario_id, canal, de, para, comentario_id, interno, criado_em,
		solicitante_id, status) SELECT v.id, t.id, v.tipo, nullif(v.usuario, 0), v.canal, v.de, v.para, `, comment,
		`, v.interno, v.quando, v.solicitante, v.status FROM t, v)`)
}

// oneEvent is the usual case, which needs no arrays.
func (b *recorder) oneEvent(in eventArrays) {
	b.with(`v AS MATERIALIZED (SELECT nextval('eventos_id_seq') AS id, `,
		b.arg(in.kinds[0]), `::text AS tipo, `, b.arg(in.actors[0]), `::bigint AS usuario, `, b.arg(in.channels[0]), `::text AS canal, `,
		b.arg(in.from[0]), `::text AS de, `, b.arg(in.to[0]), `::text AS para, `, b.arg(in.comments[0]), `::bigint AS comentario, `,
		b.arg(in.internal[0]), `::boolean AS interno, `, b.arg(in.at[0]), `::timestamptz AS quando, `,
		b.arg(in.requesters[0]), `::bigint AS solicitante, `, b.arg(in.statuses[0]), `::text AS status, 1::bigint AS ordem)`)
}

// eventArrays are events by column.
type eventArrays struct {
	kinds, channels, from, to, statuses []string
	actors, comments, requesters        []int64
	internal                            []bool
	at                                  []time.Time
}

func (in *eventArrays) add(e domain.Event, dropped int64) {
	if e.CommentID == 0 && e.Kind == domain.EventCommentUndo {
		e.CommentID = dropped
	}
	in.kinds = append(in.kinds, string(e.Kind))
	in.channels = append(in.channels, string(e.Channel))
	in.from = append(in.from, e.From)
	in.to = append(in.to, e.To)
	in.statuses = append(in.statuses, string(e.Status))
	in.actors = append(in.actors, e.ActorID)
	in.comments = append(in.comments, e.CommentID)
	in.requesters = append(in.requesters, e.RequesterID)
	in.internal = append(in.internal, e.Internal)
	in.at = append(in.at, e.At.UTC())
}

// notices writes the outbox rows: groups by the ticket's category and by the live cards they have,
// people by the Telegram account that they are linked to now.
func (b *recorder) notices() {
	if len(b.r.Notices) == 0 || len(b.r.Events) == 0 {
		return
	}
	var in noticeArrays
	for _, n := range b.r.Notices {
		in.add(n, b.r.Events[n.Event], b.gather > 0)
	}
	if len(in.kinds) == 0 {
		return
	}
	b.with(`n AS (SELECT n.*, v.id AS evento, v.usuario AS autor FROM unnest(`, b.arg(in.kinds), `::text[], `, b.arg(in.users), `::bigint[], `,
		b.arg(in.events), `::bigint[], `, b.arg(in.except), `::bigint[], `, b.arg(in.priorities), `::smallint[], `,
		b.arg(in.topics), `::text[], `, b.arg(in.gather), `::boolean[], `, b.arg(in.here), `::bigint[], `, b.arg(in.mails), `::boolean[])
		WITH ORDINALITY AS n (tipo, usuario, posicao, exceto, prioridade, assunto, espera, aqui, carta, ordem) JOIN v ON `,
		b.column(len(b.r.Events) > 1, `v.ordem = n.posicao`, `true`), `)`)
	now := b.arg(b.now) + `::timestamptz`
	var readers []string
	if slices.Contains(in.users, 0) {
		readers = append(readers, b.groups())
	}
	if slices.ContainsFunc(in.users, func(id int64) bool { return id != 0 }) {
		readers = append(readers, b.people())
	}
	b.with(`s AS (INSERT INTO saida (faixa, topico_id, evento_id, usuario_id, chamado_id, prioridade, criado_em, proxima_em, adiado, tipo)
		SELECT d.chat, d.topico, d.evento, d.usuario, t.id, CASE WHEN d.chat = d.aqui THEN `, answerWord, ` ELSE d.prioridade END, `, now, `,
			greatest(`, now, `, d.silencio, CASE WHEN d.espera THEN `, b.arg(b.now.Add(b.gather)), `::timestamptz END),
			d.silencio IS NOT NULL OR d.espera, d.tipo
		FROM t, (`, strings.Join(readers, ` UNION ALL `), `) d`, b.column(len(in.users) > 1, ` ORDER BY d.ordem`, ``), ` RETURNING faixa)`)
}

// groups are the groups that are to read notices n.
func (b *recorder) groups() string {
	return `SELECT g.chat_id AS chat, ` + b.topic() + ` AS topico, NULL::integer AS usuario, n.evento, n.prioridade, n.tipo, n.espera,
		NULL::timestamptz AS silencio, n.ordem, n.aqui
		FROM n, ` + placesFor(b.arg(string(b.ticket.Category))) + ` g WHERE n.usuario = 0 AND g.chat_id <> n.exceto AND (g.leva` + b.liveCards() + `)`
}

// people are the people with a chat who are to read notices n.
func (b *recorder) people() string {
	return `SELECT u.telegram_id AS chat, 0 AS topico, u.id AS usuario, n.evento, n.prioridade, n.tipo, n.espera,
		CASE WHEN n.autor <> n.usuario THEN ` + b.quiet() + ` END AS silencio, n.ordem, n.aqui
		FROM n JOIN usuarios u ON u.id = n.usuario WHERE n.usuario <> 0 AND n.tipo <> 'carta'
		AND u.telegram_id <> n.exceto AND u.ativo AND u.telegram_bloqueado_em IS NULL AND (n.tipo = 'cartao' OR ` + b.wanted() + b.byChat() + `)`
}

// quiet is when the quiet hours of u end that a notice n must wait for; NULL for none.
func (b *recorder) quiet() string {
	return `CASE WHEN u.silencio_de IS NOT NULL AND NOT (n.prioridade = ` + urgentWord + ` AND u.silencio_urgente)
		THEN fim_silencio(` + b.arg(b.now) + `::timestamptz, ` + b.arg(b.zone) + `, u.silencio_de, u.silencio_ate) END`
}

// wanted is the condition that u has switched off neither what a notice n is about nor the ticket.
func (b *recorder) wanted() string {
	topic := `NOT n.assunto = ANY (u.avisos_mudos)`
	if b.r.Opened != nil {
		return topic
	}
	return topic + ` AND NOT EXISTS (SELECT FROM silenciados x WHERE x.usuario_id = u.id AND x.chamado_id = ` + b.arg(b.ticket.ID) + `::bigint)`
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
	if b.r.Opened != nil {
		return ``
	}
	return ` OR n.tipo = 'cartao' AND EXISTS (` + b.liveCard() + `)`
}

// topic is where in a group: a card that the group no longer takes stays where it is.
func (b *recorder) topic() string {
	if b.r.Opened != nil {
		return `g.topico_id`
	}
	return `CASE WHEN g.leva THEN g.topico_id ELSE coalesce((` + b.liveCard() + `), g.topico_id) END`
}

func (b *recorder) liveCard() string {
	return `SELECT m.topico_id FROM mensagens m WHERE m.chamado_id = ` + b.arg(b.ticket.ID) + `::bigint AND m.chat_id = g.chat_id AND m.cartao`
}

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

// add takes a notice; gathers says whether any may wait for others.
func (in *noticeArrays) add(n domain.Notice, e domain.Event, gathers bool) {
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
	in.events = append(in.events, int64(n.Event)+1)
	in.except = append(in.except, n.ExceptChat)
	in.priorities = append(in.priorities, priority)
	in.topics = append(in.topics, string(n.Topic))
	in.gather = append(in.gather, n.Gather && gathers)
	in.here = append(in.here, n.Here)
	in.mails = append(in.mails, n.Mails(e))
}

// fileArrays are attachments by column, and the pieces of those whose content is at hand.
type fileArrays struct {
	names, mimes, ids, states, outside []string
	sizes                              []int64
	owner                              []int64
	part                               []int32
	data                               [][]byte
}

func (in *fileArrays) add(place int, f domain.NewAttachment, outside string) {
	state, size := "pendente", f.Size
	if f.Content != nil || f.FileID == "" {
		state, size = "guardado", int64(len(f.Content))
	}
	in.names = append(in.names, f.Name)
	in.mimes = append(in.mimes, f.MIME)
	in.ids = append(in.ids, f.FileID)
	in.states = append(in.states, state)
	in.sizes = append(in.sizes, size)
	in.outside = append(in.outside, outside)
	if outside != "" {
		return
	}
	for i, p := range pieces(f.Content) {
		in.owner = append(in.owner, int64(place))
		in.part = append(in.part, int32(i))
		in.data = append(in.data, p)
	}
}
