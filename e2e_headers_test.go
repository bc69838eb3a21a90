package main

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"chamados/admin/session"
	"chamados/domain"
)

// Every answer, to whomever and whatever it says, tells the browser to keep what it got for this site: nothing is
// guessed, framed, lent to other sites or, if it is anybody's own, kept.
func TestHeadersOfEveryAnswer(t *testing.T) {
	v := newVisitors(t)
	b := v.belongings()
	ids := map[whom]int64{forTicket: b.ticket, forComment: b.comment, forFile: b.file, forUser: v.carla.ID, forIT: 9}
	for route, whose := range routes {
		for _, who := range []string{anonymous, owner, technical} {
			if who == technical && !strings.HasPrefix(route, "GET ") {
				continue // what changes something comes from those who may not
			}
			r := v.tried(who, route, ids[whose], "Origin", "https://mau.example.com")
			v.checkHeaders(route+" as "+who, r)
			if got := r.header.Get("Cache-Control"); got != "no-store" && whose != forAll {
				t.Errorf("%s as %s: Cache-Control %q", route, who, got)
			}
		}
	}
	for _, path := range []string{"/nada", "/api/nada", "/assets/x/y.js", "/docs", "/openapi.json", "/metrics", "/ws"} {
		v.checkHeaders(path, v.ask(anonymous, "GET", path, "", ""))
	}
	if r := v.ask(technical, "OPTIONS", "/api/chamados", "", "", "Origin", "https://mau.example.com", "Access-Control-Request-Method", "PUT"); r.status < 400 {
		t.Errorf("OPTIONS: %s", r)
	}
}

func (v *visitors) checkHeaders(what string, r reply) {
	v.t.Helper()
	policy := r.header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src '", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, part) && !strings.Contains(policy, "default-src 'none'; sandbox") && !strings.Contains(policy, "sandbox; default-src 'none'") {
			v.t.Errorf("%s: policy %q", what, policy)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
		v.t.Errorf("%s: policy %q", what, policy)
	}
	for name, want := range map[string][]string{
		"X-Content-Type-Options": {"nosniff"}, "X-Frame-Options": {"DENY"}, "Referrer-Policy": {"same-origin", "no-referrer"},
		"Cross-Origin-Opener-Policy": {"same-origin"}, "Cross-Origin-Resource-Policy": {"same-origin"},
	} {
		if !slices.Contains(want, r.header.Get(name)) {
			v.t.Errorf("%s: %s %q", what, name, r.header.Get(name))
		}
	}
	for name := range r.header {
		if strings.HasPrefix(name, "Access-Control-") || name == "Server" || name == "X-Powered-By" || name == "Strict-Transport-Security" {
			v.t.Errorf("%s: %s", what, name)
		}
	}
}

// Behind TLS browsers are told to stay there, and every cookie is for TLS alone; what a client says of itself counts
// only when it is a proxy of ours.
func TestTLSBehindAProxyOfOurs(t *testing.T) {
	for name, trusted := range map[string][]string{"ours": {"127.0.0.0/8"}, "a stranger's": {"10.0.0.0/8"}} {
		w := newWorld(t)
		w.config.HTTP.TrustedProxies = trusted
		w.restart()
		v := &visitors{office: &office{world: w}}
		secure := name == "ours"
		headers := []string{"X-Forwarded-Proto", "https", "X-Forwarded-For", "203.0.113.9"}
		in := v.ask(anonymous, "POST", "/entrar", "application/x-www-form-urlencoded", "email=carla%40exemplo.com.br&senha="+e2ePassword, headers...)
		if hsts := in.header.Get("Strict-Transport-Security"); in.status != http.StatusSeeOther || (hsts != "") != secure {
			t.Errorf("%s: %s", name, in)
		}
		more := v.ask(anonymous, "POST", "/preferencias", "application/x-www-form-urlencoded", "tema=claro&idioma=en", headers...)
		out := v.ask(anonymous, "POST", "/sair", "", "", headers...)
		cookies := slices.Concat(in.header["Set-Cookie"], more.header["Set-Cookie"], out.header["Set-Cookie"])
		if len(cookies) < 5 {
			t.Errorf("%s: cookies %q", name, cookies)
		}
		for _, c := range cookies {
			if !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=") || !strings.Contains(c, "Path=/") || strings.Contains(c, "; Secure") != secure {
				t.Errorf("%s: %s", name, c)
			}
			if strings.Contains(c, session.CookieName) && !strings.Contains(c, "SameSite=Strict") || strings.HasPrefix(c, "__Host-") != secure {
				t.Errorf("%s: %s", name, c)
			}
		}
		// The browser's own cookie opens the door; one that a neighbour laid under the name without the prefix does not.
		given, _, _ := strings.Cut(in.header.Get("Set-Cookie"), ";")
		for cookie, opens := range map[string]bool{given: true, strings.TrimPrefix(given, "__Host-"): !secure} {
			if r := v.ask(anonymous, "GET", "/conta", "", "", append(headers, "Cookie", cookie)...); (r.status == http.StatusOK) != opens {
				t.Errorf("%s: %.40s opens: %d", name, cookie, r.status)
			}
		}
	}
}

