package bot_test

import (
	"strconv"
	"strings"
	"testing"

	"chamados/bot/callback"
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
