package panel_test

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"chamados/admin/session"
	"chamados/domain"
)

//go:embed testdata/inspect.js
var inspect string

// The narrowest phone and an ordinary desk.
var widths = []int64{360, 1440}

// look is a page with who looks at it.
type look struct {
	who  domain.User
	path string
}

// furnished returns a house with something of everything, and every page that shows it.
func furnished(t *testing.T) (*house, []look) {
	t.Helper()
	h := newHouse(t)
	hostile := fill(t, h)
	lost := h.told(t)
	c, err := h.desk.Comment(t.Context(), actor(h.ana), lost.ID, domain.NewComment{Text: "antes"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.desk.EditComment(t.Context(), actor(h.ana), c.ID, "depois"); err != nil {
		t.Fatal(err)
	}
	word := strings.Repeat("Pneumoultramicroscopicossilicovulcanoconiótico", 4)
	endless, err := h.desk.CreateUser(t.Context(), actor(h.ana), domain.NewUser{Name: word, Email: strings.Repeat("a", 60) + "@exemplo.com.br", Role: domain.RoleIT})
	if err != nil {
		t.Fatal(err)
	}
	words := h.ticket(t, endless, word)
	if _, err := h.desk.Comment(t.Context(), actor(endless), words.ID, domain.NewComment{Text: word, Attachments: []domain.NewAttachment{{Name: word + ".txt", MIME: "text/plain", Size: 1, Content: []byte("a")}}}); err != nil {
		t.Fatal(err)
	}
	long := h.ticket(t, h.du, strings.Repeat("😀", 500))
	h.move(t, h.bia, long.ID, domain.StatusWaiting)
	gone := h.ticket(t, h.du, "Sumido")
	if err := h.desk.Delete(t.Context(), actor(h.ana), gone.ID); err != nil {
		t.Fatal(err)
	}
	inactive := false
	if _, err := h.desk.UpdateUser(t.Context(), actor(h.ana), h.du.ID, domain.UserChange{Active: &inactive}); err != nil {
		t.Fatal(err)
	}
	draft := h.as(t, h.ana).upload("/pessoas/importar", nil, strings.Repeat("lista comprida ", 9)+".csv", []byte("nome;email;tipo\nZé;ze@exemplo.com.br;ti\nSem;nada;x\n"))
	if draft.status != 303 {
		t.Fatalf("import: %d", draft.status)
	}
	ticket := func(id int64) string { return "/chamados/" + strconv.FormatInt(id, 10) }
	return h, []look{
		{h.bia, "/"}, {h.bia, "/chamados"}, {h.bia, "/chamados?q=nada+disso&status=abertos"}, {h.bia, "/chamados?status=excluidos"},
		{h.bia, "/chamados/" + hostile}, {h.bia, "/chamados/" + hostile + "/editar"}, {h.bia, ticket(lost.ID)}, {h.bia, ticket(long.ID)}, {h.bia, ticket(words.ID)}, {h.bia, "/pessoas/" + strconv.FormatInt(endless.ID, 10)}, {h.bia, fmt.Sprintf("/chamados?solicitante=%d&de=2020-01-01&encerrados_de=2020-01-01", endless.ID)},
		{h.bia, "/chamados/novo"}, {h.bia, "/pessoas"}, {h.bia, "/pessoas/nova"}, {h.bia, "/pessoas/" + strconv.FormatInt(h.caio.ID, 10)},
		{h.bia, "/pessoas/importar"}, {h.bia, draft.location}, {h.bia, "/estatisticas"}, {h.bia, "/sistema"}, {h.bia, "/conta"}, {h.bia, "/nada"},
		{h.caio, "/"}, {h.caio, "/chamados"}, {h.caio, ticket(lost.ID)}, {h.caio, "/chamados/novo"}, {h.caio, "/pessoas"},
		{domain.User{}, "/entrar"}, {domain.User{}, "/esqueci"},
	}
}

// Every page in both languages, both themes and at both sizes: nothing in the console, nothing from elsewhere,
// nothing beside the screen, every text readable on what is behind it.
func TestEveryPageInABrowser(t *testing.T) {
	chromium(t)
	h, looks := furnished(t)
	for _, lang := range domain.Langs {
		t.Run(string(lang), func(t *testing.T) {
			t.Parallel()
			b := newBrowser(t, h, h.bia)
			b.cookie("idioma", string(lang))
			for _, l := range looks {
				b.inspect(h, l, lang)
			}
			b.quiet("/nada", "/pessoas") // those answer 404 and 403, which is an error to the console
		})
	}
}

func (b *browser) inspect(h *house, l look, lang domain.Lang) {
	b.t.Helper()
	token := "none"
	if l.who.ID != 0 {
		var err error
		if token, err = h.keeper.Issue(l.who); err != nil {
			b.t.Fatal(err)
		}
	}
	b.cookie(session.CookieName, token)
	b.open(l.path)
	for _, width := range widths {
		b.resize(width)
		if complaints := b.text(inspect + fmt.Sprintf("(%q, %d)", lang, width)); complaints != "" {
			b.t.Errorf("%s %s %s at %d px:\n%s", lang, l.who.Role, l.path, width, complaints)
		}
	}
}

func (b *browser) cookie(name, value string) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: b.base}); err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) resize(width int64) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: 800, DeviceScaleFactor: 1, Mobile: width < 600,
	})
	if err != nil {
		b.t.Fatal(err)
	}
}
