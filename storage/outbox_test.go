package storage_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"chamados/domain"

	"github.com/google/go-cmp/cmp"
)

const group, private = int64(-500), int64(700)

// staffed is a house with an IT group, a linked employee and a technician without Telegram.
func staffed(t *testing.T) (h *house, ana, ti domain.Actor) {
	t.Helper()
	h = newHouse(t)
	ana, ti = h.user("ana", domain.RoleEmployee), h.user("beto", domain.RoleIT)
	h.link(ana, private)
	h.must(h.SaveGroup(t.Context(), domain.Group{ChatID: group, ThreadID: 3}))
	return h, ana, ti
}

func (h *house) drain(lane int64) []domain.Delivery {
	h.t.Helper()
	var out []domain.Delivery
	for message := int64(1000); ; message++ {
		d, ok, err := h.Outbox().Claim(h.t.Context(), lane, time.Minute)
		h.must(err)
		if !ok {
			return out
		}
		out = append(out, d)
		h.sent(d, message)
	}
}

func (h *house) enqueue(m domain.Outgoing) {
	h.t.Helper()
	h.must(h.Atomically(h.t.Context(), func(s domain.Store) error { return s.(domain.Tx).Enqueue(h.t.Context(), m) }))
}

func TestNoticesReachWhoMustHear(t *testing.T) {
	h, ana, ti := staffed(t)
	h.must(h.SaveGroup(t.Context(), domain.Group{ChatID: -501, Categories: []domain.Category{domain.CategoryHardware, domain.CategoryEmail}}))
	h.must(h.SaveGroup(t.Context(), domain.Group{ChatID: -502, Categories: []domain.Category{domain.CategoryNetwork}}))
	ticket := h.open(ana, "a")
	lanes := must2(h.Outbox().DueLanes(t.Context(), 10))(t)
	slices.Sort(lanes)
	if diff := cmp.Diff([]int64{-501, group, private}, lanes); diff != "" {
		t.Fatal(diff)
	}
	d := h.claim(group)
	if d.Kind != domain.DeliverCard || d.ThreadID != 3 || d.TicketID != ticket.ID || d.UserID != 0 || len(d.EventIDs) != 1 {
		t.Errorf("%+v", d)
	}
	h.sent(d, 1)
	h.drain(-501)
	if d := h.claim(private); d.UserID != ana.ID || d.ChatID != private || d.ThreadID != 0 {
		t.Errorf("%+v", d)
	}
	cat := domain.CategoryNetwork
	must2(h.desk.Change(t.Context(), ti, ticket.ID, domain.TicketChange{Category: &cat}, 0))(t)
	lanes = must2(h.Outbox().DueLanes(t.Context(), 10))(t)
	for _, lane := range []int64{-501, -502, group} { // the group that has the card hears of it, the new one too
		if !slices.Contains(lanes, lane) {
			t.Errorf("%d does not hear of the new category", lane)
		}
	}
	if slices.Contains(lanes, private) {
		t.Error("a lane under lease is due")
	}
}

func TestTheChatOfAnEventIsNotTold(t *testing.T) {
	h, ana, ti := staffed(t)
	id := h.open(ana, "a").ID
	h.drain(group)
	h.drain(private)
	ti.ChatID = group
	h.setStatus(ti, id, domain.StatusInProgress)
	kinds := []domain.DeliveryKind{}
	for _, d := range h.drain(group) {
		kinds = append(kinds, d.Kind)
	}
	if diff := cmp.Diff([]domain.DeliveryKind{domain.DeliverCard}, kinds); diff != "" {
		t.Error(diff)
	}
	if got := h.drain(private); len(got) != 2 {
		t.Errorf("the requester hears %+v", got)
	}
}

