package storage_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chamados/domain"
	"chamados/storage"
	"chamados/storage/pgtest"
)

var saoPaulo = func() *time.Location {
	zone, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		panic(err)
	}
	return zone
}()

// allDay is a calendar without nights.
var allDay = func() *domain.Calendar {
	hours := domain.Hours{}
	for d := time.Sunday; d <= time.Saturday; d++ {
		hours[d] = []domain.Window{{From: 0, To: 24 * time.Hour}}
	}
	c, err := domain.NewCalendar(saoPaulo, hours, domain.Holidays{})
	if err != nil {
		panic(err)
	}
	return c
}()

func day(m time.Month, d int) time.Time { return time.Date(2026, m, d, 0, 0, 0, 0, saoPaulo) }

// at moves the clock to a local time.
func (h *house) at(m time.Month, d, hour int) {
	h.clock.mu.Lock()
	defer h.clock.mu.Unlock()
	h.clock.at = time.Date(2026, m, d, hour, 0, 0, 0, saoPaulo).UTC()
}

func (h *house) series(a domain.Actor, f domain.SeriesFilter) domain.Series {
	h.t.Helper()
	if f.Zone == nil {
		f.Zone = saoPaulo
	}
	s, err := h.desk.Series(h.t.Context(), a, f)
	h.must(err)
	return s
}

func TestSeriesCountsByTheDesksDays(t *testing.T) {
	h, ana, ti := staffed(t)
	h.at(3, 1, 23) // 2 March in UTC
	first := h.open(ana, "a")
	h.at(3, 2, 1)
	second := h.open(ana, "b")
	h.at(3, 2, 3)
	h.comment(ti, first.ID, domain.NewComment{Text: "oi"})
	h.at(3, 2, 23)
	h.setStatus(ti, first.ID, domain.StatusResolved)
	h.at(3, 4, 1)
	h.setStatus(ti, second.ID, domain.StatusCancelled)
	third := h.open(ana, "c")
	h.at(3, 9, 1)
	h.setStatus(ti, first.ID, domain.StatusClosed) // ended before
	h.setStatus(ti, third.ID, domain.StatusResolved)

	s := h.series(ti, domain.SeriesFilter{From: day(3, 1), To: day(3, 4), Step: domain.StepDay})
	var got []string
	for _, p := range s.Points {
		got = append(got, fmt.Sprintf("%s +%d -%d x%d =%d", p.Start.Format("02"), p.Opened, p.Resolved, p.Cancelled, p.Backlog))
	}
	want := "01 +1 -0 x0 =1, 02 +1 -1 x0 =1, 03 +0 -0 x0 =1, 04 +1 -0 x1 =1"
	if strings.Join(got, ", ") != want {
		t.Errorf("%s\nwant %s", strings.Join(got, ", "), want)
	}
	if s.Backlog != 1 || s.Total.Opened != 3 || s.Total.Resolved != 1 || s.Total.Cancelled != 1 {
		t.Errorf("%+v", s)
	}
	if r := s.Points[1].Resolution; r.Count != 1 || r.Median != 24*time.Hour || r.P90 != 24*time.Hour {
		t.Errorf("resolution %+v", r)
	}
	if r := s.Points[0].Response; r.Count != 1 || r.Median != 4*time.Hour {
		t.Errorf("response %+v", r)
	}
	if len(s.Requester) != 1 || s.Requester[0].Name != "ana" || s.Requester[0].Opened != 3 || s.Requester[0].Resolved != 1 {
		t.Errorf("requesters %+v", s.Requester)
	}
	if len(s.Technician) != 1 || s.Technician[0].Key != "" || len(s.Category) != 1 || s.Category[0].Key != "hardware" || len(s.Priority) != 1 {
		t.Errorf("%+v %+v %+v", s.Technician, s.Category, s.Priority)
	}
	weeks := h.series(ti, domain.SeriesFilter{From: day(3, 1), To: day(3, 9), Step: domain.StepWeek})
	if len(weeks.Points) != 3 || weeks.Points[0].Start.Format("01-02") != "02-23" || weeks.Points[1].Opened != 2 || weeks.Points[2].Resolved != 1 || weeks.Backlog != 0 {
		t.Errorf("%+v", weeks.Points)
	}
	months := h.series(ti, domain.SeriesFilter{From: day(2, 5), To: day(3, 31), Step: domain.StepMonth})
	if len(months.Points) != 2 || months.Points[0].Opened != 0 || months.Points[1].Opened != 3 || months.Points[1].Resolved != 2 {
		t.Errorf("%+v", months.Points)
	}
}

