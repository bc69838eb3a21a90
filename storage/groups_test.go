package storage_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"chamados/domain"

	"github.com/google/go-cmp/cmp"
)

func TestGroupsAreKeptByPlace(t *testing.T) {
	h := newHouse(t)
	topic := domain.Group{ChatID: -1, Title: "TI", ThreadID: 3, Categories: []domain.Category{domain.CategoryEmail}}
	general := domain.Group{ChatID: -1, Title: "TI"}
	h.must(h.SaveGroup(t.Context(), topic))
	h.must(h.SaveGroup(t.Context(), general))
	topic.Title = "TI 2"
	h.must(h.SaveGroup(t.Context(), topic))
	h.must(h.MoveGroup(t.Context(), -1, -100))
	for _, g := range []*domain.Group{&topic, &general} {
		g.ChatID, g.MovedFrom = -100, -1
	}
	if diff := cmp.Diff([]domain.Group{topic, general}, must2(h.Groups(t.Context()))(t)); diff != "" {
		t.Error(diff)
	}
	h.must(h.DropTopic(t.Context(), -100, 3))
	if diff := cmp.Diff([]domain.Group{general}, must2(h.Groups(t.Context()))(t)); diff != "" {
		t.Error(diff)
	}
	h.must(h.DropGroup(t.Context(), -100))
	if left := must2(h.Groups(t.Context()))(t); len(left) != 0 {
		t.Error(left)
	}
}

// place is a group or topic for some categories; for all if there are none.
func (h *house) place(chat, thread int64, categories ...domain.Category) {
	h.t.Helper()
	h.must(h.SaveGroup(h.t.Context(), domain.Group{ChatID: chat, ThreadID: thread, Categories: categories}))
	h.clock.Add(time.Second)
}

// cardsOf opens a ticket and returns the places that get its card.
func (h *house) cardsOf(a domain.Actor, c domain.Category) [][2]int64 {
	h.t.Helper()
	must2(h.desk.Open(h.t.Context(), a, domain.NewTicket{Title: "a", Description: "b", Category: c}))(h.t)
	return h.waiting()
}

// waiting delivers what waits for groups and returns where it went.
func (h *house) waiting() [][2]int64 {
	h.t.Helper()
	lanes := must2(h.Outbox().DueLanes(h.t.Context(), 99))(h.t)
	slices.Sort(lanes)
	var out [][2]int64
	for _, lane := range lanes {
		for _, d := range h.drain(lane) {
			out = append(out, [2]int64{d.ChatID, d.ThreadID})
		}
	}
	return out
}

func TestATicketIsToldInOnePlaceOfEachGroup(t *testing.T) {
	h := newHouse(t)
	ana := h.user("ana", domain.RoleEmployee)
	h.place(-1, 0)
	h.place(-1, 7, domain.CategoryNetwork, domain.CategoryEmail)
	h.place(-1, 8, domain.CategoryHardware)
	h.place(-2, 5, domain.CategoryNetwork)
	for category, want := range map[domain.Category][][2]int64{
		domain.CategoryNetwork:  {{-2, 5}, {-1, 7}},
		domain.CategoryEmail:    {{-1, 7}},
		domain.CategoryHardware: {{-1, 8}},
		domain.CategoryOther:    {{-1, 0}},
	} {
		if diff := cmp.Diff(want, h.cardsOf(ana, category)); diff != "" {
			t.Errorf("%s: %s", category, diff)
		}
	}
}

func TestACardGoesWithItsCategoryOrStays(t *testing.T) {
	h := newHouse(t)
	ana, ti := h.user("ana", domain.RoleEmployee), h.user("beto", domain.RoleIT)
	h.place(-1, 7, domain.CategoryNetwork)
	h.place(-1, 8, domain.CategoryHardware)
	id := must2(h.desk.Open(t.Context(), ana, domain.NewTicket{Title: "a", Description: "b", Category: domain.CategoryNetwork}))(t).ID
	h.waiting()
	ref := must2(h.Outbox().Card(t.Context(), id, -1))(t)
	if ref.ThreadID == nil || *ref.ThreadID != 7 {
		t.Fatalf("the card is known as %+v", ref)
	}
	h.must(h.move(ti, id, domain.CategoryEmail)) // which nobody takes
	for _, at := range h.waiting() {
		if at != [2]int64{-1, 7} {
			t.Errorf("a card that no topic takes goes to %v", at)
		}
	}
	h.must(h.move(ti, id, domain.CategoryHardware))
	for _, at := range h.waiting() {
		if at != [2]int64{-1, 8} {
			t.Errorf("news of hardware go to %v", at)
		}
	}
}

func (h *house) move(a domain.Actor, id int64, c domain.Category) error {
	_, err := h.desk.Change(h.t.Context(), a, id, domain.TicketChange{Category: &c}, 0)
	return err
}

