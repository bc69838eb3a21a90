package notify

import (
	"testing"
	"time"

	"chamados/domain"
)

func TestCardIsSentThenEditedThenLeftAlone(t *testing.T) {
	inOffice(t, func(o *office) {
		o.outbox.add(cardFor(group, 0))
		o.open(time.Second)
		o.desk.ticket.Version = 2
		o.outbox.add(cardFor(group, 0))
		o.outbox.add(cardFor(group, 0))
		o.open(10 * time.Second)
		o.want("card v1 pt-BR it=true notes=1", "card v2 pt-BR it=true notes=1")
		if o.sender.sent()[1].edit != o.outbox.rows[0].sent {
			t.Errorf("edited %d, sent %d", o.sender.sent()[1].edit, o.outbox.rows[0].sent)
		}
		if r := o.outbox.rows[2]; !r.finished || r.sent != 0 {
			t.Errorf("unchanged card: %+v", r)
		}
	})
}

func TestWhoSeesWhat(t *testing.T) {
	inOffice(t, func(o *office) {
		o.outbox.events[1] = domain.NoticeEventView{Event: domain.Event{ID: 1, Kind: domain.EventComment}}
		o.outbox.events[2] = domain.NoticeEventView{Event: domain.Event{ID: 2, Kind: domain.EventNote, Internal: true}}
		o.outbox.add(cardFor(employee, employee))
		o.outbox.add(noticeFor(employee, employee, 1, 2))
		only := o.outbox.add(noticeFor(employee, employee, 2))
		o.open(10 * time.Second)
		o.want("card v1 en it=false notes=0", "notice en it=false comentario")
		if !only.finished || only.sent != 0 {
			t.Errorf("a note alone: %+v", only)
		}
		o.sender.forget()
		o.outbox.add(cardFor(tech, tech))
		o.open(10 * time.Second)
		o.want("card v1 pt-BR it=true notes=1")
		o.sender.forget()
		o.desk.ticket.RequesterID, o.desk.ticket.Version = tech, 2
		o.outbox.add(cardFor(tech, tech))
		stranger := o.outbox.add(cardFor(employee, employee))
		o.open(10 * time.Second)
		o.want("card v2 pt-BR it=false notes=0")
		elsewhere := o.outbox.add(cardFor(999, tech))
		left := o.outbox.add(cardFor(-555, 0))
		o.open(10 * time.Second)
		for _, r := range []*row{stranger, elsewhere, left} {
			if r.dead == "" || r.sent != 0 {
				t.Errorf("went out: %+v", r)
			}
		}
		o.want("card v2 pt-BR it=false notes=0")
	})
}

// Who has confirmed in the panel is not asked in the chat whether it worked; the group still hears of both.
func TestWhatThePersonDealtWithIsNotToldThem(t *testing.T) {
	inOffice(t, func(o *office) {
		solved := domain.Event{ID: 1, Kind: domain.EventStatus, ActorID: tech, To: string(domain.StatusResolved)}
		closed := domain.Event{ID: 2, Kind: domain.EventStatus, ActorID: employee, To: string(domain.StatusClosed)}
		o.outbox.events[1] = domain.NoticeEventView{Event: solved}
		asked := o.outbox.add(noticeFor(employee, employee, 1))
		o.open(10 * time.Second)
		o.want("notice en it=false status")
		o.sender.forget()
		o.desk.history = []domain.Event{solved, closed}
		dealtWith := o.outbox.add(noticeFor(employee, employee, 1))
		o.outbox.add(noticeFor(group, 0, 1))
		o.open(10 * time.Second)
		o.want("notice pt-BR it=true status")
		if asked.sent == 0 || !dealtWith.finished || dealtWith.sent != 0 {
			t.Errorf("asked %+v, dealt with %+v", asked, dealtWith)
		}
	})
}

// The card of whoever had the ticket says so once and is left alone; who gets it back gets a
// new one.
func TestCardOfAFormerAssigneeIsClosed(t *testing.T) {
	inOffice(t, func(o *office) {
		o.outbox.add(cardFor(tech, tech))
		o.open(time.Second)
		for version := int64(2); version <= 3; version++ {
			o.desk.ticket.Version, o.desk.ticket.AssigneeID = version, 99
			o.outbox.add(cardFor(tech, tech))
			o.open(time.Minute)
		}
		o.desk.ticket.Version, o.desk.ticket.AssigneeID = 4, tech
		o.outbox.add(cardFor(tech, tech))
		o.open(time.Minute)
		o.want("card v1 pt-BR it=true notes=1", "card v2 handed on", "card v4 pt-BR it=true notes=1")
		if calls := o.sender.sent(); calls[1].edit == 0 || calls[2].edit != 0 {
			t.Errorf("got %+v", calls)
		}
	})
}

func TestGroupNoticeAnswersTheCard(t *testing.T) {
	inOffice(t, func(o *office) {
		o.outbox.events[1] = domain.NoticeEventView{Event: domain.Event{Kind: domain.EventNote, Internal: true}}
		c := o.outbox.add(cardFor(group, 0))
		o.outbox.add(noticeFor(group, 0, 1))
		o.open(10 * time.Second)
		o.want("card v1 pt-BR it=true notes=1", "notice pt-BR it=true nota")
		if got := o.sender.sent()[1].to.ReplyTo; got != c.sent {
			t.Errorf("answers %d, want %d", got, c.sent)
		}
	})
}
