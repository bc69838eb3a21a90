package storage

import (
	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

const (
	// The name is looked up for each event: a join is planned for far more events than are read, as a scan
	// of all accounts.
	eventColumns = `e.id, e.chamado_id, e.tipo, e.usuario_id, e.canal, e.de, e.para, e.comentario_id, e.interno,
		e.criado_em, e.solicitante_id, e.status, (SELECT q.nome FROM usuarios q WHERE q.id = e.usuario_id)`
	eventFrom = ` FROM eventos e`
)

func scanEvent(rows pgx.Rows, e *domain.Event, more ...any) error {
	return rows.Scan(append([]any{&e.ID, &e.TicketID, (*zeroText)(&e.Kind), (*zeroInt)(&e.ActorID), (*zeroText)(&e.Channel),
		&e.From, &e.To, (*zeroInt)(&e.CommentID), &e.Internal, (*zeroTime)(&e.At), &e.RequesterID,
		(*zeroText)(&e.Status), (*zeroText)(&e.ActorName)}, more...)...)
}

func readEvents(into *[]domain.Event) func(pgx.Rows) error {
	return each(func(rows pgx.Rows) error {
		*into = append(*into, domain.Event{})
		return scanEvent(rows, &(*into)[len(*into)-1])
	})
}
