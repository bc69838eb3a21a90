package card_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chamados/bot/card"
	"chamados/bot/card/cardtest"
	"chamados/bot/chat"
	"chamados/bot/flow"
	"chamados/domain"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	brasilia = time.FixedZone("BRT", -3*3600)
	at       = time.Date(2026, 11, 23, 14, 30, 0, 0, time.UTC)
	maria    = &domain.UserRef{ID: 3, Name: `Maria <b>&"_*[ Souza`, Email: "maria@exemplo.com.br"}
	joao     = &domain.UserRef{ID: 4, Name: "João Lima", Role: domain.RoleIT}
)

func sample() domain.TicketView {
	return domain.TicketView{
		Ticket: domain.Ticket{
			ID: 12, Title: `Impressora <não> liga & "pisca"`, Description: "Desde ontem a impressora do 2º andar não liga.\nJá troquei a tomada.",
			Category: domain.CategoryHardware, Priority: domain.PriorityHigh, Status: domain.StatusOpen,
			RequesterID: 3, Requester: maria, CreatedAt: at, UpdatedAt: at, Version: 1,
		},
		Attachments: []domain.Attachment{{Name: "foto.jpg"}, {Name: "segredo.txt", Internal: true}},
		Events: []domain.Event{
			{Kind: domain.EventCreated, ActorID: 3, ActorName: maria.Name, At: at},
			{Kind: domain.EventNote, ActorID: 4, ActorName: joao.Name, At: at, Internal: true},
		},
	}
}

func taken() domain.TicketView {
	v := sample()
	v.AssigneeID, v.Assignee, v.Status = 4, joao, domain.StatusInProgress
	v.Comments = []domain.Comment{
		{Text: "A luz dela acende?", Author: joao, CreatedAt: at.Add(time.Hour)},
		{Text: "conta em atraso", Author: joao, CreatedAt: at.Add(2 * time.Hour), Internal: true},
	}
	v.Events = append(v.Events,
		domain.Event{Kind: domain.EventAssignee, ActorID: 4, ActorName: joao.Name, To: "4", At: at.Add(time.Minute)},
		domain.Event{Kind: domain.EventStatus, ActorID: 4, ActorName: joao.Name, To: "em_andamento", At: at.Add(time.Minute)},
	)
	return v
}

func with(v domain.TicketView, change func(*domain.TicketView)) domain.TicketView {
	change(&v)
	return v
}

func resolved() domain.TicketView {
	return with(taken(), func(v *domain.TicketView) { v.Status, v.FinishedAt = domain.StatusResolved, at.Add(3*time.Hour) })
}

func newcomer() domain.TicketView {
	return with(sample(), func(v *domain.TicketView) {
		v.Category, v.Title, v.Description = domain.CategoryNewCollaborator, "Novo colaborador: Carla", "Preparar o início de Carla."
		v.Extra = json.RawMessage(`{"colaborador_nome":"Carla <Dias>","colaborador_data_nascimento":"1998-03-25","data_inicio":"2027-01-05","equipamentos":{"notebook":true,"email":true},"aplicativos":{"chrome":true},"sharepoint_pastas":"RH, Financeiro"}`)
	})
}

func it() card.Options {
	return card.Options{For: card.IT, Now: at, Reachable: true, Location: brasilia, PanelURL: "https://ti.exemplo.com.br/"}
}

func formerly(o card.Options) card.Options  { o.Former = true; return o }
func elsewhere(o card.Options) card.Options { o.Moved = true; return o }

func requester() card.Options {
	return card.Options{For: card.Requester, Now: at, Location: brasilia, PanelURL: "http://localhost:8000"}
}

func people(n int) []domain.User {
	var out []domain.User
	for i := range n {
		out = append(out, domain.User{ID: int64(i + 1), Name: fmt.Sprintf("Pessoa %02d", i+1), Role: domain.RoleIT, Active: true})
	}
	return out
}

// event is an entry as a notice gets it.
func event(kind domain.EventKind, to string) domain.NoticeEventView {
	return domain.NoticeEventView{Event: domain.Event{Kind: kind, ActorID: 4, ActorName: joao.Name, To: to, At: at}}
}

