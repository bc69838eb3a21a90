package domain

import "time"

// Target is how much working time a ticket may take: until the first public reply of IT,
// and until it is resolved. 0 is no target.
type Target struct{ Response, Resolution time.Duration }

// SLAPolicy are the desk's promises. A nil policy promises nothing.
type SLAPolicy struct {
	Calendar *Calendar
	Targets  map[Priority]Target
	// ByCategory overrides Targets for some categories, priority by priority.
	ByCategory map[Category]map[Priority]Target
	// WarnAt is the share of a target, in percent, after which IT is warned; 0 for never.
	WarnAt int
	// TakingResponds says that taking a ticket counts as the first response to it.
	TakingResponds bool
}

// Clock is one target of one ticket. The zero value is no target. While it runs, Due is the
// time by which it must be met; while it is paused, Left is the working time that remains,
// negative if it was late by then.
type Clock struct {
	Due    time.Time
	Left   time.Duration
	Paused bool
}

// Set reports whether there is a target at all.
func (c Clock) Set() bool { return c.Paused || !c.Due.IsZero() }

// late reports whether the target was missed, judged at a time.
func (c Clock) late(at time.Time) bool {
	if c.Paused {
		return c.Left < 0
	}
	return !c.Due.IsZero() && at.After(c.Due)
}

// SLAMarks are the warnings that have been given about a ticket.
type SLAMarks uint8

const (
	ResponseWarned SLAMarks = 1 << iota
	ResponseBreached
	ResolutionWarned
	ResolutionBreached
)

// SLA is what a ticket remembers of its targets.
type SLA struct {
	RespondedAt time.Time // the first public reply of IT; zero if there was none
	Response    Clock     // stands still once there was a response
	Resolution  Clock     // paused while the ticket waits or is done
	Marks       SLAMarks
}

// SLAState is how a ticket stands to its targets. Its value is the word on the wire.
type SLAState string

const (
	SLANone     SLAState = "sem_prazo"
	SLAOK       SLAState = "em_dia"
	SLAAtRisk   SLAState = "em_risco"
	SLABreached SLAState = "estourado"
	SLAPaused   SLAState = "pausado"
	SLAMet      SLAState = "cumprido"
)

// SLAStates are all states, the worst first.
var SLAStates = []SLAState{SLABreached, SLAAtRisk, SLAOK, SLAPaused, SLAMet, SLANone}

// SLAState returns how the ticket stands to its targets at a time.
func (t Ticket) SLAState(now time.Time) SLAState {
	s := t.SLA
	switch {
	case t.Status == StatusCancelled, !s.Response.Set() && !s.Resolution.Set():
		return SLANone
	case s.responseLate(now), s.Resolution.late(now):
		return SLABreached
	case t.Status.Done():
		return SLAMet
	case t.Status == StatusWaiting:
		return SLAPaused
	case s.Marks&ResolutionWarned != 0, s.Marks&ResponseWarned != 0 && s.RespondedAt.IsZero():
		return SLAAtRisk
	}
	return SLAOK
}

// Due returns the next time by which the ticket's targets ask for something, zero while
// nothing is due.
func (s SLA) Due() time.Time {
	if s.RespondedAt.IsZero() && !s.Response.Due.IsZero() {
		if s.Resolution.Due.IsZero() || s.Response.Due.Before(s.Resolution.Due) {
			return s.Response.Due
		}
	}
	return s.Resolution.Due
}

// responseLate reports whether the first response was late or is overdue.
func (s SLA) responseLate(now time.Time) bool {
	if !s.RespondedAt.IsZero() {
		now = s.RespondedAt
	}
	return s.Response.late(now)
}

// ResponseMet reports whether the first response came in time; ok is false while that is
// undecided or there is no such target.
func (s SLA) ResponseMet(now time.Time) (met, ok bool) {
	late := s.responseLate(now)
	return !late, s.Response.Set() && (late || !s.RespondedAt.IsZero())
}

// target returns what is promised for a ticket.
func (p *SLAPolicy) target(t Ticket) Target {
	if own, ok := p.ByCategory[t.Category][t.Priority]; ok {
		return own
	}
	return p.Targets[t.Priority]
}

// ticks reports whether a ticket's clocks run in a status.
func (s Status) ticks() bool { return s == StatusOpen || s == StatusInProgress }

// open starts the clocks of a new ticket.
func (p *SLAPolicy) open(t *Ticket, now time.Time) {
	if p == nil {
		return
	}
	target := p.target(*t)
	t.SLA.Response = p.retarget(Clock{}, 0, target.Response, true, now)
	t.SLA.Resolution = p.retarget(Clock{}, 0, target.Resolution, true, now)
}

