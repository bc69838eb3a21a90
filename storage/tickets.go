package storage

import (
	"context"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

// ticketColumns has a description; briefColumns, for lists, has an empty one in its place.
var (
	ticketColumns = `c.descricao, c.dados_extras, ` + coreColumns
	briefColumns  = `'', NULL::json, ` + coreColumns
	coreColumns   = `c.id, c.titulo, c.categoria, c.prioridade, c.status, c.usuario_id, c.atribuido_para,
		c.criado_em, c.atualizado_em, c.fechado_em, c.encerrado_em, c.excluido_em, c.versao, ` + slaSelected + `,
		u.nome, u.email, u.tipo, u.ativo, u.criado_em, a.nome, a.email, a.tipo, a.ativo, a.criado_em`
	peopleJoin = ` LEFT JOIN usuarios u ON u.id = c.usuario_id LEFT JOIN usuarios a ON a.id = c.atribuido_para`
	ticketFrom = ` FROM chamados c` + peopleJoin
)

// person is one joined account, all NULL when there is none.
type person struct {
	name, email, role zeroText
	active            *bool
	since             zeroTime
}

func (p *person) ref(id int64) *domain.UserRef {
	if id == 0 || p.active == nil {
		return nil
	}
	return &domain.UserRef{
		ID: id, Name: string(p.name), Email: string(p.email), Role: domain.Role(p.role),
		Active: *p.active, CreatedAt: timeOf(p.since),
	}
}

// scanTicket reads ticketColumns or briefColumns.
func scanTicket(rows pgx.Rows, t *domain.Ticket) error {
	var u, a person
	sla := slaTargets(t)
	err := rows.Scan(&t.Description, (*[]byte)(&t.Extra), &t.ID, &t.Title,
		(*zeroText)(&t.Category), (*zeroText)(&t.Priority), (*zeroText)(&t.Status),
		(*zeroInt)(&t.RequesterID), (*zeroInt)(&t.AssigneeID),
		&t.CreatedAt, &t.UpdatedAt, (*zeroTime)(&t.FinishedAt), (*zeroTime)(&t.EndedAt), (*zeroTime)(&t.DeletedAt), &t.Version,
		sla[0], sla[1], sla[2], sla[3], sla[4], sla[5], sla[6], sla[7], sla[8],
		&u.name, &u.email, &u.role, &u.active, &u.since, &a.name, &a.email, &a.role, &a.active, &a.since)
	t.Requester, t.Assignee = u.ref(t.RequesterID), a.ref(t.AssigneeID)
	return err
}

func readTicket(t *domain.Ticket) func(pgx.Rows) error {
	return one(func(rows pgx.Rows) error { return scanTicket(rows, t) })
}

// forChange keeps others from changing the tickets that are read.
const forChange = ` FOR NO KEY UPDATE OF c`

// Ticket returns the ticket with requester and assignee, also when deleted, or [domain.ErrTicketNotFound].
func (s *store) Ticket(ctx context.Context, id int64) (domain.Ticket, error) {
	if s.tx == nil {
		v, err := s.db.ask(ctx, asked{id: id})
		return v.Ticket, err
	}
	return s.ticket(ctx, `SELECT `+ticketColumns+ticketFrom+` WHERE c.id = $1::bigint`, id)
}

// LockTicket is Ticket, and keeps others from changing it until the transaction ends.
func (s *store) LockTicket(ctx context.Context, id int64) (domain.Ticket, error) {
	return s.ticket(ctx, `SELECT `+ticketColumns+ticketFrom+` WHERE c.id = $1::bigint`+forChange, id)
}

func (s *store) ticket(ctx context.Context, sql string, id int64) (domain.Ticket, error) {
	var t domain.Ticket
	err := s.run(ctx, statement{sql: sql, args: []any{id}, read: readTicket(&t)})
	return t, wrap("read a ticket", absent(err, domain.ErrTicketNotFound))
}

// TicketView returns the ticket with all that hangs on it, oldest first, in one round trip.
func (s *store) TicketView(ctx context.Context, id int64, internal bool) (domain.TicketView, error) {
	var v domain.TicketView
	err := s.run(ctx, append(readThread(&v, id, internal, ""),
		statement{sql: `SELECT ` + eventColumns + eventFrom + ` WHERE e.chamado_id = $1::bigint AND (NOT e.interno OR $2)
			ORDER BY e.id`, args: []any{id, internal}, read: readEvents(&v.Events)})...)
	return v, wrap("read a ticket", absent(err, domain.ErrTicketNotFound))
}

// TicketThread is TicketView without the events.
func (s *store) TicketThread(ctx context.Context, id int64, internal bool) (domain.TicketView, error) {
	if s.tx == nil {
		return s.db.ask(ctx, asked{id: id, thread: true, internal: internal})
	}
	var v domain.TicketView
	err := s.run(ctx, readThread(&v, id, internal, "")...)
	return v, wrap("read a ticket", absent(err, domain.ErrTicketNotFound))
}

// LockThread is TicketThread, and keeps others from changing the ticket until the transaction ends.
func (s *store) LockThread(ctx context.Context, id int64, internal bool) (domain.TicketView, error) {
	var v domain.TicketView
	err := s.run(ctx, readThread(&v, id, internal, forChange)...)
	return v, wrap("read a ticket", absent(err, domain.ErrTicketNotFound))
}

// readThread reads a ticket, with a locking clause or "", and its comments and attachments.
func readThread(v *domain.TicketView, id int64, internal bool, lock string) []statement {
	return []statement{
		{sql: `SELECT ` + ticketColumns + ticketFrom + ` WHERE c.id = $1::bigint` + lock, args: []any{id}, read: readTicket(&v.Ticket)},
		{sql: `SELECT ` + commentColumns + commentFrom + ` WHERE k.chamado_id = $1::bigint AND (NOT k.interno OR $2)
			ORDER BY k.id`, args: []any{id, internal}, read: readComments(&v.Comments)},
		{sql: `SELECT ` + attachmentColumns + ` FROM anexos f WHERE f.chamado_id = $1::bigint AND (NOT f.interno OR $2)
			ORDER BY f.id`, args: []any{id, internal}, read: readAttachments(&v.Attachments)},
	}
}