// drawings are all messages of the package, by the name of their golden file.
func drawings(lang domain.Lang) map[string]chat.Outgoing {
	out := map[string]chat.Outgoing{
		"it-open":           card.Ticket(lang, sample(), it()),
		"it-unreachable":    card.Ticket(lang, sample(), card.Options{For: card.IT, Location: brasilia}),
		"it-taken":          card.Ticket(lang, taken(), it()),
		"it-resolved":       card.Ticket(lang, resolved(), it()),
		"it-newcomer":       card.Ticket(lang, newcomer(), it()),
		"it-priorities":     card.PriorityMenu(lang, taken(), it()),
		"it-assignees":      card.AssignMenu(lang, taken(), people(20), 1, it()),
		"it-history":        card.History(lang, taken(), it()),
		"file":              card.File(lang, sample(), domain.Attachment{Name: `erro <1> & "2".png`, UploaderID: 3, CreatedAt: at}, it()),
		"file-internal":     card.File(lang, sample(), domain.Attachment{Name: "segredo.txt", UploaderID: 99, CreatedAt: at, Internal: true}, it()),
		"requester-sent":    card.Ticket(lang, sample(), requester()),
		"requester-taken":   card.Ticket(lang, taken(), requester()),
		"requester-solved":  card.Ticket(lang, resolved(), requester()),
		"requester-cancel":  card.CancelMenu(lang, sample(), requester()),
		"requester-history": card.History(lang, taken(), requester()),
		"it-handed-on":      card.Ticket(lang, taken(), formerly(it())),
		"it-released":       card.Ticket(lang, sample(), formerly(it())),
		"it-other-topic":    card.Ticket(lang, taken(), elsewhere(it())),
		"deleted":           card.Ticket(lang, with(taken(), func(v *domain.TicketView) { v.DeletedAt = at }), it()),
	}
	lists(lang, out)
	notices(lang, out)
	drafts(lang, out)
	cared(lang, out)
	alarmed(lang, out)
	return out
}

func lists(lang domain.Lang, out map[string]chat.Outgoing) {
	tickets := []domain.Ticket{taken().Ticket, resolved().Ticket}
	out["list-mine"] = card.Tickets(lang, card.List{
		Title: "bot.list.mine", Empty: "bot.list.mine_empty", Tickets: tickets, More: true, Turn: "m", For: card.Requester,
	}, requester())
	out["list-queue"] = card.Tickets(lang, card.List{
		Title: "bot.list.queue", Empty: "bot.list.queue_empty", Tickets: tickets, Page: 1, Turn: "q", For: card.IT,
	}, it())
	out["list-empty"] = card.Tickets(lang, card.List{Title: "bot.list.queue", Empty: "bot.list.queue_empty"}, it())
}

func notices(lang domain.Lang, out map[string]chat.Outgoing) {
	comment := event(domain.EventComment, "")
	comment.CommentText, comment.Attachments = "A <luz> acende?", 2
	note := event(domain.EventNote, "")
	note.CommentText, note.Internal = "conta em atraso", true
	given := event(domain.EventAssignee, "9")
	given.ToName = "Carla Dias"
	answer := comment
	answer.ActorID, answer.ActorName, answer.RequesterID, answer.Status, answer.Attachments = 3, maria.Name, 3, domain.StatusWaiting, 0
	notice := func(name string, v domain.TicketView, o card.Options, events ...domain.NoticeEventView) {
		out["notice-"+name] = card.Notice(lang, v.Ticket, events, o)
	}
	notice("taken", taken(), requester(), event(domain.EventAssignee, "4"), event(domain.EventStatus, "em_andamento"))
	notice("resolved", resolved(), requester(), event(domain.EventStatus, "resolvido"))
	notice("waiting", with(taken(), func(v *domain.TicketView) { v.Status = domain.StatusWaiting }), requester(), event(domain.EventStatus, "aguardando"))
	notice("comment-requester", taken(), requester(), comment, note)
	notice("comment-it", taken(), it(), comment)
	notice("answer-it", with(taken(), func(v *domain.TicketView) { v.Status = domain.StatusWaiting }), it(), answer)
	notice("answer-resumed-it", taken(), it(), answer)
	comment.CommentID = 7
	corrected := comment
	corrected.Kind = domain.EventCommentEdit
	closing := event(domain.EventStatus, "fechado")
	closing.From = "resolvido"
	notice("comment-corrected-it", taken(), it(), comment, corrected)
	notice("comment-closed", with(resolved(), func(v *domain.TicketView) { v.Status = domain.StatusClosed }), requester(), comment, closing)
	notice("note-it", taken(), it(), note)
	notice("assigned-it", taken(), it(), given)
	notice("released-it", sample(), it(), event(domain.EventAssignee, ""))
}

