package admin

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"chamados/domain"
)

const (
	defaultPage = 50
	maxPage     = 200
	// streamTimeout is how long a reader of the whole list may take for one piece of it.
	streamTimeout = 30 * time.Second
	streamPiece   = 32 << 10
)

var listParams = []param{
	{in: "query", name: "status", kind: "string"},
	{in: "query", name: "categoria", kind: "string"},
	{in: "query", name: "prioridade", kind: "string"},
	{in: "query", name: "busca", kind: "string"},
	{in: "query", name: "solicitante", kind: "integer"},
	{in: "query", name: "atribuido_para", kind: "string"},
	{in: "query", name: "abertos", kind: "boolean"},
	{in: "query", name: "excluidos", kind: "boolean"},
	{in: "query", name: "de", kind: "date"},
	{in: "query", name: "ate", kind: "date"},
	{in: "query", name: "encerrados_de", kind: "date"},
	{in: "query", name: "encerrados_ate", kind: "date"},
	{in: "query", name: "ordem", kind: "string", enum: []any{"recentes", "antigos", "atualizados", "prioridade"}},
	{in: "query", name: "limite", kind: "integer"},
	{in: "query", name: "cursor", kind: "string"},
}

// listTickets answers one page if the client asks for pages, else the whole list.
func (s *Server) listTickets(c *call) error {
	q := newQuery(c.r.URL.Query())
	f := q.ticketFilter(c.actor)
	if err := q.err(); err != nil {
		return err
	}
	if f.Limit == 0 {
		return s.streamTickets(c, f)
	}
	tickets, more, err := s.Desk.Tickets(c.r.Context(), c.actor, f)
	if err != nil {
		return err
	}
	out := make([]summaryJSON, 0, len(tickets))
	for i := range tickets {
		out = append(out, wireSummary(&tickets[i]))
	}
	if more && len(tickets) > 0 {
		c.linkNext(encodeCursor(f.Order, &tickets[len(tickets)-1]), f.Limit)
	}
	return writeJSON(c.w, http.StatusOK, "application/json", out)
}

// linkNext tells where the next page is.
func (c *call) linkNext(cursor string, limit int) {
	values := c.r.URL.Query()
	values.Set("cursor", cursor)
	values.Set("limite", strconv.Itoa(limit))
	next := url.URL{Path: c.r.URL.Path, RawQuery: values.Encode()}
	c.w.Header().Set("Link", "<"+next.String()+`>; rel="next"`)
}

// streamTickets writes the list while it is read, in constant memory. What breaks after the
// first piece breaks the connection, so that nobody takes a part for the whole.
func (s *Server) streamTickets(c *call, f domain.TicketFilter) error {
	out := &pieces{c: c}
	w := bufio.NewWriterSize(out, streamPiece)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	separator := byte('[')
	err := s.Desk.EachTicket(c.r.Context(), c.actor, f, func(t *domain.Ticket) error {
		if err := w.WriteByte(separator); err != nil {
			return err
		}
		separator = ','
		return enc.Encode(wireSummary(t))
	})
	if err == nil {
		if separator == '[' {
			_ = w.WriteByte(separator)
		}
		_, _ = w.WriteString("]\n")
		err = w.Flush()
	}
	if err != nil && out.begun {
		requestOf(c.r.Context()).failed = err
		panic(http.ErrAbortHandler)
	}
	return err
}

// pieces writes to a client, giving it time for each piece instead of for the whole.
type pieces struct {
	c        *call
	begun    bool
	download bool // not JSON: the headers are set already
}

func (p *pieces) Write(data []byte) (int, error) {
	if !p.begun && !p.download {
		h := p.c.w.Header()
		h.Set("Content-Type", "application/json")
		h.Set("Cache-Control", "no-store")
	}
	p.begun = true
	_ = http.NewResponseController(p.c.w).SetWriteDeadline(time.Now().Add(streamTimeout))
	return p.c.w.Write(data)
}

// query reads the parameters of a list and gathers what is wrong with them.
type query struct {
	values url.Values
	fields []domain.FieldError
}

