package domain

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of a ticket's texts in characters. The title's is the column's; the
// description's keeps one ticket from being a file.
const (
	MaxTitle       = 500
	MaxDescription = 50_000
)

// RestoreWindow is how long a deleted ticket can be brought back.
const RestoreWindow = 30 * 24 * time.Hour

// Ticket is a request for help.
type Ticket struct {
	ID          int64
	Title       string
	Description string
	Category    Category
	Priority    Priority
	Status      Status
	RequesterID int64
	AssigneeID  int64           // 0 for nobody
	Extra       json.RawMessage // dados_extras; nil if none
	CreatedAt   time.Time
	UpdatedAt   time.Time
	FinishedAt  time.Time // fechado_em; zero unless resolved or closed
	EndedAt     time.Time // when work on it ended; stays when what is resolved is closed; zero while it goes on
	DeletedAt   time.Time // zero unless deleted
	Version     int64     // grows with every change; an ETag
	SLA         SLA
	Care        Care
	WakeAt      time.Time // when the desk itself has to look at the ticket next; zero for never
	Requester   *UserRef  // filled when read
	Assignee    *UserRef  // filled when read; nil for nobody
}

// NewTicket is the input for a ticket.
type NewTicket struct {
	Title       string
	Description string
	Category    Category
	Priority    Priority // set by IT; "" for the default
	Urgency     Priority // the requester's own answer in chat; "" if not asked
	Extra       json.RawMessage
	RequesterID int64 // 0 for the actor; IT may open on behalf of others
	Attachments []NewAttachment
	Origin      Origin
}

// Assignment names a new assignee; UserID 0 takes the ticket from everybody.
type Assignment struct{ UserID int64 }

// TicketChange is a partial update; nil fields stay. Setting a field to the value it
// already has is not a change, whoever does it: older clients send all fields back.
type TicketChange struct {
	Title       *string
	Description *string
	Category    *Category
	Priority    *Priority
	Status      *Status
	Assignee    *Assignment
	Extra       *json.RawMessage
}

// open decides whether a may open n and returns the ticket and its first event.
func (n NewTicket) open(a Actor, now time.Time) (Ticket, Event, error) {
	if err := a.authenticated(); err != nil {
		return Ticket{}, Event{}, err
	}
	if err := n.permitted(a); err != nil {
		return Ticket{}, Event{}, err
	}
	t := Ticket{
		Title: oneLine(n.Title), Description: paragraphs(n.Description),
		Category: n.Category, Priority: PriorityMedium, Status: StatusOpen,
		RequesterID: n.RequesterID, Extra: n.Extra, CreatedAt: now, UpdatedAt: now, Version: 1,
	}
	if t.RequesterID == 0 {
		t.RequesterID = a.ID
	}
	if n.Urgency != "" {
		t.Priority = n.Urgency
	}
	if n.Priority != "" {
		t.Priority = n.Priority
	}
	if err := t.validate(); err != nil {
		return Ticket{}, Event{}, err
	}
	return t, t.event(a, EventCreated, "", string(t.Status), now), nil
}

// permitted refuses, by name, the fields that an employee may not give.
func (n NewTicket) permitted(a Actor) error {
	if a.IsIT() {
		return nil
	}
	var fields []string
	if n.Priority != "" {
		fields = append(fields, "prioridade")
	}
	if n.RequesterID != 0 && n.RequesterID != a.ID {
		fields = append(fields, "usuario_id")
	}
	if len(fields) > 0 {
		return Forbidden(fields...)
	}
	return nil
}

