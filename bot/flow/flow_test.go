package flow_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"chamados/bot/flow"
	"chamados/domain"
)

var today = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func say(text string) flow.Input {
	return flow.Input{Message: 50, Text: text, Lang: domain.LangPortuguese, Today: today}
}

func tap(act flow.Action, value string) flow.Input {
	return flow.Input{Message: 60, Action: act, Value: value, Lang: domain.LangPortuguese, Today: today}
}

func photo(album, caption string) flow.Input {
	in := say(caption)
	in.Album, in.Files = album, []domain.NewAttachment{{Name: "foto.jpg", Size: 10, FileID: "f"}}
	return in
}

// draft returns one that stands at a step with all before it answered.
func draft(step flow.Step) flow.Draft {
	d := flow.New("abc", 7, []flow.Candidate{{ID: 9, Title: "Outro"}})
	d.Step, d.Origin.MessageID = step, 1
	d.Parts = []flow.Part{{Message: 1, Text: "Sem internet."}}
	if step == flow.StepCategory {
		return d
	}
	d.Category, d.Urgency = domain.CategoryNetwork, domain.PriorityHigh
	newcomer := []flow.Step{flow.StepName, flow.StepBirth, flow.StepStart, flow.StepEquipment, flow.StepApps, flow.StepFolders}
	if slices.Contains(newcomer, step) {
		d.Category, d.Urgency = domain.CategoryNewCollaborator, ""
		d.Form = domain.NewCollaborator{Name: "Carla", BirthDate: "1998-03-25", StartDate: "2027-01-05"}
	}
	switch step {
	case flow.StepDescription:
		d.Parts, d.Asked, d.Urgency = nil, true, ""
	case flow.StepTitle:
		d.Fixing = true
	}
	return d
}

// summary tells the effects in words.
func summary(effects []flow.Effect) string {
	var out []string
	for _, e := range effects {
		switch e := e.(type) {
		case flow.Show:
			word := "show"
			if e.Again {
				word = "redraw"
			}
			out = append(out, fmt.Sprintf("%s %d", word, e.Edit))
		case flow.Say:
			out = append(out, strings.TrimPrefix(e.Key, "bot.draft."))
		case flow.Settle:
			out = append(out, "settle "+string(e.Step))
		default:
			out = append(out, strings.ToLower(reflect.TypeOf(e).Name()))
		}
	}
	return strings.Join(out, ", ")
}

