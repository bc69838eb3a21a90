package panel

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"chamados/domain"
)

// filter is what a list or the board is narrowed to, as it stands in the address.
type filter struct {
	Search   string // q
	Status   string // status; "abertos" for all that is not done, "excluidos" for what can be restored
	Category string // categoria
	Priority string // prioridade
	Assignee string // responsavel: "eu", "nenhum" or an id
	Order    string // ordem

	Requester string // solicitante: an id
	From, To  string // de, ate: days on which it was opened
	EndedFrom string // encerrados_de, encerrados_ate: days on which work on it ended
	EndedTo   string
	Missed    string // prazo: the promise of the desk that was missed, a domain.Late
	zone      *time.Location
}

const (
	statusPending  = "abertos"
	statusDeleted  = "excluidos"
	statusDone     = "concluidos" // resolved or closed
	statusLate     = "atrasados"  // pending, and a target was missed
	assigneeMe     = "eu"
	assigneeNobody = "nenhum"
)

// orders are the list's sortings; the first is the default.
var orders = []domain.Order{
	domain.OrderNewest, domain.OrderUpdated, domain.OrderPriority, domain.OrderOldest,
}

// readFilter takes the known parameters of an address; unknown words do not restrict.
func (p *Panel) readFilter(q url.Values) filter {
	f := filter{
		zone: p.Location, From: dayOf(q, "de"), To: dayOf(q, "ate"), EndedFrom: dayOf(q, "encerrados_de"), EndedTo: dayOf(q, "encerrados_ate"),
		Search: strings.TrimSpace(q.Get("q")), Status: q.Get("status"), Category: q.Get("categoria"),
		Priority: q.Get("prioridade"), Assignee: q.Get("responsavel"), Order: q.Get("ordem"),
	}
	if id := q.Get("solicitante"); positive(url.Values{}, q, "solicitante") != 0 {
		f.Requester = id
	}
	if late := q.Get("prazo"); late == string(domain.LateResponse) || late == string(domain.LateSolution) {
		f.Missed = late
	}
	if !slices.Contains([]string{statusPending, statusDeleted, statusDone, statusLate}, f.Status) && !domain.Status(f.Status).Valid() {
		f.Status = ""
	}
	if !domain.Category(f.Category).Valid() {
		f.Category = ""
	}
	if !domain.Priority(f.Priority).Valid() {
		f.Priority = ""
	}
	if !slices.Contains(orders, domain.Order(f.Order)) {
		f.Order = ""
	}
	if n, err := strconv.ParseInt(f.Assignee, 10, 32); f.Assignee != assigneeMe && f.Assignee != assigneeNobody && (err != nil || n <= 0) {
		f.Assignee = ""
	}
	return f
}

// tickets returns the filter as the desk takes it.
func (f filter) tickets(a domain.Actor) domain.TicketFilter {
	out := domain.TicketFilter{Search: f.Search, Order: orders[0], Late: domain.Late(f.Missed)}
	switch {
	case f.Status == statusLate:
		out.Open, out.Late = true, domain.LateNow
	case f.Status == statusPending:
		out.Open = true
	case f.Status == statusDeleted:
		out.Deleted = true
	case f.Status == statusDone:
		out.Statuses = []domain.Status{domain.StatusResolved, domain.StatusClosed}
	case f.Status != "":
		out.Statuses = []domain.Status{domain.Status(f.Status)}
	}
	if f.Category != "" {
		out.Categories = []domain.Category{domain.Category(f.Category)}
	}
	if f.Priority != "" {
		out.Priorities = []domain.Priority{domain.Priority(f.Priority)}
	}
	switch f.Assignee {
	case "":
	case assigneeMe:
		out.AssigneeID = a.ID
	case assigneeNobody:
		out.Unassigned = true
	default:
		out.AssigneeID, _ = strconv.ParseInt(f.Assignee, 10, 64)
	}
	if f.Order != "" {
		out.Order = domain.Order(f.Order)
	}
	out.RequesterID, _ = strconv.ParseInt(f.Requester, 10, 64)
	out.From, out.To = f.moment(f.From, 0), f.moment(f.To, 1)
	out.EndedFrom, out.EndedTo = f.moment(f.EndedFrom, 0), f.moment(f.EndedTo, 1)
	return out
}

// dayOf returns a day of the address, "" for what is none.
func dayOf(q url.Values, name string) string {
	t, err := time.Parse(domain.DateLayout, q.Get(name))
	if err != nil || t.Year() < 1900 || t.Year() > 9999 {
		return ""
	}
	return q.Get(name)
}

// moment returns the beginning of a day in the desk's zone, some days later; zero for no day.
func (f filter) moment(day string, later int) time.Time {
	t, err := time.ParseInLocation(domain.DateLayout, day, f.zone)
	if err != nil {
		return time.Time{}
	}
	return t.AddDate(0, 0, later)
}

// shows reports whether a ticket belongs on a board with this filter.
func (f filter) shows(a domain.Actor, t domain.Ticket) bool {
	want := f.tickets(a)
	return (f.Category == "" || string(t.Category) == f.Category) &&
		(f.Priority == "" || string(t.Priority) == f.Priority) &&
		(want.AssigneeID == 0 || t.AssigneeID == want.AssigneeID) &&
		(!want.Unassigned || t.AssigneeID == 0)
}

// Deleted reports whether deleted tickets are listed instead of the others.
func (f filter) Deleted() bool { return f.Status == statusDeleted }

// Active reports whether the filter restricts anything.
func (f filter) Active() bool {
	return f.Search+f.Status+f.Category+f.Priority+f.Assignee+f.Requester+f.From+f.To+f.EndedFrom+f.EndedTo+f.Missed != ""
}

// With returns the filter's query with one parameter changed; "" leaves it out.
func (f filter) With(name, value string) string {
	q := f.values()
	q.Del(name)
	if value != "" {
		q.Set(name, value)
	}
	return encode(q)
}

// Query returns the filter's query with its question mark, or "".
func (f filter) Query() string { return encode(f.values()) }

func encode(q url.Values) string {
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

func (f filter) values() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{
		"q": f.Search, "status": f.Status, "categoria": f.Category, "prioridade": f.Priority,
		"responsavel": f.Assignee, "ordem": f.Order, "solicitante": f.Requester,
		"de": f.From, "ate": f.To, "encerrados_de": f.EndedFrom, "encerrados_ate": f.EndedTo, "prazo": f.Missed,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// cursor names the place in a list after a ticket, whatever its order, so that a page
// goes on even when that ticket has changed since.
func cursor(t domain.Ticket) string {
	return strings.Join([]string{
		strconv.FormatInt(t.ID, 10), strconv.FormatInt(t.CreatedAt.UnixMicro(), 10),
		strconv.FormatInt(t.UpdatedAt.UnixMicro(), 10), string(t.Priority),
	}, ".")
}

// parseCursor returns the ticket's place, nil for the beginning or a broken cursor.
func parseCursor(s string) *domain.Ticket {
	parts := strings.Split(s, ".")
	if len(parts) != 4 || !domain.Priority(parts[3]).Valid() {
		return nil
	}
	var n [3]int64
	for i := range n {
		var err error
		if n[i], err = strconv.ParseInt(parts[i], 10, 64); err != nil {
			return nil
		}
	}
	return &domain.Ticket{
		ID: n[0], CreatedAt: time.UnixMicro(n[1]).UTC(), UpdatedAt: time.UnixMicro(n[2]).UTC(),
		Priority: domain.Priority(parts[3]),
	}
}