// change keeps the clocks true when old becomes next by a's doing.
func (p *SLAPolicy) change(old Ticket, next *Ticket, a Actor, now time.Time) {
	if p == nil {
		return
	}
	s := &next.SLA
	if from, to := p.target(old), p.target(*next); from != to {
		if s.RespondedAt.IsZero() {
			s.Response = p.retarget(s.Response, from.Response, to.Response, old.Status.ticks(), now)
		}
		s.Resolution = p.retarget(s.Resolution, from.Resolution, to.Resolution, old.Status.ticks(), now)
		p.unmark(next, now)
	}
	if p.responds(old, *next, a) && s.RespondedAt.IsZero() {
		s.RespondedAt = now
	}
	if running := next.Status.ticks(); running != old.Status.ticks() {
		if s.RespondedAt.IsZero() {
			s.Response = p.turn(s.Response, running, now)
		}
		s.Resolution = p.turn(s.Resolution, running, now)
	}
}

// responds reports whether a change is a first response: IT finishes the ticket, or takes
// it where that counts.
func (p *SLAPolicy) responds(old, next Ticket, a Actor) bool {
	if !a.IsIT() || a.Channel == ChannelSystem {
		return false
	}
	finished := next.Status.stamps() && !old.Status.stamps()
	taken := next.AssigneeID != 0 && next.AssigneeID != old.AssigneeID
	return finished || taken && p.TakingResponds
}

// retarget moves a clock from one target to another; the time used so far stays used. A
// clock that had no target starts now.
func (p *SLAPolicy) retarget(c Clock, from, to time.Duration, running bool, now time.Time) Clock {
	switch {
	case to <= 0:
		return Clock{}
	case c.Paused:
		c.Left += to - from
		return c
	case c.Set():
		c.Due = p.Calendar.Add(c.Due, to-from)
		return c
	case running:
		return Clock{Due: p.Calendar.Add(now, to)}
	}
	return Clock{Left: to, Paused: true}
}

// turn pauses or resumes a clock.
func (p *SLAPolicy) turn(c Clock, running bool, now time.Time) Clock {
	switch {
	case running && c.Paused:
		return Clock{Due: p.Calendar.Add(now, c.Left)}
	case !running && c.Set() && !c.Paused:
		return Clock{Left: p.Calendar.Between(now, c.Due), Paused: true}
	}
	return c
}

// promise is one clock with what belongs to it.
type promise struct {
	word             string
	clock            *Clock
	target           time.Duration
	warned, breached SLAMarks
}

// Words of a target in events.
const (
	SLAResponse   = "primeira_resposta"
	SLAResolution = "solucao"
)

// running returns the clocks of a ticket that are due some time.
func (p *SLAPolicy) running(t *Ticket) []promise {
	target := p.target(*t)
	all := []promise{
		{SLAResponse, &t.SLA.Response, target.Response, ResponseWarned, ResponseBreached},
		{SLAResolution, &t.SLA.Resolution, target.Resolution, ResolutionWarned, ResolutionBreached},
	}
	out := all[:0]
	for _, c := range all {
		if c.clock.Due.IsZero() || c.word == SLAResponse && !t.SLA.RespondedAt.IsZero() {
			continue
		}
		out = append(out, c)
	}
	return out
}

// warnAt returns when a clock is to be warned about; zero for never.
func (p *SLAPolicy) warnAt(c promise) time.Time {
	if p.WarnAt <= 0 || p.WarnAt >= 100 {
		return time.Time{}
	}
	return p.Calendar.Add(c.clock.Due, -c.target*time.Duration(100-p.WarnAt)/100)
}

// next returns when somebody has to be warned about a ticket next; zero for never.
func (p *SLAPolicy) next(t Ticket) time.Time {
	var next time.Time
	if p == nil {
		return next
	}
	for _, c := range p.running(&t) {
		if t.SLA.Marks&c.breached != 0 {
			continue
		}
		next = soonest(next, c.clock.Due)
		if t.SLA.Marks&c.warned == 0 {
			next = soonest(next, p.warnAt(c))
		}
	}
	return next
}

// soonest returns the earlier of two times, of which zero ones do not count.
func soonest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// unmark forgets warnings that a later target has made moot.
func (p *SLAPolicy) unmark(t *Ticket, now time.Time) {
	for _, c := range p.running(t) {
		if now.Before(c.clock.Due) {
			t.SLA.Marks &^= c.breached
		}
		if warn := p.warnAt(c); warn.IsZero() || now.Before(warn) {
			t.SLA.Marks &^= c.warned
		}
	}
}

// watch marks what has to be told now and returns the events that tell of it: a breach, or
// a warning before it.
func (p *SLAPolicy) watch(t *Ticket, now time.Time) []Event {
	var events []Event
	if p == nil {
		return nil
	}
	for _, c := range p.running(t) {
		warn := p.warnAt(c)
		switch {
		case t.SLA.Marks&c.breached != 0:
		case c.clock.late(now):
			t.SLA.Marks |= c.breached | c.warned
			events = append(events, t.slaEvent(EventSLABreach, c, now))
		case !warn.IsZero() && !now.Before(warn) && t.SLA.Marks&c.warned == 0:
			t.SLA.Marks |= c.warned
			events = append(events, t.slaEvent(EventSLAWarning, c, now))
		}
	}
	return events
}

// slaEvent tells which target (To) is due when (From).
func (t Ticket) slaEvent(kind EventKind, c promise, now time.Time) Event {
	e := t.event(System, kind, c.clock.Due.UTC().Format(time.RFC3339), c.word, now)
	e.Internal = true
	return e
}
