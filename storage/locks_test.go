package storage_test

import (
	"context"
	"testing"
	"time"

	"chamados/domain"
	"chamados/storage"
	"chamados/storage/pgtest"
)

// Somebody holds a lock: people are told to come again, and nothing that waits counts a failure.
func TestLockOfSomebodyElseIsWaitedForWithMeasure(t *testing.T) {
	h := openHouse(t, pgtest.URL(t), storage.Options{Patience: 50 * time.Millisecond})
	ana := h.user("ana", domain.RoleEmployee)
	h.must(h.Inbox().Receive(t.Context(), []domain.Update{{BotID: 1, UpdateID: 1, Lane: 7, Payload: []byte("{}")}}))
	other, err := h.pool.Begin(t.Context())
	h.must(err)
	defer func() { _ = other.Rollback(context.WithoutCancel(t.Context())) }()
	_, err = other.Exec(t.Context(), `LOCK TABLE chamados, entrada IN ACCESS EXCLUSIVE MODE`)
	h.must(err)
	_, err = h.desk.Open(t.Context(), ana, domain.NewTicket{Title: "a", Description: "b", Category: domain.CategoryOther})
	if domain.CodeOf(err) != domain.CodeUnavailable {
		t.Errorf("a ticket: %v", err)
	}
	_, _, err = h.work(t.Context(), 7, func(context.Context, domain.Tx, domain.Update) error { return nil })
	if domain.CodeOf(err) != domain.CodeUnavailable {
		t.Errorf("an update: %v", err)
	}
	h.must(other.Rollback(t.Context()))
	h.open(ana, "c")
}
