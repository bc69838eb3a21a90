package domain

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func policy(t interface{ Fatal(...any) }) *SLAPolicy {
	return &SLAPolicy{
		Calendar: office(t, Holidays{National: true}), WarnAt: 80,
		Targets: map[Priority]Target{
			PriorityUrgent: {hm(0, 30), hm(4, 0)}, PriorityHigh: {hm(2, 0), hm(9, 0)},
			PriorityMedium: {hm(4, 0), hm(27, 0)}, // low: none
		},
		ByCategory: map[Category]map[Priority]Target{CategoryNewCollaborator: {PriorityMedium: {hm(9, 0), hm(45, 0)}}},
	}
}

// slaDesk moves one ticket through its life by the policy.
type slaDesk struct {
	p   *SLAPolicy
	t   Ticket
	now time.Time
}

func (s *slaDesk) open(pr Priority, at string) {
	now, err := time.ParseInLocation("2006-01-02 15:04", at, s.p.Calendar.Location())
	if err != nil {
		panic(err)
	}
	s.now = now
	s.t = Ticket{ID: 1, Title: "a", Description: "b", Category: CategoryOther, Priority: pr, Status: StatusOpen, CreatedAt: now}
	s.p.open(&s.t, now)
}

func (s *slaDesk) to(status Status, after time.Duration) {
	s.now = s.now.Add(after)
	old := s.t
	s.t.Status = status
	s.p.change(old, &s.t, Actor{User: User{ID: 4, Role: RoleIT, Active: true}}, s.now)
}

func (s *slaDesk) prioritize(pr Priority, after time.Duration) {
	s.now = s.now.Add(after)
	old := s.t
	s.t.Priority = pr
	s.p.change(old, &s.t, System, s.now)
}

func (s *slaDesk) state() SLAState { return s.t.SLAState(s.now) }

func (s *slaDesk) due(want string) string {
	if got := s.t.SLA.Resolution.Due.In(s.p.Calendar.Location()).Format("2006-01-02 15:04"); got != want {
		return "due " + got + ", want " + want
	}
	return ""
}

func TestSLAByExample(t *testing.T) {
	s := &slaDesk{p: policy(t)}
	check := func(state SLAState, due string) {
		t.Helper()
		if got := s.state(); got != state {
			t.Errorf("%s, want %s", got, state)
		}
		if m := s.due(due); due != "" && m != "" {
			t.Error(m)
		}
	}
	s.open(PriorityUrgent, "2026-11-23 09:00")
	check(SLAOK, "2026-11-23 14:00") // four hours, over lunch
	s.to(StatusInProgress, hm(0, 10))
	s.t.SLA.RespondedAt = s.now
	s.to(StatusWaiting, hm(0, 50)) // 10:00: three hours left
	check(SLAPaused, "")
	if s.t.SLA.Resolution.Left != hm(3, 0) || !s.p.next(s.t).IsZero() {
		t.Errorf("left %v, next %v", s.t.SLA.Resolution.Left, s.p.next(s.t))
	}
	s.to(StatusOpen, 24*time.Hour) // 24th, 10:00
	check(SLAOK, "2026-11-24 14:00")
	s.prioritize(PriorityMedium, hm(1, 0)) // 23 hours more
	check(SLAOK, "2026-11-27 09:00")
	s.prioritize(PriorityUrgent, 0)
	check(SLAOK, "2026-11-24 14:00")
	s.to(StatusResolved, hm(2, 0)) // 13:00
	check(SLAMet, "")
	s.to(StatusOpen, hm(1, 0))
	check(SLAOK, "2026-11-24 15:00") // one hour was left, it is 14:00
	s.now = s.now.Add(hm(1, 1))
	check(SLABreached, "")
	s.to(StatusResolved, 0)
	check(SLABreached, "")
	s.to(StatusCancelled, 0)
	check(SLANone, "")
	s.open(PriorityLow, "2026-11-23 09:00")
	check(SLANone, "")
}

