package storage

import (
	"context"
	"errors"
	"fmt"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

const openStatuses = `('aberto', 'em_andamento', 'aguardando')`

// orders maps each order to its sort, and to what a row of the next page satisfies, given the
// placeholders of the last row's time (or priority and time) and id.
var orders = map[domain.Order]struct{ by, after string }{
	domain.OrderNewest:  {`c.criado_em DESC, c.id DESC`, `(c.criado_em, c.id) < (%s::timestamp, %s::bigint)`},
	domain.OrderOldest:  {`c.criado_em, c.id`, `(c.criado_em, c.id) > (%s::timestamp, %s::bigint)`},
	domain.OrderUpdated: {`c.atualizado_em DESC, c.id DESC`, `(c.atualizado_em, c.id) < (%s::timestamp, %s::bigint)`},
	domain.OrderPriority: {`ordem_prioridade(c.prioridade), c.criado_em, c.id`,
		`(ordem_prioridade(c.prioridade), c.criado_em, c.id) > (ordem_prioridade(%s), %s::timestamp, %s::bigint)`},
}

// Tickets returns one page without descriptions, and whether there are more.
func (s *store) Tickets(ctx context.Context, f domain.TicketFilter) ([]domain.Ticket, bool, error) {
	limit := f.Limit
	if limit > 0 {
		f.Limit++
	}
	out := make([]domain.Ticket, 0, f.Limit)
	err := s.eachTicket(ctx, f, func(rows pgx.Rows) error {
		out = append(out, domain.Ticket{})
		return scanTicket(rows, &out[len(out)-1])
	})
	if err != nil {
		return nil, false, wrap("list tickets", err)
	}
	if limit > 0 && len(out) > limit {
		return out[:limit], true, nil
	}
	return out, false, nil
}

// EachTicket streams all tickets that match, without descriptions. The ticket is reused: yield must not keep it.
func (s *store) EachTicket(ctx context.Context, f domain.TicketFilter, yield func(*domain.Ticket) error) error {
	var t domain.Ticket
	var stop error
	err := s.eachTicket(ctx, f, func(rows pgx.Rows) error {
		t = domain.Ticket{}
		if err := scanTicket(rows, &t); err != nil {
			return err
		}
		stop = yield(&t)
		return stop
	})
	if stop != nil && errors.Is(err, stop) {
		return stop
	}
	return wrap("stream tickets", err)
}

func (s *store) eachTicket(ctx context.Context, f domain.TicketFilter, scan func(pgx.Rows) error) error {
	var q query
	q.text(`SELECT ` + briefColumns + ticketFrom + ` WHERE c.excluido_em IS NULL`)
	q.filter(f)
	if err := q.page(f); err != nil {
		return err
	}
	return s.run(ctx, statement{sql: q.sql(), args: q.args, read: each(scan)})
}

// page adds where the page begins, its order and its end.
func (q *query) page(f domain.TicketFilter) error {
	if f.Order == "" {
		f.Order = domain.OrderNewest
	}
	order, ok := orders[f.Order]
	if !ok {
		return fmt.Errorf("unknown order %q", f.Order)
	}
	if t := f.After; t != nil {
		var at []any
		switch f.Order {
		case domain.OrderUpdated:
			at = []any{q.arg(t.UpdatedAt.UTC())}
		case domain.OrderPriority:
			at = []any{q.arg(string(t.Priority)), q.arg(t.CreatedAt.UTC())}
		default:
			at = []any{q.arg(t.CreatedAt.UTC())}
		}
		q.and(fmt.Sprintf(order.after, append(at, q.arg(t.ID))...))
	}
	q.text(` ORDER BY ` + order.by)
	q.limit(f.Limit)
	return nil
}

// filter adds the conditions of f on chamados c.
func (q *query) filter(f domain.TicketFilter) {
	q.anyOf(`c.status`, words(f.Statuses))
	q.anyOf(`c.categoria`, words(f.Categories))
	q.anyOf(`c.prioridade`, words(f.Priorities))
	if f.RequesterID != 0 {
		q.and(`c.usuario_id = ` + q.arg(f.RequesterID) + `::bigint`)
	}
	if f.AssigneeID != 0 {
		q.and(`c.atribuido_para = ` + q.arg(f.AssigneeID) + `::bigint`)
	}
	if f.Unassigned {
		q.and(`c.atribuido_para IS NULL`)
	}
	if f.Open {
		q.and(`c.status IN ` + openStatuses)
	}
	if !f.From.IsZero() {
		q.and(`c.criado_em >= ` + q.arg(f.From.UTC()) + `::timestamp`)
	}
	if !f.To.IsZero() {
		q.and(`c.criado_em < ` + q.arg(f.To.UTC()) + `::timestamp`)
	}
	q.search(f.Search, f.Internal)
}

// anyOf restricts a column to some words; one word is an equality, which an index orders by the rest.
func (q *query) anyOf(column string, in []string) {
	switch len(in) {
	case 0:
	case 1:
		q.and(column + ` = ` + q.arg(in[0]))
	default:
		q.and(column + ` = ANY (` + q.arg(in) + `::varchar[])`)
	}
}

// Board returns, for each status in board order, its first cards (in the filter's order) and how many
// tickets there are. Deleted tickets do not count.
func (s *store) Board(ctx context.Context, f domain.TicketFilter, perColumn int) ([]domain.BoardColumn, error) {
	f.After, f.Limit = nil, perColumn
	statuses := f.Statuses
	if len(statuses) == 0 {
		statuses = domain.Statuses
	}
	f.Statuses = nil
	columns := make([]domain.BoardColumn, len(statuses))
	place := make(map[domain.Status]*domain.BoardColumn, len(statuses))
	for i, status := range statuses {
		columns[i].Status = status
		place[status] = &columns[i]
	}
	cards, err := boardCards(f, words(statuses))
	if err != nil {
		return nil, err
	}
	cards.read = each(func(rows pgx.Rows) error {
		var t domain.Ticket
		err := scanTicket(rows, &t)
		if c := place[t.Status]; c != nil {
			c.Tickets = append(c.Tickets, t)
		}
		return err
	})
	counts := boardCounts(f, words(statuses))
	counts.read = each(func(rows pgx.Rows) error {
		var status string
		var n int64
		err := rows.Scan(&status, &n)
		if c := place[domain.Status(status)]; c != nil {
			c.Count = n
		}
		return err
	})
	err = s.run(ctx, cards, counts)
	return columns, wrap("read the board", err)
}

// boardCards selects the first cards of every column: one index range each.
func boardCards(f domain.TicketFilter, statuses []string) (statement, error) {
	var q query
	q.text(`SELECT ` + briefColumns + ` FROM unnest(` + q.arg(statuses) + `::varchar[]) WITH ORDINALITY AS s (status, n)
		CROSS JOIN LATERAL (SELECT * FROM chamados c WHERE c.status = s.status AND c.excluido_em IS NULL`)
	q.filter(f)
	if err := q.page(f); err != nil {
		return statement{}, err
	}
	q.text(`) c` + peopleJoin + ` ORDER BY s.n, `)
	if f.Order == "" {
		f.Order = domain.OrderNewest
	}
	q.text(orders[f.Order].by)
	return q.statement(), nil
}

// boardCounts counts the tickets of every column, from the counters where they know it.
func boardCounts(f domain.TicketFilter, statuses []string) statement {
	var q query
	if counted(f) {
		q.text(`SELECT c.status, sum(c.n)::bigint FROM contadores c WHERE c.status = ANY (` + q.arg(statuses) + `::varchar[])`)
	} else {
		q.text(`SELECT c.status, count(*) FROM chamados c WHERE c.status = ANY (` + q.arg(statuses) + `::varchar[]) AND c.excluido_em IS NULL`)
	}
	q.filter(f)
	q.text(` GROUP BY 1`)
	return q.statement()
}

// counted reports whether the counters can tell how many tickets match.
func counted(f domain.TicketFilter) bool {
	return f.RequesterID == 0 && f.AssigneeID == 0 && !f.Unassigned && f.Search == "" && f.From.IsZero() && f.To.IsZero()
}