// cells is the table of steps and inputs: where each leads and what is said.
var cells = []struct {
	step flow.Step
	in   flow.Input
	want flow.Step
	says string
}{
	{flow.StepCategory, tap(flow.ActCategory, "rede"), flow.StepUrgency, "show 60"},
	{flow.StepCategory, tap(flow.ActCategory, "novo_colaborador"), flow.StepName, "show 60"},
	{flow.StepCategory, tap(flow.ActCategory, "inventada"), flow.StepCategory, "other_step, show 60"},
	{flow.StepCategory, tap(flow.ActAbout, "9"), flow.StepCategory, "attach"},
	{flow.StepCategory, tap(flow.ActAbout, "10"), flow.StepCategory, "other_step, show 60"},
	{flow.StepCategory, tap(flow.ActSend, ""), flow.StepCategory, "other_step, show 60"},
	{flow.StepCategory, tap(flow.ActUrgency, "alta"), flow.StepCategory, "other_step, show 60"},
	{flow.StepCategory, tap(flow.ActField, "titulo"), flow.StepCategory, "other_step, show 60"},
	{flow.StepCategory, tap(flow.ActBack, ""), flow.StepCategory, "show 60"},
	{flow.StepCategory, say("desde ontem"), flow.StepCategory, "show 0"},
	{flow.StepCategory, say("Rede"), flow.StepUrgency, "show 0"},
	{flow.StepCategory, say("e-mail"), flow.StepUrgency, "show 0"},
	{flow.StepCategory, photo("", ""), flow.StepCategory, "show 0"},
	{flow.StepDescription, say("Parou tudo"), flow.StepUrgency, "show 0"},
	{flow.StepDescription, photo("", ""), flow.StepDescription, "show 0"},
	{flow.StepDescription, photo("", "Parou tudo"), flow.StepUrgency, "show 0"},
	{flow.StepDescription, say("  \x00 "), flow.StepDescription, "show 0"},
	{flow.StepDescription, tap(flow.ActDone, ""), flow.StepDescription, "other_step, show 60"},
	{flow.StepDescription, tap(flow.ActBack, ""), flow.StepCategory, "show 60"},
	{flow.StepUrgency, tap(flow.ActUrgency, "urgente"), flow.StepPreview, "show 60"},
	{flow.StepUrgency, tap(flow.ActUrgency, "já"), flow.StepUrgency, "other_step, show 60"},
	{flow.StepUrgency, tap(flow.ActCategory, "rede"), flow.StepUrgency, "other_step, show 60"},
	{flow.StepUrgency, tap(flow.ActBack, ""), flow.StepCategory, "show 60"},
	{flow.StepUrgency, say("muito urgente"), flow.StepUrgency, "added, show 0"},
	{flow.StepName, say("Carla Dias"), flow.StepBirth, "show 0"},
	{flow.StepName, say(strings.Repeat("a", 256)), flow.StepName, "too_long, show 0"},
	{flow.StepName, tap(flow.ActBack, ""), flow.StepCategory, "show 60"},
	{flow.StepName, photo("", "o crachá"), flow.StepName, "show 0"},
	{flow.StepBirth, say("1/2/1990"), flow.StepStart, "show 0"},
	{flow.StepBirth, say("31/02/1990"), flow.StepBirth, "not_a_date, show 0"},
	{flow.StepBirth, say("23/11/2014"), flow.StepStart, "show 0"},
	{flow.StepBirth, say("24/11/2014"), flow.StepBirth, "birth_implausible, show 0"},
	{flow.StepBirth, say("01/01/1890"), flow.StepBirth, "birth_implausible, show 0"},
	{flow.StepBirth, say("1/2/90"), flow.StepStart, "show 0"},
	{flow.StepBirth, say("1/2"), flow.StepBirth, "not_a_date, show 0"},
	{flow.StepBirth, tap(flow.ActBack, ""), flow.StepName, "show 60"},
	{flow.StepStart, say("2027-01-05"), flow.StepEquipment, "show 0"},
	{flow.StepStart, say("5/1/27"), flow.StepEquipment, "show 0"},
	{flow.StepStart, say("5/1"), flow.StepEquipment, "show 0"},
	{flow.StepStart, say("29/02"), flow.StepStart, "not_a_date, show 0"},
	{flow.StepStart, say("logo"), flow.StepStart, "not_a_date, show 0"},
	{flow.StepStart, say("05/01/2072"), flow.StepStart, "start_implausible, show 0"},
	{flow.StepStart, tap(flow.ActBack, ""), flow.StepBirth, "show 60"},
	{flow.StepEquipment, tap(flow.ActToggle, "notebook"), flow.StepEquipment, "show 60"},
	{flow.StepEquipment, tap(flow.ActToggle, "chrome"), flow.StepEquipment, "other_step, show 60"},
	{flow.StepEquipment, tap(flow.ActDone, ""), flow.StepApps, "show 60"},
	{flow.StepEquipment, say("e um mouse"), flow.StepEquipment, "added, show 0"},
	{flow.StepEquipment, tap(flow.ActBack, ""), flow.StepStart, "show 60"},
	{flow.StepApps, tap(flow.ActToggle, "chrome"), flow.StepApps, "show 60"},
	{flow.StepApps, tap(flow.ActDone, ""), flow.StepFolders, "show 60"},
	{flow.StepApps, tap(flow.ActSkip, ""), flow.StepApps, "other_step, show 60"},
	{flow.StepApps, tap(flow.ActBack, ""), flow.StepEquipment, "show 60"},
	{flow.StepFolders, say("RH"), flow.StepPreview, "show 0"},
	{flow.StepFolders, tap(flow.ActSkip, ""), flow.StepPreview, "show 60"},
	{flow.StepFolders, tap(flow.ActBack, ""), flow.StepApps, "show 60"},
	{flow.StepPreview, tap(flow.ActSend, ""), flow.StepPreview, "submit"},
	{flow.StepPreview, tap(flow.ActCancel, ""), flow.StepPreview, "cancelled"},
	{flow.StepPreview, tap(flow.ActEdit, ""), flow.StepEdit, "show 60"},
	{flow.StepPreview, tap(flow.ActBack, ""), flow.StepUrgency, "show 60"},
	{flow.StepPreview, say("e o telefone"), flow.StepPreview, "added, show 0"},
	{flow.StepPreview, photo("", ""), flow.StepPreview, "show 0"},
	{flow.StepEdit, tap(flow.ActField, "titulo"), flow.StepTitle, "show 60"},
	{flow.StepEdit, tap(flow.ActField, "categoria"), flow.StepCategory, "show 60"},
	{flow.StepEdit, tap(flow.ActField, "nome"), flow.StepEdit, "other_step, show 60"},
	{flow.StepEdit, tap(flow.ActField, "lixo"), flow.StepEdit, "other_step, show 60"},
	{flow.StepEdit, tap(flow.ActBack, ""), flow.StepPreview, "show 60"},
	{flow.StepEdit, say("mais"), flow.StepEdit, "added, show 0"},
	{flow.StepTitle, say("Sem rede"), flow.StepPreview, "show 0"},
	{flow.StepTitle, say(strings.Repeat("a", 501)), flow.StepTitle, "too_long, show 0"},
	{flow.StepTitle, tap(flow.ActBack, ""), flow.StepEdit, "show 60"},
	{flow.StepTitle, tap("?", ""), flow.StepTitle, "other_step, show 60"},
}

