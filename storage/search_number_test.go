package storage_test

import (
	"fmt"
	"testing"

	"chamados/domain"
)

// A number finds its ticket, for those who may see it, as any other list shows it; whatever else is asked for counts too.
func TestSearchByNumberAlone(t *testing.T) {
	h := newHouse(t)
	ana, bia, ti := h.user("ana", domain.RoleEmployee), h.user("bia", domain.RoleEmployee), h.user("beto", domain.RoleIT)
	mine, deleted := h.open(ana, "impressora").ID, h.open(ana, "engano").ID
	h.must(h.desk.Delete(t.Context(), ti, deleted))
	for name, c := range map[string]struct {
		who  domain.Actor
		f    domain.TicketFilter
		want string
	}{
		"own":              {ana, domain.TicketFilter{Search: fmt.Sprint("#", mine)}, "[impressora]"},
		"it's":             {ti, domain.TicketFilter{Search: fmt.Sprint(" #", mine, " "), Limit: 20, Order: domain.OrderUpdated}, "[impressora]"},
		"another's":        {bia, domain.TicketFilter{Search: fmt.Sprint("#", mine)}, "[]"},
		"deleted":          {ti, domain.TicketFilter{Search: fmt.Sprint("#", deleted)}, "[]"},
		"among deleted":    {ti, domain.TicketFilter{Search: fmt.Sprint("#", deleted), Deleted: true}, "[engano]"},
		"not there":        {ti, domain.TicketFilter{Search: "#999"}, "[]"},
		"no number":        {ti, domain.TicketFilter{Search: "#0"}, "[]"},
		"too large":        {ti, domain.TicketFilter{Search: "#9000000000000000000"}, "[]"},
		"of another state": {ti, domain.TicketFilter{Search: fmt.Sprint("#", mine), Statuses: []domain.Status{domain.StatusClosed}}, "[]"},
		"of its state":     {ti, domain.TicketFilter{Search: fmt.Sprint("#", mine), Statuses: []domain.Status{domain.StatusOpen}}, "[impressora]"},
		"of nobody":        {ti, domain.TicketFilter{Search: fmt.Sprint("#", mine), Unassigned: true}, "[impressora]"},
		"of its assignee":  {ti, domain.TicketFilter{Search: fmt.Sprint("#", mine), AssigneeID: ti.ID}, "[]"},
	} {
		list, more, err := h.desk.Tickets(t.Context(), c.who, c.f)
		titles := []string{}
		for _, one := range list {
			titles = append(titles, one.Title)
			if one.Description != "" || one.Extra != nil || one.Requester == nil {
				t.Errorf("%s: %+v is not as lists show it", name, one)
			}
		}
		if got := fmt.Sprint(titles); got != c.want || more || err != nil || list == nil {
			t.Errorf("%s: %s %v %v instead of %s", name, got, more, err, c.want)
		}
	}
}
