package mail

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"chamados/domain"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	bruno    = domain.User{ID: 4, Name: "Bruno Tavares", Email: "bruno@exemplo.com.br", Active: true, Role: domain.RoleIT}
	letterOf = domain.Ticket{ID: 12, Title: "Impressora <não> liga", RequesterID: 7, AssigneeID: 4, Status: domain.StatusInProgress}
)

func happened(kind domain.EventKind, from, to string) domain.NoticeEventView {
	return domain.NoticeEventView{Event: domain.Event{Kind: kind, From: from, To: to, ActorID: 5, ActorName: "Carla Dias", At: noon}}
}

func byDesk(kind domain.EventKind, from, to string) domain.NoticeEventView {
	e := happened(kind, from, to)
	e.ActorID, e.ActorName, e.Channel, e.Internal = 0, "", domain.ChannelSystem, true
	return e
}

// letters are all kinds of mails about tickets, by the name of their golden file: "ti-" to who has the ticket,
// the others to who asked.
func letters() map[string][]domain.NoticeEventView {
	comment, note := happened(domain.EventComment, "", ""), happened(domain.EventNote, "", "")
	comment.CommentText, comment.Attachments = "Troquei o <b>cabo</b>.\nPode testar?", 2
	note.CommentText, note.Internal = "segredo interno", true
	yours, other := happened(domain.EventAssignee, "", "4"), happened(domain.EventAssignee, "4", "9")
	yours.ToName, other.ToName = bruno.Name, "Davi Rocha"
	closed := happened(domain.EventStatus, "", "fechado")
	closed.Channel, closed.ActorName, closed.ActorID = domain.ChannelSystem, "", 0
	due := noon.Add(90 * time.Minute).Format(time.RFC3339)
	return map[string][]domain.NoticeEventView{
		"comentario": {comment}, "ti-comentario": {comment}, "ti-nota": {note}, "ti-atribuicao": {yours}, "atribuicao": {other},
		"assumido": {happened(domain.EventAssignee, "", "5")}, "devolvido": {happened(domain.EventAssignee, "4", "")},
		"resolvido": {happened(domain.EventStatus, "", "resolvido")}, "aguardando": {happened(domain.EventStatus, "", "aguardando")},
		"fechado-sozinho": {closed}, "lembrete-fechamento": {byVisible(domain.EventCloseSoon)}, "lembrete-resposta": {byVisible(domain.EventWaitReminder)},
		"ti-sla-aviso": {byDesk(domain.EventSLAWarning, due, domain.SLAResolution)}, "ti-sla-aviso-resposta": {byDesk(domain.EventSLAWarning, due, domain.SLAResponse)},
		"ti-sla-estouro": {byDesk(domain.EventSLABreach, due, domain.SLAResolution)}, "ti-sla-estouro-resposta": {byDesk(domain.EventSLABreach, due, domain.SLAResponse)},
		"ti-nota-baixa": {happened(domain.EventRatedLow, "Demorou demais", "2")}, "ti-sem-resposta": {byDesk(domain.EventNoAnswer, "", "")},
		"ti-respondido": {byDesk(domain.EventAnswered, "", "")},
		"varios":        {yours, happened(domain.EventStatus, "", "em_andamento"), comment},
	}
}

func byVisible(kind domain.EventKind) domain.NoticeEventView {
	e := byDesk(kind, "", "")
	e.Internal = false
	return e
}

// Every kind of letter, as it reads: there is one for each event that is mailed.
func TestLettersAsTheyRead(t *testing.T) {
	w := testWriter
	w.location = time.FixedZone("BRT", -3*3600)
	told := map[domain.EventKind]bool{}
	for _, lang := range domain.Langs {
		for name, events := range letters() {
			reader := person
			if name[:3] == "ti-" {
				reader = bruno
			}
			ticket := letterOf
			for _, e := range events {
				told[e.Kind] = true
				if e.Kind == domain.EventStatus {
					ticket.Status = domain.Status(e.To)
				}
			}
			l := w.notice(lang, reader, ticket, events)
			if l == nil {
				t.Errorf("%s: no letter", name)
				continue
			}
			m := written(t, *l)
			golden(t, filepath.Join("testdata", string(lang), name+".txt"), "Subject: "+m.Subject+"\n\n"+m.Text)
			if name == "varios" {
				golden(t, filepath.Join("testdata", string(lang), name+".html"), m.HTML)
			}
		}
		golden(t, filepath.Join("testdata", string(lang), "codigo.txt"), written(t, w.code(lang, domain.MailCode, "Ana", "012345")).Text)
		golden(t, filepath.Join("testdata", string(lang), "boas-vindas.txt"), written(t, w.welcome(lang, person, domain.MailSecrets{PasswordToken: "aa", TelegramToken: "bb"})).Text)
	}
	for _, kind := range domain.MailedEvents() {
		if !told[kind] {
			t.Errorf("no letter tells of %s", kind)
		}
	}
	for name, events := range letters() {
		if internal := events[0].Internal; internal && w.notice(domain.LangPortuguese, person, letterOf, events) != nil {
			t.Errorf("%s is told to the requester", name)
		}
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s differs:\n%s", file, got)
	}
}
