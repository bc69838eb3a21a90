package storage_test

import (
	"testing"
	"time"

	"chamados/domain"
)

// After an outage of Telegram's a lot waits in a chat. Whatever goes first, a message never brings more events than it
// tells of, so that none is left out.
func TestNothingThatWaitedTogetherIsLeftOut(t *testing.T) {
	h, ana, ti := quietHouse(t)
	id := h.open(ana, "a").ID
	h.told(private)
	comment := func(text string) {
		t.Helper()
		must2(h.desk.Comment(t.Context(), ti, id, domain.NewComment{Text: text}))(t)
	}
	comment("primeiro")
	for i := range 20 {
		h.setStatus(ti, id, []domain.Status{domain.StatusInProgress, domain.StatusWaiting}[i%2])
	}
	h.clock.Add(time.Minute)
	urgent := domain.PriorityUrgent
	must2(h.desk.Change(t.Context(), ti, id, domain.TicketChange{Priority: &urgent}, 0))(t)
	comment("já estamos indo")
	comments, statuses := 0, 0
	for _, message := range h.told(private) {
		if len(message) > domain.NoticeTogether {
			t.Errorf("a message is to tell of %d events", len(message))
		}
		for _, kind := range message {
			switch kind {
			case domain.EventComment:
				comments++
			case domain.EventStatus:
				statuses++
			}
		}
	}
	if comments != 2 || statuses != 20 {
		t.Errorf("told of %d comments and %d statuses", comments, statuses)
	}
}
