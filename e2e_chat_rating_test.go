package main

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"chamados/bot/emulator"
	"chamados/domain"
	"chamados/domain/i18n"
)

// What follows "resolved": not solved with its reason, then solved, a low mark that the lead hears of, another
// in its place with a sentence, and none after a day.
func TestChatStars(t *testing.T) {
	o := newOffice(t)
	var later atomic.Int64
	o.now = func() time.Time { return time.Now().Add(time.Duration(later.Load())) }
	o.config.Desk.Lead = o.bruno.Email
	o.restart()
	for _, s := range o.speakers() {
		t.Run(string(s.lang), func(t *testing.T) {
			o.rates(t, s)
			later.Add(int64(25 * time.Hour))
			o.ratedTooLate(t, s)
		})
	}
}

func (o *office) rates(t *testing.T, s speaker) {
	lead := o.telegram.Talk(t, brunoChat, brunoChat)
	group := o.telegram.Talk(t, anaChat, e2eGroup)
	id, _ := s.sends("o som falha", domain.CategoryHardware)
	group.Tap(group.Expect(fmt.Sprintf("#%d", id), "o som falha"), label("bot.button.take"))
	asked := o.resolves(s, id)

	s.Tap(asked, s.button("not_solved"))
	s.Expect("/cancel")
	s.Send(s.command("cancelar", "cancel"))
	s.Expect(s.text("bot.reply.given_up", nil))
	o.forged(s, asked, mustButton(t, asked, s.button("not_solved")))
	if v := o.ticket(id); v.Status != domain.StatusOpen || len(v.Comments) != 0 {
		t.Errorf("%s with %+v", v.Status, v.Comments)
	}
	again := o.resolves(s, id)
	s.Tap(again, s.button("not_solved"))
	s.Expect("/cancel")
	o.restart()
	s.Send("ainda chia")
	group.Expect("ainda chia")

	asked = o.resolves(s, id)
	s.Tap(asked, s.button("solved"))
	stars := s.Expect(s.text("rating.ask", nil))
	s.Tap(stars, "2 ⭐")
	stars = s.ExpectEdit(stars, s.text("rating.sorry", i18n.Args{"Stars": "★★☆☆☆"}))
	low := stripTags(i18n.Text(domain.LangPortuguese, "rating.event.avaliacao_baixa", i18n.Args{"Stars": "★★☆☆☆", "Name": s.who.Name}))
	group.Expect(low)
	lead.Expect(fmt.Sprintf("#%d", id), low)
	o.restart()
	s.Send("demorou três dias")
	s.Expect(s.text("rating.noted", nil))
	group.Expect("demorou três dias")

	s.Tap(stars, "5 ⭐")
	stars = s.ExpectEdit(stars, s.text("rating.thanks", i18n.Args{"Stars": "★★★★★"}))
	s.Tap(stars, s.text("rating.button.more", nil))
	s.Expect(s.text("rating.write", nil))
	s.Send(s.command("cancelar", "cancel"))
	s.Expect(s.text("bot.reply.given_up", nil))
	o.rated(id, 5, "demorou três dias")
	s.Tap(stars, s.text("rating.button.more", nil))
	s.Expect(s.text("rating.write", nil))
	s.Send("mas foi gentil")
	s.Expect(s.text("rating.noted", nil))

	for _, no := range []string{"0", "6", "-1"} {
		o.forged(s, stars, fmt.Sprintf("1:v:%d:%s", id, no))
	}
	o.rated(id, 5, "mas foi gentil")
}

func (o *office) ratedTooLate(t *testing.T, s speaker) {
	stars := o.last(s, s.text("rating.thanks", i18n.Args{"Stars": "★★★★★"}))
	if a := s.Tap(stars, "1 ⭐"); a.Text != s.text("error.rated_too_late", nil) {
		t.Errorf("a mark of yesterday was answered %q", a.Text)
	}
	o.rated(o.newest(), 5, "mas foi gentil")
}

// resolves has IT resolve a ticket, and returns what asks whether it is.
func (o *office) resolves(s speaker, id int64) emulator.Message {
	o.t.Helper()
	resolved := domain.StatusResolved
	_, err := o.program.desk.Change(o.t.Context(), domain.Actor{User: o.ana, Channel: domain.ChannelPanel}, id, domain.TicketChange{Status: &resolved}, 0)
	o.must(err)
	for {
		m := s.Expect(fmt.Sprintf("#%d", id), stripTags(s.text("bot.told.resolvido", i18n.Args{"Name": "Ana Ribeiro"})))
		if _, ok := m.Button(s.button("not_solved")); ok {
			return m
		}
	}
}

func (o *office) rated(id int64, stars int, text string) {
	o.t.Helper()
	r, err := o.program.desk.Rating(o.t.Context(), domain.Actor{User: o.ana, Channel: domain.ChannelPanel}, id)
	if err != nil || r.Stars != stars || r.Text != text {
		o.t.Errorf("rated %+v, %v", r, err)
	}
}