func TestEveryStepWithEveryInput(t *testing.T) {
	seen := map[flow.Step]bool{}
	for _, c := range cells {
		seen[c.step] = true
		name := fmt.Sprintf("%s/%s%s/%.20s", c.step, c.in.Action, c.in.Value, c.in.Text)
		got, effects := draft(c.step).Handle(c.in)
		if got.Step != c.want || summary(effects) != c.says {
			t.Errorf("%s: at %s with %q; want %s with %q", name, got.Step, summary(effects), c.want, c.says)
		}
	}
	for _, s := range flow.Steps {
		if !seen[s] {
			t.Errorf("step %s is not in the table", s)
		}
	}
}

func TestAKnownScreenLosesItsButtonsWhenTextIsTyped(t *testing.T) {
	d := draft(flow.StepName)
	d.Screen = 33
	next, effects := d.Handle(say("Carla Dias"))
	if summary(effects) != "show 0, settle nome" || next.Screen != 0 || effects[1].(flow.Settle).Message != 33 {
		t.Errorf("got %q, screen %d", summary(effects), next.Screen)
	}
}

func TestFixingOneFieldGoesBackToThePreview(t *testing.T) {
	d := draft(flow.StepPreview)
	for _, c := range []struct {
		field flow.Step
		in    flow.Input
	}{
		{flow.StepTitle, say("Novo título")}, {flow.StepDescription, say("Nova descrição")},
		{flow.StepCategory, tap(flow.ActCategory, "email")}, {flow.StepUrgency, tap(flow.ActUrgency, "baixa")},
	} {
		d, _ = d.Handle(tap(flow.ActEdit, ""))
		d, _ = d.Handle(tap(flow.ActField, string(c.field)))
		if d, _ = d.Handle(c.in); d.Step != flow.StepPreview || d.Fixing {
			t.Fatalf("%s led to %s", c.field, d.Step)
		}
	}
	want := domain.NewTicket{
		Title: "Novo título", Description: "Nova descrição", Category: domain.CategoryEmail, Urgency: domain.PriorityLow,
		Origin: domain.Origin{ChatID: 7, MessageID: 1},
	}
	if diff := cmp.Diff(want, d.Ticket(domain.LangPortuguese)); diff != "" {
		t.Error(diff)
	}
}

func TestAnotherCategoryAsksForWhatItNeeds(t *testing.T) {
	d := draft(flow.StepPreview)
	d, _ = d.Handle(tap(flow.ActEdit, ""))
	d, _ = d.Handle(tap(flow.ActField, "categoria"))
	if d, _ = d.Handle(tap(flow.ActCategory, "novo_colaborador")); d.Step != flow.StepName || d.Fixing {
		t.Errorf("at %s", d.Step)
	}
}

