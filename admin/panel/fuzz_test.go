package panel_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"chamados/admin/session"
	"chamados/domain"
)

// hit asks the panel without a client in between, which would refuse to send what attackers send.
func (h *house) hit(t *testing.T, u domain.User, method, path, query, body string, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	r.URL.RawQuery = query
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	token, err := h.keeper.Issue(u)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: session.CookieName, Value: token})
	for _, c := range cookies {
		r.Header.Add("Cookie", c.Name+"="+c.Value)
	}
	out := httptest.NewRecorder()
	h.server.Config.Handler.ServeHTTP(out, r)
	if out.Code >= 500 && out.Code != http.StatusServiceUnavailable {
		t.Errorf("%s %s?%s: %d", method, path, query, out.Code)
	}
	if to := out.Header().Get("Location"); to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`)) {
		t.Errorf("%s %s?%s leads away, to %q", method, path, query, to)
	}
	return out
}

// Whatever is in an address, cursors among it, or in a cookie is answered with a page that shows nobody more than is
// theirs, and in which nothing of it is markup.
func FuzzPanelAddresses(f *testing.F) {
	h := newHouse(f)
	h.ticket(f, h.caio, "Um")
	h.ticket(f, h.du, "Segredo da Duda")
	for _, seed := range []string{
		"q=um&status=abertos&ordem=prioridade", "depois=1.1767225600000000.1767225600000000.media", "depois=9223372036854775807.-9223372036854775808.0.alta",
		"de=1900-01-01&ate=9999-12-31&por=dia", "encerrados_de=0001-01-01", "responsavel=99999999&solicitante=3", "status=excluidos", "categoria=<script>alert(1)</script>",
		"q=\"><script>alert(1)</script>", "q=%00%ff", "proximo=//mau.example.com", "proximo=/%5Cmau.example.com", "convite=x", "depois=2&nome=%00", "tema=claro;",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		for _, path := range []string{
			"/", "/chamados", "/chamados.csv", "/chamados/1", "/fragmentos/coluna/aberto", "/fragmentos/cartao/1", "/fragmentos/contagens",
			"/fragmentos/pessoas", "/estatisticas", "/pessoas", "/conta", "/entrar", "/senha", "/esqueci",
		} {
			for _, u := range []domain.User{h.ana, h.caio} {
				out := h.hit(t, u, "GET", path, query, "", &http.Cookie{Name: "aviso", Value: query}, &http.Cookie{Name: "idioma", Value: query}).Body.String()
				if u.ID == h.caio.ID && strings.Contains(out, "Segredo") {
					t.Errorf("%s?%s shows somebody else's ticket", path, query)
				}
				if strings.Contains(strings.ToLower(out), "<script>") {
					t.Errorf("%s?%s: markup", path, query)
				}
			}
		}
	})
}

// Whatever is posted as a form is answered, leads nowhere else, and touches nothing of other people's.
func FuzzPanelForms(f *testing.F) {
	h := newHouse(f)
	own, foreign := h.ticket(f, h.caio, "Um"), h.ticket(f, h.du, "Segredo da Duda")
	for _, seed := range []string{
		"status=cancelado&versao=1&voltar=/chamados", "voltar=//mau.example.com", "voltar=https://mau.example.com", "atribuido_para=1", "prioridade=urgente",
		"titulo=a&descricao=b&categoria=rede&prioridade=alta&solicitante=ana@exemplo.com.br&envio=x", "comentario=%00&interno=1", "tema=claro&idioma=en&voltar=/%09/mau", "versao=-1&status=%ff", "%", "a=b;c=d",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		for _, action := range []string{"status", "prioridade", "responsavel", "assumir", "devolver", "excluir", "restaurar", "comentarios", "editar"} {
			h.hit(t, h.caio, "POST", fmt.Sprintf("/chamados/%d/%s", own.ID, action), "", body)
			h.hit(t, h.caio, "POST", fmt.Sprintf("/chamados/%d/%s", foreign.ID, action), "", body)
		}
		for _, path := range []string{"/preferencias", "/chamados/novo", "/pessoas/nova", "/pessoas/1", "/conta/senha", "/esqueci/codigo", "/senha", "/entrar"} {
			h.hit(t, h.caio, "POST", path, "", body)
		}
		v, err := h.desk.Ticket(t.Context(), actor(h.ana), foreign.ID)
		if err != nil || v.Version != foreign.Version || len(v.Comments) > 0 {
			t.Errorf("somebody else's ticket: %+v, %v", v, err)
		}
	})
}
