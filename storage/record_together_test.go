package storage_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"chamados/domain"
	"chamados/storage"
	"chamados/storage/pgtest"
)

// crowd is a desk that many people use at the same moment.
type crowd struct {
	*house
	ana, ti domain.Actor
	tickets []domain.Ticket
}

const crowdTickets = 40

func newCrowd(t *testing.T, o storage.Options) *crowd {
	h := openHouse(t, pgtest.URL(t), o)
	c := &crowd{house: h, ana: h.user("ana", domain.RoleEmployee), ti: h.user("beto", domain.RoleIT), tickets: make([]domain.Ticket, crowdTickets)}
	h.link(c.ana, private)
	h.must(h.SaveGroup(t.Context(), domain.Group{ChatID: group}))
	return c
}

// atOnce does something for each ticket, for all of them together.
func (c *crowd) atOnce(do func(i int) error) {
	c.t.Helper()
	var all sync.WaitGroup
	errs := make([]error, crowdTickets)
	for i := range crowdTickets {
		all.Go(func() { errs[i] = do(i) })
	}
	all.Wait()
	c.must(errors.Join(errs...))
}

// What many people do at the same moment is written together, and yet everything is where it belongs: each ticket
// has its own words, comments, history, counters and messages.
func TestWhatIsWrittenTogetherIsKeptApart(t *testing.T) {
	seen := &counter{}
	c := newCrowd(t, storage.WithTracer(storage.Options{}, seen))
	categories := domain.Categories[:3]
	c.atOnce(func(i int) (err error) {
		c.tickets[i], err = c.desk.Open(t.Context(), c.ana, domain.NewTicket{
			Title: fmt.Sprint("título ", i), Description: fmt.Sprint("descrição ", i), Category: categories[i%len(categories)],
		})
		return err
	})
	c.atOnce(func(i int) error {
		_, err := c.desk.Comment(t.Context(), []domain.Actor{c.ana, c.ti}[i%2], c.tickets[i].ID, domain.NewComment{Text: fmt.Sprint("resposta ", i)})
		return err
	})
	progress := domain.StatusInProgress
	c.atOnce(func(i int) error {
		_, err := c.desk.ChangeThread(t.Context(), c.ti, c.tickets[i].ID, domain.TicketChange{Status: &progress}, 0)
		return err
	})
	for i, ticket := range c.tickets {
		c.isTicket(i, c.view(ticket.ID))
	}
	c.wordsAndCountersAreRight()
	c.messagesAreRight()
	for _, table := range []string{"chamados", "comentarios", "UPDATE chamados"} {
		if n := seen.writes(table); n >= crowdTickets {
			t.Errorf("%d statements for %d writes to %s", n, crowdTickets, table)
		}
	}
}

// writes counts the statements that decide about a table.
func (c *counter) writes(what string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, sql := range c.statements {
		if strings.Contains(sql, "INSERT INTO "+what+" ") || strings.HasPrefix(what, "UPDATE") && strings.Contains(sql, what) {
			n++
		}
	}
	return n
}

func (c *crowd) isTicket(i int, v domain.TicketView) {
	c.t.Helper()
	if v.Title != fmt.Sprint("título ", i) || v.Description != fmt.Sprint("descrição ", i) || v.Status != domain.StatusInProgress || v.Version != 2 {
		c.t.Errorf("ticket %d: %+v", i, v.Ticket)
	}
	if len(v.Comments) != 1 || v.Comments[0].Text != fmt.Sprint("resposta ", i) || v.SLA.RespondedAt.IsZero() != (i%2 == 0) {
		c.t.Errorf("ticket %d: comments %+v, answered %s", i, v.Comments, v.SLA.RespondedAt)
	}
	var kinds []string
	for _, e := range v.Events {
		kinds = append(kinds, string(e.Kind))
		if e.Kind == domain.EventComment && len(v.Comments) == 1 && e.CommentID != v.Comments[0].ID {
			c.t.Errorf("ticket %d: event of comment %d", i, e.CommentID)
		}
	}
	if got := strings.Join(kinds, " "); got != "criado comentario status" {
		c.t.Errorf("ticket %d: %s", i, got)
	}
}

