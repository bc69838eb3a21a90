package storage_test

import (
	"fmt"
	"testing"
	"time"

	"chamados/domain"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// A board that is searched has in each column what the list of that status has.
func TestSearchedBoardIsLikeTheLists(t *testing.T) {
	h := newHouse(t)
	ana, bia, ti := h.user("ana", domain.RoleEmployee), h.user("bia", domain.RoleEmployee), h.user("beto", domain.RoleIT)
	for i := range 40 {
		who := []domain.Actor{ana, bia}[i%2]
		id := h.open(who, fmt.Sprint([]string{"impressora", "teclado"}[i/2%2], " ", i)).ID
		h.clock.Add(time.Minute)
		if i%3 > 0 {
			h.setStatus(ti, id, []domain.Status{domain.StatusInProgress, domain.StatusResolved}[i%3-1])
		}
	}
	for _, order := range []domain.Order{domain.OrderNewest, domain.OrderOldest, domain.OrderUpdated, domain.OrderPriority} {
		for _, f := range []domain.TicketFilter{{Search: "impressora"}, {Search: "impressora", RequesterID: ana.ID}, {Search: "impressora", Open: true}, {Search: "nada"}} {
			f.Order, f.Internal = order, true
			columns, err := h.Board(t.Context(), f, 4)
			h.must(err)
			for _, c := range columns {
				one := f
				one.Statuses, one.Limit = []domain.Status{c.Status}, 4
				want, _, err := h.Tickets(t.Context(), one)
				h.must(err)
				all := one
				all.Limit = 0
				count, _, err := h.Tickets(t.Context(), all)
				h.must(err)
				if diff := cmp.Diff(want, c.Tickets, cmpopts.EquateEmpty()); diff != "" || int(c.Count) != len(count) {
					t.Errorf("%+v, %s: %d of %d, %s", f, c.Status, c.Count, len(count), diff)
				}
			}
		}
	}
}
