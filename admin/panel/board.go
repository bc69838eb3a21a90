package panel

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"

	"chamados/domain"
	"chamados/domain/i18n"
)

// perColumn is how many cards a column shows before more are asked for.
const perColumn = 25

// boardBody is the board as its template takes it.
type boardBody struct {
	Filter     filter
	Columns    []column
	Pending    int64
	Technician []domain.User // to filter by; IT only
	Categories []domain.Category
	Priorities []domain.Priority
}

// column is one status with its first cards.
type column struct {
	Status domain.Status
	Count  int64
	Cards  []card
	Next   string // cursor of the cards that follow, "" if there are none
	Filter filter
}

// Folded reports whether the column starts folded.
func (c column) Folded() bool {
	return c.Status == domain.StatusClosed || c.Status == domain.StatusCancelled
}

// card is a ticket on the board with what its reader may do to it.
type card struct {
	domain.Ticket
	Targets []domain.Status
	MayTake bool
	Unread  bool // others did something since the reader looked
	SLA     domain.SLAState
}

func newCard(v *visit, t domain.Ticket) card {
	return card{
		Ticket: t, Targets: t.StatusesFor(v.Actor), MayTake: v.Actor.IsIT() && t.AssigneeID == 0, SLA: slaFor(v, t),
	}
}

// slaFor returns how a ticket stands to its targets, which are IT's matter.
func slaFor(v *visit, t domain.Ticket) domain.SLAState {
	if !v.Actor.IsIT() {
		return domain.SLANone
	}
	return t.SLAState(v.Now)
}

// markUnread notes which cards hold news, with one look for all of them.
func (p *Panel) markUnread(ctx context.Context, v *visit, cards ...[]card) error {
	var ids []int64
	for _, list := range cards {
		for _, c := range list {
			ids = append(ids, c.ID)
		}
	}
	news, err := p.Desk.Unread(ctx, v.Actor, ids)
	for _, list := range cards {
		for i := range list {
			list[i].Unread = news[list[i].ID]
		}
	}
	return err
}

// TargetWords returns the statuses to which the card may go, for its data attribute.
func (c card) TargetWords() string {
	words := make([]string, len(c.Targets))
	for i, s := range c.Targets {
		words[i] = string(s)
	}
	return strings.Join(words, " ")
}

// Rank is a text that sorts as the column does, so that a card that arrives finds its
// place among those on the screen.
func (c card) Rank() string {
	created := c.CreatedAt.UnixMicro()
	if c.Status.Done() {
		return fmt.Sprintf("%020d.%012d", math.MaxInt64-created, math.MaxInt32-c.ID)
	}
	return fmt.Sprintf("%d.%020d.%012d", slices.Index(domain.Priorities, c.Priority), created, c.ID)
}

func (p *Panel) board(w http.ResponseWriter, r *http.Request, v *visit) error {
	f := p.boardFilter(r)
	columns, err := p.columns(r, v, f, perColumn)
	if err != nil {
		return err
	}
	lists := make([][]card, len(columns))
	for i := range columns {
		lists[i] = columns[i].Cards
	}
	if err := p.markUnread(r.Context(), v, lists...); err != nil {
		return err
	}
	body := boardBody{
		Filter: f, Columns: columns, Pending: pending(columns),
		Categories: domain.Categories, Priorities: domain.Priorities,
	}
	if v.Actor.IsIT() {
		if body.Technician, err = p.Desk.ITUsers(r.Context(), v.Actor); err != nil {
			return err
		}
	}
	return p.render(w, v, http.StatusOK, "board", body)
}

// boardFilter is the address's filter without what a board has no use for.
func (p *Panel) boardFilter(r *http.Request) filter {
	f := p.readFilter(r.URL.Query())
	return filter{Category: f.Category, Priority: f.Priority, Assignee: f.Assignee, zone: f.zone}
}

// columns reads the board in two parts, because work to be done and work that is done are
// sorted differently.
func (p *Panel) columns(r *http.Request, v *visit, f filter, limit int) ([]column, error) {
	out := make([]column, 0, len(domain.Statuses))
	var parts [2][]domain.Status
	for _, s := range domain.Statuses {
		if s.Done() {
			parts[1] = append(parts[1], s)
		} else {
			parts[0] = append(parts[0], s)
		}
	}
	for _, statuses := range parts {
		df := f.tickets(v.Actor)
		df.Statuses, df.Order = statuses, boardOrder(statuses[0])
		found, err := p.Desk.Board(r.Context(), v.Actor, df, limit)
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			out = append(out, newColumn(v, c.Status, c, f))
		}
	}
	return out, nil
}

func newColumn(v *visit, s domain.Status, b domain.BoardColumn, f filter) column {
	c := column{Status: s, Count: b.Count, Filter: f}
	for _, t := range b.Tickets {
		c.Cards = append(c.Cards, newCard(v, t))
	}
	if n := len(b.Tickets); n > 0 && int64(n) < b.Count {
		c.Next = cursor(b.Tickets[n-1])
	}
	return c
}

// columnFragment answers the cards of a column after a cursor.
func (p *Panel) columnFragment(w http.ResponseWriter, r *http.Request, v *visit) error {
	s := domain.Status(r.PathValue("status"))
	if !s.Valid() {
		return errNoPage
	}
	f := p.boardFilter(r)
	df := f.tickets(v.Actor)
	df.Statuses, df.Limit = []domain.Status{s}, perColumn
	df.Order = boardOrder(s)
	df.After = parseCursor(r.URL.Query().Get("depois"))
	tickets, more, err := p.Desk.Tickets(r.Context(), v.Actor, df)
	if err != nil {
		return err
	}
	c := column{Status: s, Filter: f}
	for _, t := range tickets {
		c.Cards = append(c.Cards, newCard(v, t))
	}
	if more {
		c.Next = cursor(tickets[len(tickets)-1])
	}
	if err := p.markUnread(r.Context(), v, c.Cards); err != nil {
		return err
	}
	return p.fragment(w, v, "board", "cards", c)
}

// cardFragment answers one card, or 404 when it is not on the visitor's board.
func (p *Panel) cardFragment(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	t, err := p.Desk.Visible(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	if !p.boardFilter(r).shows(v.Actor, t) {
		return domain.ErrTicketNotFound
	}
	cards := []card{newCard(v, t)}
	if err := p.markUnread(r.Context(), v, cards); err != nil {
		return err
	}
	return p.fragment(w, v, "board", "card", cards[0])
}

// countsFragment answers the number of tickets in each column.
func (p *Panel) countsFragment(w http.ResponseWriter, r *http.Request, v *visit) error {
	columns, err := p.columns(r, v, p.boardFilter(r), 1)
	if err != nil {
		return err
	}
	counts := map[domain.Status]int64{}
	for _, c := range columns {
		counts[c.Status] = c.Count
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"colunas": counts, "pendentes": i18n.Count(v.Lang, "panel.board.pending", int(pending(columns)), nil),
	})
	return nil
}

// pending returns how many tickets wait for work to end.
func pending(columns []column) int64 {
	var n int64
	for _, c := range columns {
		if !c.Status.Done() {
			n += c.Count
		}
	}
	return n
}

// boardOrder is how a column goes on: most urgent and oldest first while there is work to
// do, newest first once there is none.
func boardOrder(s domain.Status) domain.Order {
	if s.Done() {
		return domain.OrderNewest
	}
	return domain.OrderPriority
}
