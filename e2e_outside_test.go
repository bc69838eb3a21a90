package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/jackc/pgx/v5"

	"chamados/admin/session"
	"chamados/bot/emulator"
	"chamados/domain"
)

// whom says for whom a route is.
type whom string

const (
	forAll     whom = "whoever comes"
	forPerson  whom = "whoever is logged in" // shows or does only what is theirs
	forTicket  whom = "who sees the ticket"
	forComment whom = "who wrote the comment"
	forFile    whom = "who sees the file"
	forUser    whom = "IT, and everybody for themselves"
	forIT      whom = "IT"
)

// routes is every way into the program over HTTP. A test compares it with the served document, the
// panel's source and the rest of the mux.
var routes = map[string]whom{
	"POST /api/auth/login":                  forAll,
	"POST /api/auth/send-verification-code": forAll,
	"POST /api/auth/verify-code":            forAll,
	"POST /api/auth/change-password":        forAll,
	"POST /api/auth/set-password":           forAll,
	"GET /health":                           forAll,
	"GET /ready":                            forAll,

	"GET /api/auth/me":         forPerson,
	"POST /api/auth/logout":    forPerson,
	"POST /api/auth/password":  forPerson,
	"GET /api/chamados":        forPerson,
	"POST /api/chamados":       forPerson,
	"GET /api/chamados/export": forPerson,
	"GET /api/usuarios/ti":     forPerson,
	"GET /api/conta/avisos":    forPerson,
	"PUT /api/conta/avisos":    forPerson,

	"GET /api/chamados/{id}":              forTicket,
	"PUT /api/chamados/{id}":              forTicket,
	"GET /api/chamados/{id}/eventos":      forTicket,
	"GET /api/chamados/{id}/entregas":     forIT,
	"GET /api/chamados/{id}/anexos":       forTicket,
	"POST /api/chamados/{id}/anexos":      forTicket,
	"POST /api/chamados/{id}/comentarios": forTicket,
	"PUT /api/comentarios/{id}":           forComment,
	"GET /api/anexos/{id}":                forFile,

	"GET /api/usuarios/{id}":             forUser,
	"PUT /api/usuarios/{id}":             forUser,
	"POST /api/usuarios/{id}/convite":    forUser,
	"DELETE /api/usuarios/{id}/telegram": forUser,

	"DELETE /api/chamados/{id}":                forIT,
	"POST /api/chamados/{id}/restaurar":        forIT,
	"DELETE /api/usuarios/{id}":                forIT,
	"GET /api/usuarios":                        forIT,
	"POST /api/usuarios":                       forIT,
	"GET /api/usuarios/export":                 forIT,
	"POST /api/usuarios/import":                forIT,
	"GET /api/usuarios/import/{import}":        forIT,
	"GET /api/grupos":                          forIT,
	"PUT /api/grupos/{id}":                     forIT,
	"DELETE /api/grupos/{id}":                  forIT,
	"DELETE /api/grupos/{id}/topicos/{topico}": forIT,
	"GET /api/estatisticas":                    forIT,
	"GET /api/estatisticas/serie":              forIT,

	"GET /entrar":          forAll,
	"POST /entrar":         forAll,
	"POST /sair":           forAll,
	"POST /preferencias":   forAll,
	"GET /senha":           forAll,
	"POST /senha":          forAll,
	"GET /esqueci":         forAll,
	"POST /esqueci":        forAll,
	"POST /esqueci/codigo": forAll,

	"GET /{$}":                        forPerson,
	"GET /fragmentos/coluna/{status}": forPerson,
	"GET /fragmentos/contagens":       forPerson,
	"GET /chamados":                   forPerson,
	"GET /chamados.csv":               forPerson,
	"GET /chamados/novo":              forPerson,
	"POST /chamados/novo":             forPerson,
	"GET /conta":                      forPerson,
	"GET /conta/avisos":               forPerson,
	"POST /conta/avisos":              forPerson,
	"POST /conta/convite":             forPerson,
	"POST /conta/desvincular":         forPerson,
	"POST /conta/sair":                forPerson,
	"POST /conta/senha":               forPerson,

	"GET /fragmentos/cartao/{id}":     forTicket,
	"GET /chamados/{id}":              forTicket,
	"GET /chamados/{id}/editar":       forTicket,
	"POST /chamados/{id}/editar":      forTicket,
	"POST /chamados/{id}/status":      forTicket,
	"POST /chamados/{id}/prioridade":  forTicket,
	"POST /chamados/{id}/responsavel": forTicket,
	"POST /chamados/{id}/assumir":     forTicket,
	"POST /chamados/{id}/devolver":    forTicket,
	"POST /chamados/{id}/comentarios": forTicket,
	"POST /comentarios/{id}/editar":   forComment,
	"GET /anexos/{id}":                forFile,

	"POST /chamados/{id}/excluir":              forIT,
	"POST /chamados/{id}/restaurar":            forIT,
	"GET /fragmentos/pessoas":                  forIT,
	"GET /estatisticas":                        forIT,
	"GET /sistema":                             forIT,
	"POST /sistema/mensagens/{id}/repetir":     forIT,
	"POST /sistema/emails/{id}/repetir":        forIT,
	"POST /sistema/entrada/{bot}/{id}/repetir": forIT,
	"GET /pessoas":                             forIT,
	"GET /pessoas/nova":                        forIT,
	"POST /pessoas/nova":                       forIT,
	"GET /pessoas/{id}":                        forIT,
	"POST /pessoas/{id}":                       forIT,
	"POST /pessoas/{id}/ativo":                 forIT,
	"POST /pessoas/{id}/convite":               forIT,
	"POST /pessoas/{id}/desvincular":           forIT,
	"POST /pessoas/{id}/anonimizar":            forIT,
	"GET /pessoas/importar":                    forIT,
	"POST /pessoas/importar":                   forIT,
	"GET /pessoas/importar/{id}":               forIT,
	"POST /pessoas/importar/{id}/aplicar":      forIT,
	"GET /pessoas/importar/{id}/relatorio.csv": forIT,
}