func TestSeriesIsNarrowedByItsFilter(t *testing.T) {
	h, ana, ti := staffed(t)
	bia := h.user("bia", domain.RoleEmployee)
	h.at(3, 2, 9)
	one, two := h.open(ana, "a"), h.open(bia, "b")
	must2(h.desk.Take(t.Context(), ti, one.ID))(t)
	low := domain.PriorityLow
	must2(h.desk.Change(t.Context(), ti, two.ID, domain.TicketChange{Priority: &low}, 0))(t)
	for name, c := range map[string]struct {
		f    domain.SeriesFilter
		want int64
	}{
		"all":                {domain.SeriesFilter{}, 2},
		"technician":         {domain.SeriesFilter{AssigneeID: ti.ID}, 1},
		"requester":          {domain.SeriesFilter{RequesterID: bia.ID}, 1},
		"priority":           {domain.SeriesFilter{Priorities: []domain.Priority{low}}, 1},
		"category":           {domain.SeriesFilter{Categories: []domain.Category{domain.CategoryNetwork}}, 0},
		"category and other": {domain.SeriesFilter{Categories: []domain.Category{domain.CategoryNetwork, domain.CategoryHardware}, Priorities: []domain.Priority{low}}, 1},
	} {
		c.f.From, c.f.To, c.f.Step = day(3, 1), day(3, 2), domain.StepDay
		if s := h.series(ti, c.f); s.Total.Opened != c.want || s.Backlog != c.want {
			t.Errorf("%s: %d opened, %d wait, want %d", name, s.Total.Opened, s.Backlog, c.want)
		}
	}
	h.must(h.desk.Delete(t.Context(), ti, one.ID))
	if s := h.series(ti, domain.SeriesFilter{From: day(3, 1), To: day(3, 2), Step: domain.StepDay}); s.Total.Opened != 1 || s.Backlog != 1 {
		t.Errorf("deleted ones count: %+v", s.Total)
	}
}

// Promises are judged as the domain judges them, ticket by ticket.
func TestSeriesJudgesPromisesAsTheDomainDoes(t *testing.T) {
	h, ana, ti := staffed(t)
	h.desk = domain.NewDesk(h.DB, nil, h.clock.Now, domain.WithSLA(&domain.SLAPolicy{
		Calendar: allDay, Targets: map[domain.Priority]domain.Target{domain.PriorityMedium: {Response: time.Hour, Resolution: 4 * time.Hour}},
	}))
	h.at(3, 2, 9)
	var opened []int64
	for i := range 5 {
		opened = append(opened, h.open(ana, fmt.Sprint(i)).ID)
	}
	h.clock.Add(30 * time.Minute)
	h.comment(ti, opened[0], domain.NewComment{Text: "em tempo"})
	h.setStatus(ti, opened[1], domain.StatusResolved) // both kept
	h.setStatus(ti, opened[4], domain.StatusWaiting)  // stands still, undecided
	h.clock.Add(2 * time.Hour)
	h.comment(ti, opened[2], domain.NewComment{Text: "tarde"})
	h.comment(ti, opened[4], domain.NewComment{Text: "em tempo, porque esperava"})
	h.clock.Add(2 * time.Hour)
	h.setStatus(ti, opened[0], domain.StatusResolved) // 4.5 h
	h.setStatus(ti, opened[2], domain.StatusCancelled)
	s := h.series(ti, domain.SeriesFilter{From: day(3, 2), To: day(3, 2), Step: domain.StepDay})
	var response domain.Kept
	for _, id := range opened {
		if met, decided := h.view(id).SLA.ResponseMet(h.clock.Now()); decided {
			response.Decided++
			if met {
				response.Met++
			}
		}
	}
	if s.Total.ResponseOK != response || response != (domain.Kept{Met: 3, Decided: 5}) {
		t.Errorf("response %+v, the domain says %+v", s.Total.ResponseOK, response)
	}
	if s.Total.SolutionOK != (domain.Kept{Met: 1, Decided: 2}) {
		t.Errorf("solution %+v", s.Total.SolutionOK)
	}
	for late, want := range map[domain.Late][]int64{
		domain.LateResponse: {opened[3], opened[2]}, domain.LateSolution: {opened[0]}, domain.LateNow: {opened[3]},
	} {
		f := domain.TicketFilter{Late: late, From: day(3, 2), Limit: 50}
		if late == domain.LateSolution {
			f.Statuses = []domain.Status{domain.StatusResolved, domain.StatusClosed}
		}
		list, _, err := h.Tickets(t.Context(), f)
		h.must(err)
		urgent := f
		urgent.Order = domain.OrderPriority
		byPriority, _, err := h.Tickets(t.Context(), urgent)
		h.must(err)
		for i, got := range [][]domain.Ticket{list, byPriority} {
			if numbers := ticketIDs(got, i == 1); !slices.Equal(numbers, want) {
				t.Errorf("late %s: %v, want %v", late, numbers, want)
			}
		}
	}
}