// A page of another site does nothing with somebody's session: not one route that changes anything, and no live
// events; also browsers that are too old to say where a request comes from do not help it.
func TestOtherSitesChangeNothing(t *testing.T) {
	v := newVisitors(t)
	b := v.belongings()
	ids := map[whom]int64{forTicket: b.ticket, forComment: b.comment, forFile: b.file, forUser: v.carla.ID, forIT: v.emma.ID}
	foreign := [][]string{
		{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://mau.example.com"}, {"Origin", "null"},
	}
	for route, whose := range routes {
		if strings.HasPrefix(route, "GET ") {
			continue
		}
		for _, headers := range foreign {
			r := v.tried("", route, ids[whose], append(headers, "Cookie", session.CookieName+"="+v.tokens[technical])...)
			if r.status != http.StatusForbidden {
				t.Errorf("%s from %v: %d", route, headers, r.status)
			}
		}
	}
	if got := v.ticket(b.ticket); got.Version != 1 || len(got.Comments) != 2 {
		t.Errorf("something was changed: %+v", got)
	}
	for _, headers := range []http.Header{
		{"Origin": {"https://mau.example.com"}}, {"Origin": {"http://127.0.0.1.mau.example.com"}}, {"Origin": {"null"}},
	} {
		headers.Set("Cookie", session.CookieName+"="+v.tokens[technical])
		conn, res, err := websocket.Dial(t.Context(), "ws://"+v.program.Addr()+"/ws", &websocket.DialOptions{HTTPHeader: headers})
		if err == nil {
			_ = conn.CloseNow()
			t.Errorf("live events for %v", headers)
		} else if res == nil || res.StatusCode != http.StatusForbidden {
			t.Errorf("%v: %v", headers, err)
		}
	}
}

// hostileFiles are what a browser would run, or take for something else, if it were told or left to guess.
var hostileFiles = map[string]string{
	"pagina.html":                    "<!doctype html><script>alert(1)</script>",
	"imagem.svg":                     `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`,
	"dados.xml":                      `<?xml version="1.0"?><x xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></x>`,
	"foto.png":                       "<html><body onload=alert(1)>",
	"script.js":                      "alert(1)",
	"planilha.pdf":                   "GIF89a<script>alert(1)</script>",
	"feed.mht":                       "MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>",
	"bomba.zip":                      "PK\x03\x04\x14\x00\x00\x00\x08\x00" + strings.Repeat("\x00", 64),
	"../../x\r\nSet-Cookie: a=b.txt": "oi",
}

// What people attach never runs: it is typed by its bytes, never by its name or what its sender says; what could run
// is only ever saved; and even a picture is shown without any rights.
func TestHostileFilesAreOnlySaved(t *testing.T) {
	v := newVisitors(t)
	opened, err := v.program.desk.Open(t.Context(), v.person(v.carla), domain.NewTicket{Title: "x", Description: "y", Category: domain.CategoryOther})
	v.must(err)
	for name, content := range hostileFiles {
		before := len(v.ticket(opened.ID).Attachments)
		kind, body := hostileForm(name, content)
		if r := v.ask(owner, "POST", "/chamados/"+itoa(opened.ID)+"/comentarios", kind, body); r.status != http.StatusSeeOther {
			t.Fatalf("%s: %s", name, r)
		}
		files := v.ticket(opened.ID).Attachments
		if len(files) != before+1 {
			t.Fatalf("%s: %d files", name, len(files))
		}
		f := files[len(files)-1]
		if strings.ContainsAny(f.Name, "/\\\r\n") {
			t.Errorf("%s is kept as %q", name, f.Name)
		}
		for _, path := range []string{"/anexos/", "/api/anexos/"} {
			r := v.ask(technical, "GET", path+itoa(f.ID), "", "")
			got, shown := r.header.Get("Content-Type"), strings.HasPrefix(r.header.Get("Content-Disposition"), "inline")
			harmless := strings.HasPrefix(got, "image/gif") || strings.HasPrefix(got, "text/plain")
			if r.status != http.StatusOK || r.body != content || shown && !harmless || !shown && got != "application/octet-stream" ||
				!strings.Contains(r.header.Get("Content-Security-Policy"), "sandbox") || r.header.Get("X-Content-Type-Options") != "nosniff" || len(r.header["Set-Cookie"]) > 0 {
				t.Errorf("%s at %s: %s", name, path, r)
			}
		}
	}
}

// hostileForm is a form whose file claims to be a picture.
func hostileForm(name, content string) (kind, body string) {
	const boundary = "fronteira"
	quoted := strings.NewReplacer("\r", "%0D", "\n", "%0A", `"`, "%22").Replace(name)
	return "multipart/form-data; boundary=" + boundary, "--" + boundary + "\r\nContent-Disposition: form-data; name=\"comentario\"\r\n\r\nx\r\n" +
		"--" + boundary + "\r\nContent-Disposition: form-data; name=\"arquivo\"; filename=\"" + quoted + "\"\r\nContent-Type: image/png\r\n\r\n" + content +
		"\r\n--" + boundary + "--\r\n"
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
