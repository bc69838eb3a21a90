package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"chamados/bot/callback"
	"chamados/bot/emulator"
	"chamados/domain"
)

// pretence is an update by which somebody tries to be or to do what they are not or may not.
type pretence struct {
	what   string
	update string // JSON; TICKET is the ticket, CARD the message of its card in IT's group
}

// Telegram would never make most of these; the others are what a modified app, another bot or a chance
// constellation sends. 101 and 102 are IT, 202 is a colleague of the requester's, 204 nobody.
var pretences = []pretence{
	{"a post in a channel", `{"channel_post":{"message_id":900,"date":1,"chat":{"id":-100777,"type":"channel"},"sender_chat":{"id":-100777,"type":"channel"},"text":"/chamado TICKET"}}`},
	{"an edited post", `{"edited_channel_post":{"message_id":900,"date":1,"edit_date":2,"chat":{"id":-100777,"type":"channel"},"text":"/chamado TICKET"}}`},
	{"IT's account in a channel", `{"message":{"message_id":901,"date":1,"chat":{"id":-100777,"type":"channel"},"from":{"id":101,"first_name":"Ana"},"text":"/chamado TICKET"}}`},
	{"the group itself", `{"message":{"message_id":902,"date":1,"chat":{"id":-1009990000001,"type":"supergroup"},"from":{"id":1087968824,"is_bot":true,"first_name":"Group"},"sender_chat":{"id":-1009990000001,"type":"supergroup","title":"TI"},"text":"roubo","reply_to_message":{"message_id":CARD,"date":1,"chat":{"id":-1009990000001,"type":"supergroup"}}}}`},
	{"IT's account behind a channel", `{"message":{"message_id":903,"date":1,"chat":{"id":-1009990000001,"type":"supergroup"},"from":{"id":101,"first_name":"Ana"},"sender_chat":{"id":-100777,"type":"channel","title":"x"},"text":"roubo","reply_to_message":{"message_id":CARD,"date":1,"chat":{"id":-1009990000001,"type":"supergroup"}}}}`},
	{"a bot", `{"message":{"message_id":904,"date":1,"chat":{"id":-1009990000001,"type":"supergroup"},"from":{"id":777,"is_bot":true,"first_name":"Robô"},"text":"roubo","reply_to_message":{"message_id":CARD,"date":1,"chat":{"id":-1009990000001,"type":"supergroup"}}}}`},
	{"a bot with IT's number", `{"message":{"message_id":905,"date":1,"chat":{"id":-1009990000001,"type":"supergroup"},"from":{"id":101,"is_bot":true,"first_name":"Ana"},"text":"roubo","reply_to_message":{"message_id":CARD,"date":1,"chat":{"id":-1009990000001,"type":"supergroup"}}}}`},
	{"nobody", `{"message":{"message_id":906,"date":1,"chat":{"id":-1009990000001,"type":"supergroup"},"text":"roubo","reply_to_message":{"message_id":CARD,"date":1,"chat":{"id":-1009990000001,"type":"supergroup"}}}}`},
	{"a member without account", `{"message":{"message_id":907,"date":1,"chat":{"id":-1009990000001,"type":"supergroup"},"from":{"id":204,"first_name":"Zé"},"text":"roubo","reply_to_message":{"message_id":CARD,"date":1,"chat":{"id":-1009990000001,"type":"supergroup"}}}}`},
	{"an employee in the group", `{"message":{"message_id":908,"date":1,"chat":{"id":-1009990000001,"type":"supergroup"},"from":{"id":202,"first_name":"Emma"},"text":"/nota roubo","entities":[{"type":"bot_command","offset":0,"length":5}],"reply_to_message":{"message_id":CARD,"date":1,"chat":{"id":-1009990000001,"type":"supergroup"}}}}`},
	{"through another bot", `{"message":{"message_id":909,"date":1,"chat":{"id":-1009990000001,"type":"supergroup"},"from":{"id":204,"first_name":"Zé"},"via_bot":{"id":4242,"is_bot":true,"first_name":"Chamados"},"text":"/chamado TICKET","entities":[{"type":"bot_command","offset":0,"length":8}]}}`},
	{"IT in a group that is not IT's", `{"message":{"message_id":910,"date":1,"chat":{"id":-4400,"type":"group","title":"Suporte"},"from":{"id":101,"first_name":"Ana"},"text":"/chamado TICKET","entities":[{"type":"bot_command","offset":0,"length":8}]}}`},
	{"an answer to a card of another group", `{"message":{"message_id":911,"date":1,"chat":{"id":-4400,"type":"group","title":"Suporte"},"from":{"id":101,"first_name":"Ana"},"text":"roubo","reply_to_message":{"message_id":CARD,"date":1,"chat":{"id":-1009990000001,"type":"supergroup"},"from":{"id":4242,"is_bot":true,"first_name":"x"}}}}`},
	{"an answer to a forwarded card", `{"message":{"message_id":912,"date":1,"chat":{"id":202,"type":"private"},"from":{"id":202,"first_name":"Emma"},"text":"roubo","reply_to_message":{"message_id":CARD,"date":1,"chat":{"id":202,"type":"private"},"from":{"id":202,"first_name":"Emma"},"forward_origin":{"type":"user","date":1,"sender_user":{"id":4242,"is_bot":true,"first_name":"x"}}}}}`},
	{"an answer from outside", `{"message":{"message_id":913,"date":1,"chat":{"id":202,"type":"private"},"from":{"id":202,"first_name":"Emma"},"text":"roubo","external_reply":{"origin":{"type":"chat","date":1,"sender_chat":{"id":-1009990000001,"type":"supergroup"}},"chat":{"id":-1009990000001,"type":"supergroup"},"message_id":CARD}}}`},
	{"somebody edits the card", `{"edited_message":{"message_id":CARD,"date":1,"edit_date":2,"chat":{"id":-1009990000001,"type":"supergroup"},"from":{"id":202,"first_name":"Emma"},"text":"roubo"}}`},
	{"a private chat of somebody else", `{"message":{"message_id":914,"date":1,"chat":{"id":204,"type":"private"},"from":{"id":101,"first_name":"Ana"},"text":"/chamado TICKET","entities":[{"type":"bot_command","offset":0,"length":8}]}}`},
	{"a private chat of nobody", `{"message":{"message_id":915,"date":1,"chat":{"id":204,"type":"private"},"text":"/chamado TICKET","entities":[{"type":"bot_command","offset":0,"length":8}]}}`},
	{"a business account", `{"business_message":{"message_id":916,"date":1,"business_connection_id":"x","chat":{"id":204,"type":"private"},"from":{"id":101,"first_name":"Ana"},"text":"/chamado TICKET","entities":[{"type":"bot_command","offset":0,"length":8}]}}`},
	{"a tap on no message", `{"callback_query":{"id":"1","from":{"id":101,"first_name":"Ana"},"inline_message_id":"x","chat_instance":"1","data":"1:o:TICKET"}}`},
	{"a tap by a bot", `{"callback_query":{"id":"2","from":{"id":101,"is_bot":true,"first_name":"Ana"},"chat_instance":"1","data":"1:t:TICKET","message":{"message_id":CARD,"date":1,"chat":{"id":-1009990000001,"type":"supergroup"}}}}`},
	{"a tap in a channel", `{"callback_query":{"id":"3","from":{"id":101,"first_name":"Ana"},"chat_instance":"1","data":"1:o:TICKET","message":{"message_id":5,"date":1,"chat":{"id":-100777,"type":"channel"}}}}`},
	{"a tap of IT in a group that is not IT's", `{"callback_query":{"id":"4","from":{"id":101,"first_name":"Ana"},"chat_instance":"1","data":"1:o:TICKET","message":{"message_id":5,"date":1,"chat":{"id":-4400,"type":"group"}}}}`},
	{"a take in a group that is not IT's", `{"callback_query":{"id":"5","from":{"id":101,"first_name":"Ana"},"chat_instance":"1","data":"1:t:TICKET","message":{"message_id":5,"date":1,"chat":{"id":-4400,"type":"group"}}}}`},
	{"a tap in somebody else's chat", `{"callback_query":{"id":"6","from":{"id":101,"first_name":"Ana"},"chat_instance":"1","data":"1:o:TICKET","message":{"message_id":5,"date":1,"chat":{"id":204,"type":"private"}}}}`},
	{"no group by migration", `{"message":{"message_id":917,"date":1,"chat":{"id":-4400,"type":"group"},"from":{"id":204,"first_name":"Zé"},"text":"x","migrate_to_chat_id":-1009990000001}}`},
	{"a stranger adds the bot", `{"my_chat_member":{"chat":{"id":-4400,"type":"group","title":"Suporte"},"from":{"id":204,"first_name":"Zé"},"date":1,"old_chat_member":{"status":"left","user":{"id":4242,"is_bot":true,"first_name":"x"}},"new_chat_member":{"status":"administrator","user":{"id":4242,"is_bot":true,"first_name":"x"}}}}`},
	{"a stranger connects a group", `{"message":{"message_id":918,"date":1,"chat":{"id":-4400,"type":"group"},"from":{"id":204,"first_name":"Zé"},"text":"/conectar","entities":[{"type":"bot_command","offset":0,"length":9}]}}`},
	{"an anonymous administrator connects a group", `{"message":{"message_id":919,"date":1,"chat":{"id":-4400,"type":"group"},"from":{"id":1087968824,"is_bot":true,"first_name":"Group"},"sender_chat":{"id":-4400,"type":"group"},"text":"/conectar","entities":[{"type":"bot_command","offset":0,"length":9}]}}`},
	{"a stranger disconnects IT's group", `{"message":{"message_id":920,"date":1,"chat":{"id":-1009990000001,"type":"supergroup"},"from":{"id":204,"first_name":"Zé"},"text":"/desconectar","entities":[{"type":"bot_command","offset":0,"length":12}]}}`},
	{"an update of no kind", `{"message_reaction":{"chat":{"id":-1009990000001,"type":"supergroup"},"message_id":CARD,"user":{"id":101,"first_name":"Ana"},"date":1,"old_reaction":[],"new_reaction":[]}}`},
}

