package storage_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"chamados/domain"
	"chamados/storage"
)

// states returns what became of a ticket's messages to a chat, newest first.
func (h *house) states(ti domain.Actor, ticket, chat int64) []domain.ReceiptState {
	h.t.Helper()
	list, err := h.desk.Deliveries(h.t.Context(), ti, ticket)
	h.must(err)
	var out []domain.ReceiptState
	for _, r := range list {
		if r.ChatID == chat {
			out = append(out, r.State)
		}
	}
	return out
}

func (h *house) expect(what string, got []domain.ReceiptState, want ...domain.ReceiptState) {
	h.t.Helper()
	if len(got) != len(want) {
		h.t.Fatalf("%s: %v, want %v", what, got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			h.t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
}

func TestReceiptsTellWhatBecameOfMessages(t *testing.T) {
	h, ana, ti := staffed(t)
	id := h.open(ana, "a").ID
	h.expect("new", h.states(ti, id, private), domain.ReceiptWaiting)
	h.sent(h.claim(private), 10)
	h.setStatus(ti, id, domain.StatusInProgress)
	h.expect("card and notice", h.states(ti, id, private), domain.ReceiptWaiting, domain.ReceiptWaiting)
	card := h.claim(private)
	h.must(h.Outbox().Sent(t.Context(), card, 0, nil))
	notice := h.claim(private)
	h.must(h.Outbox().Retry(t.Context(), notice, h.clock.Now(), true, "timeout"))
	h.expect("in trouble", h.states(ti, id, private), domain.ReceiptRetrying, domain.ReceiptUnchanged)
	h.must(h.Outbox().Dead(t.Context(), h.claim(private), "telegram: chat: request refused"))
	h.expect("given up", h.states(ti, id, private), domain.ReceiptFailed, domain.ReceiptUnchanged)
	c := h.comment(ti, id, domain.NewComment{Text: "oi"})
	must2(0, h.desk.UndoComment(t.Context(), ti, c.ID))(t)
	h.expect("undone", h.states(ti, id, private), domain.ReceiptDropped, domain.ReceiptFailed, domain.ReceiptUnchanged)
	list := must2(h.desk.Deliveries(t.Context(), ti, id))(t)
	for _, r := range list {
		if r.ChatID == private && (r.To != "ana" || r.UserID != ana.ID) || r.TicketID != id {
			t.Errorf("%+v", r)
		}
	}
	if _, err := h.desk.Deliveries(t.Context(), ana, id); !errors.Is(err, domain.ErrITOnly) {
		t.Errorf("an employee: %v", err)
	}
}

func TestUnreachableIsNoFault(t *testing.T) {
	h, ana, ti := staffed(t)
	id := h.open(ana, "a").ID
	h.must(h.Outbox().Dead(t.Context(), h.claim(private), "telegram: chat: "+domain.CauseUnreachable))
	h.expect("blocked", h.states(ti, id, private), domain.ReceiptUnreachable)
	h.must(h.desk.ChatBlocked(t.Context(), private, true))
	lost := must2(h.desk.LostMessages(t.Context(), ti))(t)
	if len(lost) != 1 {
		t.Fatalf("%+v", lost)
	}
	h.must(h.desk.RetryDelivery(t.Context(), ti, lost[0].ID))
	h.nothing(private) // still blocked: given up again
	h.expect("still blocked", h.states(ti, id, private), domain.ReceiptUnreachable)
	h.must(h.desk.ChatBlocked(t.Context(), private, false))
	h.must(h.desk.RetryDelivery(t.Context(), ti, lost[0].ID))
	h.sent(h.claim(private), 4)
	h.expect("back", h.states(ti, id, private), domain.ReceiptDelivered)
}

func TestRetriedDeliveryIsAsGoodAsNew(t *testing.T) {
	h, ana, ti := staffed(t)
	h.open(ana, "a")
	h.must(h.Outbox().Dead(t.Context(), h.claim(group), "refused"))
	h.clock.Add(48 * time.Hour)
	lost := must2(h.desk.LostMessages(t.Context(), ti))(t)
	if len(lost) != 1 || lost[0].Cause != "refused" || !lost[0].Retriable() {
		t.Fatalf("%+v", lost)
	}
	if err := h.desk.RetryDelivery(t.Context(), ana, lost[0].ID); !errors.Is(err, domain.ErrITOnly) {
		t.Errorf("an employee: %v", err)
	}
	woken := 0
	defer h.OnWake(func(w storage.Wake) { woken += len(w.OutboxLanes) })()
	h.must(h.desk.RetryDelivery(t.Context(), ti, lost[0].ID))
	if d := h.claim(group); woken != 1 || d.Attempts != 0 || d.Uncertain || !d.CreatedAt.Equal(h.clock.Now()) {
		t.Errorf("woke %d, %+v", woken, d)
	}
	if err := h.desk.RetryDelivery(t.Context(), ti, lost[0].ID); !errors.Is(err, domain.ErrNothingToRetry) {
		t.Errorf("a second time: %v", err)
	}
	h.clock.Add(2 * domain.TrafficMemory)
	if lost := must2(h.desk.LostMessages(t.Context(), ti))(t); len(lost) != 0 {
		t.Errorf("old: %+v", lost)
	}
}

func TestTrafficSumsUpTheQueues(t *testing.T) {
	h, ana, ti := staffed(t)
	start := h.clock.Now()
	id := h.open(ana, "a").ID
	h.sent(h.claim(private), 7)
	h.clock.Add(time.Minute)
	h.setStatus(ti, id, domain.StatusWaiting)
	h.receive(private, 1, 2)
	u, ok, err := h.work(t.Context(), private, func(_ context.Context, _ domain.Tx, _ domain.Update) error { return errors.New("veneno") })
	if !ok || err == nil {
		t.Fatal(ok, err)
	}
	h.must(h.Inbox().Fail(t.Context(), u, "veneno", time.Time{}))
	got := must2(h.desk.Traffic(t.Context(), ti))(t)
	if got.Inbox.Waiting != 1 || got.Parked != 1 || got.Lost != 0 || !got.LastOut.Equal(start) || got.LastIn.IsZero() {
		t.Errorf("%+v", got)
	}
	byKind := map[domain.DeliveryKind]domain.QueueState{}
	for _, q := range got.Outbox {
		byKind[q.Kind] = q
	}
	if q := byKind[domain.DeliverCard]; q.Waiting != 3 || !q.Oldest.Equal(start) {
		t.Errorf("cards: %+v", q)
	}
	parked := must2(h.desk.ParkedUpdates(t.Context(), ti))(t)
	if len(parked) != 1 || parked[0].Cause != "veneno" || parked[0].From != "ana" {
		t.Fatalf("%+v", parked)
	}
	h.must(h.desk.RetryUpdate(t.Context(), ti, parked[0].BotID, parked[0].UpdateID))
	if again, ok, err := h.work(t.Context(), private, done); !ok || err != nil || again.UpdateID != u.UpdateID || again.Attempts != 0 {
		t.Errorf("%+v %v %v", again, ok, err)
	}
	if err := h.desk.RetryUpdate(t.Context(), ti, u.BotID, u.UpdateID); !errors.Is(err, domain.ErrNothingToRetry) {
		t.Errorf("handled: %v", err)
	}
}

func TestMailsHaveReceiptsToo(t *testing.T) {
	h, _, ti := staffed(t)
	bia := h.user("bia", domain.RoleEmployee) // without Telegram
	id := h.open(bia, "a").ID
	h.comment(ti, id, domain.NewComment{Text: "oi"})
	find := func() domain.Receipt {
		t.Helper()
		for _, r := range must2(h.desk.Deliveries(t.Context(), ti, id))(t) {
			if r.Mail {
				return r
			}
		}
		t.Fatal("no mail")
		return domain.Receipt{}
	}
	if r := find(); r.State != domain.ReceiptWaiting || r.To != "bia" || r.Event != domain.EventComment {
		t.Errorf("%+v", r)
	}
	if got := must2(h.desk.Traffic(t.Context(), ti))(t); got.Mail.Waiting != 1 || got.Lost != 0 {
		t.Errorf("%+v", got)
	}
	h.clock.Add(time.Minute)
	mails := must2(h.Mails().ClaimMail(t.Context(), 10, time.Minute))(t)
	h.must(h.Mails().DeadMail(t.Context(), mails[0], "smtp: não há caixa"))
	lost := must2(h.desk.LostMessages(t.Context(), ti))(t)
	if len(lost) != 1 || !lost[0].Mail || lost[0].State != domain.ReceiptFailed || !lost[0].Retriable() {
		t.Fatalf("%+v", lost)
	}
	if err := h.desk.RetryMailing(t.Context(), bia, lost[0].ID); !errors.Is(err, domain.ErrITOnly) {
		t.Errorf("an employee: %v", err)
	}
	h.must(h.desk.RetryMailing(t.Context(), ti, lost[0].ID))
	mails = must2(h.Mails().ClaimMail(t.Context(), 10, time.Minute))(t)
	if len(mails) != 1 || mails[0].Attempts != 0 {
		t.Fatalf("%+v", mails)
	}
	h.must(h.Mails().MailSent(t.Context(), mails[0]))
	if r := find(); r.State != domain.ReceiptDelivered {
		t.Errorf("%+v", r)
	}
	if err := h.desk.RetryMailing(t.Context(), ti, lost[0].ID); !errors.Is(err, domain.ErrNothingToRetry) {
		t.Errorf("sent: %v", err)
	}
}