func TestNothingIsLost(t *testing.T) {
	d := draft(flow.StepPreview)
	d.Parts = []flow.Part{{Text: strings.Repeat("a", domain.MaxDescription-3)}}
	next, effects := d.Handle(say("abc"))
	if summary(effects) != "description_full, show 0" || next.Description() != d.Description() {
		t.Errorf("got %q", summary(effects))
	}
	if next, effects = d.Handle(say("ab")); !strings.HasSuffix(next.Description(), "\nab") {
		t.Errorf("got %q", summary(effects))
	}
	in := say("veja")
	in.TooLarge = []domain.NewAttachment{{Name: "../filme<b>.mp4", Size: 30 << 20}}
	if next, effects = draft(flow.StepUrgency).Handle(in); summary(effects) != "file_too_large, show 0" || !strings.Contains(next.Description(), "veja") {
		t.Errorf("got %q, %q", summary(effects), next.Description())
	}
	many := photo("", "")
	for range flow.MaxFiles {
		many.Files = append(many.Files, many.Files[0])
	}
	if next, effects = draft(flow.StepUrgency).Handle(many); summary(effects) != "too_many_files, show 0" || len(next.Files) != flow.MaxFiles {
		t.Errorf("got %q, %d files", summary(effects), len(next.Files))
	}
	in = say("")
	in.Unreadable = true
	if _, effects = draft(flow.StepName).Handle(in); summary(effects) != "unreadable, show 0" {
		t.Errorf("got %q", summary(effects))
	}
}

func TestAlbumSpeaksOnce(t *testing.T) {
	d := draft(flow.StepCategory)
	d, first := d.Handle(photo("a", ""))
	d, second := d.Handle(photo("a", ""))
	if summary(first) != "show 0" || summary(second) != "redraw 0" || len(d.Files) != 2 {
		t.Errorf("%q, %q, %d files", summary(first), summary(second), len(d.Files))
	}
	d.Screen = 5
	if d, third := d.Handle(photo("a", "")); summary(third) != "redraw 5" || len(d.Files) != 3 {
		t.Errorf("%q, %d files", summary(third), len(d.Files))
	}
}

func TestPiecesOfAThoughtAreAnsweredOnce(t *testing.T) {
	at := func(seconds int, in flow.Input) flow.Input {
		in.Message, in.Today = int64(50+seconds), today.Add(time.Duration(seconds)*time.Second)
		return in
	}
	d := flow.New("abc", 7, nil)
	for _, step := range []struct {
		in   flow.Input
		want string
	}{
		{at(0, say("oi")), "show 0"},
		{at(2, say("a impressora")), "redraw 0"},
		{at(6, photo("", "")), "redraw 0"},
		{at(9, photo("", "do caixa")), "redraw 0"},
		{at(20, say("não liga")), "show 0, settle categoria"},
		{at(21, say("Hardware")), "show 0, settle categoria"},
		{at(22, say("desde ontem")), "added, redraw 0"},
		{at(30, say("e hoje")), "added, show 0, settle urgencia"},
	} {
		var effects []flow.Effect
		if d, effects = d.Handle(step.in); summary(effects) != step.want {
			t.Errorf("%q: got %q, want %q", step.in.Text, summary(effects), step.want)
		}
	}
	if want := "oi\na impressora\ndo caixa\nnão liga\ndesde ontem\ne hoje"; d.Description() != want || len(d.Files) != 2 || d.Shown != 4 {
		t.Errorf("got %q, %d files, %d screens", d.Description(), len(d.Files), d.Shown)
	}
}

func TestEdits(t *testing.T) {
	edit := func(message int64, text string) flow.Input {
		in := say(text)
		in.Message, in.Edited = message, true
		return in
	}
	d := draft(flow.StepUrgency)
	if next, effects := d.Handle(edit(1, "Sem rede.")); next.Description() != "Sem rede." || summary(effects) != "edited, redraw 0" {
		t.Errorf("got %q, %q", next.Description(), summary(effects))
	}
	for _, in := range []flow.Input{edit(2, "alheio"), edit(1, ""), edit(1, "Sem internet.")} {
		if next, effects := d.Handle(in); next.Description() != "Sem internet." || effects != nil {
			t.Errorf("%+v: got %q, %q", in, next.Description(), summary(effects))
		}
	}
	if d.Description() != "Sem internet." {
		t.Error("the draft before was changed")
	}
}