// messagesAreRight checks that each waits for the right chat, about the right ticket.
func (c *crowd) messagesAreRight() {
	c.t.Helper()
	const notices = `SELECT count(*) FROM saida s JOIN eventos e ON e.id = s.evento_id WHERE s.tipo = 'aviso' AND s.faixa = $1 AND e.tipo = $2`
	for what, n := range map[string][2]int{
		"about another ticket": {0, c.count(`SELECT count(*) FROM saida s JOIN eventos e ON e.id = s.evento_id WHERE e.chamado_id <> s.chamado_id`)},
		"about another's comment": {0, c.count(`SELECT count(*) FROM eventos e LEFT JOIN comentarios k ON k.id = e.comentario_id AND k.chamado_id = e.chamado_id
			WHERE e.tipo = 'comentario' AND k.id IS NULL`)},
		"cards of the group":    {crowdTickets, c.count(`SELECT count(DISTINCT chamado_id) FROM saida WHERE faixa = $1 AND tipo = 'cartao'`, group)},
		"comments for ana":      {crowdTickets / 2, c.count(notices, private, "comentario")},
		"changes for ana":       {crowdTickets, c.count(notices, private, "status")},
		"changes for the group": {crowdTickets, c.count(notices, group, "status")},
	} {
		if n[0] != n[1] {
			c.t.Errorf("%s: %d instead of %d", what, n[1], n[0])
		}
	}
}

// Of those who change one ticket at the same moment nobody's change is lost, and its history is one chain.
func TestManyChangesOfOneTicketAtOnce(t *testing.T) {
	c := newCrowd(t, storage.Options{})
	id := c.house.open(c.ana, "um").ID
	c.atOnce(func(i int) error {
		if i%2 == 0 {
			_, err := c.desk.Comment(t.Context(), c.ti, id, domain.NewComment{Text: fmt.Sprint("resposta ", i)})
			return err
		}
		title := fmt.Sprint("título ", i)
		_, err := c.desk.ChangeThread(t.Context(), c.ti, id, domain.TicketChange{Title: &title, Status: &[]domain.Status{
			domain.StatusInProgress, domain.StatusWaiting}[i/2%2]}, 0)
		return err
	})
	v := c.view(id)
	if len(v.Comments) != crowdTickets/2 || v.SLA.RespondedAt.IsZero() {
		t.Errorf("%d comments, answered %s", len(v.Comments), v.SLA.RespondedAt)
	}
	title, status, changes := "um", domain.StatusOpen, 0
	for _, e := range v.Events {
		switch e.Kind {
		case domain.EventTitle:
			if e.From != title {
				t.Errorf("from %q, though it was %q", e.From, title)
			}
			title, changes = e.To, changes+1
		case domain.EventStatus:
			if e.From != string(status) {
				t.Errorf("from %q, though it was %q", e.From, status)
			}
			status = domain.Status(e.To)
		}
	}
	if changes != crowdTickets/2 || v.Title != title || v.Status != status || v.Version != crowdTickets/2+1 {
		t.Errorf("%d changes, at last %q %s; %+v", changes, title, status, v.Ticket)
	}
	c.wordsAndCountersAreRight()
}

// Of decisions that go together one is refused: the others are written once more, each alone, and their history still
// tells of their own comments.
func TestWhatIsWrittenAgainIsStillAboutItsComment(t *testing.T) {
	h, ana, _ := staffed(t)
	ticket, now := h.open(ana, "um"), h.clock.Now()
	event := domain.Event{Kind: domain.EventComment, ActorID: ana.ID, RequesterID: ana.ID, Channel: ana.Channel, Status: ticket.Status, At: now}
	comment := domain.Comment{TicketID: ticket.ID, Text: "ainda não liga", CreatedAt: now, Author: ana.Ref(), Channel: ana.Channel}
	refused := ticket
	refused.ID, refused.Title = 0, "nada\x00"
	err := h.WriteTogether(t.Context(),
		&domain.Record{Touched: &ticket, Comment: &comment, Events: []domain.Event{event}},
		&domain.Record{Opened: &refused, Events: []domain.Event{{Kind: domain.EventCreated, ActorID: ana.ID, RequesterID: ana.ID, At: now}}})
	if err == nil {
		t.Error("a title with a zero byte is taken")
	}
	v := h.view(ticket.ID)
	if len(v.Comments) != 1 || len(v.Events) != 2 || v.Events[1].CommentID != v.Comments[0].ID {
		t.Errorf("comments %+v, events %+v", v.Comments, v.Events)
	}
}

