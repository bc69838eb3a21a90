package main

import (
	"fmt"
	"testing"

	"chamados/bot/emulator"
	"chamados/domain"
	"chamados/domain/i18n"
)

// Connecting groups and topics in both languages: unknown words, whoever may not, anonymous administrators, old
// buttons, a restart in the middle.
func TestChatConnect(t *testing.T) {
	o := newOffice(t)
	o.must(o.telegram.Join(daviChat, forumTeam))
	o.must(o.telegram.Join(zeChat, forumTeam))
	o.telegram.Talk(t, anaChat, forumTeam).Send("bom dia") // a topic numbered 1 would be the general one
	for _, asks := range o.speakers() {
		t.Run(string(asks.lang), func(t *testing.T) {
			o.config.Desk.Language = asks.lang
			o.restart()
			_, err := o.program.desk.UpdateUser(t.Context(), domain.System, o.ana.ID, domain.UserChange{Lang: &asks.lang})
			o.must(err)
			o.connects(t, asks)
		})
	}
}

func (o *office) connects(t *testing.T, asks speaker) {
	in := func(user, group int64) speaker {
		return speaker{o.telegram.Talk(t, user, group), o, asks.lang, group, o.ana}
	}
	connect, disconnect := asks.command("conectar", "connect"), asks.command("desconectar", "disconnect")
	private := in(anaChat, anaChat)
	private.Send(connect)
	private.Expect(private.text("bot.group.connect_in_group", nil))

	topic, err := o.telegram.CreateTopic(anaChat, forumTeam, "Redes "+string(asks.lang))
	o.must(err)
	ana := in(anaChat, forumTeam)
	ana.InThread(topic)
	for _, user := range []int64{daviChat, zeChat} {
		other := in(user, forumTeam)
		other.InThread(topic).Send(connect)
		other.Expect(other.text("bot.group.connect_it_only", nil))
	}
	ana.Post(emulator.Draft{Text: connect, Thread: topic, Anonymous: true})
	ana.Expect(ana.text("bot.group.anonymous", nil))
	ana.Send(connect + " " + i18n.Category(asks.lang, domain.CategoryNetwork) + " teapots")
	ana.Expect("teapots", ana.category(domain.CategoryNetwork), connect)
	if _, ok, err := o.program.desk.Place(t.Context(), forumTeam, int64(topic)); ok || err != nil {
		t.Fatalf("connected, %v", err)
	}

	ana.Send(connect + " " + i18n.Category(asks.lang, domain.CategoryNetwork))
	connected := ana.Expect(stripTags(ana.text("bot.group.connected_topic", nil)), ana.category(domain.CategoryNetwork))
	on := func(c domain.Category) string { return "✅ " + i18n.Category(asks.lang, c) }
	network := mustButton(t, connected, on(domain.CategoryNetwork))
	if a := ana.Tap(connected, network); a.Text != ana.text("bot.tap.last_category", nil) {
		t.Errorf("the last category was answered %q", a.Text)
	}
	o.restart()
	ana.Tap(connected, "⬜ "+i18n.Category(asks.lang, domain.CategorySoftware))
	connected = ana.ExpectEdit(connected, ana.category(domain.CategorySoftware))
	id, _ := asks.sends("sem licença "+string(asks.lang), domain.CategorySoftware)
	card := ana.Expect(fmt.Sprintf("#%d", id))
	if card.ThreadID != topic {
		t.Errorf("the card is in topic %d, not %d", card.ThreadID, topic)
	}
	ana.Post(emulator.Draft{Text: "já vai", ReplyTo: card.ID, Anonymous: true})
	ana.Expect(ana.text("bot.group.anonymous", nil))
	if n := len(o.ticket(id).Comments); n != 0 {
		t.Errorf("%d comments of nobody", n)
	}

	ana.Send(disconnect)
	ana.Expect(stripTags(ana.text("bot.group.disconnected_topic", nil)))
	if a := ana.Tap(connected, network); a.Text != ana.text("bot.tap.not_connected", nil) {
		t.Errorf("a button of a topic no more connected was answered %q", a.Text)
	}
}
