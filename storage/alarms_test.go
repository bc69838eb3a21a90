package storage_test

import (
	"testing"
	"time"

	"chamados/domain"
	"chamados/storage"
	"chamados/storage/pgtest"
)

// alarmHouse is a slaHouse whose notices wait two seconds for each other, with a group and a technician in chat.
func alarmHouse(t *testing.T) (h *house, ana, ti domain.Actor) {
	h = openHouse(t, pgtest.URL(t), storage.Options{Gather: 2 * time.Second})
	h.desk = domain.NewDesk(h.DB, nil, h.clock.Now, domain.WithSLA(promises(t)), domain.WithCare(&domain.CarePolicy{Calendar: deskHours(t)}))
	ana, ti = h.user("ana", domain.RoleEmployee), h.user("beto", domain.RoleIT)
	h.link(ti, private+1)
	h.must(h.SaveGroup(t.Context(), domain.Group{ChatID: group}))
	return h, ana, ti
}

// delivered claims and sends what is due in a lane, and returns the deliveries of a kind. Messages are numbered
// from first.
func (h *house) delivered(lane int64, kind domain.DeliveryKind, first int64) []domain.Delivery {
	h.t.Helper()
	var out []domain.Delivery
	for {
		d, ok, err := h.Outbox().Claim(h.t.Context(), lane, time.Minute)
		h.must(err)
		if !ok {
			return out
		}
		h.sent(d, first)
		first++
		if d.Kind == kind {
			out = append(out, d)
		}
	}
}

// After a long downtime the group gets one message with all that is due, not one for each ticket; what one takes
// later is brought up to date there, until nothing of it stands.
func TestAlarmsAfterADowntimeAreOneMessage(t *testing.T) {
	h, ana, ti := alarmHouse(t)
	var ids []int64
	for range 60 {
		ids = append(ids, h.open(ana, "um").ID)
	}
	h.delivered(group, domain.DeliverCard, 1000)
	h.clock.Add(5 * 24 * time.Hour)
	h.must(h.desk.TendDue(t.Context()))
	h.clock.Add(2 * time.Second)
	alarms := h.delivered(group, domain.DeliverAlarm, 5000)
	if len(alarms) != 1 || len(alarms[0].EventIDs) != 120 { // two targets each
		t.Fatalf("%d messages", len(alarms))
	}
	message := h.count(`SELECT max(mensagem_id) FROM alarmes`)
	if n := h.count(`SELECT count(*) FROM alarmes WHERE chat_id = $1 AND encerrado_em IS NULL`, int64(group)); n != 120 {
		t.Errorf("%d alarms stand", n)
	}
	h.setStatus(ti, ids[3], domain.StatusResolved)
	settles := h.delivered(group, domain.DeliverSettle, 6000)
	if len(settles) != 1 || settles[0].Alarm != int64(message) || settles[0].TicketID != 0 {
		t.Fatalf("%+v", settles)
	}
	h.setStatus(ti, ids[4], domain.StatusResolved)
	var d domain.Delivery
	for d.Kind != domain.DeliverSettle {
		next, ok, err := h.Outbox().Claim(t.Context(), group, time.Minute)
		if h.must(err); !ok {
			t.Fatal("nothing settles")
		}
		if d = next; d.Kind != domain.DeliverSettle {
			h.sent(d, 7000)
		}
	}
	d.Settled = true // as the relay finds when nothing stands any more
	h.sent(d, int64(message))
	h.setStatus(ti, ids[5], domain.StatusResolved)
	if again := h.delivered(group, domain.DeliverSettle, 8000); len(again) != 0 {
		t.Errorf("what has settled is edited again: %+v", again)
	}
}

// What settles while the alarm is on its way is found when it has arrived.
func TestAnAlarmThatSettlesOnItsWay(t *testing.T) {
	h, ana, ti := alarmHouse(t)
	id := h.open(ana, "um").ID
	h.delivered(group, domain.DeliverCard, 1000)
	h.clock.Add(90 * time.Minute)
	h.must(h.desk.TendDue(t.Context()))
	h.clock.Add(2 * time.Second)
	var d domain.Delivery
	for ok := true; ok && d.Kind != domain.DeliverAlarm; {
		var err error
		d, ok, err = h.Outbox().Claim(t.Context(), group, time.Minute)
		h.must(err)
		if d.Kind == domain.DeliverCard {
			h.sent(d, 1000)
		}
	}
	_, err := h.desk.Take(t.Context(), ti, id)
	h.must(err)
	if n := h.count(`SELECT count(*) FROM saida WHERE tipo = 'baixa'`); n != 0 {
		t.Errorf("%d settled before it arrived", n)
	}
	h.sent(d, 2000)
	if settles := h.delivered(group, domain.DeliverSettle, 3000); len(settles) != 1 || settles[0].Alarm != 2000 {
		t.Errorf("%+v", settles)
	}
	alarms, err := h.Outbox().Alarms(t.Context(), group, 2000)
	if err != nil || len(alarms) != 1 || alarms[0].TicketID != id || alarms[0].Settled || alarms[0].UserID != 0 {
		t.Errorf("%+v (%v)", alarms, err)
	}
	link, ok, err := h.linkOf(2000)
	if err != nil || !ok || link != id {
		t.Errorf("a reply to it is about %d (%v)", link, err)
	}
}

// linkOf returns what a message of the group is about.
func (h *house) linkOf(message int64) (ticket int64, ok bool, err error) {
	err = h.DB.Atomically(h.t.Context(), func(s domain.Store) error {
		l, found, err := s.(domain.Tx).TicketOfMessage(h.t.Context(), domain.Origin{ChatID: group, MessageID: message})
		ticket, ok = l.TicketID, found
		return err
	})
	return ticket, ok, err
}