// validate checks the fields against the limits and words.
func (t Ticket) validate() error {
	var c checks
	switch n := utf8.RuneCountInString(t.Title); {
	case n == 0:
		c.add("titulo", "required")
	case n > MaxTitle:
		c.add("titulo", "too_long", "Max", MaxTitle)
	case hasControl(t.Title):
		c.add("titulo", "control_characters")
	}
	switch n := utf8.RuneCountInString(t.Description); {
	case n == 0:
		c.add("descricao", "required")
	case n > MaxDescription:
		c.add("descricao", "too_long", "Max", MaxDescription)
	case hasControl(t.Description):
		c.add("descricao", "control_characters")
	}
	switch {
	case t.Category == "":
		c.add("categoria", "required")
	case !t.Category.Valid():
		c.add("categoria", "unknown_category", "Value", string(t.Category))
	}
	if !t.Priority.Valid() {
		c.add("prioridade", "unknown_priority", "Value", string(t.Priority))
	}
	if !t.Status.Valid() {
		c.add("status", "unknown_status", "Value", string(t.Status))
	}
	checkExtra(&c, t.Category, t.Extra)
	return c.err()
}

// visible reports whether a may see the ticket: nil, [ErrTicketNotFound] for a deleted
// one (IT restores it by other means), or [ErrNotYourTicket].
func (t Ticket) visible(a Actor) error {
	if err := a.authenticated(); err != nil {
		return err
	}
	if !a.IsIT() && t.RequesterID != a.ID {
		return ErrNotYourTicket
	}
	if !t.DeletedAt.IsZero() {
		return ErrTicketNotFound
	}
	return nil
}

// DescriptionAdds reports whether the description says more than the title.
func (t Ticket) DescriptionAdds() bool { return AddsTo(t.Title, t.Description) }

// AddsTo reports whether a description says more than a title does.
func AddsTo(title, description string) bool {
	const ends = ".!…;, "
	line := strings.Join(strings.Fields(description), " ")
	return strings.TrimRight(line, ends) != strings.TrimRight(title, ends)
}

// CanEdit reports whether a may change title, description and category now.
func (t Ticket) CanEdit(a Actor) bool {
	return t.visible(a) == nil && (a.IsIT() || !t.Status.Done())
}

// StatusesFor returns the statuses to which a may move the ticket now, in board order.
// The ticket's own status is not among them.
func (t Ticket) StatusesFor(a Actor) []Status {
	if t.visible(a) != nil {
		return nil
	}
	var out []Status
	for _, s := range Statuses {
		if s != t.Status && (a.IsIT() || employeeMove(t.Status, s)) {
			out = append(out, s)
		}
	}
	return out
}

// employeeMove reports whether a requester may move their own ticket: cancel what is not
// done, reopen or confirm what is resolved.
func employeeMove(from, to Status) bool {
	if from == StatusResolved {
		return to == StatusOpen || to == StatusClosed
	}
	return to == StatusCancelled && !from.Done()
}

// Apply decides a change: it returns the ticket as it will be and the events that tell
// of it, one per changed field; no events means that nothing changes. assignee is the
// account that ch.Assignee names, nil if it names none or nobody has that id.
func (t Ticket) Apply(a Actor, ch TicketChange, assignee *User, now time.Time) (Ticket, []Event, error) {
	if err := t.visible(a); err != nil {
		return t, nil, err
	}
	next := t.with(ch)
	if err := t.permit(a, next); err != nil {
		return t, nil, err
	}
	if next.AssigneeID != t.AssigneeID && next.AssigneeID != 0 {
		if assignee == nil || assignee.ID != next.AssigneeID || !assignee.IsIT() {
			return t, nil, Invalid(FieldError{Field: "atribuido_para", Key: "assignee_not_it"})
		}
		next.Assignee = assignee.Ref()
	}
	if next.AssigneeID == 0 {
		next.Assignee = nil
	}
	if next.changedTextOf(t) {
		if err := next.validate(); err != nil {
			return t, nil, err
		}
	}
	if !next.Status.Valid() || !next.Priority.Valid() {
		return t, nil, next.validate()
	}
	next.stamp(t, now)
	events := t.diff(a, next, now)
	if len(events) == 0 {
		return t, nil, nil
	}
	next.UpdatedAt, next.Version = now, t.Version+1
	return next, events, nil
}

