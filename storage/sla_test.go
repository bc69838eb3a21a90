package storage_test

import (
	"testing"
	"time"

	"chamados/domain"
	"chamados/storage"
	"chamados/storage/pgtest"

	"github.com/google/go-cmp/cmp"
)

// deskHours are Monday to Friday, 9 to 17 UTC; the tests' clock starts on a Monday at noon.
func deskHours(t *testing.T) *domain.Calendar {
	t.Helper()
	hours := domain.Hours{}
	for d := time.Monday; d <= time.Friday; d++ {
		hours[d] = []domain.Window{{From: 9 * time.Hour, To: 17 * time.Hour}}
	}
	c, err := domain.NewCalendar(time.UTC, hours, domain.Holidays{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func promises(t *testing.T) *domain.SLAPolicy {
	return &domain.SLAPolicy{Calendar: deskHours(t), WarnAt: 75, Targets: map[domain.Priority]domain.Target{
		domain.PriorityMedium: {Response: 2 * time.Hour, Resolution: 8 * time.Hour},
		domain.PriorityUrgent: {Response: time.Hour, Resolution: 4 * time.Hour},
	}}
}

// slaHouse is a house whose desk keeps promises and looks after tickets.
func slaHouse(t *testing.T) *house {
	h := openHouse(t, pgtest.URL(t), storage.Options{})
	h.desk = domain.NewDesk(h.DB, nil, h.clock.Now, domain.WithSLA(promises(t)), domain.WithCare(&domain.CarePolicy{
		Calendar: deskHours(t), CloseAfter: 5, CloseReminder: 2, WaitingDays: 2, UrgentEvery: time.Hour,
	}))
	return h
}

// What the desk decides about a ticket's targets is what it reads again, also in lists.
func TestTargetsAreKept(t *testing.T) {
	h := slaHouse(t)
	ana, ti := h.user("ana", domain.RoleEmployee), h.user("beto", domain.RoleIT)
	id := h.open(ana, "um").ID
	check := func(step string, want domain.SLA) {
		t.Helper()
		got := h.view(id)
		if d := cmp.Diff(want, got.SLA); d != "" {
			t.Errorf("%s: %s", step, d)
		}
		list, _, err := h.Tickets(t.Context(), domain.TicketFilter{})
		h.must(err)
		if d := cmp.Diff(got.SLA, list[0].SLA); d != "" || !list[0].WakeAt.Equal(got.WakeAt) {
			t.Errorf("%s, in a list: %s", step, d)
		}
	}
	start := h.clock.Now()
	want := domain.SLA{Response: domain.Clock{Due: start.Add(2 * time.Hour)}, Resolution: domain.Clock{Due: start.Add(24 * time.Hour)}}
	check("opened", want)
	if got := h.view(id); !got.WakeAt.Equal(start.Add(90 * time.Minute)) {
		t.Errorf("looks again at %s", got.WakeAt)
	}
	version := h.view(id).Version
	h.clock.Add(time.Minute)
	h.comment(ana, id, domain.NewComment{Text: "e aí?"})
	h.comment(ti, id, domain.NewComment{Text: "nota", Internal: true})
	check("no response yet", want)
	c := h.comment(ti, id, domain.NewComment{Text: "vou ver"})
	want.RespondedAt = h.clock.Now()
	check("responded", want)
	h.clock.Add(time.Second)
	h.comment(ti, id, domain.NewComment{Text: "mais"})
	check("responded again", want)
	h.must(h.desk.UndoComment(t.Context(), ti, c.ID))
	want.RespondedAt = time.Time{}
	check("taken back", want)
	if v := h.view(id).Version; v != version {
		t.Errorf("notes made version %d of %d", v, version)
	}
	h.setStatus(ti, id, domain.StatusWaiting)
	want.Response = domain.Clock{Left: 2*time.Hour - time.Minute - time.Second, Paused: true}
	want.Resolution = domain.Clock{Left: 8*time.Hour - time.Minute - time.Second, Paused: true}
	check("paused", want)
	h.clock.Add(90 * time.Hour)
	h.setStatus(ti, id, domain.StatusInProgress)
	if got := h.view(id); got.SLA.Resolution.Paused || got.SLAState(h.clock.Now()) != domain.SLAOK {
		t.Errorf("resumed: %+v", got.SLA)
	}
}
