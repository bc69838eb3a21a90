package domain

import "time"

// warned reports whether a warning about the ticket may stand in some chat when e happens;
// it may say so of a ticket about which there is none, never the other way round.
func (t Ticket) warned(e Event) bool {
	return t.SLA.Marks != 0 || t.Priority == PriorityUrgent || e.Kind == EventPriority || e.Kind == EventCategory
}

// Settled returns the event that has made an alarm moot, out of the history of its ticket,
// oldest first; ok is false while the alarm stands.
//
// A warning and the cry for somebody to take an urgent ticket are moot once somebody takes
// it; a missed target once it is met after all; all of them once work on the ticket rests,
// or the target has moved.
func (t Ticket) Settled(alarm Event, history []Event) (by Event, ok bool) {
	for _, e := range history {
		if e.ID > alarm.ID && t.settles(alarm, e) {
			return e, true
		}
	}
	return Event{}, false
}

func (t Ticket) settles(alarm, e Event) bool {
	switch e.Kind {
	case EventDeleted:
		return true
	case EventStatus:
		return !Status(e.To).ticks()
	case EventAssignee:
		return e.To != "" && (alarm.Kind != EventSLABreach || alarm.To == SLAResponse && e.At.Equal(t.SLA.RespondedAt))
	case EventComment:
		return alarm.To == SLAResponse && !e.Internal && e.ActorID != t.RequesterID && !t.SLA.RespondedAt.IsZero()
	case EventPriority:
		return alarm.Kind == EventNobody && e.To != string(PriorityUrgent) || t.moved(alarm)
	case EventCategory:
		return t.moved(alarm)
	}
	return false
}

// moved reports whether the target that an alarm is about is due at another time now, or
// there is none any more.
func (t Ticket) moved(alarm Event) bool {
	if alarm.Kind == EventNobody {
		return false
	}
	clock := t.SLA.Resolution
	if alarm.To == SLAResponse {
		clock = t.SLA.Response
	}
	due, err := time.Parse(time.RFC3339, alarm.From)
	return err == nil && !clock.Paused && !clock.Due.UTC().Truncate(time.Second).Equal(due)
}

// Alarm is one warning that a message in a chat shows.
type Alarm struct {
	TicketID int64
	EventID  int64
	UserID   int64 // whom it was for; 0 for a group
	Settled  bool  // the message says so already
}
