package admin

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"chamados/domain"
)

type newTicketBody struct {
	Title       string           `json:"titulo" maxLength:"500"`
	Description string           `json:"descricao"`
	Category    string           `json:"categoria" enum:"hardware,software,rede,email,sistema,novo_colaborador,outro"`
	Extra       extraInput       `json:"dados_extras,omitempty"`
	Priority    optional[string] `json:"prioridade,omitempty" doc:"Só a TI: urgente, alta, media, baixa"`
	RequesterID idField          `json:"usuario_id,omitempty" doc:"Só a TI: em nome de quem"`

	newTicketFixed
}

// newTicketFixed are members that a new ticket has its own values for. They are read to refuse others
// by name instead of dropping them.
type newTicketFixed struct {
	Status     optional[string] `json:"status,omitempty" hidden:"true"`
	AssigneeID idField          `json:"atribuido_para,omitempty" hidden:"true"`
}

// permitted refuses, by name, what a new ticket cannot have from the start; employees hear of all that
// they may not give at once, and the desk says no to the rest.
func (b *newTicketBody) permitted(a domain.Actor) error {
	var refused []string
	var fixed []domain.FieldError
	if b.Status.Value != "" && b.Status.Value != string(domain.StatusOpen) {
		refused = append(refused, "status")
		fixed = append(fixed, domain.FieldError{Field: "status", Key: "set_later"})
	}
	if id, ok := b.AssigneeID.value(); b.AssigneeID.given && (id != 0 || !ok) {
		refused = append(refused, "atribuido_para")
		fixed = append(fixed, domain.FieldError{Field: "atribuido_para", Key: "set_later"})
	}
	switch {
	case len(refused) == 0:
		return nil
	case a.IsIT():
		return domain.Invalid(fixed...)
	}
	if b.Priority.Value != "" {
		refused = append(refused, "prioridade")
	}
	return domain.Forbidden(refused...)
}

type changeBody struct {
	Title       optional[string] `json:"titulo,omitempty"`
	Description optional[string] `json:"descricao,omitempty"`
	Category    optional[string] `json:"categoria,omitempty"`
	Priority    optional[string] `json:"prioridade,omitempty"`
	Status      optional[string] `json:"status,omitempty"`
	AssigneeID  idField          `json:"atribuido_para,omitempty" doc:"null tira o responsável"`
	Extra       extraInput       `json:"dados_extras,omitempty"`
}

func (s *Server) ticketRoutes() {
	const tag = "chamados"
	ifMatch := param{in: "header", name: "If-Match", kind: "string"}
	add(s, endpoint{
		method: http.MethodPost, path: "/api/chamados", id: "create-ticket", tag: tag,
		errors: []int{http.StatusNotFound}, once: true,
	}, s.createTicket)
	addRaw[none, []summaryJSON](s, endpoint{
		method: http.MethodGet, path: "/api/chamados", id: "list-tickets", tag: tag, params: listParams,
	}, s.listTickets)
	add(s, endpoint{method: http.MethodGet, path: "/api/chamados/{id}", id: "get-ticket", tag: tag}, s.getTicket)
	add(s, endpoint{
		method: http.MethodPut, path: "/api/chamados/{id}", id: "update-ticket", tag: tag,
		params: []param{ifMatch}, errors: []int{http.StatusPreconditionFailed},
	}, s.updateTicket)
	add(s, endpoint{method: http.MethodDelete, path: "/api/chamados/{id}", id: "delete-ticket", tag: tag}, s.deleteTicket)
	add(s, endpoint{method: http.MethodPost, path: "/api/chamados/{id}/restaurar", id: "restore-ticket", tag: tag}, s.restoreTicket)
	add(s, endpoint{method: http.MethodGet, path: "/api/chamados/{id}/eventos", id: "list-events", tag: tag}, s.listEvents)
}

func (s *Server) createTicket(c *call, b *newTicketBody) (ticketJSON, error) {
	n := domain.NewTicket{
		Title: b.Title, Description: b.Description, Category: domain.Category(b.Category), Extra: b.Extra.raw,
		Priority: domain.Priority(b.Priority.Value),
	}
	if err := b.permitted(c.actor); err != nil {
		return ticketJSON{}, err
	}
	var ok bool
	if n.RequesterID, ok = b.RequesterID.value(); b.RequesterID.given && !ok {
		return ticketJSON{}, malformed("usuario_id")
	}
	t, err := c.desk.Open(c.r.Context(), c.actor, n)
	if err != nil {
		return ticketJSON{}, err
	}
	return c.ticket(&domain.TicketView{Ticket: t}), nil
}

func (s *Server) getTicket(c *call, _ *none) (ticketJSON, error) {
	v, err := s.view(c)
	if err != nil {
		return ticketJSON{}, err
	}
	return c.ticket(&v), nil
}

