package main

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"chamados/domain"
)

// belongings are a ticket of Carla's and what hangs on it.
type belongings struct{ ticket, comment, note, file, noteFile int64 }

const noteWord = "xilofone" // stands in notes only

func (v *visitors) belongings() belongings {
	v.t.Helper()
	ctx, desk := v.t.Context(), v.program.desk
	as := func(u domain.User) domain.Actor {
		account, err := desk.Account(ctx, u.ID)
		v.must(err)
		return domain.Actor{User: account, Channel: domain.ChannelPanel}
	}
	opened, err := desk.Open(ctx, as(v.carla), domain.NewTicket{Title: "Segredo", Description: "é segredo", Category: domain.CategoryOther})
	v.must(err)
	comment, err := desk.Comment(ctx, as(v.ana), opened.ID, domain.NewComment{Text: "resposta", Attachments: []domain.NewAttachment{textFile("a.txt")}})
	v.must(err)
	note, err := desk.Comment(ctx, as(v.ana), opened.ID, domain.NewComment{Text: noteWord, Internal: true, Attachments: []domain.NewAttachment{textFile("n.txt")}})
	v.must(err)
	out := belongings{ticket: opened.ID, comment: comment.ID, note: note.ID}
	for _, f := range v.ticket(opened.ID).Attachments {
		if f.Internal {
			out.noteFile = f.ID
		} else {
			out.file = f.ID
		}
	}
	return out
}

// bodyFor returns a body that a route would take.
func bodyFor(route string) (kind, body string) {
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	_ = w.SetBoundary("fronteira")
	part, _ := w.CreateFormFile("arquivo", "x.txt")
	_, _ = part.Write([]byte("nome,email\na,b@c.d\n"))
	_ = w.WriteField("comentario", "x")
	_ = w.Close()
	switch {
	case route == "POST /api/chamados/{id}/anexos", route == "POST /chamados/{id}/comentarios", route == "POST /chamados/{id}/editar",
		route == "POST /chamados/novo", route == "POST /pessoas/importar":
		return w.FormDataContentType(), form.String()
	case strings.Contains(route, " /api/") && !strings.HasPrefix(route, "GET"):
		return "application/json", `{"titulo":"x","descricao":"y","categoria":"rede","comentario":"x","status":"aberto","idioma":"en"}`
	case strings.HasPrefix(route, "POST"):
		return "application/x-www-form-urlencoded", "comentario=x&status=cancelado&titulo=x&ativo=nao&nome=x&confirmo=sim"
	}
	return "", ""
}

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// tried asks for a route with an id in its place, and returns the answer with the id taken out again.
func (v *visitors) tried(who, route string, id int64, headers ...string) reply {
	v.t.Helper()
	method, path, _ := strings.Cut(route, " ")
	word := strconv.FormatInt(id, 10)
	path = placeholder.ReplaceAllString(strings.NewReplacer("{bot}", "77", "{$}", "").Replace(path), word)
	kind, body := bodyFor(route)
	out := v.ask(who, method, path, kind, body, headers...)
	neutral := strings.ReplaceAll(path, word, "N")
	scrub := strings.NewReplacer(path, neutral, url.QueryEscape(path), url.QueryEscape(neutral))
	out.body = scrub.Replace(out.body)
	for _, values := range out.header {
		for i := range values {
			values[i] = scrub.Replace(values[i])
		}
	}
	return out
}

// difference returns the first lines in which two answers differ, "" for none.
func difference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range max(len(x), len(y)) {
		if i >= len(x) || i >= len(y) {
			return fmt.Sprintf("%d and %d lines", len(x), len(y))
		}
		if x[i] != y[i] {
			return x[i] + "\n" + y[i]
		}
	}
	return ""
}

// Whoever may not see something is answered exactly as if it did not exist: same status, same headers, same
// body, whatever the route, whoever asks, as page, fragment or JSON, and whatever version they name. Only the
// API's tickets are told apart, as its old clients know it: 403 for somebody else's, 404 for none.
func TestEveryDoorHidesWhatIsNotTheirs(t *testing.T) {
	v := newVisitors(t)
	b := v.belongings()
	const absent = 9 // like all ids here of one digit
	hidden := map[whom]int64{
		forTicket: b.ticket, forComment: b.comment, forFile: b.file, forUser: v.carla.ID, forIT: b.ticket,
	}
	check := func(who, route string, id int64, headers ...string) {
		t.Helper()
		got, want := v.tried(who, route, id, headers...), v.tried(who, route, absent, headers...)
		if who == colleague && routes[route] == forTicket && strings.Contains(route, " /api/") {
			if got.status != http.StatusForbidden || want.status != http.StatusNotFound || got.header.Get("ETag") != "" {
				t.Errorf("%s: hidden is %s\nabsent is %s", route, got, want)
			}
			return
		}
		if d := difference(got.String(), want.String()); d != "" {
			t.Errorf("%s as %s %v: hidden and absent are\n%s", route, who, headers, d)
		}
		switch {
		case got.status == http.StatusForbidden, got.status == http.StatusNotFound, got.status == http.StatusUnauthorized:
		case got.status == http.StatusSeeOther && strings.HasPrefix(got.header.Get("Location"), "/entrar"):
		default:
			t.Errorf("%s as %s: %d", route, who, got.status)
		}
	}
	for route, whose := range routes {
		if whose == forAll || whose == forPerson {
			continue
		}
		for _, who := range []string{anonymous, colleague, dismissed} {
			check(who, route, hidden[whose])
			check(who, route, hidden[whose], "X-Fragment", "parte", "If-Match", `"1"`, "Accept-Language", "en")
		}
		switch whose { // what the requester must not learn of on their own ticket
		case forComment:
			check(owner, route, b.note)
		case forFile:
			check(owner, route, b.noteFile)
		case forIT:
			if got := v.tried(owner, route, b.ticket); got.status != http.StatusForbidden && got.status != http.StatusNotFound {
				t.Errorf("%s as the requester: %s", route, got)
			}
		}
	}
	if got := v.ticket(b.ticket); got.Version != 1 || len(got.Comments) != 2 || !got.DeletedAt.IsZero() {
		t.Errorf("something was changed: %+v", got)
	}
}

// Whoever is not logged in, or no longer has an account, gets nothing at all of what is for people.
func TestNobodyGetsThroughAnyDoor(t *testing.T) {
	v := newVisitors(t)
	v.belongings()
	for route, whose := range routes {
		if whose == forAll {
			continue
		}
		for _, who := range []string{anonymous, dismissed} {
			got := v.tried(who, route, 1)
			if api := strings.Contains(route, " /api/"); api && got.status != http.StatusUnauthorized || !api && got.status != http.StatusSeeOther {
				t.Errorf("%s as %s: %d", route, who, got.status)
			}
			if strings.Contains(got.body, "Segredo") || strings.Contains(got.body, "Carla") {
				t.Errorf("%s as %s: %s", route, who, got)
			}
		}
	}
}
