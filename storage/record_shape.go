package storage

import (
	"chamados/domain"
)

// shape is what the text of a statement depends on, besides the number of its decisions.
type shape struct {
	ticket   ticketShape
	extra    bool // a new ticket has dados_extras, whose words are searched too
	comment  bool // a new one
	events   int
	recounts bool // the ticket goes from one counter to another
	rare     bool // something that is written for one decision at a time
}

// ticketShape is what happens to the ticket itself.
type ticketShape int

const (
	touched ticketShape = iota // nothing
	opened
	changed      // locked by its transaction
	changedSince // if it is still as it was read
	responded    // the first response, unless somebody holds the ticket
	answered     // one of several, of which some are the first response
	respondedNow // the first response, after whoever holds the ticket
	noted
)

func (d *decision) shape() shape {
	return shape{
		ticket: d.ticketShape(), extra: d.Opened != nil && len(d.ticket.Extra) > 0, comment: d.Comment != nil, events: len(d.Events),
		recounts: d.Changed != nil && countsOtherwise(d.Events), rare: d.rare(),
	}
}

func (d *decision) ticketShape() ticketShape {
	switch {
	case d.Opened != nil:
		return opened
	case d.Was != nil:
		return changedSince
	case d.Changed != nil:
		return changed
	case d.Noted:
		return noted
	case d.Responded && d.patient:
		return respondedNow
	case d.Responded:
		return responded
	}
	return touched
}

func (d *decision) rare() bool {
	return len(d.Attachments) > 0 || d.Origin.MessageID != 0 || d.EditComment != nil || d.DropComment != 0 || d.Rating != nil ||
		d.Changed != nil && rewritten(d.Events) != nil
}

// waitsForNobody reports whether no transaction can make the statement wait: it changes no row that is there
// already, or only if nobody else holds it.
func (d *decision) waitsForNobody() bool {
	switch d.ticketShape() {
	case opened, changedSince, responded:
		return true
	case touched:
		return d.EditComment == nil && d.DropComment == 0 && d.Rating == nil
	}
	return false
}

// together is how many decisions one statement writes at most: each number of them is a text of its own that the
// server has to plan.
const together = 8

// joint is the shape of decisions that one statement writes.
func joint(list []*decision) shape {
	s := list[0].shape()
	for _, d := range list[1:] {
		if d.ticketShape() != s.ticket {
			s.ticket = answered
		}
	}
	return s
}

// family is what decisions must have in common to be written by one statement: answers may be first responses or not.
func (s shape) family() shape {
	if s.comment && s.ticket == touched {
		s.ticket = responded
	}
	return s
}

// alike divides decisions, in their order, into lists that one statement can write: of one family, and of
// different tickets.
func alike(list []*decision) [][]*decision {
	var out [][]*decision
	open := map[shape]int{} // the list that the next one of that family joins
	for _, d := range list {
		s := d.shape().family()
		i, ok := open[s]
		if !ok || s.rare || len(out[i]) == together || d.Opened == nil && hasTicket(out[i], d.ticket.ID) {
			i = len(out)
			open[s], out = i, append(out, nil)
		}
		out[i] = append(out[i], d)
	}
	return out
}

func hasTicket(list []*decision, ticket int64) bool {
	for _, d := range list {
		if d.ticket.ID == ticket {
			return true
		}
	}
	return false
}

func hasNotice(r *domain.Record, is func(domain.Notice) bool) bool {
	for _, n := range r.Notices {
		if is(n) {
			return true
		}
	}
	return false
}
