package storage_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"chamados/domain"

	"github.com/google/go-cmp/cmp"
)

// stock makes tickets of two people, of which some share the moment they were made in.
func stock(h *house) (ana, ti domain.Actor) {
	ana, ti = h.user("ana", domain.RoleEmployee), h.user("beto", domain.RoleIT)
	for i := range 24 {
		who := ana
		if i%3 == 0 {
			who = ti
		}
		t, err := h.desk.Open(h.t.Context(), who, domain.NewTicket{
			Title: fmt.Sprintf("chamado %d", i), Description: "d", Category: domain.Categories[i%2], Urgency: domain.Priorities[i%4],
		})
		h.must(err)
		if i%4 == 1 {
			_, err := h.desk.Take(h.t.Context(), ti, t.ID)
			h.must(err)
		}
		if i == 20 {
			h.must(h.desk.Delete(h.t.Context(), ti, t.ID))
		}
		if i%5 == 0 {
			h.clock.Add(time.Minute)
		}
	}
	return ana, ti
}

// sorting is the order in Go.
func sorting(o domain.Order) func(a, b domain.Ticket) int {
	return func(a, b domain.Ticket) int {
		rank := func(t domain.Ticket) int { return slices.Index(domain.Priorities, t.Priority) }
		switch o {
		case domain.OrderOldest:
			return firstOf(a.CreatedAt.Compare(b.CreatedAt), int(a.ID-b.ID))
		case domain.OrderUpdated:
			return firstOf(b.UpdatedAt.Compare(a.UpdatedAt), int(b.ID-a.ID))
		case domain.OrderPriority:
			return firstOf(rank(a)-rank(b), a.CreatedAt.Compare(b.CreatedAt), int(a.ID-b.ID))
		}
		return firstOf(b.CreatedAt.Compare(a.CreatedAt), int(b.ID-a.ID))
	}
}

func firstOf(n ...int) int {
	for _, v := range n {
		if v != 0 {
			return v
		}
	}
	return 0
}

func ids(list []domain.Ticket) []int64 {
	out := []int64{}
	for _, t := range list {
		out = append(out, t.ID)
	}
	return out
}

func TestPagesGoOnWhereTheLastEnded(t *testing.T) {
	h := newHouse(t)
	ana, ti := stock(h)
	for name, f := range map[string]domain.TicketFilter{
		"all": {}, "own": {RequesterID: ana.ID}, "assigned": {AssigneeID: ti.ID}, "queue": {Unassigned: true, Open: true},
		"status": {Statuses: []domain.Status{domain.StatusOpen}}, "two": {Statuses: []domain.Status{domain.StatusOpen, domain.StatusInProgress}},
		"category": {Categories: []domain.Category{domain.CategoryHardware}}, "priority": {Priorities: []domain.Priority{domain.PriorityHigh, domain.PriorityLow}},
		"search": {Search: "chamado"}, "time": {From: h.clock.Now().Add(-3 * time.Minute), To: h.clock.Now()},
	} {
		for _, order := range []domain.Order{"", domain.OrderNewest, domain.OrderOldest, domain.OrderUpdated, domain.OrderPriority} {
			f.Order = order
			all, more, err := h.Tickets(t.Context(), f)
			if err != nil || more || len(all) == 0 {
				t.Fatalf("%s %s: %d tickets, %v, %v", name, order, len(all), more, err)
			}
			want := slices.Clone(all)
			slices.SortFunc(want, sorting(order))
			if diff := cmp.Diff(ids(want), ids(all)); diff != "" {
				t.Errorf("%s %s is out of order:\n%s", name, order, diff)
			}
			if diff := cmp.Diff(ids(all), ids(paged(t, h, f))); diff != "" {
				t.Errorf("%s %s by pages:\n%s", name, order, diff)
			}
			var streamed []domain.Ticket
			h.must(h.EachTicket(t.Context(), f, func(t *domain.Ticket) error { streamed = append(streamed, *t); return nil }))
			if diff := cmp.Diff(all, streamed); diff != "" {
				t.Errorf("%s %s streamed:\n%s", name, order, diff)
			}
		}
	}
}

func paged(t *testing.T, h *house, f domain.TicketFilter) []domain.Ticket {
	t.Helper()
	var out []domain.Ticket
	f.Limit = 3
	for {
		page, more, err := h.Tickets(t.Context(), f)
		h.must(err)
		out = append(out, page...)
		if !more {
			return out
		}
		if len(page) != 3 {
			t.Fatalf("a page of %d with more to come", len(page))
		}
		f.After = &page[2]
	}
}

