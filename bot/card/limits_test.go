package card_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"pgregory.net/rapid"

	"chamados/bot/card"
	"chamados/bot/card/cardtest"
	"chamados/bot/chat"
	"chamados/bot/flow"
	"chamados/domain"
)

// hostile are texts that break what is careless: markup, joined emoji, marks, flags.
var hostile = []string{
	`<b>&"_*[`, "👩‍👩‍👧‍👦", "🇧🇷", "é̂", "a b ", "&amp;</blockquote>", "👍🏽", "\u202e", "</b><script>",
}

func long(unit string, n int) string {
	return string([]rune(strings.Repeat(unit, n/len([]rune(unit))+1))[:n])
}

// longest returns a ticket whose every field is as long as the domain allows.
func longest(unit string) domain.TicketView {
	person := func(id int64) *domain.UserRef { return &domain.UserRef{ID: id, Name: long(unit, domain.MaxName)} }
	form, _ := json.Marshal(domain.NewCollaborator{
		Name: long(unit, domain.MaxName), BirthDate: "1998-03-25", StartDate: "2027-01-05", Folders: long(unit, 5000),
		Equipment: domain.EquipmentForm{Phone: true, Laptop: true, Email: true, Debx: true}, Apps: domain.AppsForm{WhatsApp: true, Chrome: true},
	})
	v := domain.TicketView{
		Ticket: domain.Ticket{
			ID: 1<<63 - 1, Title: long(unit, domain.MaxTitle), Description: long(unit, domain.MaxDescription),
			Category: domain.CategoryNewCollaborator, Priority: domain.PriorityUrgent, Status: domain.StatusResolved,
			RequesterID: 1<<63 - 1, Requester: person(1<<63 - 1), AssigneeID: 1<<63 - 2, Assignee: person(1<<63 - 2),
			CreatedAt: at, FinishedAt: at, Extra: form,
		},
		Comments: []domain.Comment{{Text: long(unit, domain.MaxComment), Author: person(1), CreatedAt: at}},
	}
	for range 50 {
		v.Events = append(v.Events, domain.Event{
			Kind: domain.EventAttachment, ActorID: 7, ActorName: long(unit, domain.MaxName), To: long(unit, domain.MaxFileName), At: at,
		})
	}
	return v
}

func longMessages(lang domain.Lang, unit string) map[string]chat.Outgoing {
	v := longest(unit)
	o := it()
	out := map[string]chat.Outgoing{
		"it": card.Ticket(lang, v, o), "history": card.History(lang, v, o), "priorities": card.PriorityMenu(lang, v, o),
		"requester": card.Ticket(lang, v, requester()), "cancel": card.CancelMenu(lang, v, requester()),
		"sent": card.Sent(lang, v.Ticket),
	}
	open := v
	open.Status = domain.StatusOpen
	out["it-open"] = card.Ticket(lang, open, card.Options{For: card.IT})
	crowd := people(100)
	for i := range crowd {
		crowd[i].ID, crowd[i].Name = 1<<62+int64(i), long(unit, domain.MaxName)
	}
	out["assign"] = card.AssignMenu(lang, v, crowd, 5, o)
	list := card.List{Title: "bot.list.found", Turn: "q", Page: 1 << 40, More: true, For: card.IT}
	for range card.PageSize + 3 {
		list.Tickets = append(list.Tickets, v.Ticket)
	}
	out["list"] = card.Tickets(lang, list, o)
	var events []domain.NoticeEventView
	for range 40 {
		e := event(domain.EventComment, "")
		e.ActorName, e.CommentText = long(unit, domain.MaxName), long(unit, domain.MaxComment)
		events = append(events, e)
	}
	out["notice"] = card.Notice(lang, v.Ticket, events, o)
	d := flow.New("abcdefgh", 1, []flow.Candidate{{ID: 1<<63 - 1, Title: v.Title}, {ID: 1<<63 - 1, Title: v.Title}})
	d.Parts, d.Title, d.ForName = []flow.Part{{Text: v.Description}}, v.Title, v.Requester.Name
	d.Form, _ = domain.ParseNewCollaborator(v.Extra)
	d.Files = make([]domain.NewAttachment, flow.MaxFiles)
	for _, c := range domain.Categories {
		for _, s := range flow.Steps {
			d.Category, d.Step = c, s
			out["draft-"+string(c)+string(s)] = card.Draft(lang, d, card.Text(lang, "bot.draft.other_step", nil))
			out["settled-"+string(c)+string(s)] = card.Settled(lang, d, s)
		}
	}
	return out
}

func TestLongestFieldsStayWithinTelegramsLimits(t *testing.T) {
	for _, lang := range domain.Langs {
		for _, unit := range append(hostile, "x", "𝕏", "x\n") {
			for name, m := range longMessages(lang, unit) {
				if err := cardtest.Check(m); err != nil {
					t.Errorf("%s, %s of %q: %v", lang, name, unit, err)
				}
			}
		}
	}
}

func TestShortenIsSafe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOf(rapid.OneOf(rapid.SampledFrom(hostile), rapid.String())).Draw(t, "parts")
		limit := rapid.IntRange(1, 60).Draw(t, "limit")
		s := strings.ToValidUTF8(strings.Join(parts, ""), "")
		short := card.Shorten(s, limit)
		if n := len(utf16.Encode([]rune(short))); n > limit {
			t.Fatalf("%d units of %d: %q", n, limit, short)
		}
		if len(utf16.Encode([]rune(s))) <= limit && short != s {
			t.Fatalf("%q was cut to %q for no reason", s, short)
		}
		if _, err := cardtest.Plain(card.Escape(short)); err != nil {
			t.Fatal(err)
		}
	})
}

func TestShortenNeverSplitsWhatIsSeenAsOne(t *testing.T) {
	family, flag, thumb := "👩‍👩‍👧‍👦", "🇧🇷", "👍🏽"
	for s, want := range map[string]string{
		"oi" + family + "fim": "oi…", "abc" + flag + "xyzxyz": "abc…", "abcd" + thumb + "xyzxyz": "abcd…",
		"abcdefé̂x": "abcdef…", "uma frase longa": "uma…",
	} {
		if got := card.Shorten(s, 7); got != want {
			t.Errorf("%q became %q, not %q", s, got, want)
		}
	}
}

// A live card must not change by itself, or it would be edited for ever.
func TestTimeAloneChangesNothing(t *testing.T) {
	for _, o := range []card.Options{it(), requester()} {
		now := card.Ticket(domain.LangPortuguese, taken(), o)
		o.Now = o.Now.Add(100 * time.Hour)
		if later := card.Ticket(domain.LangPortuguese, taken(), o); picture(now) != picture(later) {
			t.Error("the card changed")
		}
	}
}

func TestPanelButtonOnlyWhereTelegramTakesIt(t *testing.T) {
	for address, want := range map[string]bool{
		"": false, "http://ti.exemplo.com": false, "https://localhost:8000": false, "https://127.0.0.1": false,
		"https://10.0.0.1": false, "https://ti.exemplo.com": true, "https://ti.exemplo.com/painel/": true, "https://intranet": false,
		"https://[::1]:8000": false, "https://8.8.8.8": true,
	} {
		o := it()
		o.PanelURL = address
		if got := strings.Contains(picture(card.Ticket(domain.LangEnglish, sample(), o)), "/chamados/12"); got != want {
			t.Errorf("%q: %v", address, got)
		}
	}
}
