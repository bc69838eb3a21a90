package domain

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var (
	day      = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	ana      = Actor{User: User{ID: 1, Name: "Ana", Role: RoleIT, Active: true}, Channel: ChannelChat}
	bruno    = Actor{User: User{ID: 2, Name: "Bruno", Role: RoleIT, Active: true}, Channel: ChannelPanel}
	carla    = Actor{User: User{ID: 3, Name: "Carla", Role: RoleEmployee, Active: true}, Channel: ChannelChat}
	davi     = Actor{User: User{ID: 4, Name: "Davi", Role: RoleEmployee, Active: true}, Channel: ChannelAPI}
	inactive = Actor{User: User{ID: 5, Name: "Edu", Role: RoleIT}, Channel: ChannelAPI}
	people   = []Actor{ana, bruno, carla, davi, inactive}
)

func ticketOf(a Actor, s Status) Ticket {
	t := Ticket{
		ID: 12, Title: "Impressora", Description: "não liga", Category: CategoryHardware,
		Priority: PriorityMedium, Status: s, RequesterID: a.ID, CreatedAt: day, UpdatedAt: day, Version: 1,
	}
	if s.stamps() {
		t.FinishedAt = day
	}
	return t
}

func drawChange(t *rapid.T) TicketChange {
	var ch TicketChange
	if rapid.Bool().Draw(t, "status?") {
		s := rapid.SampledFrom(append([]Status{"inventado"}, Statuses...)).Draw(t, "status")
		ch.Status = &s
	}
	if rapid.Bool().Draw(t, "priority?") {
		p := rapid.SampledFrom(append([]Priority{""}, Priorities...)).Draw(t, "priority")
		ch.Priority = &p
	}
	if rapid.Bool().Draw(t, "category?") {
		c := rapid.SampledFrom(append([]Category{"x"}, Categories...)).Draw(t, "category")
		ch.Category = &c
	}
	if rapid.Bool().Draw(t, "title?") {
		s := rapid.StringN(0, 12, 600).Draw(t, "title")
		ch.Title = &s
	}
	if rapid.Bool().Draw(t, "assignee?") {
		ch.Assignee = &Assignment{UserID: int64(rapid.IntRange(0, 7).Draw(t, "assignee"))}
	}
	return ch
}

func account(id int64) *User {
	for _, p := range people {
		if p.ID == id {
			return &p.User
		}
	}
	return nil
}

// Whatever sequence of changes by whomever: the words stay known, the finishing time
// tells the truth, versions count, refused changes leave everything as it was, and an
// employee never gets at what is IT's or somebody else's.
func TestTicketKeepsItsInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tk := ticketOf(carla, StatusOpen)
		for i := range rapid.IntRange(1, 30).Draw(t, "steps") {
			a := rapid.SampledFrom(people).Draw(t, "actor")
			ch := drawChange(t)
			var assignee *User
			if ch.Assignee != nil {
				assignee = account(ch.Assignee.UserID)
			}
			now := day.Add(time.Duration(i+1) * time.Minute)
			next, events, err := tk.Apply(a, ch, assignee, now)
			if err != nil {
				if CodeOf(err) == CodeInternal {
					t.Fatalf("unexpected kind of error: %v", err)
				}
				if !equalTickets(next, tk) {
					t.Fatalf("refused change left a trace")
				}
				continue
			}
			checkStep(t, tk, next, events, a, now)
			tk = next
		}
	})
}

