package main

import (
	"fmt"
	"strings"
	"testing"

	"chamados/bot/callback"
	"chamados/domain"
)

// Buttons that people were never given change nothing that they may not.
func TestChatForgedTaps(t *testing.T) {
	o := newOffice(t)
	emma := o.speakers()[1]
	id, _ := emma.sends("my mouse died", domain.CategoryHardware)
	card := o.waitFor(e2eGroup, fmt.Sprintf("#%d", id))
	noted, err := o.program.desk.Comment(t.Context(), domain.Actor{User: o.ana, Channel: domain.ChannelPanel}, id,
		domain.NewComment{Text: "segredo", Internal: true})
	o.must(err)
	before := o.ticket(id)
	var all []string
	for _, d := range []callback.Data{
		{Verb: callback.Take}, {Verb: callback.Release}, {Verb: callback.SetPriority, Priority: domain.PriorityUrgent},
		{Verb: callback.Assign, User: o.carla.ID}, {Verb: callback.Assign, User: o.ana.ID}, {Verb: callback.PriorityMenu},
		{Verb: callback.AssignMenu}, {Verb: callback.History}, {Verb: callback.Back}, {Verb: callback.Open},
		{Verb: callback.OpenMine}, {Verb: callback.Note}, {Verb: callback.Reply}, {Verb: callback.MyCard},
		{Verb: callback.MyHistory}, {Verb: callback.AskCancel}, {Verb: callback.Confirm}, {Verb: callback.Reopen},
		{Verb: callback.Undo, Comment: noted.ID}, {Verb: callback.Queue}, {Verb: callback.Assigned},
		{Verb: callback.Behalf, User: o.ana.ID}, {Verb: callback.Takes, Word: "rede"},
		{Verb: callback.Search, Nonce: "abc"}, {Verb: callback.AddEdit, Nonce: "abc"},
	} {
		d.Ticket = id
		all = append(all, callback.Must(d))
	}
	for _, status := range domain.Statuses {
		all = append(all, callback.Must(callback.Data{Verb: callback.SetStatus, Ticket: id, Status: status}))
	}
	all = append(all, "", "x", "1:", "2:t:1", "1:t:999999", "1:t:-1", "1c:s:1:fechado:x", strings.Repeat("9", 64))
	for _, who := range []struct{ user, chat int64 }{
		{carlaChat, carlaChat}, {daviChat, daviChat}, {zeChat, zeChat},
	} {
		for _, data := range all {
			answer, err := o.telegram.TapForged(t.Context(), who.user, who.chat, 1, data)
			o.must(err)
			if strings.Contains(answer.Text, "mouse died") || strings.Contains(answer.Text, "segredo") {
				t.Errorf("%d learned %q from %q", who.user, answer.Text, data)
			}
		}
	}
	o.must(o.telegram.Join(carlaChat, e2eGroup))
	for _, data := range all {
		_, err := o.telegram.TapForged(t.Context(), carlaChat, e2eGroup, card.ID, data)
		o.must(err)
	}
	after := o.ticket(id)
	if after.Version != before.Version || len(after.Events) != len(before.Events) || len(after.Comments) != len(before.Comments) {
		t.Errorf("changed from\n%+v to\n%+v", before, after)
	}
	for _, chat := range []int64{carlaChat, daviChat, zeChat} {
		for _, m := range o.telegram.Messages(chat) {
			if strings.Contains(m.Content(), "mouse died") || strings.Contains(m.Content(), "segredo") {
				t.Errorf("chat %d can read %q", chat, m.Content())
			}
		}
	}
	if g, _, err := o.program.desk.Group(t.Context(), e2eGroup); err != nil || len(g.Categories) != 0 {
		t.Errorf("the group is %+v, %v", g, err)
	}
}