// ticketIDs returns the numbers, the newest first.
func ticketIDs(list []domain.Ticket, backwards bool) []int64 {
	out := ids(list)
	if backwards {
		slices.Reverse(out)
	}
	return out
}

func TestSeriesIsForITAndForSensiblePeriods(t *testing.T) {
	h, ana, ti := staffed(t)
	f := domain.SeriesFilter{From: day(3, 1), To: day(3, 4), Step: domain.StepDay, Zone: saoPaulo}
	if _, err := h.desk.Series(t.Context(), ana, f); domain.CodeOf(err) != domain.CodeForbidden {
		t.Errorf("an employee: %v", err)
	}
	for name, change := range map[string]func(*domain.SeriesFilter){
		"backwards": func(f *domain.SeriesFilter) { f.To = day(2, 1) },
		"too long":  func(f *domain.SeriesFilter) { f.From = day(1, 1).AddDate(-3, 0, 0) },
		"ages":      func(f *domain.SeriesFilter) { f.From, f.Step = day(1, 1).AddDate(-11, 0, 0), domain.StepMonth },
	} {
		bad := f
		change(&bad)
		if _, err := h.desk.Series(t.Context(), ti, bad); domain.CodeOf(err) != domain.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	f.From = day(3, 4).AddDate(-2, 0, 0)
	if s, err := h.desk.Series(t.Context(), ti, f); err != nil || len(s.Points) != 731 {
		t.Errorf("two years by day: %d points, %v", len(s.Points), err)
	}
}

func TestSeriesTakesOneRoundTrip(t *testing.T) {
	c := &counter{}
	h := openHouse(t, pgtest.URL(t), storage.WithTracer(storage.Options{}, c))
	ti := h.user("ti", domain.RoleIT)
	for range 3 {
		c.reset()
		h.series(ti, domain.SeriesFilter{From: day(3, 1), To: day(3, 4), Step: domain.StepDay})
		if c.trips != 1 || len(c.statements) != 3 {
			t.Errorf("%d round trips, %d statements", c.trips, len(c.statements))
		}
		for i := range 20 {
			h.open(h.user(fmt.Sprintf("u%d-%d", i, h.count(`SELECT count(*) FROM usuarios`)), domain.RoleEmployee), "a")
		}
	}
}

// What another program does to a status ends tickets too.
func TestEndsThatOthersWriteAreKnown(t *testing.T) {
	h, ana, ti := staffed(t)
	id := h.open(ana, "a").ID
	h.exec(`UPDATE chamados SET status = 'fechado' WHERE id = $1`, id)
	if v := h.view(id); v.EndedAt.IsZero() {
		t.Error("the end is unknown")
	}
	h.exec(`UPDATE chamados SET status = 'aberto' WHERE id = $1`, id)
	if v := h.view(id); !v.EndedAt.IsZero() {
		t.Error("reopened, and still ended")
	}
	h.setStatus(ti, id, domain.StatusResolved)
	ended := h.view(id).EndedAt
	h.clock.Add(time.Hour)
	h.setStatus(ti, id, domain.StatusClosed)
	if v := h.view(id); !v.EndedAt.Equal(ended) || v.FinishedAt.Equal(ended) {
		t.Errorf("ended %v, finished %v, want %v", v.EndedAt, v.FinishedAt, ended)
	}
}

func TestSeriesTellsOfSatisfaction(t *testing.T) {
	h, ana, ti := staffed(t)
	h.at(3, 2, 9)
	for _, stars := range []int{5, 2, 0} {
		id := h.open(ana, "a").ID
		h.setStatus(ti, id, domain.StatusResolved)
		if stars > 0 {
			h.exec(`INSERT INTO avaliacoes (chamado_id, usuario_id, nota, criado_em, atualizado_em) VALUES ($1, $2, $3, now(), now())`, id, ana.ID, stars)
		}
	}
	s := h.series(ti, domain.SeriesFilter{From: day(3, 2), To: day(3, 2), Step: domain.StepDay})
	if s.Total.RatingCount != 2 || s.Total.Rating != 3.5 || s.Total.Resolved != 3 || s.Requester[0].RatingCount != 2 {
		t.Errorf("%+v", s.Total)
	}
}
