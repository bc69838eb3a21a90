package domain

import "time"

// CarePolicy says what the desk does by itself for tickets that would be forgotten. A nil
// policy does nothing; a zero field switches its part off.
type CarePolicy struct {
	Calendar *Calendar
	// CloseAfter is after how many working days a resolved ticket is closed; the requester
	// is reminded CloseReminder working days before.
	CloseAfter, CloseReminder int
	// WaitingDays is after how many working days the requester of a waiting ticket is
	// reminded; twice, then IT is asked what to do.
	WaitingDays int
	// UrgentEvery is how much working time an urgent ticket may be nobody's before the
	// group is told of it again.
	UrgentEvery time.Duration
}

// Care is what a ticket remembers of the desk's care.
type Care struct {
	Step int       // how often the desk has acted since the reason came up
	Next time.Time // when it acts next; zero for never
}

// careReason is why a ticket needs care.
type careReason int

const (
	careNone careReason = iota
	careResolved
	careWaiting
	careUrgent
)

func (t Ticket) careReason() careReason {
	switch {
	case t.Status == StatusResolved:
		return careResolved
	case t.Status == StatusWaiting:
		return careWaiting
	case t.Status.ticks() && t.Priority == PriorityUrgent && t.AssigneeID == 0:
		return careUrgent
	}
	return careNone
}

// plan starts the care of a ticket that has just come to need it, and ends it when the need
// has gone. old is nil for a new ticket.
func (p *CarePolicy) plan(old, next *Ticket, now time.Time) {
	if old != nil && old.careReason() == next.careReason() {
		return
	}
	next.Care = Care{}
	if p != nil {
		next.Care.Next = p.after(*next, now)
	}
}

// after returns when the desk acts on a ticket whose care is at its step; zero for never.
func (p *CarePolicy) after(t Ticket, now time.Time) time.Time {
	switch reason, step := t.careReason(), t.Care.Step; {
	case reason == careResolved && p.CloseAfter > 0:
		if reminds := p.CloseReminder > 0 && p.CloseReminder < p.CloseAfter; reminds {
			if step == 0 {
				return p.Calendar.AddDays(now, p.CloseAfter-p.CloseReminder)
			}
			return p.Calendar.AddDays(now, p.CloseReminder)
		}
		return p.Calendar.AddDays(now, p.CloseAfter)
	case reason == careWaiting && p.WaitingDays > 0 && step <= maxWaitReminders:
		return p.Calendar.AddDays(now, p.WaitingDays)
	case reason == careUrgent && p.UrgentEvery > 0:
		return p.Calendar.Add(now, p.UrgentEvery)
	}
	return time.Time{}
}

// maxWaitReminders is how often a requester is asked before IT is.
const maxWaitReminders = 2

// act takes the next step of care if it is due: it returns what is to be told ("" for
// nothing), or closes for a ticket that nobody objects to. answered says that the requester
// wrote since the last step: then a waiting ticket is IT's matter at once, and a resolved
// one is not closed without another reminder.
func (p *CarePolicy) act(t *Ticket, answered bool, now time.Time) (kind EventKind, closes bool) {
	if t.Care.Next.IsZero() || t.Care.Next.After(now) {
		return "", false
	}
	t.Care.Next = time.Time{}
	if p == nil {
		return "", false
	}
	switch t.careReason() {
	case careNone:
		return "", false
	case careResolved:
		reminds := p.CloseReminder > 0 && p.CloseReminder < p.CloseAfter
		if !reminds || t.Care.Step > 0 && !answered {
			return "", p.CloseAfter > 0
		}
		kind = EventCloseSoon
	case careWaiting:
		switch {
		case answered:
			kind, t.Care.Step = EventAnswered, maxWaitReminders
		case t.Care.Step >= maxWaitReminders:
			kind = EventNoAnswer
		default:
			kind = EventWaitReminder
		}
	case careUrgent:
		kind = EventNobody
	}
	t.Care.Step++
	t.Care.Next = p.after(*t, now)
	return kind, false
}

// careEvent tells of a step of care; only reminders are for the requester's eyes.
func (t Ticket) careEvent(kind EventKind, now time.Time) Event {
	e := t.event(System, kind, "", "", now)
	e.Internal = kind != EventCloseSoon && kind != EventWaitReminder
	return e
}
