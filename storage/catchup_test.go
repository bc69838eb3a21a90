package storage_test

import (
	"testing"

	"chamados/domain"
)

// Whoever blocked the bot and comes back sees their tickets as they are now: those that changed, also
// ended, and those that were opened meanwhile.
func TestWhoComesBackCatchesUp(t *testing.T) {
	h, ana, ti := staffed(t)
	changed, ended, idle := h.open(ana, "a").ID, h.open(ana, "b").ID, h.open(h.user("eva", domain.RoleEmployee), "c").ID
	h.drain(private)
	h.must(h.desk.ChatBlocked(t.Context(), private, true))
	h.setStatus(ti, changed, domain.StatusWaiting)
	h.setStatus(ti, ended, domain.StatusResolved)
	missed := h.open(ana, "d").ID
	h.nothing(private)
	h.must(h.desk.ChatBlocked(t.Context(), private, false))
	cards := map[int64]int{}
	for _, d := range h.drain(private) {
		if d.Kind == domain.DeliverCard && d.UserID == ana.ID {
			cards[d.TicketID]++
		}
	}
	if len(cards) != 3 || cards[changed] != 1 || cards[ended] != 1 || cards[missed] != 1 || cards[idle] != 0 {
		t.Errorf("cards %v", cards)
	}
	h.must(h.desk.ChatBlocked(t.Context(), private, false))
	h.nothing(private)
}
