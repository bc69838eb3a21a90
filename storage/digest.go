package storage

import (
	"context"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

// overdue is the condition that a target of chamados c was missed, at a placeholder's time; the first
// response counts only while there is none.
func overdue(now string) string {
	return `(c.sla_solucao_em < ` + now + ` OR c.sla_solucao_resta < 0 OR c.respondido_em IS NULL AND (c.sla_resposta_em < ` + now + ` OR c.sla_resposta_resta < 0))`
}

// digestCases narrows chamados c to what a digest is about.
func (q *query) digestCases(d domain.DigestQuery) {
	if d.AssigneeID != 0 {
		q.and(`c.atribuido_para = ` + q.arg(d.AssigneeID) + `::bigint`)
	}
	q.anyOf(`c.categoria`, words(d.Categories))
}

// Digest sums up the open tickets and what happened lately, in one round trip.
func (s *store) Digest(ctx context.Context, d domain.DigestQuery) (domain.Digest, error) {
	out := domain.Digest{Open: map[domain.Priority]int64{}}
	oldest := domain.TicketFilter{
		AssigneeID: d.AssigneeID, Categories: d.Categories, Order: domain.OrderOldest, Limit: 3,
		Statuses: []domain.Status{domain.StatusOpen, domain.StatusInProgress},
	}
	var err error
	if out.Oldest, _, err = s.Tickets(ctx, oldest); err != nil {
		return out, err
	}
	if d.AssigneeID == 0 {
		queue, _, err := s.Tickets(ctx, domain.TicketFilter{
			Categories: d.Categories, Unassigned: true, Open: true, Order: domain.OrderPriority, Limit: 1,
		})
		if err != nil {
			return out, err
		}
		if len(queue) > 0 {
			out.Next = &queue[0]
		}
	}
	err = s.run(ctx, digestOpen(d, &out), digestLately(d, &out))
	return out, wrap("sum up a digest", err)
}

func digestOpen(d domain.DigestQuery, out *domain.Digest) statement {
	var q query
	late := overdue(q.arg(d.Now.UTC()) + `::timestamp`)
	q.text(`SELECT c.prioridade, count(*), count(*) FILTER (WHERE ` + late + `),
		count(*) FILTER (WHERE c.sla_marcas & 5 <> 0 AND c.status <> 'aguardando' AND NOT ` + late + `),
		count(*) FILTER (WHERE c.status <> 'aguardando'), count(*) FILTER (WHERE c.status = 'aguardando'),
		count(*) FILTER (WHERE c.atribuido_para IS NULL)
		FROM chamados c WHERE c.excluido_em IS NULL AND c.status IN ` + openStatuses)
	q.digestCases(d)
	q.text(` GROUP BY 1`)
	st := q.statement()
	st.read = each(func(rows pgx.Rows) error {
		var p string
		var n, late, risk, onUs, waiting, nobody int64
		err := rows.Scan(&p, &n, &late, &risk, &onUs, &waiting, &nobody)
		out.Open[domain.Priority(p)] += n
		out.Overdue, out.AtRisk = out.Overdue+late, out.AtRisk+risk
		out.OnUs, out.Waiting, out.Unassigned = out.OnUs+onUs, out.Waiting+waiting, out.Unassigned+nobody
		return err
	})
	return st
}

func digestLately(d domain.DigestQuery, out *domain.Digest) statement {
	var q query
	since := q.arg(d.Since.UTC()) + `::timestamp`
	q.text(`SELECT count(*) FILTER (WHERE c.criado_em >= ` + since + `), count(*) FILTER (WHERE c.fechado_em >= ` + since + `)
		FROM chamados c WHERE c.excluido_em IS NULL AND c.atualizado_em >= ` + since)
	q.digestCases(d)
	st := q.statement()
	st.read = one(func(rows pgx.Rows) error { return rows.Scan(&out.New, &out.Resolved) })
	return st
}
