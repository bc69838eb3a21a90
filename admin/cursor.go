package admin

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"time"

	"chamados/domain"
)

// cursor is where a page ended: what its order sorts by, and the id. Whoever forges one gets
// another page of what they may see anyway.
type cursor struct {
	Order    domain.Order    `json:"o"`
	ID       int64           `json:"i"`
	Created  time.Time       `json:"c,omitzero"`
	Updated  time.Time       `json:"u,omitzero"`
	Priority domain.Priority `json:"p,omitempty"`
	Name     string          `json:"n,omitempty"`
}

func (c cursor) encode() string {
	raw, err := json.Marshal(c)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

func parseCursor(word string) (cursor, bool) {
	var c cursor
	raw, err := base64.RawURLEncoding.DecodeString(word)
	if err != nil || json.Unmarshal(raw, &c) != nil || c.ID <= 0 || c.ID > math.MaxInt32 || !plain(c.Name) {
		return c, false
	}
	for _, t := range []time.Time{c.Created, c.Updated} {
		if !t.IsZero() && !databaseYear(t) {
			return c, false
		}
	}
	return c, true
}

func encodeCursor(order domain.Order, t *domain.Ticket) string {
	c := cursor{Order: order, ID: t.ID}
	switch order {
	case domain.OrderUpdated:
		c.Updated = t.UpdatedAt.UTC()
	case domain.OrderPriority:
		c.Priority, c.Created = t.Priority, t.CreatedAt.UTC()
	default:
		c.Created = t.CreatedAt.UTC()
	}
	return c.encode()
}

// decodeCursor returns the ticket to go on after; false for a cursor of another order or
// none at all.
func decodeCursor(word string, order domain.Order) (*domain.Ticket, bool) {
	c, ok := parseCursor(word)
	if !ok || c.Order != order || order == domain.OrderPriority && !c.Priority.Valid() {
		return nil, false
	}
	return &domain.Ticket{ID: c.ID, CreatedAt: c.Created, UpdatedAt: c.Updated, Priority: c.Priority}, true
}
