package domain

import (
	"testing"

	"pgregory.net/rapid"
)

// Nobody hears of their own doing, employees never of what is internal, everybody of one
// event at most once, and a card is brought up to date once for a whole change.
func TestNoticesTellTheRightPeopleOnce(t *testing.T) {
	kinds := []EventKind{
		EventCreated, EventStatus, EventPriority, EventAssignee, EventTitle, EventComment, EventNote,
		EventDeleted, EventAttachment, EventCommentUndo, EventSLAWarning, EventSLABreach, EventCloseSoon,
		EventWaitReminder, EventNoAnswer, EventAnswered, EventNobody,
	}
	internal := map[EventKind]bool{
		EventNote: true, EventCommentUndo: true, EventSLAWarning: true, EventSLABreach: true,
		EventNoAnswer: true, EventAnswered: true, EventNobody: true,
	}
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SampledFrom(people[:4]).Draw(t, "actor")
		tk := ticketOf(carla, StatusOpen)
		tk.AssigneeID = rapid.SampledFrom([]int64{0, ana.ID, bruno.ID, carla.ID}).Draw(t, "assignee")
		var events []Event
		for _, k := range rapid.SliceOfN(rapid.SampledFrom(kinds), 1, 4).Draw(t, "kinds") {
			e := tk.event(a, k, "a", "b", day)
			e.Internal = internal[k]
			events = append(events, e)
		}
		type told struct {
			kind  NoticeKind
			who   Audience
			user  int64
			event int
		}
		seen := map[told]bool{}
		for _, n := range noticesAndLead(tk, a, events, 0, rapid.SampledFrom([]int64{0, ana.ID, bruno.ID}).Draw(t, "lead")) {
			e := events[n.Event]
			key := told{n.Kind, n.Audience, n.UserID, n.Event}
			if n.Kind == NoticeCard {
				key.event = -1
			}
			if seen[key] {
				t.Fatalf("told twice: %+v", n)
			}
			seen[key] = true
			if n.Kind == NoticeEvent && n.UserID == a.ID {
				t.Fatalf("told of their own doing: %+v", n)
			}
			if n.Audience == AudienceRequester && e.Internal {
				t.Fatalf("requester told of %s", e.Kind)
			}
			if (n.Audience == AudienceGroup) != (n.UserID == 0) {
				t.Fatalf("address of %+v", n)
			}
		}
	})
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
		if got := c.e.VisibleTo(c.a); got != c.want {
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
	for _, id := range []int64{bruno.ID, davi.ID} {
		if len(got[id]) != 1 || got[id][0] != NoticeCard {
			t.Errorf("user %d is sent %v", id, got[id])
		}
	}
}
