package storage

import (
	"strings"
	"time"

	"chamados/domain"

	"github.com/jackc/pgx/v5/pgtype"
)

// slaColumns is what a ticket remembers of its targets and its care, as slaColumnsOf writes and slaTargets
// reads it.
const slaColumns = `respondido_em, sla_resposta_em, sla_resposta_resta, sla_solucao_em, sla_solucao_resta, sla_marcas,
	cuidado_passo, cuidado_em, relogio_em`

// slaSelected is slaColumns of chamados c.
var slaSelected = `c.` + strings.Join(strings.Fields(slaColumns), ` c.`)

// slaColumnsOf is slaColumns of a ticket, each name with a prefix.
func slaColumnsOf(prefix string, of func(*decision) *domain.Ticket) []ticketColumn {
	out := []ticketColumn{
		{"respondido_em", "timestamp", func(d *decision) any { return nullTime(of(d).SLA.RespondedAt) }},
		{"sla_resposta_em", "timestamp", func(d *decision) any { return nullTime(of(d).SLA.Response.Due) }},
		{"sla_resposta_resta", "bigint", func(d *decision) any { return nullLeft(of(d).SLA.Response) }},
		{"sla_solucao_em", "timestamp", func(d *decision) any { return nullTime(of(d).SLA.Resolution.Due) }},
		{"sla_solucao_resta", "bigint", func(d *decision) any { return nullLeft(of(d).SLA.Resolution) }},
		{"sla_marcas", "smallint", func(d *decision) any { return int16(of(d).SLA.Marks) }},
		{"cuidado_passo", "smallint", func(d *decision) any { return int16(of(d).Care.Step) }},
		{"cuidado_em", "timestamp", func(d *decision) any { return nullTime(of(d).Care.Next) }},
		{"relogio_em", "timestamp", func(d *decision) any { return nullTime(of(d).WakeAt) }},
	}
	for i := range out {
		out[i].name = prefix + out[i].name
	}
	return out
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
