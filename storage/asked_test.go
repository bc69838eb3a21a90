package storage_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"chamados/domain"
	"chamados/storage"
	"chamados/storage/pgtest"
)

// People who ask at the same moment are served by the same statements; each sees what they would see alone, also of the ticket
// of which another may see more.
func TestWhoAsksTogetherSeesTheirOwn(t *testing.T) {
	h := newHouse(t)
	ana, ti := h.user("ana", domain.RoleEmployee), h.user("beto", domain.RoleIT)
	file := func(name string) []domain.NewAttachment {
		return []domain.NewAttachment{{Name: name, MIME: "text/plain", Size: 3, Content: []byte("abc")}}
	}
	first, second := h.open(ana, "um").ID, h.open(ana, "dois").ID
	h.comment(ana, first, domain.NewComment{Text: "público", Attachments: file("a.txt")})
	h.comment(ti, first, domain.NewComment{Text: "só da TI", Internal: true, Attachments: file("b.txt")})
	h.comment(ti, second, domain.NewComment{Text: "também", Internal: true})
	const none = 999
	all := []*storage.Asked{
		{ID: first, Thread: true}, {ID: first, Thread: true, Internal: true}, {ID: first}, {ID: none, Thread: true},
		{ID: second, Thread: true}, {ID: second, Thread: true, Internal: true}, {ID: none},
	}
	h.AskTogether(t.Context(), all...)
	want := []string{
		"um [público] [a.txt]", "um [público só da TI] [a.txt b.txt]", "um [] []", " [] []",
		"dois [] []", "dois [também] []", " [] []",
	}
	for i, a := range all {
		if got := shown(a.View); got != want[i] || a.Err != nil {
			t.Errorf("%d: %s, %v instead of %s", i, got, a.Err, want[i])
		}
	}
	for _, err := range []error{failure(h.Ticket(t.Context(), none)), failure(h.TicketThread(t.Context(), none, true))} {
		if !errors.Is(err, domain.ErrTicketNotFound) {
			t.Error(err)
		}
	}
}

func failure[T any](_ T, err error) error { return err }

func shown(v domain.TicketView) string {
	var texts, files []string
	for _, c := range v.Comments {
		texts = append(texts, c.Text)
	}
	for _, f := range v.Attachments {
		files = append(files, f.Name)
	}
	return fmt.Sprint(v.Title, " ", texts, " ", files)
}

// A crowd takes far fewer round trips than it has members, and nobody gets another's ticket.
func TestACrowdAsksInFewRoundTrips(t *testing.T) {
	c := &counter{}
	h := openHouse(t, pgtest.URL(t), storage.WithTracer(storage.Options{}, c))
	ana := h.user("ana", domain.RoleEmployee)
	var ids []int64
	for i := range 10 {
		ids = append(ids, h.open(ana, fmt.Sprint("chamado ", i)).ID)
	}
	c.reset()
	const crowd, each = 16, 30
	var group sync.WaitGroup
	for k := range crowd {
		group.Go(func() {
			for n := range each {
				i := (k + n) % len(ids)
				if v, err := h.TicketThread(t.Context(), ids[i], false); err != nil || v.Title != fmt.Sprint("chamado ", i) {
					t.Errorf("%d: %q %v", i, v.Title, err)
				}
			}
		})
	}
	group.Wait()
	if c.trips > crowd*each/2 {
		t.Errorf("%d round trips for %d readings", c.trips, crowd*each)
	}
}

// Who goes away does not take the others along.
func TestWhoLeavesWhileAskingSpoilsNothing(t *testing.T) {
	h := newHouse(t)
	id := h.open(h.user("ana", domain.RoleEmployee), "um").ID
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	var group sync.WaitGroup
	for k := range 40 {
		group.Go(func() {
			ctx := t.Context()
			if k%4 == 0 {
				ctx = gone
			}
			_, err := h.Ticket(ctx, id)
			if left := k%4 == 0; err != nil && (!left || !errors.Is(err, context.Canceled)) {
				t.Errorf("left %v: %v", left, err)
			}
		})
	}
	group.Wait()
}