// undocumented are the routes beside the API and the panel's pages; each has tests of its own.
var undocumented = []string{"GET /ws", "GET /metrics", "GET /openapi.json", "GET /docs", "GET /docs.css", "/api/", "/"}

var (
	panelRoute  = regexp.MustCompile(`\b(?:page|open)\("((?:GET|POST) [^"]+)"`)
	handleRoute = regexp.MustCompile(`mux\.Handle(?:Func)?\("([^"]+)"`)
)

// registered returns what matches in the sources of a directory.
func registered(t *testing.T, dir string, pattern *regexp.Regexp) []string {
	t.Helper()
	files, err := filepath.Glob(dir + "/*.go")
	must(t, err)
	var out []string
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		source, err := os.ReadFile(f)
		must(t, err)
		for _, m := range pattern.FindAllStringSubmatch(string(source), -1) {
			out = append(out, m[1])
		}
	}
	return out
}

// visitors are the people of an office as they come over HTTP.
type visitors struct {
	*office
	tokens map[string]string
}

const (
	anonymous = "anonymous"
	owner     = "owner"       // Carla, whose ticket it is
	colleague = "colleague"   // Emma, an employee
	dismissed = "deactivated" // Davi, switched off since he logged in
	technical = "IT"
)

func newVisitors(t *testing.T) *visitors {
	v := &visitors{office: newOffice(t), tokens: map[string]string{}}
	for name, u := range map[string]domain.User{owner: v.carla, colleague: v.emma, dismissed: v.davi, technical: v.ana} {
		account, err := v.program.desk.Account(t.Context(), u.ID)
		v.must(err)
		v.tokens[name], err = v.program.server.Sessions.Issue(account)
		v.must(err)
	}
	off := false
	_, err := v.program.desk.UpdateUser(t.Context(), domain.System, v.davi.ID, domain.UserChange{Active: &off})
	v.must(err)
	v.program.server.AccountsChanged(v.davi.ID)
	return v
}

// reply is an answer without what differs each time.
type reply struct {
	status int
	header http.Header
	body   string
}

func (r reply) String() string { return fmt.Sprintf("%d %v\n%s", r.status, r.header, r.body) }

// ask sends a request as somebody: to the API with a bearer token, to the panel with the cookie.
func (v *visitors) ask(who, method, path, kind, body string, headers ...string) reply {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, "http://"+v.program.Addr()+path, strings.NewReader(body))
	v.must(err)
	if token := v.tokens[who]; token != "" && strings.HasPrefix(path, "/api/") {
		r.Header.Set("Authorization", "Bearer "+token)
	} else if token != "" {
		r.AddCookie(&http.Cookie{Name: session.CookieName, Value: token})
	}
	r.Header.Set("Content-Type", kind)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	v.must(err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	v.must(err)
	res.Header.Del("Date")
	id := res.Header.Get("X-Request-Id")
	res.Header.Del("X-Request-Id")
	return reply{res.StatusCode, res.Header, strings.ReplaceAll(string(raw), id, "ID")}
}

// The table of routes is complete.
func TestEveryRouteIsInTheTable(t *testing.T) {
	v := &visitors{office: &office{world: newWorld(t)}}
	var doc struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	v.must(json.Unmarshal([]byte(v.ask(anonymous, "GET", "/openapi.json", "", "").body), &doc))
	known := map[string]bool{}
	for path, methods := range doc.Paths {
		for method := range methods {
			known[strings.ToUpper(method)+" "+path] = true
		}
	}
	for _, r := range registered(t, "admin/panel", panelRoute) {
		known[r] = true
	}
	for _, r := range slices.Sorted(maps.Keys(known)) {
		if routes[r] == "" && r != "GET /ws" {
			t.Errorf("%s is not in the table of routes", r)
		}
	}
	for r := range routes {
		if !known[r] {
			t.Errorf("the table of routes names %s, which does not exist", r)
		}
	}
	for _, r := range registered(t, "admin", handleRoute) {
		if !slices.Contains(undocumented, r) {
			t.Errorf("%s is neither documented nor known", r)
		}
	}
}

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

func (v *visitors) person(u domain.User) domain.Actor {
	account, err := v.program.desk.Account(v.t.Context(), u.ID)
	v.must(err)
	return domain.Actor{User: account, Channel: domain.ChannelPanel}
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

// listen opens the live events and returns what hears the next one.
func (v *visitors) listen(who string) func() map[string]any {
	v.t.Helper()
	conn, _, err := websocket.Dial(v.t.Context(), "ws://"+v.program.Addr()+"/ws", &websocket.DialOptions{
		HTTPHeader: http.Header{"Authorization": {"Bearer " + v.tokens[who]}},
	})
	v.must(err)
	v.t.Cleanup(func() { _ = conn.CloseNow() })
	hear := func() map[string]any {
		ctx, cancel := context.WithTimeout(v.t.Context(), 15*time.Second)
		defer cancel()
		_, raw, err := conn.Read(ctx)
		v.must(err)
		var m map[string]any
		v.must(json.Unmarshal(raw, &m))
		return m
	}
	v.must(conn.Write(v.t.Context(), websocket.MessageText, []byte(`{"type":"resume"}`)))
	if m := hear(); m["type"] != "ready" {
		v.t.Fatalf("heard %v", m)
	}
	return hear
}