// Nothing that an update claims grants anything: no ticket changes, no group is connected, and what is in a
// ticket reaches no chat but its requester's and IT's group.
func TestNoPretenceInChatGrantsAnything(t *testing.T) {
	o := newOffice(t)
	opened, err := o.program.desk.Open(t.Context(), domain.Actor{User: o.carla, Channel: domain.ChannelPanel}, domain.NewTicket{
		Title: "Segredo da Carla", Description: "é segredo", Category: domain.CategoryOther,
	})
	o.must(err)
	card := o.waitFor(e2eGroup, "Segredo da Carla")
	before, state := o.state(opened.ID), o.transcripts()
	for _, p := range pretences {
		update := strings.NewReplacer("TICKET", fmt.Sprint(opened.ID), "CARD", fmt.Sprint(card.ID)).Replace(p.update)
		o.must(o.telegram.Inject(json.RawMessage(update)))
		o.handled()
		if now := o.state(opened.ID); now != before {
			t.Errorf("%s: was\n%s\nis\n%s", p.what, before, now)
			before = now
		}
		now := o.transcripts()
		for chat, text := range now {
			if chat != e2eGroup && strings.Contains(strings.TrimPrefix(text, state[chat]), "Segredo da Carla") {
				t.Errorf("%s: chat %d was told\n%s", p.what, chat, text)
			}
		}
		state = now
	}
}