func equalTickets(a, b Ticket) bool {
	a.Requester, a.Assignee, b.Requester, b.Assignee = nil, nil, nil, nil
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

func checkStep(t *rapid.T, old, next Ticket, events []Event, a Actor, now time.Time) {
	if !next.Status.Valid() || !next.Priority.Valid() || !next.Category.Valid() || next.Title == "" {
		t.Fatalf("broken ticket: %+v", next)
	}
	if next.Status.stamps() == next.FinishedAt.IsZero() {
		t.Fatalf("status %s with finishing time %v", next.Status, next.FinishedAt)
	}
	if len(events) == 0 {
		if !equalTickets(old, next) {
			t.Fatalf("changed without an event")
		}
		return
	}
	if next.Version != old.Version+1 || !next.UpdatedAt.Equal(now) {
		t.Fatalf("version %d → %d", old.Version, next.Version)
	}
	for _, e := range events {
		if e.From == e.To || e.ActorID != a.ID || e.Status != next.Status {
			t.Fatalf("bad event %+v", e)
		}
	}
	if next.AssigneeID != old.AssigneeID && next.AssigneeID != 0 && !account(next.AssigneeID).IsIT() {
		t.Fatalf("assigned to %d", next.AssigneeID)
	}
	checkEmployeeStep(t, old, next, a)
	if !a.Active {
		t.Fatal("an inactive account changed something")
	}
}

func checkEmployeeStep(t *rapid.T, old, next Ticket, a Actor) {
	if a.Role == RoleIT {
		return
	}
	if a.ID != old.RequesterID {
		t.Fatalf("%s changed somebody else's ticket", a.Name)
	}
	if next.Priority != old.Priority || next.AssigneeID != old.AssigneeID {
		t.Fatal("an employee changed what is IT's")
	}
	if old.Status.Done() && next.changedTextOf(old) {
		t.Fatal("an employee edited a finished ticket")
	}
	allowed := next.Status == old.Status ||
		old.Status == StatusResolved && (next.Status == StatusOpen || next.Status == StatusClosed) ||
		!old.Status.Done() && next.Status == StatusCancelled
	if !allowed {
		t.Fatalf("an employee moved %s → %s", old.Status, next.Status)
	}
}

func TestApplyNamesForbiddenFields(t *testing.T) {
	p, s := PriorityHigh, StatusInProgress
	_, _, err := ticketOf(carla, StatusOpen).Apply(carla,
		TicketChange{Priority: &p, Status: &s, Assignee: &Assignment{UserID: ana.ID}}, &ana.User, day)
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Code != CodeForbidden {
		t.Fatalf("got %v", err)
	}
	var names []string
	for _, f := range e.Fields {
		names = append(names, f.Field)
	}
	if got := strings.Join(names, " "); got != "prioridade atribuido_para status" {
		t.Errorf("names %q", got)
	}
}

// Older clients send every field back as it was.
func TestUnchangedFieldsAreNoChange(t *testing.T) {
	tk := ticketOf(carla, StatusClosed)
	tk.Title, tk.Description = "a  b ", "como o antecessor gravou\n"
	tk.Extra = json.RawMessage(`{"a": 1, "b": 2}`)
	extra := json.RawMessage(`{"b":2,"a":1}`)
	ch := TicketChange{
		Title: &tk.Title, Description: &tk.Description, Category: &tk.Category, Priority: &tk.Priority,
		Status: &tk.Status, Assignee: &Assignment{}, Extra: &extra,
	}
	next, events, err := tk.Apply(carla, ch, nil, day.Add(time.Hour))
	if err != nil || len(events) != 0 || next.Version != tk.Version {
		t.Errorf("got %v, %d events, version %d", err, len(events), next.Version)
	}
}

func TestFinishedTicketIsReadOnlyForItsRequester(t *testing.T) {
	title := "outro"
	for _, s := range []Status{StatusResolved, StatusClosed, StatusCancelled} {
		_, _, err := ticketOf(carla, s).Apply(carla, TicketChange{Title: &title}, nil, day)
		if !errors.Is(err, ErrTicketFinished) {
			t.Errorf("%s: %v", s, err)
		}
		if ticketOf(carla, s).CanEdit(carla) {
			t.Errorf("%s: CanEdit", s)
		}
	}
}

func TestTakeTellsWhoWasFaster(t *testing.T) {
	tk := ticketOf(carla, StatusInProgress)
	tk.AssigneeID, tk.Assignee = ana.ID, ana.Ref()
	_, err := tk.take(bruno)
	if !errors.Is(err, ErrTaken) {
		t.Fatalf("got %v", err)
	}
	if e, _ := errors.AsType[*Error](err); e.Args["Name"] != "Ana" {
		t.Errorf("args %v", e.Args)
	}
	if _, err := tk.take(carla); !errors.Is(err, ErrITOnly) {
		t.Errorf("employee: %v", err)
	}
}

func TestNewCollaboratorNeedsItsFields(t *testing.T) {
	n := NewTicket{Title: "x", Description: "y", Category: CategoryNewCollaborator, Extra: json.RawMessage(`{"data_inicio":"02/03/2026"}`)}
	_, _, err := n.open(carla, day)
	e, ok := errors.AsType[*Error](err)
	if !ok || len(e.Fields) != 3 {
		t.Fatalf("got %v", err)
	}
	n.Extra = json.RawMessage(`{"colaborador_nome":"Eva","colaborador_data_nascimento":"1990-02-28","data_inicio":"2026-03-02","outro":1}`)
	if tk, _, err := n.open(carla, day); err != nil || !strings.Contains(string(tk.Extra), `"outro":1`) {
		t.Errorf("got %v, extra %s", err, tk.Extra)
	}
}

func TestPriorityOfNewTicket(t *testing.T) {
	n := NewTicket{Title: "x", Description: "y", Category: CategoryOther, Priority: PriorityHigh}
	if _, _, err := n.open(carla, day); CodeOf(err) != CodeForbidden {
		t.Errorf("employee's priority: %v", err)
	}
	if tk, _, err := n.open(ana, day); err != nil || tk.Priority != PriorityHigh {
		t.Errorf("IT's priority: %v, %v", tk.Priority, err)
	}
	n.Priority, n.Urgency = "", PriorityUrgent
	if tk, _, err := n.open(carla, day); err != nil || tk.Priority != PriorityUrgent {
		t.Errorf("urgency: %v, %v", tk.Priority, err)
	}
}
