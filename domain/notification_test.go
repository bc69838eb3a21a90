package domain

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// internalKinds are the events that only IT may know of.
var internalKinds = map[EventKind]bool{
	EventNote: true, EventCommentUndo: true, EventSLAWarning: true, EventSLABreach: true,
	EventNoAnswer: true, EventAnswered: true, EventNobody: true,
}

// Over the whole table, whoever acts and whoever has which role: nobody hears of their own doing, in chat or by
// mail; employees and requesters never of what is internal; every person of one event at most once, whatever
// they are to the ticket; a card is brought up to date once for a whole change, and so are alarms.
func TestNoticesTellTheRightPeopleOnce(t *testing.T) {
	var kinds []EventKind
	for k := range telling {
		kinds = append(kinds, k)
	}
	slices.Sort(kinds)
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SampledFrom(people[:4]).Draw(t, "actor")
		tk := ticketOf(rapid.SampledFrom([]Actor{carla, ana}).Draw(t, "requester"), StatusOpen)
		tk.AssigneeID = rapid.SampledFrom([]int64{0, ana.ID, bruno.ID, carla.ID}).Draw(t, "assignee")
		tk.Priority = rapid.SampledFrom(Priorities).Draw(t, "priority")
		lead := rapid.SampledFrom([]int64{0, ana.ID, bruno.ID}).Draw(t, "lead")
		var events []Event
		for _, k := range rapid.SliceOfN(rapid.SampledFrom(kinds), 1, 4).Draw(t, "kinds") {
			e := tk.event(a, k, "99", "2", day)
			e.Internal = internalKinds[k]
			events = append(events, e)
		}
		type told struct {
			card  bool
			user  int64
			event int
		}
		seen, group, settled := map[told]bool{}, map[told]bool{}, 0
		for _, n := range noticesAndLead(tk, a, events, 0, lead) {
			e := events[n.Event]
			if n.Kind == NoticeSettle {
				settled++
				continue
			}
			key := told{n.Kind == NoticeCard, n.UserID, n.Event}
			if key.card {
				key.event = -1
			}
			book := seen
			if n.UserID == 0 {
				book = group
			}
			if book[key] {
				t.Fatalf("told twice: %+v", n)
			}
			book[key] = true
			if !key.card && n.UserID == a.ID {
				t.Fatalf("told of their own doing: %+v", n)
			}
			if n.UserID == tk.RequesterID && e.Internal && !key.card {
				t.Fatalf("requester told of %s", e.Kind)
			}
			if (n.Audience == AudienceGroup) != (n.UserID == 0) {
				t.Fatalf("address of %+v", n)
			}
			if n.Mails(e) && n.UserID == 0 {
				t.Fatalf("a mail to nobody: %+v", n)
			}
		}
		if settled > 1 {
			t.Fatalf("alarms are brought up to date %d times", settled)
		}
	})
}

// What somebody has to do something about is told to somebody, also when whoever has the ticket asked for it
// themselves.
func TestWarningsFindSomebody(t *testing.T) {
	for _, assignee := range []int64{0, ana.ID, bruno.ID} {
		tk := ticketOf(ana, StatusOpen)
		tk.AssigneeID = assignee
		for _, kind := range []EventKind{EventSLAWarning, EventSLABreach, EventNoAnswer, EventAnswered} {
			e := tk.event(System, kind, "", "", day)
			e.Internal = true
			found := slices.ContainsFunc(notices(tk, System, []Event{e}, 0), func(n Notice) bool { return n.Kind != NoticeCard })
			if !found {
				t.Errorf("nobody hears of %s, assignee %d", kind, assignee)
			}
		}
	}
}

func TestEventVisibility(t *testing.T) {
	tk := ticketOf(carla, StatusOpen)
	note := tk.event(ana, EventNote, "", "", day)
	note.Internal = true
	open := tk.event(ana, EventStatus, "a", "b", day)
	for _, c := range []struct {
		e    Event
		a    Actor
		want bool
	}{
		{note, bruno, true}, {note, carla, false}, {open, carla, true}, {open, davi, false},
		{open, inactive, false}, {tk.event(ana, EventDeleted, "", "", day), carla, true},
	} {
		if got := c.e.VisibleTo(&c.a); got != c.want {
			t.Errorf("%s to %s: %v", c.e.Kind, c.a.Name, got)
		}
	}
}

// Whoever gets the ticket is told by the card alone, and whoever had it sees it go.
func TestTheCardMovesWithTheTicket(t *testing.T) {
	tk := ticketOf(carla, StatusOpen)
	tk.AssigneeID = bruno.ID
	events := []Event{
		tk.event(ana, EventAssignee, idWord(davi.ID), idWord(bruno.ID), day), tk.event(ana, EventStatus, "a", "b", day),
	}
	got := map[int64][]NoticeKind{}
	for _, n := range notices(tk, ana, events, 0) {
		got[n.UserID] = append(got[n.UserID], n.Kind)
	}
	if want := []NoticeKind{NoticeCard}; !slices.Equal(got[davi.ID], want) {
		t.Errorf("who had it is sent %v", got[davi.ID])
	}
	for _, kind := range got[bruno.ID] { // what the card tells in chat, a letter tells by mail
		if kind != NoticeCard && kind != NoticeLetter {
			t.Errorf("who gets it is sent %v", got[bruno.ID])
		}
	}
}
