package notify

import (
	"testing"
	"time"

	"chamados/bot/chat"
	"chamados/domain"
)

// withAlarm puts an alarm about the office's ticket before the group or a person.
func (o *office) withAlarm(chatID, userID int64, ids ...int64) {
	for _, id := range ids {
		o.outbox.events[id] = domain.NoticeEventView{Event: domain.Event{
			ID: id, TicketID: 1, Kind: domain.EventSLAWarning, To: domain.SLAResolution, Internal: true,
		}}
	}
	o.outbox.add(domain.Delivery{Kind: domain.DeliverAlarm, ChatID: chatID, UserID: userID, TicketID: 1, EventIDs: ids})
}

// solved lets the ticket's history go on with its solution.
func (o *office) solved() {
	o.desk.history = []domain.Event{{ID: 50, TicketID: 1, Kind: domain.EventStatus, To: string(domain.StatusResolved)}}
}

func TestAnAlarmIsSentWhileItStands(t *testing.T) {
	inOffice(t, func(o *office) {
		o.withAlarm(group, 0, 5)
		o.withAlarm(tech, tech, 5)
		o.withAlarm(employee, employee, 5) // who may not know of it
		o.open(time.Minute)
		o.want("alarm pt-BR it=true #1 settled=false", "alarm pt-BR it=true #1 settled=false")
		o.sender.forget()
		o.solved()
		o.withAlarm(group, 0, 6)
		o.open(time.Minute)
		o.want()
	})
}

func TestAnAlarmThatSettledIsEditedOnce(t *testing.T) {
	inOffice(t, func(o *office) {
		o.outbox.alarms = map[[2]int64][]domain.Alarm{{group, 77}: {{TicketID: 1, EventID: 5}}}
		o.outbox.events[5] = domain.NoticeEventView{Event: domain.Event{ID: 5, TicketID: 1, Kind: domain.EventSLAWarning, To: domain.SLAResolution, Internal: true}}
		settle := domain.Delivery{Kind: domain.DeliverSettle, ChatID: group, Alarm: 77}
		o.outbox.add(settle)
		o.open(time.Minute)
		o.want() // it stands: nothing to say
		o.solved()
		o.outbox.add(settle)
		o.open(time.Minute)
		o.want("alarm pt-BR it=true #1 settled=true")
		if c := o.sender.sent()[0]; c.edit != 77 || c.to.ChatID != group || len(o.outbox.settled) != 1 {
			t.Errorf("%+v, settled %v", c, o.outbox.settled)
		}
		o.outbox.alarms[[2]int64{group, 77}] = []domain.Alarm{{TicketID: 1, EventID: 5, Settled: true}}
		o.outbox.add(settle)
		o.sender.forget()
		o.open(time.Minute)
		o.want()
	})
}

func TestAnAlarmWhoseMessageIsGone(t *testing.T) {
	inOffice(t, func(o *office) {
		o.outbox.alarms = map[[2]int64][]domain.Alarm{{tech, 77}: {{TicketID: 1, EventID: 5, UserID: tech}}}
		o.outbox.events[5] = domain.NoticeEventView{Event: domain.Event{ID: 5, TicketID: 1, Kind: domain.EventSLAWarning, To: domain.SLAResolution, Internal: true}}
		o.solved()
		o.sender.fail = func(call) error { return chat.ErrMessageGone }
		row := o.outbox.add(domain.Delivery{Kind: domain.DeliverSettle, ChatID: tech, Alarm: 77})
		o.open(time.Minute)
		if !row.finished || row.dead != "" || len(o.outbox.settled) != 1 || len(o.sender.sent()) != 1 {
			t.Errorf("%+v, settled %v", row, o.outbox.settled)
		}
	})
}
