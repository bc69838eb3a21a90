package storage_test

import (
	"slices"
	"testing"
	"time"

	"chamados/domain"
	"chamados/storage"
)

// Whoever taps a card looks at it: there it changes before the news that wait in that chat.
func TestTheCardThatSomebodyTappedChangesFirst(t *testing.T) {
	h, ana, ti := staffed(t)
	var ids []int64
	for range 3 {
		ids = append(ids, h.open(ana, "a").ID)
	}
	h.drain(private)
	var woken storage.Wake
	defer h.OnWake(func(w storage.Wake) { woken = w })()
	ti.ChatID = group
	must2(h.desk.Take(t.Context(), ti, ids[2]))(t)
	if !slices.Contains(woken.OutboxLanes, group) || !slices.Contains(woken.NoticeLanes, private) {
		t.Errorf("woken %+v", woken)
	}
	d, ok, err := h.Outbox().ClaimAnswer(t.Context(), group, time.Minute)
	h.must(err)
	if !ok || !d.Awaited || d.Kind != domain.DeliverCard || d.TicketID != ids[2] {
		t.Fatalf("first comes %+v", d)
	}
	h.sent(d, 1)
	for _, d := range append(h.drain(group), h.drain(private)...) {
		if d.Awaited {
			t.Errorf("nobody waits for %+v", d)
		}
	}
}
