package main

import (
	"strings"
	"testing"

	"chamados/bot/emulator"
	"chamados/domain"
)

// question is a step of the newcomer's form: what is wrong there and what is said of it, and how it is answered,
// by a text or a button.
type question struct {
	key, wrong, told string
	text, button     string
}

func (s speaker) questions() []question {
	return []question{
		{"bot.ask.nome", strings.Repeat("n", domain.MaxName+1), "255", "Bia Nova", ""},
		{"bot.ask.nascimento", "31/02/1998", s.text("bot.draft.not_a_date", nil), "25/03/1998", ""},
		{"bot.ask.inicio", "05/01/1927", s.text("bot.draft.start_implausible", nil), "05/01/2027", ""},
		{"bot.ask.equipamentos", "um drone", s.text("bot.draft.added", nil), "", s.button("next")},
		{"bot.ask.aplicativos", "um jogo", s.text("bot.draft.added", nil), "", s.button("next")},
		{"bot.ask.pastas", "", "", "Financeiro", ""}, // every text that Telegram sends is an answer
		{"bot.ask.previa", "vem às nove", s.text("bot.draft.added", nil), "", s.button("send")},
	}
}

// The newcomer's form, interrupted at each of its steps: something wrong, the button of an earlier step, a restart;
// and given up at each, after which its buttons are dead.
func TestChatNewcomerStepByStep(t *testing.T) {
	o := newOffice(t)
	for _, s := range o.speakers() {
		t.Run(string(s.lang), func(t *testing.T) {
			o.interrupted(t, s)
			for n := range s.questions() {
				o.givesUpAt(t, s, n)
			}
		})
	}
}

// newForm begins a form and returns its first question, and the data of the button that led there.
func (s speaker) newForm(t *testing.T) (ask emulator.Message, category string) {
	s.Send(s.command("novo", "new"))
	ask = s.Expect(s.bold("bot.ask.categoria"))
	category = mustButton(t, ask, s.category(domain.CategoryNewCollaborator))
	s.Tap(ask, category)
	return s.ExpectEdit(ask, s.bold(s.questions()[0].key)), category
}

// answers takes the form from a question to the one after it.
func (s speaker) answers(ask emulator.Message, q, next question) emulator.Message {
	if q.button != "" {
		s.Tap(ask, q.button)
		return s.ExpectEdit(ask, s.bold(next.key))
	}
	s.Send(q.text)
	return s.Expect(s.bold(next.key))
}

func (o *office) interrupted(t *testing.T, s speaker) {
	ask, earlier := s.newForm(t)
	all := s.questions()
	for n, q := range all {
		if q.wrong != "" {
			s.Send(q.wrong)
			ask = o.last(s, q.told, s.bold(q.key))
		}
		o.forged(s, ask, earlier)
		ask = s.ExpectEdit(ask, s.text("bot.draft.other_step", nil), s.bold(q.key))
		if n == len(all)/2 {
			o.restart()
		}
		if n+1 < len(all) {
			ask = s.answers(ask, q, all[n+1])
		}
	}
	s.Tap(ask, s.button("send"))
	s.Expect(s.text("bot.progress.aberto", nil))
	v := o.ticket(o.newest())
	f, err := domain.ParseNewCollaborator(v.Extra)
	if err != nil || f.Name != "Bia Nova" || f.BirthDate != "1998-03-25" || f.StartDate != "2027-01-05" || f.Folders != "Financeiro" {
		t.Errorf("got %+v, %v", f, err)
	}
	for _, said := range []string{"um drone", "um jogo", "vem às nove"} {
		if !strings.Contains(v.Description, said) {
			t.Errorf("%q is lost: %q", said, v.Description)
		}
	}
}

// givesUpAt gives the form up at its nth question.
func (o *office) givesUpAt(t *testing.T, s speaker, n int) {
	before := o.newest()
	ask, category := s.newForm(t)
	all := s.questions()
	for i := range n {
		ask = s.answers(ask, all[i], all[i+1])
	}
	s.Send(s.command("cancelar", "cancel"))
	s.Expect(s.text("bot.draft.discarded", nil))
	for _, b := range []string{category, mustButton(t, ask, backOr(s, all[n]))} {
		if a := o.forged(s, ask, b); a.Text != s.text("bot.tap.draft_over", nil) {
			t.Errorf("at %s a button of a form given up was answered %q", all[n].key, a.Text)
		}
	}
	if o.newest() != before {
		t.Errorf("a form given up at %s became a ticket", all[n].key)
	}
}

// backOr names a button that a question has: its own, or that which goes back.
func backOr(s speaker, q question) string {
	if q.button != "" {
		return q.button
	}
	return s.button("back")
}
