package bot_test

import (
	"strconv"
	"strings"
	"testing"

	"chamados/bot/callback"
	"chamados/bot/chat"
	"chamados/domain"
)

// everyButton returns the data of every button that there is about a ticket and a comment.
func everyButton(ticket, comment int64) []string {
	var out []string
	for _, d := range []callback.Data{
		{Verb: callback.Take}, {Verb: callback.Release}, {Verb: callback.SetPriority, Priority: domain.PriorityLow},
		{Verb: callback.Assign, User: 2}, {Verb: callback.PriorityMenu}, {Verb: callback.AssignMenu}, {Verb: callback.History},
		{Verb: callback.Back}, {Verb: callback.Open}, {Verb: callback.OpenMine}, {Verb: callback.Reply}, {Verb: callback.Note},
		{Verb: callback.MyCard}, {Verb: callback.MyHistory}, {Verb: callback.AskCancel}, {Verb: callback.Confirm},
		{Verb: callback.Reopen}, {Verb: callback.Rate, Page: 5}, {Verb: callback.RateText}, {Verb: callback.Undo},
		{Verb: callback.SetStatus, Status: domain.StatusCancelled}, {Verb: callback.SetStatus, Status: domain.StatusClosed},
		{Verb: callback.Digest, Word: "assumir", Value: strconv.FormatInt(ticket, 10)},
	} {
		d.Ticket, d.Comment = ticket, comment
		out = append(out, callback.Must(d))
		d.Copy = true
		out = append(out, callback.Must(d))
	}
	return out
}

// An employee learns from no answer whether a number is that of somebody else's ticket.
func TestSomebodyElsesTicketIsNone(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	eva := w.linked(503, "Eva", domain.RoleEmployee)
	ana.opens("sem internet")
	bruno.inGroup().replies("#1 · sem", "/nota segredo")
	note := w.ticket(1).Comments[0].ID
	const nothing = 987654

	eva.command("chamado", "1")
	other := eva.newest()
	eva.command("chamado", strconv.Itoa(nothing))
	if none := eva.newest(); other != none || !strings.Contains(none, "não existe") {
		t.Errorf("somebody else's ticket is %q, none is %q", other, none)
	}
	there, absent := everyButton(1, note), everyButton(nothing, nothing)
	for i := range there {
		eva.press(1, there[i])
		other := eva.after.Answer
		eva.press(1, absent[i])
		if other != eva.after.Answer {
			t.Errorf("%q is answered %+v, %q is %+v", there[i], other, absent[i], eva.after.Answer)
		}
		ana.press(1, callback.Must(callback.Data{Verb: callback.Undo, Comment: note}))
		if !strings.Contains(ana.after.Answer.Text, "comentário não existe") {
			t.Errorf("a note on Ana's ticket is answered %q", ana.after.Answer.Text)
		}
	}
}

// What is no message to the bot, or says nothing, leaves nothing behind.
func TestNothingComesOfNothing(t *testing.T) {
	w := newWorld(t)
	ana := w.employee("Ana Souza")
	rows := func() (out string) {
		w.must(w.db.Atomically(t.Context(), func(s domain.Store) error {
			for _, id := range []int64{0, ana.ID} {
				raw, err := s.(domain.Tx).Conversation(t.Context(), id)
				out += string(raw)
				w.must(err)
			}
			return nil
		}))
		return out
	}
	for _, data := range append(everyButton(1, 1), "1:e:novo", "1:X", "1:m:0", "lixo") {
		after := w.handle(chat.Update{Tap: &chat.Tap{ID: "tap", From: ana.Person, Data: data, Stale: true}})
		if after.Answer.Text == "" || rows() != "" || len(w.chats[0]) != 0 {
			t.Fatalf("%q was answered %+v and leaves %s", data, after.Answer, rows())
		}
	}
	for _, text := range []string{"\u200b", " \u2060\ufeff\n", "\u3164", "\x01"} {
		ana.writes(text)
		ana.seesLast("Mande texto, foto")
		ana.command("novo", text)
		ana.seesLast("Mande texto, foto")
	}
	m := ana.compose("/fila@outro_bot")
	m.ForOther = true
	ana.deliverMessage(m)
	ana.seesLast("Não conheço esse comando")
	if rows() != "" {
		t.Errorf("left %s", rows())
	}
	ana.writes("\u200bsem internet")
	ana.seesLast("sem internet")
}
