package storage

import (
	"slices"

	"chamados/domain"
)

// ticketColumn is a value that is written of a decision's ticket.
type ticketColumn = column[*decision]

func ofTicket(name, kind string, of func(*domain.Ticket) any) ticketColumn {
	return ticketColumn{name, kind, func(d *decision) any { return of(d.ticket) }}
}

var (
	placeColumns = []ticketColumn{{"k", "integer", func(d *decision) any { return d.k }}}
	whichColumns = append(slices.Clip(placeColumns), ofTicket("id", "integer", func(t *domain.Ticket) any { return t.ID }))

	openedColumns = append([]ticketColumn{
		ofTicket("titulo", "varchar", func(t *domain.Ticket) any { return t.Title }),
		ofTicket("descricao", "text", func(t *domain.Ticket) any { return t.Description }),
		ofTicket("categoria", "varchar", func(t *domain.Ticket) any { return string(t.Category) }),
		ofTicket("prioridade", "varchar", func(t *domain.Ticket) any { return string(t.Priority) }),
		ofTicket("status", "varchar", func(t *domain.Ticket) any { return string(t.Status) }),
		ofTicket("usuario_id", "integer", func(t *domain.Ticket) any { return t.RequesterID }),
		ofTicket("atribuido_para", "integer", func(t *domain.Ticket) any { return nullInt(t.AssigneeID) }),
		ofTicket("dados_extras", "json", func(t *domain.Ticket) any { return nullJSON(t.Extra) }),
		ofTicket("criado_em", "timestamp", func(t *domain.Ticket) any { return t.CreatedAt.UTC() }),
		ofTicket("atualizado_em", "timestamp", func(t *domain.Ticket) any { return t.UpdatedAt.UTC() }),
		ofTicket("fechado_em", "timestamp", func(t *domain.Ticket) any { return nullTime(t.FinishedAt) }),
		ofTicket("versao", "bigint", func(t *domain.Ticket) any { return t.Version }),
	}, slaColumnsOf(``, func(d *decision) *domain.Ticket { return d.ticket })...)

	changedColumns = append([]ticketColumn{
		ofTicket("categoria", "varchar", func(t *domain.Ticket) any { return string(t.Category) }),
		ofTicket("prioridade", "varchar", func(t *domain.Ticket) any { return string(t.Priority) }),
		ofTicket("status", "varchar", func(t *domain.Ticket) any { return string(t.Status) }),
		ofTicket("atribuido_para", "integer", func(t *domain.Ticket) any { return nullInt(t.AssigneeID) }),
		ofTicket("atualizado_em", "timestamp", func(t *domain.Ticket) any { return t.UpdatedAt.UTC() }),
		ofTicket("fechado_em", "timestamp", func(t *domain.Ticket) any { return nullTime(t.FinishedAt) }),
		ofTicket("encerrado_em", "timestamp", func(t *domain.Ticket) any { return nullTime(t.EndedAt) }),
		ofTicket("excluido_em", "timestamp", func(t *domain.Ticket) any { return nullTime(t.DeletedAt) }),
		ofTicket("versao", "bigint", func(t *domain.Ticket) any { return t.Version }),
	}, slaColumnsOf(``, func(d *decision) *domain.Ticket { return d.ticket })...)

	wasColumns = append([]ticketColumn{
		{"era_versao", "bigint", func(d *decision) any { return d.Was.Version }},
	}, slaColumnsOf(`era_`, func(d *decision) *domain.Ticket { return d.Was })...)

	respondedColumns = []ticketColumn{
		{"respondido_em", "timestamp", func(d *decision) any {
			if !d.Responded {
				return nil
			}
			return nullTime(d.ticket.SLA.RespondedAt)
		}},
	}
)

// tickets is t.
func (b *recorder) tickets() {
	switch b.ticket {
	case opened:
		b.opened()
	case changed, changedSince:
		b.changed()
	case responded, respondedNow:
		b.responded()
	case answered:
		b.answered()
	case noted:
		b.noted()
	default:
		b.with(`t AS MATERIALIZED (SELECT x.* FROM `, b.rows(whichColumns), ` WHERE `, registered, `)`)
	}
}

// rows is x, what the statement brings along of each decision.
func (b *recorder) rows(columns ...[]ticketColumn) string {
	if b.comment {
		columns = append(columns, commentColumnsOf)
	}
	return values(&b.query, `x`, b.list, slices.Concat(columns...))
}

func (b *recorder) opened() {
	b.with(`t AS MATERIALIZED (SELECT `, nextID(`chamados`), ` AS id, x.* FROM `, b.rows(placeColumns, openedColumns, b.foldedColumns()),
		` WHERE `, registered, `)`)
	b.with(`ti AS (INSERT INTO chamados (id, `, namesOf(openedColumns, ``), `) SELECT t.id, `, namesOf(openedColumns, `t.`), ` FROM t)`)
	b.newTicketIndex()
}

