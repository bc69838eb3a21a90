package storage_test

import (
	"sync"
	"testing"
	"time"

	"chamados/domain"
)

// tend lets the desk look after its tickets at each full hour of a stretch of time.
func (h *house) tend(d time.Duration) {
	h.t.Helper()
	for end := h.clock.Now().Add(d); h.clock.Now().Before(end); h.clock.Add(time.Hour) {
		h.must(h.desk.TendDue(h.t.Context()))
	}
}

// acts returns what the desk itself did with a ticket, with the days since a start.
func (h *house) acts(id int64, start time.Time) []string {
	h.t.Helper()
	var out []string
	for _, e := range h.view(id).Events {
		if e.Channel == domain.ChannelSystem {
			at := e.At.Sub(start).Truncate(time.Hour)
			what := string(e.Kind)
			if e.Kind == domain.EventStatus || e.Kind == domain.EventSLABreach || e.Kind == domain.EventSLAWarning {
				what += " " + e.To
			}
			out = append(out, at.String()+" "+what)
		}
	}
	return out
}

func (h *house) acted(id int64, start time.Time, want ...string) {
	h.t.Helper()
	got := h.acts(id, start)
	if len(got) != len(want) {
		h.t.Fatalf("the desk did %q, want %q", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			h.t.Errorf("the desk did %q, want %q", got, want)
		}
	}
}

func TestTheDeskWarnsOfItsTargets(t *testing.T) {
	h := slaHouse(t)
	ana, ti := h.user("ana", domain.RoleEmployee), h.user("beto", domain.RoleIT)
	h.link(ana, private)
	h.link(ti, private+1)
	h.must(h.SaveGroup(t.Context(), domain.Group{ChatID: group}))
	id := h.open(ana, "um").ID
	start := h.clock.Now()
	version := h.view(id).Version
	h.tend(time.Hour)
	_, err := h.desk.Take(t.Context(), ti, id)
	h.must(err)
	h.tend(30 * time.Hour)
	h.acted(id, start,
		"2h0m0s sla_aviso primeira_resposta", "3h0m0s sla_estouro primeira_resposta",
		"22h0m0s sla_aviso solucao", "25h0m0s sla_estouro solucao")
	if v := h.view(id); v.Version != version+1 || v.SLAState(h.clock.Now()) != domain.SLABreached || !v.WakeAt.IsZero() {
		t.Errorf("version %d, %s, looks again at %s", v.Version, v.SLAState(h.clock.Now()), v.WakeAt)
	}
	if v, err := h.desk.Ticket(t.Context(), ana, id); err != nil || len(v.Events) != 3 {
		t.Errorf("the requester sees %d events of opened, assigned, begun (%v)", len(v.Events), err)
	}
	if n := h.count(`SELECT count(*) FROM saida s JOIN eventos e ON e.id = s.evento_id WHERE e.tipo LIKE 'sla%' AND s.faixa = $1`, private); n != 0 {
		t.Errorf("%d warnings go to the requester", n)
	}
	if n := h.count(`SELECT count(*) FROM saida s JOIN eventos e ON e.id = s.evento_id WHERE e.tipo LIKE 'sla%' AND s.tipo = 'alarme' AND s.faixa = $1`, private+1); n != 4 {
		t.Errorf("%d warnings go to the assignee, want 4", n)
	}
}

func TestAResolvedTicketIsClosedAfterAReminder(t *testing.T) {
	h := slaHouse(t)
	ana, ti := h.user("ana", domain.RoleEmployee), h.user("beto", domain.RoleIT)
	id, other := h.open(ana, "um").ID, h.open(ana, "dois").ID
	start := h.clock.Now() // Monday, noon
	h.setStatus(ti, id, domain.StatusResolved)
	h.setStatus(ti, other, domain.StatusResolved)
	h.tend(78 * time.Hour)                                        // Thursday evening
	h.comment(ana, other, domain.NewComment{Text: "ainda falha"}) // no button pressed
	h.tend(20 * 24 * time.Hour)
	h.acted(id, start, "77h0m0s lembrete_fechamento", "173h0m0s status fechado")
	h.acted(other, start, "77h0m0s lembrete_fechamento", "173h0m0s lembrete_fechamento", "221h0m0s status fechado")
	if v := h.view(id); v.Status != domain.StatusClosed || !v.WakeAt.IsZero() {
		t.Errorf("%s, looks again at %s", v.Status, v.WakeAt)
	}
}

func TestAWaitingTicketRemindsTwiceThenAsksIT(t *testing.T) {
	h := slaHouse(t)
	ana, ti := h.user("ana", domain.RoleEmployee), h.user("beto", domain.RoleIT)
	id, other := h.open(ana, "um").ID, h.open(ana, "dois").ID
	start := h.clock.Now()
	h.setStatus(ti, id, domain.StatusWaiting)
	h.setStatus(ti, other, domain.StatusWaiting)
	h.tend(60 * time.Hour)
	h.comment(ana, other, domain.NewComment{Text: "pronto"})
	h.tend(20 * 24 * time.Hour)
	h.acted(id, start, "53h0m0s lembrete_resposta", "101h0m0s lembrete_resposta", "197h0m0s sem_resposta")
	h.acted(other, start, "53h0m0s lembrete_resposta", "101h0m0s respondido")
}

func TestAnUrgentTicketIsAnnouncedUntilSomebodyTakesIt(t *testing.T) {
	h := slaHouse(t)
	h.desk = domain.NewDesk(h.DB, nil, h.clock.Now, domain.WithCare(&domain.CarePolicy{Calendar: deskHours(t), UrgentEvery: 2 * time.Hour}))
	ana, ti := h.user("ana", domain.RoleEmployee), h.user("beto", domain.RoleIT)
	urgent := domain.PriorityUrgent
	id := h.open(ana, "um").ID
	start := h.clock.Now()
	_, err := h.desk.Change(t.Context(), ti, id, domain.TicketChange{Priority: &urgent}, 0)
	h.must(err)
	h.tend(24 * time.Hour)
	_, err = h.desk.Take(t.Context(), ti, id)
	h.must(err)
	h.tend(48 * time.Hour)
	h.acted(id, start, "2h0m0s sem_responsavel", "4h0m0s sem_responsavel", "22h0m0s sem_responsavel")
}

// Processes that look at the same moment do what is due once.
func TestManyProcessesTendOnce(t *testing.T) {
	h := slaHouse(t)
	ana := h.user("ana", domain.RoleEmployee)
	var ids []int64
	for range 30 {
		ids = append(ids, h.open(ana, "um").ID)
	}
	h.clock.Add(90 * time.Minute)
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			if err := h.desk.TendDue(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for _, id := range ids {
		if got := h.acts(id, h.clock.Now()); len(got) != 1 {
			t.Fatalf("ticket %d: %q", id, got)
		}
	}
}
