package storage

import (
	"context"
	"strconv"
	"time"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

// Values of GROUPING(pedaco, categoria, prioridade, atribuido_para, usuario_id): a set bit is a column that
// a row does not tell apart.
const (
	byNothing    = 0b11111
	byPiece      = 0b01111
	byCategory   = 0b10111
	byPriority   = 0b11011
	byTechnician = 0b11101
	byRequester  = 0b11110
)

// truncations are the words of date_trunc.
var truncations = map[domain.Step]string{domain.StepDay: "day", domain.StepWeek: "week", domain.StepMonth: "month"}

// cohort is which tickets are counted: by which of their times, which of them count, how long they took,
// whether they kept a promise (NULL: none, or not decided), which is judged as [domain.SLA] does, and how they
// were rated.
type cohort struct {
	time, counts, took, rating, join string
	kept                             func(now string) string
}

var (
	openedCohort = cohort{
		time: `c.criado_em`, counts: `true`, took: `c.respondido_em - c.criado_em`,
		kept: func(now string) string {
			return `CASE WHEN c.sla_resposta_resta < 0 OR c.sla_resposta_resta IS NULL AND coalesce(c.respondido_em, ` + now + `) > c.sla_resposta_em THEN false
			WHEN c.respondido_em IS NOT NULL AND (c.sla_resposta_resta IS NOT NULL OR c.sla_resposta_em IS NOT NULL) THEN true END`
		},
		rating: `NULL::smallint`,
	}
	endedCohort = cohort{
		time: `c.encerrado_em`, counts: `c.status <> 'cancelado'`, took: `c.encerrado_em - c.criado_em`,
		kept: func(now string) string {
			return `CASE WHEN c.sla_solucao_resta IS NOT NULL THEN c.sla_solucao_resta >= 0 ELSE coalesce(c.encerrado_em, ` + now + `) <= c.sla_solucao_em END`
		},
		rating: `a.nota`, join: ` LEFT JOIN avaliacoes a ON a.chamado_id = c.id`,
	}
)

// Series counts in one round trip of three statements, however many tickets, pieces and people there are:
// those opened in the period, those that ended in it, and what the backlog is computed from.
func (s *store) Series(ctx context.Context, f domain.SeriesFilter, now time.Time) (domain.Series, domain.Flow, error) {
	in := newGathered(f)
	opened, ended := openedCohort.statement(f, now), endedCohort.statement(f, now)
	opened.read = in.reader(func(x *domain.Figures, r figures) {
		x.Opened, x.Response, x.ResponseOK = r.count, r.spread(), domain.Kept{Met: r.met, Decided: r.decided}
	})
	ended.read = in.reader(func(x *domain.Figures, r figures) {
		x.Resolved, x.Cancelled, x.Resolution, x.SolutionOK = r.count, r.cancelled, r.spread(), domain.Kept{Met: r.met, Decided: r.decided}
		x.Rating, x.RatingCount = r.rating, r.ratings
	})
	var flow domain.Flow
	err := s.runReport(ctx, opened, ended, flowOf(f, &flow))
	return in.series(), flow, wrap("count for the statistics", err)
}

// statement counts a cohort altogether, by piece, and by what its tickets share. Of people only the busiest
// are told apart.
func (c cohort) statement(f domain.SeriesFilter, now time.Time) statement {
	q := query{args: []any{now.UTC()}}
	q.text(`WITH t AS (SELECT date_trunc('` + truncations[f.Step] + `', ` + c.time + ` AT TIME ZONE 'UTC' AT TIME ZONE ` + q.arg(zoneName(f.Zone)) + `) AS pedaco,
			c.categoria, c.prioridade, c.atribuido_para, c.usuario_id, ` + c.counts + ` AS conta,
			extract(epoch FROM ` + c.took + `)::float8 AS demora, ` + c.kept(`$1`) + ` AS cumprido,
			` + c.rating + ` AS nota
		FROM chamados c` + c.join + ` WHERE c.excluido_em IS NULL AND $1::timestamp IS NOT NULL
			AND ` + c.time + ` >= ` + q.arg(f.From.UTC()) + `::timestamp AND ` + c.time + ` < ` + q.arg(f.End().UTC()) + `::timestamp`)
	q.filter(ticketsOf(f))
	q.text(`), g AS (SELECT GROUPING(pedaco, categoria, prioridade, atribuido_para, usuario_id) AS conjunto,
			pedaco, categoria, prioridade, atribuido_para, usuario_id,
			count(*) FILTER (WHERE conta) AS n, count(*) FILTER (WHERE NOT conta) AS fora, count(demora) FILTER (WHERE conta) AS medidos,
			percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY demora) FILTER (WHERE conta) AS tempos,
			count(*) FILTER (WHERE conta AND cumprido) AS cumpridos, count(cumprido) FILTER (WHERE conta) AS decididos,
			count(nota) AS notas, coalesce(avg(nota), 0)::float8 AS media
		FROM t GROUP BY GROUPING SETS ((), (pedaco), (categoria), (prioridade), (atribuido_para), (usuario_id))),
		r AS (SELECT *, row_number() OVER (PARTITION BY conjunto ORDER BY n DESC, atribuido_para, usuario_id) AS lugar FROM g)
		SELECT r.conjunto, r.pedaco, coalesce(r.categoria, r.prioridade, r.atribuido_para::text, r.usuario_id::text, ''), u.nome,
			r.n, r.fora, r.medidos, r.tempos, r.cumpridos, r.decididos, r.notas, r.media
		FROM r LEFT JOIN usuarios u ON u.id = coalesce(r.atribuido_para, r.usuario_id)
		WHERE r.conjunto NOT IN (` + strconv.Itoa(byTechnician) + `, ` + strconv.Itoa(byRequester) + `) OR r.lugar <= ` + q.arg(domain.MaxSlices) + `
		ORDER BY r.conjunto, r.lugar`)
	return q.statement()
}

// ticketsOf is the part of a filter that concerns single tickets.
func ticketsOf(f domain.SeriesFilter) domain.TicketFilter {
	return domain.TicketFilter{
		Categories: f.Categories, Priorities: f.Priorities, AssigneeID: f.AssigneeID, RequesterID: f.RequesterID,
	}
}

// zoneName is the name by which PostgreSQL knows a zone.
func zoneName(zone *time.Location) string {
	if zone == nil || zone == time.Local {
		return "UTC"
	}
	return zone.String()
}

// flowOf counts what waits now, from the counters where they know it, and what happened since the period.
func flowOf(f domain.SeriesFilter, into *domain.Flow) statement {
	var q query
	since := func(column string) {
		q.text(`(SELECT count(*) FROM chamados c WHERE c.excluido_em IS NULL AND ` + column + ` >= ` + q.arg(f.End().UTC()) + `::timestamp`)
		q.filter(ticketsOf(f))
		q.text(`)`)
	}
	q.text(`SELECT `)
	if counted(ticketsOf(f)) {
		q.text(`(SELECT coalesce(sum(c.n), 0)::bigint FROM contadores c WHERE c.status IN ` + openStatuses)
	} else {
		q.text(`(SELECT count(*) FROM chamados c WHERE c.excluido_em IS NULL AND c.status IN ` + openStatuses)
	}
	q.filter(ticketsOf(f))
	q.text(`), `)
	since(`c.criado_em`)
	q.text(`, `)
	since(`c.encerrado_em`)
	st := q.statement()
	st.read = one(func(rows pgx.Rows) error { return rows.Scan(&into.OpenNow, &into.OpenedSince, &into.EndedSince) })
	return st
}