// nextID draws an id of a table of the predecessor's.
func nextID(table string) string { return `nextval('` + table + `_id_seq')::integer` }

// changed writes what may have changed of a ticket. Its texts are written only where an event says that they are others:
// what is not written needs no look at the words of the search.
//
// o is the ticket before the change. A transaction that has locked the ticket sees in it what it changes. Who has
// only read it finds it as it was, and locks it, or finds nothing: it never waits for whoever holds the lock.
func (b *recorder) changed() {
	columns, ifUnchanged := [][]ticketColumn{whichColumns, changedColumns}, ``
	texts := rewritten(b.first().Events)
	if texts != nil {
		columns = append(columns, texts)
	}
	if b.ticket == changedSince {
		columns = append(columns, wasColumns)
		ifUnchanged = ` AND c.versao = x.era_versao AND (` + slaSelected + `) IS NOT DISTINCT FROM (` + namesOf(wasColumns[1:], `x.`) + `)` + skipHeld
	}
	b.with(`o AS MATERIALIZED (SELECT x.*, c.status AS antes_status, c.categoria AS antes_categoria, c.prioridade AS antes_prioridade,
		c.excluido_em AS antes_excluido FROM `, b.rows(columns...), ` JOIN chamados c ON c.id = x.id WHERE `, registered, ifUnchanged, `)`)
	b.update(slices.Concat(changedColumns, texts), `o`)
	b.recount()
}

// skipHeld locks tickets c, and leaves those out that somebody else holds.
const skipHeld = ` FOR NO KEY UPDATE OF c SKIP LOCKED`

// update writes columns of the tickets that from names.
func (b *recorder) update(columns []ticketColumn, from string) {
	b.with(`t AS (UPDATE chamados c SET (`, namesOf(columns, ``), `) = ROW (`, namesOf(columns, from+`.`), `) FROM `, from,
		` WHERE c.id = `, from, `.id RETURNING `, from, `.*)`)
}

// rewritten are the columns of texts that events say are others, nil for none.
func rewritten(events []domain.Event) []ticketColumn {
	var out []ticketColumn
	for _, e := range events {
		switch e.Kind {
		case domain.EventTitle:
			out = append(out, openedColumns[0])
		case domain.EventDescription:
			out = append(out, openedColumns[1])
		case domain.EventExtra:
			out = append(out, openedColumns[7])
		}
	}
	return out
}

// responded notes the first response; who comes second changes nothing.
func (b *recorder) responded() {
	held := ``
	if b.ticket == responded {
		held = skipHeld
	}
	b.with(`o AS MATERIALIZED (SELECT x.* FROM `, b.rows(whichColumns, respondedColumns), ` JOIN chamados c ON c.id = x.id WHERE `, registered, held, `)`)
	b.with(`t AS (UPDATE chamados c SET respondido_em = coalesce(c.respondido_em, o.respondido_em) FROM o WHERE c.id = o.id RETURNING o.*)`)
}

// answered notes the first responses among answers.
func (b *recorder) answered() {
	b.with(`x AS MATERIALIZED (SELECT x.* FROM `, b.rows(whichColumns, respondedColumns), ` WHERE `, registered, `)`)
	b.with(`o AS MATERIALIZED (SELECT x.k, x.id, x.respondido_em FROM x JOIN chamados c ON c.id = x.id WHERE x.respondido_em IS NOT NULL`, skipHeld, `)`)
	b.with(`u AS (UPDATE chamados c SET respondido_em = coalesce(c.respondido_em, o.respondido_em) FROM o WHERE c.id = o.id RETURNING o.k)`)
	b.with(`t AS MATERIALIZED (SELECT x.* FROM x WHERE x.respondido_em IS NULL OR x.k IN (SELECT u.k FROM u))`)
}

// noted writes what a ticket remembers, and nothing else of it.
func (b *recorder) noted() {
	columns := slaColumnsOf(``, func(d *decision) *domain.Ticket { return d.ticket })
	b.with(`o AS MATERIALIZED (SELECT x.* FROM `, b.rows(whichColumns, columns), ` WHERE `, registered, `)`)
	b.update(columns, `o`)
}

// link remembers which Telegram message the ticket or comment was written in.
func (b *recorder) link() {
	o := b.first().Origin
	if o.MessageID == 0 {
		return
	}
	comment, internal := `NULL::integer`, false
	switch d := b.first(); {
	case b.comment:
		comment, internal = `(SELECT id FROM c)`, d.Comment.Internal
	case d.Under != nil: // whose text is in another message
		internal = d.Under.Internal
	}
	b.with(`m AS (INSERT INTO mensagens (chat_id, mensagem_id, chamado_id, comentario_id, interno, criado_em) SELECT `,
		b.arg(o.ChatID), `, `, b.arg(o.MessageID), `, t.id, `, comment, `, `, b.arg(internal), `::boolean, `, b.arg(b.now),
		`::timestamptz FROM t ON CONFLICT (chat_id, mensagem_id) DO NOTHING)`)
}