// Of answers that go together some are first ones. One to a ticket that somebody holds is not written, and spoils nothing.
func TestAnswersGoTogetherWhetherFirstOrNot(t *testing.T) {
	h, ana, ti := staffed(t)
	tickets, records := map[string]domain.Ticket{}, []*domain.Record{}
	for _, name := range []string{"later answer", "held", "first answer"} {
		ticket := h.open(ana, name)
		tickets[name] = ticket
		first := name != "later answer"
		if first {
			ticket.SLA.RespondedAt = h.clock.Now()
		}
		records = append(records, &domain.Record{
			Touched: &ticket, Responded: first,
			Comment: &domain.Comment{TicketID: ticket.ID, Text: name, CreatedAt: h.clock.Now(), Author: ti.Ref(), Channel: ti.Channel},
			Events:  []domain.Event{{Kind: domain.EventComment, ActorID: ti.ID, RequesterID: ana.ID, Channel: ti.Channel, Status: ticket.Status, At: h.clock.Now()}},
		})
	}
	other, err := h.pool.Begin(t.Context())
	h.must(err)
	defer func() { _ = other.Rollback(context.WithoutCancel(t.Context())) }()
	_, err = other.Exec(t.Context(), `SELECT FROM chamados WHERE id = $1 FOR NO KEY UPDATE`, tickets["held"].ID)
	h.must(err)
	h.must(h.WriteTogether(t.Context(), records...))
	for name, ticket := range tickets {
		v := h.view(ticket.ID)
		written := name != "held"
		if (len(v.Comments) == 1) != written || written && (v.Comments[0].Text != name || v.Events[1].CommentID != v.Comments[0].ID) {
			t.Errorf("%s: comments %+v, events %+v", name, v.Comments, v.Events)
		}
		if v.SLA.RespondedAt.IsZero() == (name == "first answer") {
			t.Errorf("%s: answered %s", name, v.SLA.RespondedAt)
		}
	}
}

// Whoever answers first while a colleague is changing the ticket waits for them, inside a transaction too.
func TestFirstAnswerWaitsForWhoeverHoldsTheTicket(t *testing.T) {
	h, ana, ti := staffed(t)
	for name, answer := range map[string]func(id int64) error{
		"alone": func(id int64) error {
			_, err := h.desk.Comment(t.Context(), ti, id, domain.NewComment{Text: "já vou"})
			return err
		},
		"in a transaction": func(id int64) error {
			return h.Atomically(t.Context(), func(s domain.Store) error {
				_, err := h.desk.In(s).Comment(t.Context(), ti, id, domain.NewComment{Text: "já vou"})
				return err
			})
		},
	} {
		id := h.open(ana, name).ID
		other, err := h.pool.Begin(t.Context())
		h.must(err)
		t.Cleanup(func() { _ = other.Rollback(context.WithoutCancel(t.Context())) })
		_, err = other.Exec(t.Context(), `SELECT FROM chamados WHERE id = $1 FOR NO KEY UPDATE`, id)
		h.must(err)
		answered := make(chan error, 1)
		go func() { answered <- answer(id) }()
		for h.count(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) == 0 {
			select {
			case err := <-answered:
				t.Fatalf("%s: it did not wait: %v", name, err)
			case <-time.After(time.Millisecond):
			}
		}
		h.must(other.Rollback(t.Context()))
		if err := <-answered; err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if v := h.view(id); len(v.Comments) != 1 || v.SLA.RespondedAt.IsZero() {
			t.Errorf("%s: %+v", name, v)
		}
	}
}
