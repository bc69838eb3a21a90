package storage_test

import (
	"testing"

	"chamados/domain"
	"chamados/storage"
	"chamados/storage/pgtest"
)

// titles returns what a search, or the list, finds.
func titles(t *testing.T, s domain.Store, search string) string {
	t.Helper()
	page, _, err := s.Tickets(t.Context(), domain.TicketFilter{Search: search, Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	out := ""
	for _, v := range page {
		out += v.Title
	}
	return out
}

// Statistics and searches are the replica's, all else is the primary's. The replica here is a database of
// its own, so that one sees who has answered.
func TestReplicaAnswersStatisticsAndSearches(t *testing.T) {
	replica := pgtest.URL(t)
	other := openHouse(t, replica, storage.Options{})
	ana := other.user("ana", domain.RoleEmployee)
	for range 2 {
		other.open(ana, "impressora da réplica")
	}
	h := openHouse(t, pgtest.URL(t), storage.Options{ReplicaURL: replica})
	h.open(h.user("eva", domain.RoleEmployee), "impressora do principal")
	if got := titles(t, h, "impressora"); got != "impressora da réplicaimpressora da réplica" {
		t.Errorf("the search was answered with %q", got)
	}
	exported := 0
	h.must(h.EachTicket(t.Context(), domain.TicketFilter{Search: "impressora"}, func(*domain.Ticket) error { exported++; return nil }))
	if exported != 2 {
		t.Errorf("a whole list that is searched has %d tickets", exported)
	}
	if got := titles(t, h, ""); got != "impressora do principal" {
		t.Errorf("the list was answered with %q", got)
	}
	if st := must2(h.Stats(t.Context()))(t); st.Total != 2 {
		t.Errorf("statistics of %d tickets", st.Total)
	}
	err := h.Atomically(t.Context(), func(s domain.Store) error {
		if got := titles(t, s, "impressora"); got != "impressora do principal" {
			t.Errorf("inside a transaction the search was answered with %q", got)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestReplicaThatIsAwayIsReplaced(t *testing.T) {
	h := openHouse(t, pgtest.URL(t), storage.Options{ReplicaURL: "postgres://nobody@127.0.0.1:1/none"})
	h.open(h.user("eva", domain.RoleEmployee), "impressora do principal")
	for range 2 {
		if got := titles(t, h, "impressora"); got != "impressora do principal" {
			t.Errorf("the search was answered with %q", got)
		}
	}
}
