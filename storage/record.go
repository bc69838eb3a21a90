package storage

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

// Record writes a decision with one statement, which it may share with others of the same moment. Inside a
// transaction it is deferred until the next statement or the commit, unless the caller is owed the id of
// something new.
func (s *store) Record(ctx context.Context, r *domain.Record) error {
	d, err := newDecision(r)
	if err != nil {
		return err
	}
	d.patient = s.tx != nil
	if d.outside, err = s.db.writeAllOutside(r.Attachments); err != nil {
		return err
	}
	switch {
	case s.tx == nil && d.waitsForNobody():
		err = s.db.writes.run(ctx, d)
	case s.tx == nil || r.Opened != nil || r.Comment != nil || r.Was != nil:
		err = s.run(ctx, s.db.record(d))
	default:
		st := s.db.record(d)
		read := st.read
		st.read = func(rows pgx.Rows) error {
			if err := read(rows); err != nil {
				return err
			}
			return d.missed()
		}
		return wrap("record a decision", s.later(ctx, st))
	}
	if err == nil && !d.written && r.Responded && s.tx == nil {
		d.patient = true // somebody is changing the ticket
		err = s.run(ctx, s.db.record(d))
	}
	if err != nil {
		return wrap("record a decision", err)
	}
	return d.missed()
}

// decision is a record on its way to the database.
type decision struct {
	*domain.Record
	k      int // its place in the list that it is written with
	ticket *domain.Ticket
	// outside are the names of the attachments' contents beside the database, "" for those within
	outside []string
	tells   []bool // of each event: it is about the comment that the record writes
	patient bool   // it waits for whoever holds the ticket
	written bool
}

func newDecision(r *domain.Record) (*decision, error) {
	d := &decision{Record: r}
	for _, t := range []*domain.Ticket{r.Opened, r.Changed, r.Touched} {
		if t == nil {
			continue
		}
		if d.ticket != nil {
			return nil, errors.New("a record of two tickets")
		}
		d.ticket = t
	}
	if d.ticket == nil {
		return nil, errors.New("a record of no ticket")
	}
	for _, e := range r.Events {
		d.tells = append(d.tells, r.Comment != nil && e.CommentID == 0 && (e.Kind == domain.EventComment || e.Kind == domain.EventNote))
	}
	return d, nil
}

// missed is the error of a decision that found nothing to write to.
func (d *decision) missed() error {
	switch {
	case d.written:
		return nil
	case d.Was != nil:
		return domain.ErrMoved
	}
	return unexpected("ticket", d.ticket.ID)
}

// recorder turns decisions of one family into one statement: a chain of common table expressions, of which only
// those are written that they need. Each begins with what it is about: t, with the place of the decision
// in the list (k), the ticket's id and what else is written of it. c are the comments, f the files, v the
// events, n the notices, s the outbox rows.
type recorder struct {
	query
	shape
	list   []*decision
	now    time.Time
	zone   string        // in which quiet hours are told
	gather time.Duration // how long a notice waits for others
	mails  bool          // who has no open chat is told by mail
	names  []string
	events []*event
	lanes  []int64 // of the outbox rows
	wake   Wake
}

// record returns the statement that writes decisions, which must be of one family and of different tickets.
func (db *DB) record(list ...*decision) statement {
	b := &recorder{
		shape: joint(list), list: list, now: db.clock(), zone: db.zone, gather: db.gather, mails: db.mails,
		events: eventsOf(list),
	}
	for k, d := range list {
		d.k = k
	}
	st := b.statement()
	st.read, st.wake = b.read, &b.wake
	return st
}

// first is the only decision where a shape is not shared.
func (b *recorder) first() *decision { return b.list[0] }

// with adds one common table expression; parts begin with its name.
func (b *recorder) with(parts ...string) {
	name, _, _ := strings.Cut(parts[0], ` AS`)
	b.text(before(len(b.names), `WITH `, `, `))
	b.names = append(b.names, name)
	for _, p := range parts {
		b.text(p)
	}
}

// usualText is the length of the text for a few decisions.
const usualText = 8 << 10

func (b *recorder) statement() statement {
	b.b.Grow(usualText)
	b.tickets()
	b.comments()
	b.rating()
	b.files()
	b.history()
	b.link()
	b.notices()
	b.settles()
	b.noticeMails()
	b.text(` SELECT ` + strconv.Itoa(wroteTicket) + `, t.k, t.id::bigint FROM t`)
	for _, more := range []struct {
		part    string
		what    int
		columns string
	}{
		{"c", wroteComment, `c.k, c.id::bigint`}, {"v", wroteEvent, `v.ordem, v.id`}, {"s", wroteNotice, `NULL, s.faixa`}, {"bx", wroteNotice, `NULL, bx.faixa`},
	} {
		if slices.Contains(b.names, more.part) {
			b.text(` UNION ALL SELECT ` + strconv.Itoa(more.what) + `, ` + more.columns + ` FROM ` + more.part)
		}
	}
	return b.query.statement()
}

// What a row of the answer tells of.
const (
	wroteTicket = iota
	wroteComment
	wroteEvent
	wroteNotice
)

// read fills in the ids of what is new and notes whom the records wake; anew, if the statement had to be
// repeated.
func (b *recorder) read(rows pgx.Rows) error {
	b.wake, b.lanes = Wake{}, nil
	for _, d := range b.list {
		d.written = false
	}
	if err := each(b.scan)(rows); err != nil {
		return err
	}
	for _, e := range b.events {
		d := e.of
		e.TicketID, e.CommentID = d.ticket.ID, e.about()
		if d.tells[e.place] {
			e.CommentID = d.Comment.ID
		}
		if d.written {
			b.wake.Events, b.wake.Fresh = true, append(b.wake.Fresh, *e.Event)
		}
	}
	for _, d := range b.list {
		b.wake.Files = b.wake.Files || d.written && d.pendingFiles()
	}
	b.wakeLanes()
	return nil
}

func (b *recorder) scan(rows pgx.Rows) error {
	var what int
	var which zeroInt
	var id int64
	if err := rows.Scan(&what, &which, &id); err != nil {
		return err
	}
	switch what {
	case wroteTicket:
		b.list[which].ticket.ID, b.list[which].written = id, true
	case wroteComment:
		c := b.list[which].Comment
		c.ID, c.TicketID = id, b.list[which].ticket.ID
	case wroteEvent:
		b.events[which].ID = id
	case wroteNotice:
		b.lanes = append(b.lanes, id)
	}
	return nil
}

// wakeLanes wakes the chats that there is something for, and tells those apart where somebody waits for it.
func (b *recorder) wakeLanes() {
	slices.Sort(b.lanes)
	for _, lane := range slices.Compact(b.lanes) {
		if slices.ContainsFunc(b.list, func(d *decision) bool { return d.awaitedIn(lane) }) {
			b.wake.OutboxLanes = append(b.wake.OutboxLanes, lane)
		} else {
			b.wake.NoticeLanes = append(b.wake.NoticeLanes, lane)
		}
	}
}

func (d *decision) awaitedIn(lane int64) bool {
	return slices.ContainsFunc(d.Notices, func(n domain.Notice) bool { return n.Here == lane })
}

func (d *decision) pendingFiles() bool {
	return slices.ContainsFunc(d.Attachments, func(f domain.NewAttachment) bool { return f.Content == nil && f.FileID != "" })
}
