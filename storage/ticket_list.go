package storage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

const openStatuses = `('aberto', 'em_andamento', 'aguardando')`

// orders maps each order to its sort, to what a row of the next page satisfies, given the placeholders of the
// last row's time (or priority and time) and id, and to what the sort begins with within one status, where an
// index has that.
var orders = map[domain.Order]struct{ by, after, column string }{
	domain.OrderNewest:  {`c.criado_em DESC, c.id DESC`, `(c.criado_em, c.id) < (%s::timestamp, %s::bigint)`, `c.status DESC, `},
	domain.OrderOldest:  {`c.criado_em, c.id`, `(c.criado_em, c.id) > (%s::timestamp, %s::bigint)`, `c.status, `},
	domain.OrderUpdated: {`c.atualizado_em DESC, c.id DESC`, `(c.atualizado_em, c.id) < (%s::timestamp, %s::bigint)`, ``},
	domain.OrderPriority: {`ordem_prioridade(c.prioridade), c.criado_em, c.id`,
		`(ordem_prioridade(c.prioridade), c.criado_em, c.id) > (ordem_prioridade(%s), %s::timestamp, %s::bigint)`, `c.status, `},
}

// Tickets returns one page without descriptions, and whether there are more.
func (s *store) Tickets(ctx context.Context, f domain.TicketFilter) ([]domain.Ticket, bool, error) {
	if list, ok, err := s.numbered(ctx, f); ok {
		return list, false, wrap("search a number", err)
	}
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
	if f.Order == "" {
		f.Order = domain.OrderNewest
	}
	if merged(f) {
		st, err := byStatus(f, scope{}, orders[f.Order].by)
		if err != nil {
			return err
		}
		st.sql += ` LIMIT ` + strconv.Itoa(f.Limit)
		st.read, st.apart = each(scan), true
		return s.run(ctx, st)
	}
	in, err := s.scope(ctx, f)
	if err != nil {
		return err
	}
	st, err := listed(f, in)
	if err != nil {
		return err
	}
	run := s.run
	switch {
	case f.Search != "" && f.Limit > 0:
		run = s.runLong
	case f.Search != "": // it takes as long as its reader, who would keep others from searching
		run = s.runElsewhere
	}
	st.read, st.apart = each(scan), true
	return run(ctx, st)
}

// listed selects the tickets of f in its order. A search may sort a thousand tickets for a page of fifty: people are
// joined to the page alone. In other lists the planner does so by itself, and better.
func listed(f domain.TicketFilter, in scope) (statement, error) {
	q := query{scope: in}
	pageFirst := f.Search != "" && f.Limit > 0
	if pageFirst {
		q.text(`SELECT ` + briefColumns + ` FROM (SELECT * FROM chamados c WHERE `)
	} else {
		q.text(`SELECT ` + briefColumns + ticketFrom + ` WHERE `)
	}
	if f.Deleted {
		q.text(`c.excluido_em > ` + q.arg(q.now.Add(-domain.RestoreWindow)) + `::timestamp`)
	} else {
		q.text(`c.excluido_em IS NULL`)
	}
	q.filter(f)
	if err := q.page(f); err != nil {
		return statement{}, err
	}
	if pageFirst {
		q.text(`) c` + peopleJoin + ` ORDER BY ` + orders[f.Order].by)
	}
	return q.statement(), nil
}

func (s *store) scope(ctx context.Context, f domain.TicketFilter) (scope, error) {
	plan, err := s.planned(ctx, f.Search)
	return scope{search: plan, now: s.db.clock()}, err
}

// merged reports whether a page is best put together from one page of each status: by priority, or of a single
// status, where neither a person's tickets nor the queue nor a search narrow it down.
func merged(f domain.TicketFilter) bool {
	return (f.Order == domain.OrderPriority || len(f.Statuses) == 1) && f.Limit > 0 && f.RequesterID == 0 && f.Search == "" && f.Late == "" &&
		(f.AssigneeID == 0 || f.Order == domain.OrderPriority) && !(f.Unassigned && f.Open) && !f.Deleted
}

// statusesOf returns the statuses that a filter selects.
func statusesOf(f domain.TicketFilter) []domain.Status {
	var out []domain.Status
	for _, s := range domain.Statuses {
		if (len(f.Statuses) == 0 || slices.Contains(f.Statuses, s)) && !(f.Open && s.Done()) {
			out = append(out, s)
		}
	}
	return out
}

// page adds where the page begins, its order and its end.
func (q *query) page(f domain.TicketFilter) error {
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
	q.text(` ORDER BY `)
	if q.column {
		q.text(order.column)
	}
	q.text(order.by)
	q.limit(f.Limit)
	return nil
}

// late adds the condition that a promise was missed by now, judged as the statistics and the digests do.
func (q *query) late(which domain.Late) {
	at := func() string { return q.arg(q.now.UTC()) + `::timestamp` }
	switch which {
	case domain.LateNow:
		q.and(`c.status IN ` + openStatuses + ` AND ` + overdue(at()))
	case domain.LateResponse:
		q.and(`(` + openedCohort.kept(at()) + `) IS FALSE`)
	case domain.LateSolution:
		q.and(`(` + endedCohort.kept(at()) + `) IS FALSE`)
	}
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
	if !f.EndedFrom.IsZero() {
		q.and(`c.encerrado_em >= ` + q.arg(f.EndedFrom.UTC()) + `::timestamp`)
	}
	if !f.EndedTo.IsZero() {
		q.and(`c.encerrado_em < ` + q.arg(f.EndedTo.UTC()) + `::timestamp`)
	}
	q.late(f.Late)
	q.words(f.Search, f.Internal)
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
