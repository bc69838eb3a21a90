package storage

import (
	"context"

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
	cards, err := byStatus(f, in, `s.n, `+orders[f.Order].by)
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
	err = s.run(ctx, cards, counts)
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