func TestFiltersSelect(t *testing.T) {
	h := newHouse(t)
	ana, ti := stock(h)
	var all []domain.Ticket
	all, _, err := h.Tickets(t.Context(), domain.TicketFilter{})
	h.must(err)
	if len(all) != 23 {
		t.Errorf("%d tickets; the deleted one must not show", len(all))
	}
	for name, c := range map[string]struct {
		f    domain.TicketFilter
		want func(domain.Ticket) bool
	}{
		"own":        {domain.TicketFilter{RequesterID: ana.ID}, func(t domain.Ticket) bool { return t.RequesterID == ana.ID }},
		"assigned":   {domain.TicketFilter{AssigneeID: ti.ID}, func(t domain.Ticket) bool { return t.AssigneeID == ti.ID }},
		"unassigned": {domain.TicketFilter{Unassigned: true}, func(t domain.Ticket) bool { return t.AssigneeID == 0 }},
		"progress":   {domain.TicketFilter{Statuses: []domain.Status{domain.StatusInProgress}}, func(t domain.Ticket) bool { return t.Status == domain.StatusInProgress }},
		"urgent":     {domain.TicketFilter{Priorities: []domain.Priority{domain.PriorityUrgent}}, func(t domain.Ticket) bool { return t.Priority == domain.PriorityUrgent }},
	} {
		var want []int64
		for _, t := range all {
			if c.want(t) {
				want = append(want, t.ID)
			}
		}
		got, _, err := h.Tickets(t.Context(), c.f)
		h.must(err)
		if diff := cmp.Diff(want, ids(got)); diff != "" || len(want) == 0 {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestBoard(t *testing.T) {
	h := newHouse(t)
	ana, _ := stock(h)
	for name, f := range map[string]domain.TicketFilter{
		"all": {}, "own": {RequesterID: ana.ID}, "category": {Categories: []domain.Category{domain.CategoryHardware}},
		"priority": {Priorities: []domain.Priority{domain.PriorityHigh}}, "search": {Search: "chamado"}, "open": {Open: true},
		"urgent first": {Order: domain.OrderPriority}, "late": {Late: domain.LateResponse},
	} {
		board := must2(h.Board(t.Context(), f, 4))(t)
		if len(board) != len(domain.Statuses) {
			t.Fatalf("%s: %d columns", name, len(board))
		}
		for i, col := range board {
			if col.Status != domain.Statuses[i] {
				t.Errorf("%s: column %d is %s", name, i, col.Status)
			}
			g := f
			g.Statuses = []domain.Status{col.Status}
			want, _, err := h.Tickets(t.Context(), g)
			h.must(err)
			if int(col.Count) != len(want) {
				t.Errorf("%s: %s counts %d of %d", name, col.Status, col.Count, len(want))
			}
			if diff := cmp.Diff(ids(want[:min(4, len(want))]), ids(col.Tickets)); diff != "" {
				t.Errorf("%s: %s\n%s", name, col.Status, diff)
			}
		}
	}
}

func TestSearch(t *testing.T) {
	h := newHouse(t)
	maria, joao := h.user("Maria Conceição", domain.RoleEmployee), h.user("João Araújo", domain.RoleEmployee)
	ti := h.user("beto", domain.RoleIT)
	printer := h.open(maria, "Impressora não imprime configurações")
	screen := h.open(joao, "Monitor apagado")
	h.comment(ti, screen.ID, domain.NewComment{Text: "troquei o cabo de força"})
	h.comment(ti, screen.ID, domain.NewComment{Text: "usuário descuidado", Internal: true})
	h.must(h.desk.Attach(t.Context(), joao, screen.ID, []domain.NewAttachment{{Name: "tela_quebrada.JPG", FileID: "x"}}, domain.Origin{}))
	for _, c := range []struct {
		typed    string
		internal bool
		want     []int64
	}{
		{"impressora", false, []int64{printer.ID}},
		{"IMPRESSORAS", false, []int64{printer.ID}},
		{"impr", false, []int64{printer.ID}},
		{"configuracao", false, []int64{printer.ID}},
		{"configuração imprime", false, []int64{printer.ID}},
		{"conceicao impressora", false, []int64{printer.ID}},
		{"joao monit", false, []int64{screen.ID}},
		{"cabo forca", false, []int64{screen.ID}},
		{"monitor cabo", false, []int64{screen.ID}},
		{"quebrada de araújo forç", false, []int64{screen.ID}},
		{"monitor impressora", false, nil},
		{"monitor descuidado", false, nil},
		{"descuidado cabo", true, []int64{screen.ID}},
		{"o de a", false, nil},
		{"quebrada", false, []int64{screen.ID}},
		{"tela_quebrada.JPG", false, []int64{screen.ID}},
		{"tela-quebrada", false, []int64{screen.ID}},
		{"monitor-aceso", false, nil},
		{"descuidado", false, nil},
		{"descuidado", true, []int64{screen.ID}},
		{"monitor -apagado", false, nil},
		{`"monitor apagado"`, false, []int64{screen.ID}},
		{"impressora or monitor", false, []int64{screen.ID, printer.ID}},
		{fmt.Sprint(printer.ID), false, []int64{printer.ID}},
		{fmt.Sprintf("#%d", screen.ID), false, []int64{screen.ID}},
		{"#99999999999", false, nil},
		{"99999999999999999999999", false, nil},
		{"não existe mesmo", false, nil},
		{"' & | ! ( ) :* <-> \\ %", false, nil},
		{"de", false, nil},
		{"a\x00b", false, nil},
	} {
		got, _, err := h.Tickets(t.Context(), domain.TicketFilter{Search: c.typed, Internal: c.internal})
		if err != nil {
			t.Errorf("%q: %v", c.typed, err)
		}
		if diff := cmp.Diff(ids(got), append([]int64{}, c.want...)); diff != "" && c.typed != "de" {
			t.Errorf("%q internal %v:\n%s", c.typed, c.internal, diff)
		}
	}
	maria.Name = "Marta Conceição"
	must2(h.UpdateUser(t.Context(), maria.User))(t)
	if got, _, err := h.Tickets(t.Context(), domain.TicketFilter{Search: "marta"}); err != nil || len(got) != 1 {
		t.Errorf("the new name finds %d, %v", len(got), err)
	}
}

func TestStatsFollowWhateverWrites(t *testing.T) {
	h := newHouse(t)
	ana, ti := stock(h)
	check := func(when string) {
		t.Helper()
		st := must2(h.Stats(t.Context()))(t)
		if want := h.count("SELECT count(*) FROM chamados WHERE excluido_em IS NULL"); int(st.Total) != want {
			t.Errorf("%s: total %d, not %d", when, st.Total, want)
		}
		for _, s := range domain.Statuses {
			if want := h.count("SELECT count(*) FROM chamados WHERE excluido_em IS NULL AND status = $1", s); int(st.ByStatus[s]) != want {
				t.Errorf("%s: %s %d, not %d", when, s, st.ByStatus[s], want)
			}
		}
		for _, c := range domain.Categories {
			if want := h.count("SELECT count(*) FROM chamados WHERE excluido_em IS NULL AND categoria = $1", c); int(st.ByCategory[c]) != want {
				t.Errorf("%s: %s %d, not %d", when, c, st.ByCategory[c], want)
			}
		}
		for _, p := range domain.Priorities {
			if want := h.count("SELECT count(*) FROM chamados WHERE excluido_em IS NULL AND prioridade = $1", p); int(st.ByPriority[p]) != want {
				t.Errorf("%s: %s %d, not %d", when, p, st.ByPriority[p], want)
			}
		}
	}
	check("desk")
	h.setStatus(ti, 1, domain.StatusClosed)
	h.must(h.desk.Restore(t.Context(), ti, 21))
	check("restored")
	h.exec("INSERT INTO chamados (titulo, descricao, categoria, usuario_id) SELECT 'x', 'y', 'rede', $1 FROM generate_series(1, 6000)", ana.ID)
	h.exec("UPDATE chamados SET status = 'fechado', prioridade = 'urgente' WHERE id % 7 = 0")
	h.exec("DELETE FROM chamados WHERE id % 11 = 0")
	check("other programs")
	h.must(h.Maintain(t.Context()))
	check("summed up")
	if n := h.count("SELECT count(*) FROM contadores"); n > 200 {
		t.Errorf("%d counters left", n)
	}
	h.exec("TRUNCATE chamados CASCADE")
	check("truncated")
}

// What cannot be a value is the asker's mistake, whatever it is asked of.
func TestImpossibleValuesAreInvalid(t *testing.T) {
	h := newHouse(t)
	for name, ask := range map[string]func() error{
		"a search": func() error {
			_, _, err := h.Tickets(t.Context(), domain.TicketFilter{Search: "\xff", Limit: 1})
			return err
		},
		"a name": func() error {
			_, err := h.Users(t.Context(), domain.UserFilter{Search: "\x00"})
			return err
		},
		"an address": func() error {
			_, err := h.UserByEmail(t.Context(), "\x00@x")
			return err
		},
		"a time": func() error {
			_, _, err := h.Tickets(t.Context(), domain.TicketFilter{From: time.Date(294_300, 1, 1, 0, 0, 0, 0, time.UTC), Limit: 1})
			return err
		},
	} {
		if err := ask(); domain.CodeOf(err) != domain.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}
