package main

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"chamados/bot/callback"
	"chamados/bot/emulator"
	"chamados/domain"
	"chamados/domain/i18n"
)

// IT's side in both languages: lists, search, tickets for others, notes, undoing, two of them at once,
// old buttons, wrong input, a restart in the middle.
func TestChatOfIT(t *testing.T) {
	for _, lang := range domain.Langs {
		t.Run(string(lang), func(t *testing.T) {
			o := newOffice(t)
			o.config.Desk.Language = lang
			o.restart()
			for _, u := range []domain.User{o.ana, o.bruno} {
				_, err := o.program.desk.UpdateUser(t.Context(), domain.System, u.ID, domain.UserChange{Lang: &lang})
				o.must(err)
			}
			asks := o.speakers()[0]
			if lang == domain.LangEnglish {
				asks = o.speakers()[1]
			}
			team := technicians{
				ana:    speaker{o.telegram.Talk(t, anaChat, e2eGroup), o, lang, e2eGroup, o.ana},
				bruno:  speaker{o.telegram.Talk(t, brunoChat, e2eGroup), o, lang, e2eGroup, o.bruno},
				asks:   asks,
				office: o,
			}
			id, _ := asks.sends("sem internet", domain.CategoryNetwork)
			team.takeAtOnce(id)
			team.keepSecrets(id)
			team.findAndOpen(id)
		})
	}
}

// technicians are IT in their group, and who asks them for help.
type technicians struct {
	ana, bruno, asks speaker
	office           *office
}

// takeAtOnce has both press the same button: one has the ticket, the other is told who.
func (it technicians) takeAtOnce(id int64) {
	o, t := it.office, it.office.t
	card := o.waitFor(e2eGroup, fmt.Sprintf("#%d", id), "sem internet")
	var answers [2]emulator.CallbackAnswer
	var both sync.WaitGroup
	for i, who := range []speaker{it.ana, it.bruno} {
		both.Go(func() { answers[i] = who.Tap(card, who.button("take")) })
	}
	both.Wait()
	winner := o.ticket(id).Assignee.Name
	told := it.ana.text("error.taken", i18n.Args{"Name": winner})
	if loser := answers[0].Text + answers[1].Text; !strings.Contains(loser, told) {
		t.Errorf("nobody was told that %s has it: %q", winner, loser)
	}
	if n := o.count(id, domain.EventAssignee); n != 1 {
		t.Errorf("assigned %d times", n)
	}
	old := callback.Must(callback.Data{Verb: callback.Take, Ticket: id})
	if again, err := o.telegram.TapForged(t.Context(), brunoChat, e2eGroup, card.ID, old); err != nil || again.Text == "" {
		t.Errorf("an old button was answered %+v, %v", again, err)
	}
}

// keepSecrets writes a note, and something wrong that is taken back: whoever asked reads neither.
func (it technicians) keepSecrets(id int64) {
	o := it.office
	card := o.waitFor(e2eGroup, fmt.Sprintf("#%d", id), "🙋")
	note := it.ana.command("nota", "note")
	number := i18n.Args{"Number": fmt.Sprint(id)}
	it.ana.Send(note + " sem cartão")
	it.ana.Expect(stripTags(it.ana.text("bot.reply.note_usage", nil)))
	it.ana.Reply(card, note+" a senha vazou")
	it.ana.Expect(it.ana.text("bot.reply.noted", number))
	it.ana.Reply(card, "texto errado")
	wrong := it.ana.Expect("✅", it.asks.who.Name)
	it.asks.Expect("texto errado")
	o.restart()
	it.ana.Tap(wrong, it.ana.button("undo"))
	it.ana.ExpectEdit(wrong, it.ana.text("bot.reply.undone", number))
	o.waitFor(it.asks.chat, stripTags(it.asks.text("bot.reply.withdrawn", i18n.Args{"Name": "Ana Ribeiro", "Number": fmt.Sprint(id)})))
	for _, m := range o.telegram.Messages(it.asks.chat) {
		if strings.Contains(m.Content(), "vazou") || strings.Contains(m.Content(), "texto errado") {
			o.t.Errorf("%s can read %q", it.asks.who.Name, m.Content())
		}
	}
}

// findAndOpen looks for the ticket in every way, and opens one for somebody else.
func (it technicians) findAndOpen(id int64) {
	o, name := it.office, fmt.Sprintf("#%d", id)
	b := speaker{o.telegram.Talk(o.t, brunoChat, brunoChat), o, it.bruno.lang, brunoChat, o.bruno}
	b.Send(b.command("fila", "queue"))
	b.Expect(stripTags(b.text("bot.list.queue_empty", nil)))
	b.Send(b.command("chamado", "ticket") + " x")
	b.Expect(stripTags(b.text("bot.help.ticket_usage", nil)))
	b.Send(b.command("chamado", "ticket") + " " + fmt.Sprint(id))
	b.Expect(name, "sem internet")
	b.Send(b.command("buscar", "search"))
	b.Expect(stripTags(b.text("bot.help.search_usage", nil)))
	b.Send(b.command("buscar", "search") + " vazou")
	found := b.Expect(b.bold("bot.list.found"), name)
	it.asks.Send("/buscar vazou")
	it.asks.Expect(it.asks.text("bot.list.found_empty", nil))
	b.Tap(found, "⚙️ "+name)
	b.Expect(name, "🔒", "vazou")

	b.Send(b.command("abrir", "open") + " ninguém assim")
	b.Expect(b.text("bot.help.behalf_none", nil))
	b.Send(b.command("abrir", "open") + " davi")
	ask := b.Expect("Davi Reis")
	b.Tap(ask, b.category(domain.CategorySoftware))
	b.ExpectEdit(ask, b.bold("bot.ask.descricao"))
	o.restart()
	b.Send("licença do Office")
	ask = b.Expect(b.bold("bot.ask.urgencia"))
	b.Tap(ask, "🟡 "+b.text("bot.urgency.media", nil))
	b.Tap(b.ExpectEdit(ask, b.bold("bot.ask.previa")), b.button("send"))
	o.waitFor(daviChat, "licença do Office")
	b.Send(b.command("abrir", "open") + " davi")
	ask = b.Expect("Davi Reis")
	b.Send(b.command("cancelar", "cancel"))
	b.Expect(b.text("bot.draft.discarded", nil))
	if answer := o.forged(b, ask, mustButton(o.t, ask, b.category(domain.CategorySoftware))); answer.Text != b.text("bot.tap.draft_over", nil) {
		o.t.Errorf("a button of a discarded draft was answered %q", answer.Text)
	}
}

// stripTags returns what of a text in HTML can be read.
func stripTags(html string) string {
	return strings.NewReplacer("<b>", "", "</b>", "", "<code>", "", "</code>", "").Replace(html)
}
