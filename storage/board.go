package storage

import (
	"context"
	"fmt"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

// Board returns, for each status in board order, its first cards (in the filter's order) and how many
// tickets there are. Deleted tickets do not count.
func (s *store) Board(ctx context.Context, f domain.TicketFilter, perColumn int) ([]domain.BoardColumn, error) {
	f.After, f.Limit = nil, perColumn
	if f.Order == "" {
		f.Order = domain.OrderNewest
	}
	statuses := f.Statuses
	if len(statuses) == 0 {
		statuses = domain.Statuses
	}
	columns := make([]domain.BoardColumn, len(statuses))
	place := make(map[domain.Status]*domain.BoardColumn, len(statuses))
	for i, status := range statuses {
		columns[i].Status = status
		place[status] = &columns[i]
	}
	in, err := s.scope(ctx, f)
	if err != nil {
		return nil, err
	}
	page, run := byStatus, s.run
	if f.Search != "" {
		run = s.runLong
	}
	if f.Search != "" && !in.search.walk {
		page = ranked
	}
	cards, err := page(f, in, `s.n, `+orders[f.Order].by)
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
	counts := boardCounts(f, in)
	counts.read = each(func(rows pgx.Rows) error {
		var status string
		var n int64
		err := rows.Scan(&status, &n)
		if c := place[domain.Status(status)]; c != nil {
			c.Count = n
		}
		return err
	})
	err = run(ctx, cards, counts)
	return columns, wrap("read the board", err)
}

// byStatus selects one page of f from each status (one index range each), all of them in the given order.
//
// With `c.status = s.status` the order would not have to begin with the status, and the planner would rather walk the
// newest of all: past a hundred thousand new tickets where there was an import.
func byStatus(f domain.TicketFilter, in scope, by string) (statement, error) {
	q := query{scope: in, column: true}
	q.text(`SELECT ` + briefColumns + ` FROM unnest(` + q.arg(words(statusesOf(f))) + `::varchar[]) WITH ORDINALITY AS s (status, n)
		CROSS JOIN LATERAL (SELECT * FROM chamados c WHERE c.status = ANY (ARRAY[s.status]) AND c.excluido_em IS NULL`)
	f.Statuses, f.Open = nil, false
	q.filter(f)
	if err := q.page(f); err != nil {
		return statement{}, err
	}
	q.text(`) c` + peopleJoin + ` ORDER BY ` + by)
	return q.statement(), nil
}

// ranked is byStatus for tickets that are looked up one by one: once for all statuses, and only the keys are sorted.
func ranked(f domain.TicketFilter, in scope, by string) (statement, error) {
	q := query{scope: in}
	order, ok := orders[f.Order]
	if !ok {
		return statement{}, fmt.Errorf("unknown order %q", f.Order)
	}
	statuses := q.arg(words(statusesOf(f)))
	q.text(`SELECT ` + briefColumns + ` FROM (SELECT * FROM (
			SELECT c.id, c.status, row_number() OVER (PARTITION BY c.status ORDER BY ` + order.by + `) AS lugar FROM chamados c
			WHERE c.status = ANY (` + statuses + `::varchar[]) AND c.excluido_em IS NULL`)
	most := q.arg(f.Limit)
	f.Statuses, f.Open = nil, false
	q.filter(f)
	q.text(`) r WHERE r.lugar <= ` + most + `) r JOIN unnest(` + statuses + `::varchar[]) WITH ORDINALITY AS s (status, n) ON s.status = r.status
		JOIN chamados c ON c.id = r.id` + peopleJoin + ` ORDER BY ` + by)
	return q.statement(), nil
}

// boardCounts counts the tickets of every column, from the counters where they know it.
func boardCounts(f domain.TicketFilter, in scope) statement {
	q := query{scope: in}
	statuses := words(statusesOf(f))
	f.Statuses, f.Open = nil, false
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
	return f.RequesterID == 0 && f.AssigneeID == 0 && !f.Unassigned && f.Search == "" && f.Late == "" && f.From.IsZero() && f.To.IsZero() &&
		f.EndedFrom.IsZero() && f.EndedTo.IsZero()
}
