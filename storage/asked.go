package storage

import (
	"context"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

// asked is a ticket that somebody waits for. Who asks for one that is not there gets one with the id 0.
type asked struct {
	id       int64
	thread   bool // with comments and attachments
	internal bool // also those for IT alone
	view     domain.TicketView
}

// ask reads a ticket together with those that others ask for at the same moment, or returns [domain.ErrTicketNotFound].
func (db *DB) ask(ctx context.Context, a asked) (domain.TicketView, error) {
	if err := db.reads.run(ctx, &a); err != nil {
		return domain.TicketView{}, wrap("read a ticket", err)
	}
	if a.view.ID == 0 {
		return domain.TicketView{}, domain.ErrTicketNotFound
	}
	return a.view, nil
}

// found is what was read for all that ask.
type found struct {
	tickets     map[int64]domain.Ticket
	comments    map[int64][]domain.Comment
	attachments map[int64][]domain.Attachment
}

func newFound() found {
	return found{map[int64]domain.Ticket{}, map[int64][]domain.Comment{}, map[int64][]domain.Attachment{}}
}

// statements reads what is asked for.
func (f found) statements(list []*asked) []statement {
	var ids, threads, internal []int64
	for _, a := range list {
		ids = append(ids, a.id)
		if a.thread {
			threads = append(threads, a.id)
		}
		if a.thread && a.internal {
			internal = append(internal, a.id)
		}
	}
	out := []statement{{sql: `SELECT ` + ticketColumns + ticketFrom + ` WHERE c.id = ANY ($1::bigint[])`, args: []any{ids}, read: each(f.ticket)}}
	if len(threads) == 0 {
		return out
	}
	return append(out,
		statement{sql: `SELECT ` + commentColumns + commentFrom + ` WHERE k.chamado_id = ANY ($1::bigint[])
			AND (NOT k.interno OR k.chamado_id = ANY ($2::bigint[])) ORDER BY k.id`, args: []any{threads, internal}, read: each(f.comment)},
		statement{sql: `SELECT ` + attachmentColumns + ` FROM anexos f WHERE f.chamado_id = ANY ($1::bigint[])
			AND (NOT f.interno OR f.chamado_id = ANY ($2::bigint[])) ORDER BY f.id`, args: []any{threads, internal}, read: each(f.attachment)},
	)
}

func (f found) ticket(rows pgx.Rows) error {
	var t domain.Ticket
	err := scanTicket(rows, &t)
	f.tickets[t.ID] = t
	return err
}

func (f found) comment(rows pgx.Rows) error {
	var c domain.Comment
	err := scanComment(rows, &c)
	f.comments[c.TicketID] = append(f.comments[c.TicketID], c)
	return err
}

func (f found) attachment(rows pgx.Rows) error {
	var a domain.Attachment
	err := scanAttachment(rows, &a)
	f.attachments[a.TicketID] = append(f.attachments[a.TicketID], a)
	return err
}

// of returns what one of those gets that ask: another may have asked for more of the same ticket. The people in it are shared, and
// never changed.
func (f found) of(a *asked) domain.TicketView {
	v := domain.TicketView{Ticket: f.tickets[a.id]}
	if !a.thread {
		return v
	}
	for _, c := range f.comments[a.id] {
		if a.internal || !c.Internal {
			v.Comments = append(v.Comments, c)
		}
	}
	for _, x := range f.attachments[a.id] {
		if a.internal || !x.Internal {
			v.Attachments = append(v.Attachments, x)
		}
	}
	return v
}