func newQuery(values url.Values) *query {
	q := &query{values: values}
	for name, words := range values {
		for _, word := range words {
			if !plain(word) {
				q.bad(name, "malformed")
				values.Del(name)
				break
			}
		}
	}
	return q
}

func (q *query) bad(field, key string) {
	q.fields = append(q.fields, domain.FieldError{Field: field, Key: key, Args: map[string]any{"Value": q.values.Get(field)}})
}

func (q *query) err() error {
	if len(q.fields) == 0 {
		return nil
	}
	return domain.Invalid(q.fields...)
}

func (q *query) ticketFilter(a domain.Actor) domain.TicketFilter {
	f := domain.TicketFilter{
		Statuses:    words(q, "status", "unknown_status", domain.Status.Valid),
		Categories:  words(q, "categoria", "unknown_category", domain.Category.Valid),
		Priorities:  words(q, "prioridade", "unknown_priority", domain.Priority.Valid),
		Search:      strings.TrimSpace(q.values.Get("busca")),
		RequesterID: q.id("solicitante"),
		Open:        q.flag("abertos"),
		Deleted:     q.flag("excluidos"),
		From:        q.date("de", 0),
		To:          q.date("ate", 1),
		EndedFrom:   q.date("encerrados_de", 0),
		EndedTo:     q.date("encerrados_ate", 1),
		Order:       q.order(),
		Limit:       q.limit(),
	}
	switch q.values.Get("atribuido_para") {
	case "eu":
		f.AssigneeID = a.ID
	case "nenhum":
		f.Unassigned = true
	default:
		f.AssigneeID = q.id("atribuido_para")
	}
	if cursor := q.values.Get("cursor"); cursor != "" {
		var ok bool
		if f.After, ok = decodeCursor(cursor, f.Order); !ok {
			q.bad("cursor", "malformed")
		}
		if f.Limit == 0 {
			f.Limit = defaultPage
		}
	}
	return f
}

// words returns the values of a parameter that may be repeated or hold several, separated by
// commas.
func words[T ~string](q *query, name, problem string, valid func(T) bool) []T {
	var out []T
	for _, list := range q.values[name] {
		for word := range strings.SplitSeq(list, ",") {
			word = strings.TrimSpace(word)
			switch {
			case word == "":
			case valid(T(word)):
				out = append(out, T(word))
			default:
				q.bad(name, problem)
				return nil
			}
		}
	}
	return out
}

func (q *query) id(name string) int64 {
	word := q.values.Get(name)
	if word == "" {
		return 0
	}
	id, err := strconv.ParseInt(word, 10, 32)
	if err != nil || id <= 0 {
		q.bad(name, "malformed")
	}
	return id
}

func (q *query) flag(name string) bool {
	word := q.values.Get(name)
	if word == "" {
		return false
	}
	on, err := strconv.ParseBool(word)
	if err != nil {
		q.bad(name, "malformed")
	}
	return on
}

// date returns a day's beginning, or a moment; days are added to a day, so that an end
// holds the whole of it.
func (q *query) date(name string, days int) time.Time {
	word := q.values.Get(name)
	if word == "" {
		return time.Time{}
	}
	if day, err := time.Parse(domain.DateLayout, word); err == nil && databaseYear(day) {
		return day.AddDate(0, 0, days)
	}
	moment, err := time.Parse(time.RFC3339, word)
	if err != nil || !databaseYear(moment) {
		q.bad(name, "not_a_date")
	}
	return moment.UTC()
}

func databaseYear(t time.Time) bool { return t.Year() >= 1900 && t.Year() < 10000 }

func (q *query) order() domain.Order {
	switch o := domain.Order(q.values.Get("ordem")); o {
	case "":
		return domain.OrderNewest
	case domain.OrderNewest, domain.OrderOldest, domain.OrderUpdated, domain.OrderPriority:
		return o
	}
	q.bad("ordem", "malformed")
	return domain.OrderNewest
}

func (q *query) limit() int {
	word := q.values.Get("limite")
	if word == "" {
		return 0
	}
	n, err := strconv.Atoi(word)
	if err != nil || n < 1 {
		q.bad("limite", "malformed")
		return 0
	}
	return min(n, maxPage)
}