// state is all that a pretence must not change.
func (o *office) state(id int64) string {
	o.t.Helper()
	groups, err := o.program.desk.Groups(o.t.Context(), domain.System)
	o.must(err)
	team, err := o.program.desk.Users(o.t.Context(), domain.System, domain.UserFilter{})
	o.must(err)
	traffic, err := o.program.desk.Traffic(o.t.Context(), domain.System)
	o.must(err)
	v := o.ticket(id)
	v.Events = slices.DeleteFunc(v.Events, func(e domain.Event) bool { return e.Kind == domain.EventSeen })
	all, err := json.Marshal([]any{v, groups, team, traffic.Parked})
	o.must(err)
	return string(all)
}

// transcripts are the chats that the bot may write to, in text.
func (o *office) transcripts() map[int64]string {
	out := map[int64]string{}
	for _, chat := range []int64{anaChat, brunoChat, emmaChat, zeChat, e2eGroup, smallTeam, forumTeam} {
		for _, m := range o.telegram.Messages(chat) {
			out[chat] += m.Content() + "\n"
		}
	}
	return out
}

// handled waits until every update was handled and every answer delivered.
func (o *office) handled() {
	o.t.Helper()
	o.must(o.telegram.WaitDrained(o.t.Context()))
	o.until(func() bool {
		traffic, err := o.program.desk.Traffic(o.t.Context(), domain.System)
		o.must(err)
		waiting := traffic.Inbox.Waiting
		for _, q := range traffic.Outbox {
			waiting += q.Waiting
		}
		return waiting == 0
	})
}