// with returns t with the fields of ch set.
func (t Ticket) with(ch TicketChange) Ticket {
	if ch.Title != nil && *ch.Title != t.Title {
		t.Title = oneLine(*ch.Title)
	}
	if ch.Description != nil && *ch.Description != t.Description {
		t.Description = paragraphs(*ch.Description)
	}
	if ch.Category != nil {
		t.Category = *ch.Category
	}
	if ch.Priority != nil {
		t.Priority = *ch.Priority
	}
	if ch.Status != nil {
		t.Status = *ch.Status
	}
	if ch.Assignee != nil {
		t.AssigneeID = ch.Assignee.UserID
	}
	if ch.Extra != nil {
		t.Extra = *ch.Extra
	}
	return t
}

// permit refuses what a may not change, naming the fields.
func (t Ticket) permit(a Actor, next Ticket) error {
	if a.IsIT() {
		return nil
	}
	var fields []string
	if next.Priority != t.Priority {
		fields = append(fields, "prioridade")
	}
	if next.AssigneeID != t.AssigneeID {
		fields = append(fields, "atribuido_para")
	}
	if next.Status != t.Status && !employeeMove(t.Status, next.Status) {
		fields = append(fields, "status")
	}
	if len(fields) > 0 {
		return Forbidden(fields...)
	}
	if t.Status.Done() && next.changedTextOf(t) {
		return ErrTicketFinished
	}
	return nil
}

func (t Ticket) changedTextOf(old Ticket) bool {
	return t.Title != old.Title || t.Description != old.Description ||
		t.Category != old.Category || !sameJSON(t.Extra, old.Extra)
}

// stamp keeps FinishedAt true: set on entering resolved or closed, cleared on leaving; and
// EndedAt, which also cancelling sets.
func (t *Ticket) stamp(old Ticket, now time.Time) {
	if t.Status == old.Status {
		return
	}
	switch {
	case !t.Status.Done():
		t.EndedAt = time.Time{}
	case !old.Status.Done():
		t.EndedAt = now
	}
	t.FinishedAt = time.Time{}
	if t.Status.stamps() {
		t.FinishedAt = now
	}
}

// diff returns one event for each field in which next differs from t.
func (t Ticket) diff(a Actor, next Ticket, now time.Time) []Event {
	var events []Event
	add := func(kind EventKind, from, to string) {
		if from != to {
			events = append(events, next.event(a, kind, from, to, now))
		}
	}
	add(EventTitle, t.Title, next.Title)
	add(EventDescription, t.Description, next.Description)
	add(EventCategory, string(t.Category), string(next.Category))
	add(EventPriority, string(t.Priority), string(next.Priority))
	add(EventAssignee, idWord(t.AssigneeID), idWord(next.AssigneeID))
	add(EventStatus, string(t.Status), string(next.Status))
	if !sameJSON(t.Extra, next.Extra) {
		add(EventExtra, string(t.Extra), string(next.Extra))
	}
	return events
}

// take returns the change by which a takes the ticket, or [Taken] when somebody else has
// it.
func (t Ticket) take(a Actor) (TicketChange, error) {
	if err := a.requireIT(); err != nil {
		return TicketChange{}, err
	}
	if t.AssigneeID != 0 && t.AssigneeID != a.ID {
		name := ""
		if t.Assignee != nil {
			name = t.Assignee.Name
		}
		return TicketChange{}, Taken(name)
	}
	ch := TicketChange{Assignee: &Assignment{UserID: a.ID}}
	if t.Status == StatusOpen {
		s := StatusInProgress
		ch.Status = &s
	}
	return ch, nil
}

// sameJSON reports whether two documents are equal but for white space and member order.
func sameJSON(a, b json.RawMessage) bool {
	if bytes.Equal(a, b) || emptyJSON(a) && emptyJSON(b) {
		return true
	}
	return canonical(a) == canonical(b)
}

func emptyJSON(raw json.RawMessage) bool {
	t := bytes.TrimSpace(raw)
	return len(t) == 0 || bytes.Equal(t, []byte("null"))
}

func canonical(raw json.RawMessage) string {
	var v any
	if emptyJSON(raw) || json.Unmarshal(raw, &v) != nil {
		return string(raw)
	}
	out, err := json.Marshal(v)
	if err != nil {
		return string(raw)
	}
	return string(out)
}
