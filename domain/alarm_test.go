package domain

import (
	"testing"
	"time"
)

func TestAlarmsSettle(t *testing.T) {
	due := day.Add(time.Hour)
	tk := ticketOf(carla, StatusOpen)
	tk.SLA = SLA{Response: Clock{Due: due}, Resolution: Clock{Due: due}}
	answered := tk
	answered.SLA.RespondedAt = day.Add(time.Minute)
	moved := tk
	moved.SLA.Resolution.Due = due.Add(time.Hour)
	alarm := func(kind EventKind, target string) Event {
		e := tk.event(System, kind, due.UTC().Format(time.RFC3339), target, day)
		e.ID = 10
		if kind == EventNobody {
			e.From = ""
		}
		return e
	}
	warning, breach, nobody := alarm(EventSLAWarning, SLAResolution), alarm(EventSLABreach, SLAResolution), alarm(EventNobody, "")
	warned, missed := alarm(EventSLAWarning, SLAResponse), alarm(EventSLABreach, SLAResponse)
	note := tk.event(ana, EventComment, "", "", day)
	note.Internal = true
	status := func(s Status) Event { return tk.event(ana, EventStatus, "", string(s), day) }
	take := tk.event(ana, EventAssignee, "", "1", answered.SLA.RespondedAt)
	for _, c := range []struct {
		name  string
		t     Ticket
		alarm Event
		e     Event
		want  bool
	}{
		{"taken", tk, warning, take, true}, {"taken, but missed", tk, breach, take, false}, {"taken counts as an answer", answered, missed, take, true},
		{"released", tk, warning, tk.event(ana, EventAssignee, "1", "", day), false}, {"urgent is taken", tk, nobody, take, true},
		{"answered", answered, warned, tk.event(ana, EventComment, "", "", day), true}, {"answered late", answered, missed, tk.event(ana, EventComment, "", "", day), true},
		{"the answer was taken back", tk, warned, tk.event(ana, EventComment, "", "", day), false},
		{"the requester wrote", tk, warned, tk.event(carla, EventComment, "", "", day), false}, {"a note", tk, warned, note, false},
		{"an answer is no solution", answered, breach, tk.event(ana, EventComment, "", "", day), false},
		{"solved", tk, breach, status(StatusResolved), true}, {"closed", tk, nobody, status(StatusClosed), true}, {"waits", tk, warning, status(StatusWaiting), true},
		{"in progress", tk, breach, status(StatusInProgress), false}, {"deleted", tk, breach, tk.event(ana, EventDeleted, "", "", day), true},
		{"less urgent", tk, nobody, tk.event(ana, EventPriority, "urgente", "alta", day), true}, {"another target", moved, breach, tk.event(ana, EventPriority, "", "baixa", day), true},
		{"the same target", tk, breach, tk.event(ana, EventPriority, "", "baixa", day), false}, {"another category", moved, warning, tk.event(ana, EventCategory, "", "rede", day), true},
		{"a title", tk, breach, tk.event(ana, EventTitle, "", "x", day), false},
	} {
		before := c.e
		before.ID, c.e.ID = 9, 11
		if by, ok := c.t.Settled(c.alarm, []Event{before, c.e}); ok != c.want || ok && by.ID != 11 {
			t.Errorf("%s: settled %v by %d", c.name, ok, by.ID)
		}
		if _, ok := c.t.Settled(c.alarm, []Event{before}); ok {
			t.Errorf("%s: settled by what was before", c.name)
		}
	}
}
