package panel_test

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"chamados/admin/session"
	"chamados/domain"
)

// visitor is a browser without scripts.
type visitor struct {
	t     testing.TB
	base  string
	token string
	lang  domain.Lang
	http  *http.Client
}

// as returns somebody who has logged in; the zero user has not.
func (h *house) as(t testing.TB, u domain.User) *visitor {
	t.Helper()
	v := &visitor{t: t, base: h.server.URL, lang: domain.LangPortuguese, http: &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if u.ID != 0 {
		var err error
		if v.token, err = h.keeper.Issue(u); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

type answer struct {
	status   int
	header   http.Header
	body     string
	location string
}

func (v *visitor) ask(method, path string, form url.Values, header ...string) answer {
	v.t.Helper()
	req, err := http.NewRequestWithContext(v.t.Context(), method, v.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	req.AddCookie(&http.Cookie{Name: "idioma", Value: string(v.lang)})
	if v.token != "" {
		req.AddCookie(&http.Cookie{Name: session.CookieName, Value: v.token})
	}
	res, err := v.http.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(body), res.Header.Get("Location")}
}

func (v *visitor) get(path string) answer { v.t.Helper(); return v.ask(http.MethodGet, path, nil) }

func (v *visitor) post(path string, pairs ...string) answer {
	v.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return v.ask(http.MethodPost, path, form)
}

const hostile = `<script>alert(1)</script>"'&<img src=x onerror=alert(2)>`

// fill makes a house with something of everything, named as badly as people can.
func fill(t testing.TB, h *house) (number string) {
	t.Helper()
	tk, err := h.desk.Open(t.Context(), actor(h.caio), domain.NewTicket{
		Title: hostile, Description: hostile, Category: domain.CategoryNewCollaborator,
		Extra: extra(t, domain.NewCollaborator{Name: hostile, BirthDate: "1990-02-01", StartDate: "2026-12-01", Folders: hostile}),
		Attachments: []domain.NewAttachment{
			{Name: hostile + ".html", MIME: "text/html", Size: int64(len(hostile)), Content: []byte(hostile)},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []domain.NewComment{{Text: hostile}, {Text: "nota " + hostile, Internal: true}} {
		if _, err := h.desk.Comment(t.Context(), actor(h.ana), tk.ID, n); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.desk.Take(t.Context(), actor(h.ana), tk.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := h.desk.CreateUser(t.Context(), actor(h.ana), domain.NewUser{Name: hostile, Email: "x@exemplo.com.br", Role: domain.RoleEmployee}); err != nil {
		t.Fatal(err)
	}
	return strconv.FormatInt(tk.ID, 10)
}

func TestEveryPageInEveryLanguageForEveryRole(t *testing.T) {
	h := newHouse(t)
	n := fill(t, h)
	caio := strconv.FormatInt(h.caio.ID, 10)
	pages := []struct {
		path         string
		it, employee int
	}{
		{"/", 200, 200}, {"/?categoria=rede&responsavel=eu", 200, 200}, {"/chamados", 200, 200},
		{"/chamados?q=script&status=abertos&ordem=prioridade", 200, 200}, {"/chamados?q=nada+disso", 200, 200},
		{"/chamados/novo", 200, 200}, {"/chamados/" + n, 200, 200}, {"/chamados/" + n + "/editar", 200, 200},
		{"/chamados/99999", 404, 404}, {"/chamados/abc", 404, 404}, {"/nada", 404, 404},
		{"/pessoas", 200, 403}, {"/pessoas?q=nin&tipo=ti&ativo=sim", 200, 403}, {"/pessoas/nova", 200, 403},
		{"/pessoas/" + caio, 200, 403}, {"/estatisticas", 200, 403}, {"/sistema", 200, 403}, {"/chamados?status=excluidos", 200, 403}, {"/chamados.csv?status=excluidos", 200, 403}, {"/conta", 200, 200},
		{"/fragmentos/cartao/" + n, 200, 200}, {"/fragmentos/coluna/aberto", 200, 200}, {"/fragmentos/coluna/nada", 404, 404},
	}
	for _, lang := range domain.Langs {
		for _, page := range pages {
			for _, who := range []struct {
				user domain.User
				want int
			}{{h.bia, page.it}, {h.caio, page.employee}} {
				v := h.as(t, who.user)
				v.lang = lang
				got := v.get(page.path)
				name := string(lang) + " " + string(who.user.Role) + " " + page.path
				if got.status != who.want {
					t.Errorf("%s: status %d, want %d", name, got.status, who.want)
				}
				checkPage(t, name, got)
				if who.user.Role == domain.RoleEmployee && strings.Contains(got.body, "nota &lt;script") {
					t.Errorf("%s: an employee reads an internal note", name)
				}
			}
		}
		v := h.as(t, domain.User{})
		v.lang = lang
		checkPage(t, "login", v.get("/entrar"))
	}
}

// leftKey finds catalog keys that had no text.
var leftKey = regexp.MustCompile(`\b(panel|status|category|priority|role|field|problem|error)\.[a-z_]+(\.[a-z_A-Z-]+)*\b`)

// checkPage parses an answer and refuses what the policy refuses, people's text that became
// markup, and texts that are missing.
func checkPage(t *testing.T, name string, got answer) {
	t.Helper()
	if p := got.header.Get("Content-Security-Policy"); !strings.Contains(p, "default-src 'self'") || strings.Contains(p, "unsafe") {
		t.Errorf("%s: policy %q", name, p)
	}
	if !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
		return
	}
	doc := xml.NewDecoder(strings.NewReader(got.body))
	doc.Strict, doc.AutoClose, doc.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var last string
	for {
		token, err := doc.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		switch token := token.(type) {
		case xml.CharData:
			text := strings.TrimSpace(string(token))
			if key := leftKey.FindString(text); key != "" {
				t.Errorf("%s: no text for %s", name, key)
			}
			if last == "script" && text != "" {
				t.Errorf("%s: inline script", name)
			}
		case xml.StartElement:
			last = token.Name.Local
			checkElement(t, name, token)
		case xml.EndElement:
			last = ""
		}
	}
}

func checkElement(t *testing.T, name string, node xml.StartElement) {
	t.Helper()
	attrs, tag := map[string]string{}, node.Name.Local
	for _, a := range node.Attr {
		key := a.Name.Local
		attrs[key] = a.Value
		if key == "style" || strings.HasPrefix(key, "on") {
			t.Errorf("%s: <%s %s=%q>", name, tag, key, a.Value)
		}
		if strings.Contains(a.Value, "ZgotmplZ") {
			t.Errorf("%s: <%s %s> was refused by the template", name, tag, key)
		}
		if missing := leftKey.FindString(a.Value); missing != "" && key != "href" && key != "src" {
			t.Errorf("%s: no text for %s", name, missing)
		}
	}
	switch tag {
	case "style":
		t.Errorf("%s: inline style", name)
	case "script":
		if !strings.HasPrefix(attrs["src"], "/assets/") {
			t.Errorf("%s: script from %q", name, attrs["src"])
		}
	case "img":
		if !strings.HasPrefix(attrs["src"], "/") {
			t.Errorf("%s: image from %q", name, attrs["src"])
		}
	}
}
