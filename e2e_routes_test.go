package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
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
