package storage_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"chamados/domain"
	"chamados/storage"
	"chamados/storage/pgtest"
)

// However many reports are being counted, whoever searches does not wait for them.
func TestReportsDoNotKeepOthersFromSearching(t *testing.T) {
	const requests = 4
	h := openHouse(t, pgtest.URL(t), storage.Options{MaxConns: requests, Patience: 2 * time.Second})
	ana := h.user("ana", domain.RoleEmployee)
	h.open(ana, "impressora")
	lock, err := h.pool.Begin(t.Context())
	h.must(err)
	var reports sync.WaitGroup
	counting, end := context.WithCancel(t.Context())
	defer func() {
		end()
		_ = lock.Rollback(context.WithoutCancel(t.Context()))
		reports.Wait()
	}()
	_, err = lock.Exec(t.Context(), `LOCK TABLE avaliacoes`) // which reports read, and searches do not
	h.must(err)

	for range 2 * storage.LongConnections(requests) {
		reports.Go(func() {
			_, _, _ = h.Series(counting, domain.SeriesFilter{Step: domain.StepDay, From: day(3, 1), To: day(3, 2)}, h.clock.Now())
		})
	}
	counted := func() int {
		return h.count(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
	}
	for begin := time.Now(); counted() < storage.LongConnections(requests)-1; time.Sleep(time.Millisecond) {
		if time.Since(begin) > 3*time.Second {
			t.Fatalf("%d reports are being counted", counted())
		}
	}
	if found := titles(t, h, "impressora"); found != "impressora" {
		t.Errorf("found %q", found)
	}
	if n := counted(); n != storage.LongConnections(requests)-1 {
		t.Errorf("%d reports at once", n)
	}
}