func TestTitles(t *testing.T) {
	for text, want := range map[string]string{
		"Sem internet. Desde ontem.":             "Sem internet",
		"Bom dia!\nMinha tela pisca":             "Minha tela pisca",
		"Olá, tudo bem? A versão 2.0 não abre!!": "A versão 2.0 não abre",
		"oi":                            "oi",
		"Por que não liga?":             "Por que não liga?",
		"\n\n  duas   linhas \n abaixo": "duas linhas",
		"":                              "",
		"📍 https://maps.example/?q=1,2\nA impressora não liga. Socorro": "A impressora não liga",
		"👤 Rui, +5511999": "👤 Rui, +5511999",
	} {
		if got := flow.DraftTitle(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	long := flow.DraftTitle(strings.Repeat("palavra ", 40))
	if utf8.RuneCountInString(long) > flow.MaxDraftedTitle || !strings.HasSuffix(long, "palavra…") {
		t.Errorf("got %q", long)
	}
	if got := flow.DraftTitle(strings.Repeat("👩‍👩‍👧‍👦", 40)); strings.Contains(got, "\u200d…") {
		t.Errorf("cut inside an emoji: %q", got)
	}
}

func TestSmallTalk(t *testing.T) {
	for text, want := range map[string]bool{
		"Obrigado!": true, "muito obrigada pela ajuda 🙏": true, "valeu": true, "Thank you very much!": true,
		"obrigado, mas ainda não funciona": false, "": false, "👍": false, "tudo bem": false,
	} {
		if flow.IsThanks(text) != want {
			t.Errorf("thanks: %q", text)
		}
	}
	for text, want := range map[string]bool{
		"Oi": true, "bom dia, tudo bem?": true, "good morning": true, "bom dia, sem internet": false,
	} {
		if flow.IsGreeting(text) != want {
			t.Errorf("greeting: %q", text)
		}
	}
}

func TestDates(t *testing.T) {
	for text, want := range map[string]string{
		"25/03/1998": "1998-03-25", "5/3/1998": "1998-03-05", "05.03.1998": "1998-03-05", "5-3-1998": "1998-03-05",
		" 1998-03-05 ": "1998-03-05", "29/02/2027": "", "03/25/1998": "", "25/03/98": "1998-03-25", "25/3": "0000-03-25", "hoje": "", "": "", "25/03/1998x": "",
	} {
		day, ok := flow.ParseDate(text)
		if ok != (want != "") || ok && day.Format(domain.DateLayout) != want {
			t.Errorf("%q: got %v, %v", text, day, ok)
		}
	}
}

// Whatever people do, the state survives being stored, the draft shown can be answered, and
// what is submitted the domain takes.
func TestAnySequence(t *testing.T) {
	actions := []flow.Action{
		flow.ActCategory, flow.ActUrgency, flow.ActToggle, flow.ActDone, flow.ActSkip, flow.ActBack,
		flow.ActEdit, flow.ActField, flow.ActSend, flow.ActAbout, "x",
	}
	values := []string{"", "rede", "novo_colaborador", "alta", "notebook", "chrome", "titulo", "descricao", "categoria", "nome", "urgencia", "9"}
	rapid.Check(t, func(t *rapid.T) {
		d := flow.New("abc", 7, []flow.Candidate{{ID: 9}})
		for i := range rapid.IntRange(1, 40).Draw(t, "steps") {
			in := say(rapid.SampledFrom([]string{"texto", "01/02/2000", "rede", "", "<b>\x07"}).Draw(t, "text"))
			if rapid.Bool().Draw(t, "tap") {
				in = tap(rapid.SampledFrom(actions).Draw(t, "action"), rapid.SampledFrom(values).Draw(t, "value"))
			}
			in.Message = int64(i + 1)
			next, effects := d.Handle(in)
			if !slices.Contains(flow.Steps, next.Step) || in.Action != "" && len(effects) == 0 {
				t.Fatalf("step %q, effects %q", next.Step, summary(effects))
			}
			for _, e := range effects {
				if s, ok := e.(flow.Submit); ok && (s.Ticket.Title == "" || s.Ticket.Description == "" || !s.Ticket.Category.Valid()) {
					t.Fatalf("submits %+v", s.Ticket)
				}
			}
			raw, err := json.Marshal(next)
			if err != nil {
				t.Fatal(err)
			}
			var stored flow.Draft
			if err := json.Unmarshal(raw, &stored); err != nil {
				t.Fatal(err)
			}
			if again, _ := json.Marshal(stored); string(again) != string(raw) {
				t.Fatalf("stored %s, read %s", raw, again)
			}
			d = stored
		}
	})
}

func TestAcknowledgements(t *testing.T) {
	for text, want := range map[string]bool{
		"ok": true, "Ok!": true, "tá certo": true, "👍": true, "👍🏽 👍": true, "❤️": true, "got it": true,
		"": false, "?": false, "...": false, "ok, ajuda": false, "ok mas não liga": false, "1": false, "ajuda": false, "👍 não liga": false,
	} {
		if flow.IsAck(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}
