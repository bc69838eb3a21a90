package storage_test

import (
	"regexp"
	"strings"
	"testing"

	"chamados/storage"

	"github.com/jackc/pgx/v5"
)

var outboxScan = regexp.MustCompile(`Scan.* on saida( |$)`)

// A program starts while nothing is to be sent, and keeps its plans when thousands of messages wait.
func TestClaimIsPlannedWellWhileNothingWaits(t *testing.T) {
	h := newHouse(t)
	conn, err := h.pool.Acquire(t.Context())
	h.must(err)
	defer conn.Release()
	for _, sql := range []string{"SET enable_seqscan = off", "SET plan_cache_mode = force_generic_plan", "PREPARE tomar AS " + storage.ClaimSQL} {
		_, err := conn.Exec(t.Context(), sql)
		h.must(err)
	}
	rows, err := conn.Query(t.Context(), "EXPLAIN (COSTS OFF) EXECUTE tomar(1, now(), '1 min', 50, now(), 3, 1, 6)")
	h.must(err)
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	h.must(err)
	scans := 0
	for i, line := range plan {
		if !outboxScan.MatchString(line) {
			continue
		}
		if scans++; !strings.Contains(plan[i+1], "Index Cond") && !strings.Contains(plan[i+1], "Recheck Cond") {
			t.Errorf("all messages are read:\n%s\n%s", line, plan[i+1])
		}
	}
	if scans != 4 {
		t.Errorf("%d scans of the outbox, not 4:\n%s", scans, strings.Join(plan, "\n"))
	}
}
