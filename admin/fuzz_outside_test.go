package admin_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"chamados/admin/session"
)

// direct asks without a client in between, which would refuse to send what attackers send.
func (w *world) direct(as, method, target, rawQuery, body string, header http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(w.t.Context(), method, target, strings.NewReader(body))
	r.URL.RawQuery = rawQuery
	if as != "" {
		r.Header.Set("Authorization", "Bearer "+w.tokens[as])
	}
	for name, values := range header {
		r.Header[name] = values
	}
	out := httptest.NewRecorder()
	w.admin.Handler().ServeHTTP(out, r)
	if out.Code >= 500 && out.Code != http.StatusServiceUnavailable {
		w.t.Errorf("%s %s?%s: %d\n%s", method, target, rawQuery, out.Code, out.Body)
	}
	for name, values := range out.Header() {
		if strings.ContainsAny(name+strings.Join(values, ""), "\r\n\x00") {
			w.t.Errorf("%s %s?%s: broken header %s: %q", method, target, rawQuery, name, values)
		}
	}
	return out
}

// Whatever follows the question mark, cursors among it, is answered, and shows nobody more than is theirs.
func FuzzAddresses(f *testing.F) {
	w := newWorld(f)
	w.ticket(ana, "Um")
	w.ticket(beto, "Segredo do Beto")
	next := ""
	for range 3 {
		w.ticket(ana, "Mais")
		link := w.call(ana, "GET", "/api/chamados?limite=1", "").header.Get("Link")
		if u, err := url.Parse(strings.Trim(strings.Split(link, ";")[0], "<>")); err == nil {
			next = u.RawQuery
		}
	}
	for _, seed := range []string{
		next, "status=aberto,fechado&categoria=rede&prioridade=alta", "busca=um&ordem=prioridade&limite=2", "de=2026-01-01&ate=9999-12-31", "solicitante=4&atribuido_para=eu",
		"cursor=eyJvIjoicHJpb3JpZGFkZSIsImkiOjIsImMiOiIyMDI2LTAxLTAxVDAwOjAwOjAwWiIsInAiOiJtZWRpYSJ9&ordem=prioridade", "cursor=e30", "formato=csv&excel=1", "formato=png&vista=fluxo&largura=99999&por=dia&de=1900-01-01",
		"busca=%00", "busca=%ff%fe", "busca=\"a' or -b:*&!()<->", "limite=-1", "limite=99999999999999999999", "excluidos=true", "para=senha", "%zz=%", "busca=" + strings.Repeat("a+", 200),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		w.t = t
		for _, path := range []string{
			"/api/chamados", "/api/chamados/export", "/api/usuarios", "/api/usuarios/export", "/api/estatisticas/serie", "/api/chamados/1",
		} {
			w.direct(ti, "GET", path, query, "", nil)
			if out := w.direct(ana, "GET", path, query, "", nil); strings.Contains(out.Body.String(), "Segredo") {
				t.Errorf("%s?%s shows somebody else's ticket:\n%s", path, query, out.Body)
			}
			if out := w.direct("", "GET", path, query, "", nil); out.Code != http.StatusUnauthorized {
				t.Errorf("%s?%s: %d without a token", path, query, out.Code)
			}
		}
	})
}

// Whatever stands in the headers that the program reads, it is answered, and is nobody's proof.
func FuzzHeaders(f *testing.F) {
	names := []string{
		"If-Match", "Idempotency-Key", "Range", "Accept-Language", "X-Request-Id", "Authorization", "Cookie", "Content-Type",
		"X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Origin", "Sec-Fetch-Site", "Host", "If-None-Match", "Accept", "X-Fragment",
	}
	for i := range names {
		for _, value := range []string{`"1"`, `W/"1"`, "*", "bytes=0-1,-5", "pt;q=\"", "Bearer x.y.z", session.CookieName + "=a", "multipart/form-data; boundary=", "a, b, ::1%eth0, 999.1", "https://x\r\nSet-Cookie: a=b", "\x00\xff"} {
			f.Add(uint8(i), value)
		}
	}
	w := newWorld(f)
	id := w.ticket(ana, "Segredo").ID
	one := fmt.Sprintf("/api/chamados/%d", id)
	f.Fuzz(func(t *testing.T, which uint8, value string) {
		w.t = t
		name := names[int(which)%len(names)]
		header := http.Header{name: {value}}
		for _, target := range []string{
			"GET " + one, "PUT " + one, "POST " + one + "/comentarios", "POST " + one + "/anexos", "POST /api/usuarios/import", "GET /api/chamados/export",
		} {
			method, path, _ := strings.Cut(target, " ")
			as := ti
			if name == "Authorization" {
				as = ""
			}
			w.direct(as, method, path, "", `{"comentario":"x"}`, header)
			if out := w.direct("", method, path, "", `{"comentario":"x"}`, header); out.Code == http.StatusOK || strings.Contains(out.Body.String(), "Segredo") {
				t.Errorf("%s with %s: %q: %d\n%s", target, name, value, out.Code, out.Body)
			}
		}
	})
}

// Whatever comes over a connection of live events, the server stays up and tells nobody what is not theirs.
func FuzzSocketMessages(f *testing.F) {
	for _, seed := range []string{
		`{"type":"auth","token":"x"}`, `{"type":"resume","cursor":0}`, `{"type":"resume","cursor":-9223372036854775808}`, `{"type":"resume","cursor":9223372036854775807}`,
		`{"type":"view_ticket","ticket_id":"1"}`, `{"type":"view_ticket","ticket_id":1}`, `{"type":"view_ticket","ticket_id":{}}`, `{"type":"view_ticket","ticket_id":"\ud800"}`, `[`, `null`, `{"type":7}`, "\x00",
	} {
		f.Add(seed, true)
	}
	w := newWorld(f)
	w.ticket(beto, "Segredo")
	f.Fuzz(func(t *testing.T, message string, text bool) {
		w.t = t
		conn := w.dial(bearerHeader(w.tokens[ana]))
		defer func() { _ = conn.CloseNow() }()
		kind := websocket.MessageText
		if !text {
			kind = websocket.MessageBinary
		}
		if err := conn.Write(t.Context(), kind, []byte(message)); err != nil {
			return
		}
		if err := conn.Write(t.Context(), websocket.MessageText, []byte(`{"type":"resume"}`)); err != nil {
			return
		}
		for start := time.Now(); time.Since(start) < patience; {
			_, raw, err := conn.Read(t.Context())
			if err != nil || strings.Contains(string(raw), `"ready"`) {
				return
			}
			if strings.Contains(string(raw), `"ticket_id":1`) {
				t.Errorf("%q was answered %s", message, raw)
			}
		}
	})
}
