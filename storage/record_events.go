package storage

import "chamados/domain"

// event is one entry of the history that a statement writes, with its place among all of them.
type event struct {
	*domain.Event
	of    *decision
	place int // among those of its decision
	order int
}

func eventsOf(list []*decision) []*event {
	var out []*event
	for _, d := range list {
		for i := range d.Events {
			out = append(out, &event{Event: &d.Events[i], of: d, place: i, order: len(out)})
		}
	}
	return out
}

var historyColumns = []column[*event]{
	{"k", "integer", func(e *event) any { return e.of.k }},
	{"ordem", "integer", func(e *event) any { return e.order }},
	{"categoria", "varchar", func(e *event) any { return string(e.of.ticket.Category) }},
	{"tipo", "varchar", func(e *event) any { return string(e.Kind) }},
	{"usuario", "integer", func(e *event) any { return e.ActorID }},
	{"canal", "varchar", func(e *event) any { return string(e.Channel) }},
	{"de", "text", func(e *event) any { return e.From }},
	{"para", "text", func(e *event) any { return e.To }},
	{"comentario", "integer", func(e *event) any { return e.about() }},
	{"interno", "boolean", func(e *event) any { return e.Internal }},
	{"quando", "timestamptz", func(e *event) any { return e.At.UTC() }},
	{"solicitante", "integer", func(e *event) any { return e.RequesterID }},
	{"status", "varchar", func(e *event) any { return string(e.Status) }},
}

// about is the comment that an event is about, 0 for none or for the one that is written with it: should the writing
// have to be repeated, that one gets another id.
func (e *event) about() int64 {
	switch {
	case e.of.tells[e.place]:
		return 0
	case e.CommentID == 0 && e.Kind == domain.EventCommentUndo:
		return e.of.DropComment
	}
	return e.CommentID
}

// history appends the events. Ids are drawn in their order, so that reading by id tells them in that order.
func (b *recorder) history() {
	if len(b.events) == 0 {
		return
	}
	from, comment := `SELECT t.id AS chamado, e.* FROM `+values(&b.query, `e`, b.events, historyColumns)+` JOIN t ON t.k = e.k`, `nullif(v.comentario, 0)`
	if b.comment {
		comment = `CASE WHEN v.comentario = 0 AND v.tipo IN ('comentario', 'nota') THEN (SELECT c.id FROM c WHERE c.k = v.k) ELSE nullif(v.comentario, 0) END`
	}
	if b.shape.events > 1 {
		from += ` ORDER BY e.ordem`
	}
	b.with(`v AS MATERIALIZED (SELECT nextval('eventos_id_seq') AS id, e.* FROM (`, from, `) e)`)
	b.with(`vi AS (INSERT INTO eventos (id, chamado_id, tipo, usuario_id, canal, de, para, comentario_id, interno, criado_em,
		solicitante_id, status) SELECT v.id, v.chamado, v.tipo, nullif(v.usuario, 0), v.canal, v.de, v.para, `, comment,
		`, v.interno, v.quando, v.solicitante, v.status FROM v)`)
}