func TestFirstResponse(t *testing.T) {
	s := &slaDesk{p: policy(t)}
	s.open(PriorityUrgent, "2026-11-23 09:00")
	s.t.SLA.RespondedAt = s.now.Add(hm(0, 30))
	s.now = s.now.Add(hm(2, 0))
	if met, ok := s.t.SLA.ResponseMet(s.now); !met || !ok || s.state() != SLAOK {
		t.Error("a response at the last moment is in time")
	}
	s.t.SLA.RespondedAt = s.t.SLA.RespondedAt.Add(time.Second)
	if met, ok := s.t.SLA.ResponseMet(s.now); met || !ok || s.state() != SLABreached {
		t.Error("a response after it is late")
	}
	s.open(PriorityUrgent, "2026-11-23 09:00")
	s.to(StatusResolved, hm(0, 5))
	if met, ok := s.t.SLA.ResponseMet(s.now); !met || !ok {
		t.Error("a solution is a response")
	}
}

func TestWarnings(t *testing.T) {
	s := &slaDesk{p: policy(t)}
	s.open(PriorityUrgent, "2026-11-23 09:00")
	var told []string
	for range 200 {
		next := s.p.next(s.t)
		if next.IsZero() {
			break
		}
		if next.After(s.now) {
			s.now = next
		} else {
			s.now = s.now.Add(time.Minute)
		}
		for _, e := range s.p.watch(&s.t, s.now) {
			told = append(told, s.now.In(s.p.Calendar.Location()).Format("15:04 ")+string(e.Kind)+" "+e.To)
		}
	}
	want := []string{
		"09:24 sla_aviso primeira_resposta", "09:31 sla_estouro primeira_resposta",
		"13:12 sla_aviso solucao", "14:01 sla_estouro solucao",
	}
	if len(told) != len(want) {
		t.Fatalf("told %v", told)
	}
	for i := range want {
		if told[i] != want[i] {
			t.Errorf("told %v, want %v", told, want)
		}
	}
	s.prioritize(PriorityMedium, 0)
	if s.t.SLA.Marks&(ResolutionWarned|ResolutionBreached) != 0 || s.state() != SLAOK && s.state() != SLABreached {
		t.Error("a later target makes warnings moot")
	}
}

// Whatever happens to a ticket, what is left of its target is the target less the working
// time during which its clock ran.
func TestSLAClockIsExact(t *testing.T) {
	p := policy(t)
	rapid.Check(t, func(t *rapid.T) {
		s := &slaDesk{p: p}
		s.open(rapid.SampledFrom([]Priority{PriorityUrgent, PriorityHigh, PriorityMedium}).Draw(t, "opened"), "2026-11-12 07:30")
		var used time.Duration
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			before, running := s.now, s.t.Status.ticks()
			after := time.Duration(rapid.IntRange(0, 30*60).Draw(t, "minutes")) * time.Minute
			if rapid.Bool().Draw(t, "status") {
				s.to(rapid.SampledFrom(Statuses).Draw(t, "to"), after)
			} else {
				s.prioritize(rapid.SampledFrom(Priorities[:3]).Draw(t, "priority"), after)
			}
			if running {
				used += p.Calendar.Between(before, s.now)
			}
			want := p.target(s.t).Resolution - used
			c := s.t.SLA.Resolution
			left := c.Left
			if s.t.Status.ticks() {
				left = p.Calendar.Between(s.now, c.Due)
			}
			if left != want || c.Paused == s.t.Status.ticks() {
				t.Fatalf("%s at %s: %v left, want %v (%+v)", s.t.Status, s.now, left, want, c)
			}
			if late := s.state() == SLABreached; !late && want < 0 && s.t.Status != StatusCancelled {
				t.Fatalf("late by %v, and %s", -want, s.state())
			}
			s.p.watch(&s.t, s.now)
			if n := s.p.next(s.t); !s.t.Status.ticks() && !n.IsZero() {
				t.Fatalf("a warning is planned for %s while %s", n, s.t.Status)
			}
		}
	})
}