func TestWhatALostGroupTookGoesToTheMainOne(t *testing.T) {
	h := newHouse(t)
	ana, ti := h.user("ana", domain.RoleEmployee), h.user("beto", domain.RoleIT)
	h.place(-1, 4, domain.CategoryHardware)
	h.place(-2, 0, domain.CategoryNetwork)
	h.place(-3, 0, domain.CategoryEmail)
	delivered := must2(h.desk.Open(t.Context(), ana, domain.NewTicket{Title: "a", Description: "b", Category: domain.CategoryNetwork}))(t)
	h.drain(-2)
	must2(h.desk.Open(t.Context(), ana, domain.NewTicket{Title: "c", Description: "d", Category: domain.CategoryNetwork}))(t)
	refused := h.claim(-2) // Telegram refuses this one
	must2(h.desk.Open(t.Context(), ana, domain.NewTicket{Title: "e", Description: "f", Category: domain.CategoryNetwork}))(t)

	lost, ok, err := h.desk.GroupLost(t.Context(), -2)
	if err != nil || !ok || lost.ChatID != -2 || !lost.Lost() || lost.Instead.ChatID != -1 {
		t.Fatalf("got %+v %v %v", lost, ok, err)
	}
	if _, again, err := h.desk.GroupLost(t.Context(), -2); again || err != nil {
		t.Errorf("lost twice: %v", err)
	}
	h.nothing(-2)
	var tickets []int64
	for _, d := range h.drain(-1) {
		if d.ThreadID != 4 || d.Kind != domain.DeliverCard {
			t.Errorf("%+v", d)
		}
		tickets = append(tickets, d.TicketID)
	}
	if len(tickets) != 2 || tickets[0] != refused.TicketID {
		t.Errorf("the main group gets %v", tickets)
	}
	h.setStatus(ti, delivered.ID, domain.StatusWaiting)
	if got := h.waiting(); !slices.Contains(got, [2]int64{-1, 4}) || slices.Contains(got, [2]int64{-2, 0}) {
		t.Errorf("news of an old ticket go to %v", got)
	}
	if got := h.cardsOf(ana, domain.CategorySoftware); len(got) != 0 {
		t.Errorf("what nobody took goes to %v", got)
	}

	must2(h.desk.UpdateGroup(t.Context(), ti, -2, 0, domain.GroupChange{}))(t)
	if diff := cmp.Diff([][2]int64{{-2, 0}}, h.cardsOf(ana, domain.CategoryNetwork)); diff != "" {
		t.Error(diff)
	}
}

func TestATopicThatIsGoneIsForgotten(t *testing.T) {
	for name, c := range map[string]struct {
		general []domain.Category
		has     bool
		want    []domain.Category
	}{
		"no other":        {want: []domain.Category{domain.CategoryNetwork}},
		"one for all":     {has: true},
		"one for another": {has: true, general: []domain.Category{domain.CategoryEmail}, want: []domain.Category{domain.CategoryEmail, domain.CategoryNetwork}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			if c.has {
				h.place(-1, 0, c.general...)
			}
			h.place(-1, 7, domain.CategoryNetwork)
			h.must(h.desk.TopicGone(t.Context(), -1, 7))
			got := must2(h.Groups(t.Context()))(t)
			if len(got) != 1 || got[0].ThreadID != 0 || !slices.Equal(got[0].Categories, c.want) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestTopicsOfAGroupShareTheCategories(t *testing.T) {
	h := newHouse(t)
	ti := h.user("beto", domain.RoleIT)
	connect := func(thread int64, categories ...domain.Category) {
		must2(h.desk.UpdateGroup(t.Context(), ti, -1, thread, domain.GroupChange{Categories: &categories}))(t)
		h.clock.Add(time.Second)
	}
	places := func() map[int64][]domain.Category {
		out := map[int64][]domain.Category{}
		for _, g := range must2(h.Groups(context.Background()))(t) {
			out[g.ThreadID] = g.Categories
		}
		return out
	}
	connect(7, domain.CategoryNetwork, domain.CategoryEmail)
	connect(8, domain.CategoryEmail, domain.CategoryHardware)
	connect(0)
	want := map[int64][]domain.Category{7: {domain.CategoryNetwork}, 8: {domain.CategoryHardware, domain.CategoryEmail}, 0: nil}
	if diff := cmp.Diff(want, places()); diff != "" {
		t.Error(diff)
	}
	connect(9) // all, in place of the other one for all
	connect(8, domain.CategoryNetwork)
	want = map[int64][]domain.Category{8: {domain.CategoryNetwork}, 9: nil}
	if diff := cmp.Diff(want, places()); diff != "" {
		t.Error(diff)
	}
}
