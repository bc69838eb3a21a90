package mail

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"chamados/domain"
)

var person = domain.User{ID: 7, Name: `Ana <b>"&`, Email: "ana@exemplo.com.br", Active: true, Role: domain.RoleEmployee}

var testWriter = writer{
	panelURL:   func() string { return "https://chamados.exemplo.com.br" },
	inviteLink: func(token string) string { return "https://t.me/chamados_bot?start=" + token },
}

func written(t *testing.T, l letter) Message {
	t.Helper()
	m, err := l.message()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(m.HTML, "<b>") || strings.Contains(m.Subject, "\n") {
		t.Errorf("hostile text got through: %q\n%s", m.Subject, m.HTML)
	}
	for _, s := range []string{m.Subject, m.Text, m.HTML} {
		if strings.Contains(s, "mail.") || strings.Contains(s, "{{") || strings.Contains(s, "<no value>") || strings.Contains(s, "ZgotmplZ") {
			t.Errorf("a text is missing:\n%s", s)
		}
	}
	return m
}

func TestLetters(t *testing.T) {
	ticket := domain.Ticket{ID: 12, Title: "Impressora\n<b>parada</b>", RequesterID: 7}
	events := []domain.NoticeEventView{
		{Event: domain.Event{Kind: domain.EventStatus, To: "em_andamento", ActorName: "Bruno"}},
		{Event: domain.Event{Kind: domain.EventComment, ActorName: "Bruno"}, CommentText: "Troque o <b>cabo</b>\ne ligue", Attachments: 2},
		{Event: domain.Event{Kind: domain.EventNote, ActorName: "Bruno", Internal: true}, CommentText: "segredo interno"},
	}
	for lang, words := range map[domain.Lang][]string{
		domain.LangPortuguese: {"nova senha", "Definir minha senha", "não são lidas", "Em andamento"},
		domain.LangEnglish:    {"new password", "Set my password", "not read", "In progress"},
	} {
		code := written(t, testWriter.code(lang, domain.MailCode, person.Name, "012345"))
		if !strings.Contains(code.Subject, words[0]) || strings.Contains(code.Subject, "012345") || !strings.Contains(code.Text, "012345") || !strings.Contains(code.HTML, ">012345<") {
			t.Errorf("%s: %+v", lang, code)
		}
		if signup := written(t, testWriter.code(lang, domain.MailSignup, "", "012345")); !strings.Contains(signup.Text, "012345") || strings.Contains(signup.Text, ", .") {
			t.Errorf("%s: %s", lang, signup.Text)
		}
		welcome := written(t, testWriter.welcome(lang, person, domain.MailSecrets{PasswordToken: "aa", TelegramToken: "bb"}))
		for _, want := range []string{"https://chamados.exemplo.com.br/senha?convite=aa", "https://t.me/chamados_bot?start=bb"} {
			if !strings.Contains(welcome.Text, want) || !strings.Contains(welcome.HTML, `href="`+want+`"`) {
				t.Errorf("%s: the welcome lacks %s:\n%s", lang, want, welcome.HTML)
			}
		}
		if !strings.Contains(welcome.Text, words[1]) {
			t.Errorf("%s: %s", lang, welcome.Text)
		}
		notice := written(t, *testWriter.notice(lang, person, ticket, events))
		if !strings.Contains(notice.Text, "> Troque o <b>cabo</b>\n> e ligue") || !strings.Contains(notice.Text, words[2]) ||
			!strings.Contains(notice.Text, words[3]) || !strings.Contains(notice.Text, "/chamados/12") || strings.Contains(notice.Text+notice.HTML, "segredo interno") {
			t.Errorf("%s: %s", lang, notice.Text)
		}
	}
	if testWriter.notice(domain.LangEnglish, person, ticket, events[2:]) != nil {
		t.Error("a mail without anything to tell")
	}
	alone := writer{panelURL: func() string { return "" }}
	if m := written(t, alone.welcome(domain.LangEnglish, person, domain.MailSecrets{PasswordToken: "aa", TelegramToken: "bb"})); strings.Contains(m.HTML, "href") {
		t.Errorf("links to nowhere: %s", m.HTML)
	}
}

func TestBox(t *testing.T) {
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	box := &Box{Now: func() time.Time { return at }}
	for range boxSize + 4 {
		_ = box.Send(t.Context(), Message{Subject: "old"})
	}
	_ = box.Send(t.Context(), Message{To: "ana@exemplo.com.br", Subject: "<script>", Text: "texto", HTML: "<html><head></head><body>corpo</body></html>"})
	if kept := box.Messages(); len(kept) != boxSize || kept[0].Subject != "<script>" {
		t.Errorf("%d messages, newest %s", len(kept), kept[0].Subject)
	}
	page := box.Handler("/correio/", domain.LangPortuguese)
	for path, want := range map[string]string{
		"/correio/": "ana@exemplo.com.br", "/correio/105": "/correio/105/html", "/correio/105/html": "corpo",
		"/correio/105/texto": "texto", "/correio/novas": "105", "/correio/box.css": "font", "/correio/box.js": "fetch",
	} {
		w := httptest.NewRecorder()
		page.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) || strings.Contains(w.Body.String(), "mail.box") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
		if strings.Contains(w.Body.String(), "<script>") {
			t.Errorf("%s: hostile subject got through", path)
		}
	}
	for _, path := range []string{"/correio/1", "/correio/999/html", "/correio/x/texto"} {
		w := httptest.NewRecorder()
		page.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}