// view returns the ticket that the path names with all that the actor may see of it but its events.
func (s *Server) view(c *call) (domain.TicketView, error) {
	id, err := c.pathID(domain.ErrTicketNotFound)
	if err != nil {
		return domain.TicketView{}, err
	}
	return s.Desk.Thread(c.r.Context(), c.actor, id)
}

func (s *Server) updateTicket(c *call, b *changeBody) (ticketJSON, error) {
	id, err := c.pathID(domain.ErrTicketNotFound)
	if err != nil {
		return ticketJSON{}, err
	}
	change, err := b.change()
	if err != nil {
		return ticketJSON{}, s.firstIfHidden(c, id, err)
	}
	version, err := c.ifMatch()
	if err != nil {
		return ticketJSON{}, err
	}
	v, err := s.Desk.ChangeThread(c.r.Context(), c.actor, id, change, version)
	switch {
	case errors.Is(err, domain.ErrStale):
		return ticketJSON{}, &staleError{current: c.ticket(&v)}
	case err != nil:
		return ticketJSON{}, err
	}
	return c.ticket(&v), nil
}

// firstIfHidden returns why the actor may not see the ticket, if that is so, else err: what
// is wrong with a change is told only to those who may see what it would change.
func (s *Server) firstIfHidden(c *call, id int64, err error) error {
	if _, hidden := s.Desk.Visible(c.r.Context(), c.actor, id); hidden != nil {
		return hidden
	}
	return err
}

// change returns the body as a change, or which words of it do not exist.
func (b *changeBody) change() (domain.TicketChange, error) {
	ch := domain.TicketChange{
		Title: b.Title.pointer(), Description: b.Description.pointer(),
		Category: wordOf[domain.Category](b.Category), Priority: wordOf[domain.Priority](b.Priority),
		Status: wordOf[domain.Status](b.Status),
	}
	if b.Extra.raw != nil {
		ch.Extra = &b.Extra.raw
	}
	var fields []domain.FieldError
	bad := func(field, key, value string) {
		fields = append(fields, domain.FieldError{Field: field, Key: key, Args: map[string]any{"Value": value}})
	}
	if ch.Category != nil && !ch.Category.Valid() {
		bad("categoria", "unknown_category", b.Category.Value)
	}
	if ch.Priority != nil && !ch.Priority.Valid() {
		bad("prioridade", "unknown_priority", b.Priority.Value)
	}
	if ch.Status != nil && !ch.Status.Valid() {
		bad("status", "unknown_status", b.Status.Value)
	}
	if b.AssigneeID.given {
		id, ok := b.AssigneeID.value()
		if !ok {
			bad("atribuido_para", "assignee_not_it", b.AssigneeID.raw)
		}
		ch.Assignee = &domain.Assignment{UserID: id}
	}
	if len(fields) > 0 {
		return ch, domain.Invalid(fields...)
	}
	return ch, nil
}

func wordOf[T ~string](o optional[string]) *T {
	if !o.Given {
		return nil
	}
	word := T(o.Value)
	return &word
}

// ticket returns a ticket for the answer and sets its ETag.
func (c *call) ticket(v *domain.TicketView) ticketJSON {
	c.w.Header().Set("ETag", etag(v.Version))
	return wireTicket(v)
}

func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// ifMatch returns the version that the client decided on, 0 if it did not say.
func (c *call) ifMatch() (int64, error) {
	header := strings.TrimSpace(c.r.Header.Get("If-Match"))
	if header == "" || header == "*" {
		return 0, nil
	}
	version, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(header, "W/"), `"`), 10, 64)
	if err != nil || version <= 0 {
		return 0, malformed("If-Match")
	}
	return version, nil
}

func (s *Server) deleteTicket(c *call, _ *none) (messageJSON, error) {
	id, err := c.pathID(domain.ErrTicketNotFound)
	if err != nil {
		return messageJSON{}, err
	}
	if err := s.Desk.Delete(c.r.Context(), c.actor, id); err != nil {
		return messageJSON{}, err
	}
	return c.message("api.ticket_deleted", map[string]any{"ID": id}), nil
}

func (s *Server) restoreTicket(c *call, _ *none) (ticketJSON, error) {
	id, err := c.pathID(domain.ErrTicketNotFound)
	if err != nil {
		return ticketJSON{}, err
	}
	if err := s.Desk.Restore(c.r.Context(), c.actor, id); err != nil {
		return ticketJSON{}, err
	}
	return s.getTicket(c, nil)
}

func (s *Server) listEvents(c *call, _ *none) ([]eventJSON, error) {
	id, err := c.pathID(domain.ErrTicketNotFound)
	if err != nil {
		return nil, err
	}
	v, err := s.Desk.Ticket(c.r.Context(), c.actor, id)
	if err != nil {
		return nil, err
	}
	out := make([]eventJSON, 0, len(v.Events))
	for i := range v.Events {
		out = append(out, wireEvent(&v.Events[i]))
	}
	return out, nil
}
