package admin_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

// played is what the tests of this process asked of each operation: who, and what was answered.
var played = struct {
	sync.Mutex
	operations map[string]bool            // documented; whether a login is needed
	calls      map[string]map[string]bool // operation → "who status"
}{operations: map[string]bool{}, calls: map[string]map[string]bool{}}

// note remembers a call for [unplayed].
func (d *document) note(who, method, path string, status int) {
	played.Lock()
	defer played.Unlock()
	for path, methods := range d.Paths {
		for method, op := range methods {
			played.operations[strings.ToUpper(method)+" "+path] = len(op.Security) > 0
		}
	}
	operation := method + " " + d.match(path)
	if played.calls[operation] == nil {
		played.calls[operation] = map[string]bool{}
	}
	played.calls[operation][fmt.Sprintf("%s %d", who, status)] = true
}

// neverRefused takes nothing and is for whoever is logged in.
var neverRefused = []string{"GET /api/auth/me", "GET /api/conta/avisos", "GET /api/usuarios/ti", "POST /api/auth/logout"}

// unplayed returns what no test has tried: every operation must have gone well once, and every guarded one
// must have been asked by nobody, by tokens that ended, by an employee and by IT, and have been refused to
// somebody who was logged in.
func unplayed() []string {
	var out []string
	for operation, guarded := range played.operations {
		calls := played.calls[operation]
		any := func(what string, fits func(who string, status string) bool) {
			for call := range calls {
				if who, status, _ := strings.Cut(call, " "); fits(who, status) {
					return
				}
			}
			out = append(out, operation+": no scenario "+what)
		}
		any("goes well", func(_, status string) bool { return status == "200" })
		if !guarded {
			continue
		}
		for _, who := range []string{"", expired, revoked, davi} {
			any(fmt.Sprintf("refuses %q", who), func(w, status string) bool { return w == who && status == "401" })
		}
		any("asks as an employee", func(who, _ string) bool { return who == ana || who == beto })
		any("asks as IT", func(who, _ string) bool { return who == ti || who == ivo })
		if slices.Contains(neverRefused, operation) {
			continue
		}
		any("refuses somebody who is logged in", func(who, status string) bool {
			return who != "" && slices.Contains([]string{"400", "403", "404", "409", "412", "413", "422"}, status)
		})
	}
	slices.Sort(out)
	return out
}

// Operations that are the same for all who are logged in, and what IT may do for others.
func TestForEveryRole(t *testing.T) {
	w := newWorld(t)
	one := w.ticket(ana, "Um").ID
	body, kind := form(t, "a.txt", "x")
	files := fmt.Sprintf("/api/chamados/%d/anexos", one)
	file := fmt.Sprintf("/api/anexos/%v", w.call(ana, "POST", files, body, "Content-Type", kind).list(t)[0]["id"])
	w.play([]scenario{
		{name: "me, employee", as: ana, method: "GET", path: "/api/auth/me", status: 200, has: []string{"ana@exemplo.com.br"}, lacks: []string{"senha_hash", "$2"}},
		{name: "me, IT", as: ti, method: "GET", path: "/api/auth/me", status: 200, has: []string{"ti@exemplo.com.br"}},
		{name: "assignees, employee", as: ana, method: "GET", path: "/api/usuarios/ti", status: 200, has: []string{`"nome":"Ivo"`}, lacks: []string{`"nome":"Beto"`, "funcionario"}},
		{name: "assignees, IT", as: ti, method: "GET", path: "/api/usuarios/ti", status: 200, has: []string{`"nome":"Ti"`}},
		{name: "files, IT", as: ti, method: "GET", path: files, status: 200, has: []string{"a.txt"}},
		{name: "file, IT", as: ti, method: "GET", path: file, status: 200, has: []string{"x"}},
		{name: "unlink for another, IT", as: ti, method: "DELETE", path: fmt.Sprintf("/api/usuarios/%d/telegram", w.people[ana].ID), status: 200},
		{name: "logout, employee", as: beto, method: "POST", path: "/api/auth/logout", status: 200},
		{name: "logout, IT", as: ivo, method: "POST", path: "/api/auth/logout", status: 200},
		{name: "logged out", as: ivo, method: "GET", path: "/api/auth/me", status: 401, lacks: []string{"ivo@"}},
	})
}

// TestMain fails a whole run that leaves an operation without its scenarios.
func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	whole := flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.skip").Value.String() == "" &&
		flag.Lookup("test.list").Value.String() == "" && flag.Lookup("test.fuzz").Value.String() == "" && !testing.Short()
	if missing := unplayed(); code == 0 && whole && len(missing) > 0 {
		fmt.Println("FAIL: operations of the API without scenarios\n" + strings.Join(missing, "\n"))
		code = 1
	}
	os.Exit(code)
}