// Whoever opens tickets without end, urgent ones too, is heard after everybody else.
func TestAFloodWaitsBehindOthers(t *testing.T) {
	h, ana, _ := staffed(t)
	desk := domain.NewDesk(h.DB, nil, h.clock.Now, domain.WithPace(2))
	open := func(a domain.Actor, title string, p domain.Priority) {
		t.Helper()
		_, err := desk.Open(t.Context(), a, domain.NewTicket{Title: title, Description: "x", Category: domain.CategoryOther, Urgency: p})
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 5 {
		open(ana, "enxurrada", domain.PriorityUrgent)
	}
	caio := h.user("caio", domain.RoleEmployee)
	open(caio, "de outra pessoa", domain.PriorityMedium)
	h.clock.Add(time.Minute)
	open(ana, "depois", domain.PriorityMedium)
	var order []int64
	for _, d := range h.drain(group) {
		order = append(order, d.TicketID)
	}
	if diff := cmp.Diff([]int64{1, 2, 6, 7, 3, 4, 5}, order); diff != "" {
		t.Error(diff)
	}
}

func TestAnswersGoFirstInTheirOrder(t *testing.T) {
	h, ana, _ := staffed(t)
	h.open(ana, "a")
	for i := range 3 {
		h.enqueue(domain.Outgoing{ChatID: private, ReplyTo: int64(i), Payload: json.RawMessage(`{}`)})
	}
	got := h.drain(private)
	if len(got) != 4 || got[3].Kind != domain.DeliverCard {
		t.Fatalf("%+v", got)
	}
	for i, d := range got[:3] {
		if d.Message == nil || d.Message.ReplyTo != int64(i) || d.Message.ChatID != private {
			t.Errorf("%d: %+v", i, d.Message)
		}
	}
}

func TestAnswersAloneAreClaimed(t *testing.T) {
	h, ana, _ := staffed(t)
	h.open(ana, "a")
	if d, ok, err := h.Outbox().ClaimAnswer(t.Context(), private, time.Minute); ok || err != nil {
		t.Fatalf("%+v, %v", d, err)
	}
	h.enqueue(domain.Outgoing{ChatID: private, Payload: []byte(`{}`)})
	d, ok, err := h.Outbox().ClaimAnswer(t.Context(), private, time.Minute)
	if h.must(err); !ok || d.Kind != domain.DeliverMessage {
		t.Fatalf("%v %+v", ok, d)
	}
	h.sent(d, 7)
	if d := h.claim(private); d.Kind != domain.DeliverCard {
		t.Errorf("%+v", d)
	}
}

func TestUrgentGoesBeforeTheRest(t *testing.T) {
	h, ana, _ := staffed(t)
	h.open(ana, "a")
	urgent := must2(h.desk.Open(t.Context(), ana, domain.NewTicket{
		Title: "b", Description: "b", Category: domain.CategoryOther, Urgency: domain.PriorityUrgent,
	}))(t)
	if got := h.drain(group); got[0].TicketID != urgent.ID {
		t.Errorf("%+v", got)
	}
}

func TestOneKeyIsWrittenOnce(t *testing.T) {
	h := newHouse(t)
	for range 2 {
		h.enqueue(domain.Outgoing{ChatID: 1, Key: "k"})
		h.enqueue(domain.Outgoing{ChatID: 1})
	}
	if n := len(h.drain(1)); n != 3 {
		t.Errorf("%d messages", n)
	}
	h.enqueue(domain.Outgoing{ChatID: 1, Key: "k"})
	h.nothing(1)
}

func TestCardsOfATicketMerge(t *testing.T) {
	h, ana, ti := staffed(t)
	first, second := h.open(ana, "a"), h.open(ana, "b")
	h.setStatus(ti, first.ID, domain.StatusInProgress)
	h.setStatus(ti, first.ID, domain.StatusWaiting)
	d := h.claim(group)
	if d.Kind != domain.DeliverCard || d.TicketID != first.ID || len(d.IDs) != 3 {
		t.Errorf("%+v", d)
	}
	h.sent(d, 10)
	d = h.claim(group)
	if d.TicketID != second.ID || len(d.IDs) != 1 {
		t.Errorf("%+v", d)
	}
	h.sent(d, 11)
	d = h.claim(group) // both notices of the first ticket in one message
	if d.Kind != domain.DeliverNotice || len(d.EventIDs) != 2 {
		t.Errorf("%+v", d)
	}
	events := must2(h.Outbox().NoticeEvents(t.Context(), d.EventIDs))(t)
	if len(events) != 2 || events[0].To != "em_andamento" || events[1].To != "aguardando" || events[0].ActorName != "beto" {
		t.Errorf("%+v", events)
	}
	h.sent(d, 12)
	h.nothing(group)
}

func TestNoticesWithSomethingBetweenStayApart(t *testing.T) {
	h, ana, _ := staffed(t)
	a, b := h.open(ana, "a"), h.open(ana, "b")
	h.drain(group)
	for _, id := range []int64{a.ID, a.ID, b.ID, a.ID} {
		h.comment(ana, id, domain.NewComment{Text: "oi"})
	}
	var sizes []int
	for _, d := range h.drain(group) {
		if d.Kind == domain.DeliverNotice {
			sizes = append(sizes, len(d.EventIDs))
		}
	}
	// The cards between two notices of one ticket have been taken out by the first card's delivery.
	if diff := cmp.Diff([]int{2, 1, 1}, sizes); diff != "" {
		t.Error(diff)
	}
}

func TestCardLivesOnce(t *testing.T) {
	h, ana, ti := staffed(t)
	id := h.open(ana, "a").ID
	h.sent(h.claim(group), 10)
	ref := must2(h.Outbox().Card(t.Context(), id, group))(t)
	if ref.MessageID != 10 || string(ref.Hash) != "hash" {
		t.Errorf("%+v", ref)
	}
	h.setStatus(ti, id, domain.StatusWaiting)
	h.must(h.Outbox().Sent(t.Context(), h.claim(group), 10, []byte("other"))) // edited
	h.drain(group)
	if ref = must2(h.Outbox().Card(t.Context(), id, group))(t); ref.MessageID != 10 || string(ref.Hash) != "other" {
		t.Errorf("%+v", ref)
	}
	h.must(h.Outbox().ForgetCard(t.Context(), id, group))
	if ref = must2(h.Outbox().Card(t.Context(), id, group))(t); ref.MessageID != 0 {
		t.Errorf("%+v", ref)
	}
	h.setStatus(ti, id, domain.StatusResolved)
	h.sent(h.claim(group), 20)
	if ref = must2(h.Outbox().Card(t.Context(), id, group))(t); ref.MessageID != 20 {
		t.Errorf("%+v", ref)
	}
	h.must(h.Atomically(t.Context(), func(s domain.Store) error {
		for _, message := range []int64{10, 20} {
			link, ok, err := s.(domain.Tx).TicketOfMessage(t.Context(), domain.Origin{ChatID: group, MessageID: message})
			if err != nil || !ok || link.TicketID != id {
				t.Errorf("a reply to card %d: %+v %v %v", message, link, ok, err)
			}
		}
		return nil
	}))
}

func TestRepliesToNoticesKnowWhatTheyAreAbout(t *testing.T) {
	h, ana, ti := staffed(t)
	id := h.open(ana, "a").ID
	h.drain(group)
	note := h.comment(ti, id, domain.NewComment{Text: "nota", Internal: true})
	h.sent(h.claim(group), 30)
	h.sent(h.claim(group), 31)
	h.enqueue(domain.Outgoing{ChatID: private, TicketID: id, Payload: json.RawMessage(`{"a":1}`)})
	h.sent(h.claim(private), 32)
	h.must(h.Atomically(t.Context(), func(s domain.Store) error {
		for o, want := range map[domain.Origin]domain.MessageLink{
			{ChatID: group, MessageID: 31}:   {TicketID: id, CommentID: note.ID, Internal: true},
			{ChatID: private, MessageID: 32}: {TicketID: id},
		} {
			got, ok, err := s.(domain.Tx).TicketOfMessage(t.Context(), o)
			if err != nil || !ok || got != want {
				t.Errorf("%+v: %+v %v %v", o, got, ok, err)
			}
		}
		_, ok, err := s.(domain.Tx).TicketOfMessage(t.Context(), domain.Origin{ChatID: 1, MessageID: 1})
		if ok || err != nil {
			t.Errorf("unknown message: %v %v", ok, err)
		}
		return nil
	}))
}

// A card row that is committed after a claim must not be swallowed by it, even when it was written before.
func TestCardChangedDuringAClaimIsDeliveredAgain(t *testing.T) {
	h, ana, ti := staffed(t)
	id := h.open(ana, "a").ID
	slow := must2(h.pool.Begin(t.Context()))(t)
	defer func() { _ = slow.Rollback(t.Context()) }()
	var row int64
	err := slow.QueryRow(t.Context(), `INSERT INTO saida (faixa, chamado_id, prioridade, criado_em, proxima_em, tipo)
		VALUES ($1, $2, 2, $3, $3, 'cartao') RETURNING id`, group, id, h.clock.Now()).Scan(&row)
	h.must(err)
	h.setStatus(ti, id, domain.StatusWaiting) // written later, committed earlier
	d := h.claim(group)
	if slices.Contains(d.IDs, row) || len(d.IDs) != 2 {
		t.Fatalf("%+v", d)
	}
	h.must(slow.Commit(t.Context()))
	h.sent(d, 1)
	if d = h.claim(group); !slices.Contains(d.IDs, row) || d.Kind != domain.DeliverCard {
		t.Errorf("the last state of the card is lost: %+v", d)
	}
}
