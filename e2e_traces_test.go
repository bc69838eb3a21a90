package main

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"chamados/bot/emulator"
	"chamados/domain"
)

// views are all that a requester can look at.
func (v *visitors) views(id int64) []string {
	n := strconv.FormatInt(id, 10)
	var out []string
	for route, whose := range routes {
		if path, ok := strings.CutPrefix(route, "GET "); ok && (whose == forPerson || whose == forTicket) {
			out = append(out, strings.NewReplacer("{id}", n, "{status}", "aberto", "{$}", "").Replace(path))
		}
	}
	for _, q := range []string{
		"busca=" + noteWord, "busca=" + noteWord + "&limite=1", "busca=%23" + n, "ordem=atualizados&limite=1", "ordem=prioridade",
		"abertos=true", "solicitante=1", "atribuido_para=nenhum", "busca=n.txt", "busca=alheio",
	} {
		out = append(out, "/api/chamados?"+q, "/api/chamados/export?"+q, "/api/chamados/export?formato=ndjson&"+q)
	}
	for _, q := range []string{"q=" + noteWord, "q=n.txt", "q=alheio", "ordem=atualizados", "status=abertos", "responsavel=nenhum", "solicitante=1"} {
		out = append(out, "/chamados?"+q, "/chamados.csv?"+q, "/?"+q)
	}
	slices.Sort(out)
	return out
}

// passing is what changes by itself: how long ago something was, and the name of one sending of a form.
var passing = regexp.MustCompile(`>(agora|há [^<]*|now|[^<]* ago)<|name="envio" value="[^"]*"`)

func (v *visitors) looks(who string, id int64) map[string]string {
	v.t.Helper()
	out := map[string]string{}
	for _, path := range v.views(id) {
		r := v.ask(who, "GET", path, "", "")
		if r.status != http.StatusOK {
			v.t.Errorf("%s: %d", path, r.status)
		}
		out[path] = passing.ReplaceAllString(r.String(), "")
	}
	return out
}

// What IT notes, and what other people do, changes nothing that a requester can see anywhere: no page, list,
// search, export, count, ETag or order, no live event, no message, no mail.
func TestNotesAndOthersTicketsLeaveNoTrace(t *testing.T) {
	v := newVisitors(t)
	b := v.belongings()
	live := v.listen(owner)
	last, err := v.program.desk.Open(t.Context(), v.person(v.carla), domain.NewTicket{Title: "antes", Description: "x", Category: domain.CategoryOther})
	v.must(err)
	for live()["ticket_id"] != float64(last.ID) { // what was done earlier may still be on its way
	}
	v.handled()
	v.waitFor(carlaChat, "antes")
	chat := len(v.chatOf(carlaChat))
	seen, err := v.program.desk.Ticket(t.Context(), v.person(v.carla), b.ticket)
	v.must(err)
	v.must(v.program.desk.Seen(t.Context(), v.person(v.carla), seen)) // looking is noted behind the page's back
	before := v.looks(owner, b.ticket)

	v.secretDoings(b)

	for path, now := range v.looks(owner, b.ticket) {
		if d := difference(before[path], now); d != "" {
			t.Errorf("GET %s was and is\n%s", path, d)
		}
		if strings.Contains(now, noteWord) && !strings.Contains(path, noteWord) || strings.Contains(now, "alheio") && !strings.Contains(path, "alheio") {
			t.Errorf("GET %s holds a secret:\n%s", path, now)
		}
	}
	sentinel, err := v.program.desk.Open(t.Context(), v.person(v.carla), domain.NewTicket{Title: "depois", Description: "x", Category: domain.CategoryOther})
	v.must(err)
	if got := live(); got["ticket_id"] != float64(sentinel.ID) {
		t.Errorf("heard %v", got)
	}
	v.waitFor(carlaChat, "depois")
	for _, m := range v.chatOf(carlaChat)[chat:] {
		if !strings.Contains(m.Content(), "depois") {
			t.Errorf("the requester was told: %s", m.Content())
		}
	}
}

// Whoever cannot be reached by chat is mailed what is public, and nothing else.
func TestNotesAreNotMailed(t *testing.T) {
	v := &visitors{office: &office{world: newWorld(t)}}
	v.config.Mail.SMTPURL, v.config.Mail.From = "smtp://127.0.0.1:9", "ti@exemplo.com.br" // nobody listens: mails wait
	v.restart()
	ctx, desk := t.Context(), v.program.desk
	gil, err := desk.CreateUser(ctx, domain.System, domain.NewUser{Name: "Gil", Email: "gil@exemplo.com.br", Role: domain.RoleEmployee})
	v.must(err)
	opened, err := desk.Open(ctx, v.person(gil), domain.NewTicket{Title: "Gil", Description: "x", Category: domain.CategoryOther})
	v.must(err)
	db, err := pgx.Connect(ctx, string(v.config.Database.URL))
	v.must(err)
	t.Cleanup(func() { _ = db.Close(context.WithoutCancel(ctx)) })
	for i, internal := range []bool{true, true, false} {
		_, err := desk.Comment(ctx, v.person(v.ana), opened.ID, domain.NewComment{Text: "x", Internal: internal})
		v.must(err)
		var notices int
		v.must(db.QueryRow(ctx, `SELECT count(*) FROM correio WHERE usuario_id = $1 AND tipo = 'aviso'`, gil.ID).Scan(&notices))
		if want := map[bool]int{true: 0, false: 1}[internal]; notices != want {
			t.Errorf("after comment %d: %d mails, want %d", i+1, notices, want)
		}
	}
}

// secretDoings are what a requester must not learn of.
func (v *visitors) secretDoings(b belongings) {
	v.t.Helper()
	ctx, desk, it, emma := v.t.Context(), v.program.desk, v.person(v.ana), v.person(v.emma)
	for range 3 {
		note, err := desk.Comment(ctx, it, b.ticket, domain.NewComment{
			Text: noteWord + " de novo", Internal: true, Attachments: []domain.NewAttachment{textFile("n2.txt")},
		})
		v.must(err)
		_, err = desk.EditComment(ctx, it, note.ID, noteWord+" mudado")
		v.must(err)
	}
	undone, err := desk.Comment(ctx, it, b.ticket, domain.NewComment{Text: noteWord, Internal: true})
	v.must(err)
	v.must(desk.UndoComment(ctx, it, undone.ID))
	foreign, err := desk.Open(ctx, emma, domain.NewTicket{Title: "alheio", Description: "alheio", Category: domain.CategoryOther})
	v.must(err)
	_, err = desk.Comment(ctx, emma, foreign.ID, domain.NewComment{Text: "alheio", Attachments: []domain.NewAttachment{textFile("alheio.txt")}})
	v.must(err)
	_, err = desk.Take(ctx, it, foreign.ID)
	v.must(err)
	for _, path := range []string{"/chamados/" + fmt.Sprint(foreign.ID), "/api/chamados/" + fmt.Sprint(foreign.ID)} {
		if r := v.ask(technical, "GET", path, "", ""); r.status != http.StatusOK {
			v.t.Errorf("%s: %d", path, r.status)
		}
	}
}

func (v *visitors) chatOf(chatID int64) []emulator.Message { return v.telegram.Messages(chatID) }
