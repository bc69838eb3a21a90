package storage

import (
	"context"
	"errors"
	"reflect"

	"chamados/domain"
)

// numbered returns the ticket that is searched for by its number alone, as lists show it, and whether nothing but the
// requester narrows that down: then it is read like any other ticket, with those that others ask for.
func (s *store) numbered(ctx context.Context, f domain.TicketFilter) (list []domain.Ticket, ok bool, err error) {
	number, only := ticketNumber(cleaned(f.Search))
	plain := domain.TicketFilter{Search: f.Search, RequesterID: f.RequesterID, Internal: f.Internal, Order: f.Order, Limit: f.Limit}
	if _, known := orders[f.Order]; !only || !known && f.Order != "" || !reflect.DeepEqual(f, plain) {
		return nil, false, nil
	}
	t, err := s.Ticket(ctx, number)
	t.Description, t.Extra = "", nil
	switch {
	case errors.Is(err, domain.ErrTicketNotFound), err == nil && (!t.DeletedAt.IsZero() || f.RequesterID != 0 && f.RequesterID != t.RequesterID):
		return []domain.Ticket{}, true, nil
	case err != nil:
		return nil, true, err
	}
	return []domain.Ticket{t}, true, nil
}
