package storage

import (
	"strings"
	"time"

	"chamados/domain"

	"github.com/jackc/pgx/v5/pgtype"
)

// slaColumns is what a ticket remembers of its targets and its care, as slaValues writes and scanSLA
// reads it.
const slaColumns = `respondido_em, sla_resposta_em, sla_resposta_resta, sla_solucao_em, sla_solucao_resta, sla_marcas,
	cuidado_passo, cuidado_em, relogio_em`

// slaSelected is slaColumns of chamados c.
var slaSelected = `c.` + strings.Join(strings.Fields(slaColumns), ` c.`)

var slaTypes = []string{"timestamp", "timestamp", "bigint", "timestamp", "bigint", "smallint", "smallint", "timestamp", "timestamp"}

// slaValues returns the placeholders of slaColumns with their types.
func (b *recorder) slaValues() string { return b.slaOf(b.ticket) }

func (b *recorder) slaOf(t *domain.Ticket) string {
	values := []any{
		nullTime(t.SLA.RespondedAt), nullTime(t.SLA.Response.Due), nullLeft(t.SLA.Response),
		nullTime(t.SLA.Resolution.Due), nullLeft(t.SLA.Resolution), int16(t.SLA.Marks),
		int16(t.Care.Step), nullTime(t.Care.Next), nullTime(t.WakeAt),
	}
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = b.arg(v) + `::` + slaTypes[i]
	}
	return strings.Join(out, ", ")
}

// noted writes what a ticket remembers, and nothing else of it.
func (b *recorder) noted() {
	b.with(`t AS (UPDATE chamados SET (`, slaColumns, `) = (`, b.slaValues(), `) FROM `, registered,
		` WHERE id = `, b.arg(b.ticket.ID), `::bigint RETURNING id)`)
}

// responded notes the first response; who comes second changes nothing.
func (b *recorder) responded() {
	b.with(`t AS (UPDATE chamados SET respondido_em = coalesce(respondido_em, `, b.arg(nullTime(b.ticket.SLA.RespondedAt)),
		`::timestamp) FROM `, registered, ` WHERE id = `, b.arg(b.ticket.ID), `::bigint RETURNING id)`)
}

func nullLeft(c domain.Clock) any {
	if !c.Paused {
		return nil
	}
	return c.Left.Microseconds()
}

// slaTargets returns what reads slaColumns into a ticket.
func slaTargets(t *domain.Ticket) []any {
	return []any{
		(*zeroTime)(&t.SLA.RespondedAt), (*zeroTime)(&t.SLA.Response.Due), (*leftOf)(&t.SLA.Response),
		(*zeroTime)(&t.SLA.Resolution.Due), (*leftOf)(&t.SLA.Resolution), (*uint8)(&t.SLA.Marks),
		&t.Care.Step, (*zeroTime)(&t.Care.Next), (*zeroTime)(&t.WakeAt),
	}
}

// leftOf reads what is left of a paused clock.
type leftOf domain.Clock

func (l *leftOf) ScanInt64(v pgtype.Int8) error {
	l.Paused, l.Left = v.Valid, time.Duration(v.Int64)*time.Microsecond
	return nil
}