// Buttons that a modified app makes up do for an employee what an absent ticket does: the answer to somebody
// else's ticket, comment or person is the one to what does not exist.
func TestForgedButtonsTellNothing(t *testing.T) {
	o := newOffice(t)
	v := &visitors{office: o, tokens: map[string]string{}}
	b := v.belongings()
	const absent = 99
	emma := speaker{o.telegram.Talk(t, emmaChat, emmaChat), o, domain.LangEnglish, emmaChat, o.emma}
	carla := speaker{o.telegram.Talk(t, carlaChat, carlaChat), o, domain.LangPortuguese, carlaChat, o.carla}
	for _, d := range aboutTickets(o.emma.ID) {
		same(emma, d, func(d *callback.Data, id int64) { d.Ticket = id }, b.ticket, absent)
	}
	comment := func(d *callback.Data, id int64) { d.Comment = id }
	same(emma, callback.Data{Verb: callback.Undo}, comment, b.comment, absent)
	same(carla, callback.Data{Verb: callback.Undo}, comment, b.note, absent)
	same(emma, callback.Data{Verb: callback.Behalf}, func(d *callback.Data, id int64) { d.User = id }, o.carla.ID, absent)
}

// same checks that a button is answered alike for what is hidden and what is absent.
func same(s speaker, d callback.Data, set func(*callback.Data, int64), hidden, absent int64) {
	s.o.t.Helper()
	var said [2]string
	for i, id := range []int64{hidden, absent} {
		set(&d, id)
		before := len(s.o.telegram.Messages(s.chat))
		answer := s.o.forged(s, emulator.Message{ID: 1}, callback.Must(d))
		s.o.handled()
		said[i] = answer.Text
		for _, m := range s.o.telegram.Messages(s.chat)[before:] {
			said[i] += "\n" + m.Content()
		}
	}
	if said[0] != said[1] {
		s.o.t.Errorf("%s: hidden %q, absent %q", d.Verb, said[0], said[1])
	}
}

// aboutTickets returns a button of every kind that names a ticket.
func aboutTickets(user int64) []callback.Data {
	var out []callback.Data
	for verb := 'A'; verb <= 'z'; verb++ {
		d := callback.Data{Verb: callback.Verb(verb), Ticket: 1, Status: domain.StatusClosed, Priority: domain.PriorityUrgent, Page: 1, User: user}
		one, err := callback.Encode(d)
		d.Ticket = 2
		two, _ := callback.Encode(d)
		if err == nil && one != two {
			out = append(out, d)
		}
	}
	return out
}