func drafts(lang domain.Lang, out map[string]chat.Outgoing) {
	d := flow.New("abc123", 5, []flow.Candidate{{ID: 7, Title: "Sem <internet>"}})
	d.Parts = []flow.Part{{Text: "A impressora <b> não liga."}, {Text: "Já troquei a tomada."}}
	out["draft-"+string(flow.StepCategory)] = card.Draft(lang, d, card.Text(lang, "bot.draft.added", nil))
	d.Category, d.Urgency = domain.CategoryHardware, domain.PriorityHigh
	d.Files = []domain.NewAttachment{{Name: "foto.jpg"}}
	for _, s := range flow.Steps[1:] {
		d.Step = s
		out["draft-"+string(s)] = card.Draft(lang, d)
	}
	d.Category, d.Step, d.ForName = domain.CategoryNewCollaborator, flow.StepPreview, "Ana & Cia"
	d.Form = domain.NewCollaborator{Name: "Carla", BirthDate: "1998-03-25", StartDate: "2027-01-05"}
	d.Form.Equipment.Laptop = true
	out["draft-newcomer"] = card.Draft(lang, d)
	out["draft-settled"] = card.Settled(lang, d, flow.StepName)
	out["draft-settled-preview"] = card.Settled(lang, d, flow.StepPreview)
	out["draft-sent"] = card.Sent(lang, sample().Ticket)
}

// picture shows a message as a text that people can read in a golden file.
func picture(m chat.Outgoing) string {
	var b strings.Builder
	b.WriteString(m.Text + "\n")
	for _, row := range m.Keyboard {
		b.WriteString("\n")
		for _, button := range row {
			style := ""
			if button.Style != "" {
				style = " {" + string(button.Style) + "}"
			}
			b.WriteString("[" + button.Text + " → " + button.Data + button.URL + style + "] ")
		}
	}
	return strings.TrimRight(b.String(), " ") + "\n"
}

func TestGolden(t *testing.T) {
	for _, lang := range domain.Langs {
		for name, m := range drawings(lang) {
			if err := cardtest.Check(m); err != nil {
				t.Errorf("%s %s: Telegram would refuse: %v", lang, name, err)
			}
			file := filepath.Join("testdata", string(lang), name+".golden")
			got := picture(m)
			if *update {
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				continue
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Errorf("%v (run with -update to write it)", err)
			} else if string(want) != got {
				t.Errorf("%s differs:\n%s", file, got)
			}
		}
	}
}

func TestEveryGoldenFileIsDrawn(t *testing.T) {
	for _, lang := range domain.Langs {
		files, err := filepath.Glob(filepath.Join("testdata", string(lang), "*.golden"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no golden files: %v", err)
		}
		drawn := drawings(lang)
		for _, f := range files {
			if _, ok := drawn[strings.TrimSuffix(filepath.Base(f), ".golden")]; !ok {
				t.Errorf("%s is drawn no more", f)
			}
		}
	}
}

func TestTheRequesterSeesNothingInternal(t *testing.T) {
	for name, m := range drawings(domain.LangPortuguese) {
		if strings.HasPrefix(name, "requester-") || name == "notice-comment-requester" {
			for _, secret := range []string{"atraso", "nota interna", "2 anexos</"} {
				if strings.Contains(m.Text, secret) {
					t.Errorf("%s shows %q", name, secret)
				}
			}
		}
	}
}
