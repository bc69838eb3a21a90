package admin_test

import (
	"fmt"
	"testing"
)

// What a technician has not finished goes back to the queue when they are switched off, become an employee
// or are erased; what they have finished stays theirs.
func TestWhoLeavesITLeavesTheirTickets(t *testing.T) {
	for name, leave := range map[string]scenario{
		"switched off": {method: "PUT", path: "/api/usuarios/%d", body: `{"ativo":false}`},
		"demoted":      {method: "PUT", path: "/api/usuarios/%d", body: `{"tipo":"funcionario"}`},
		"erased":       {method: "DELETE", path: "/api/usuarios/%d"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			id := w.people[ivo].ID
			left, done := w.ticket(ana, "Aberto").ID, w.ticket(ana, "Pronto").ID
			for _, ticket := range []int64{left, done} {
				w.call(ti, "PUT", fmt.Sprintf("/api/chamados/%d", ticket), fmt.Sprintf(`{"atribuido_para":%d}`, id))
			}
			w.call(ti, "PUT", fmt.Sprintf("/api/chamados/%d", done), `{"status":"resolvido"}`)
			if a := w.call(ti, leave.method, fmt.Sprintf(leave.path, id), leave.body); a.status != 200 {
				t.Fatalf("%d: %s", a.status, a.body)
			}
			w.play([]scenario{
				{name: "left", as: ti, method: "GET", path: fmt.Sprintf("/api/chamados/%d", left), status: 200, has: []string{`"atribuido_para":null`}},
				{name: "in the history", as: ti, method: "GET", path: fmt.Sprintf("/api/chamados/%d/eventos", left), status: 200, has: []string{`"Ti"`}},
				{name: "done", as: ti, method: "GET", path: fmt.Sprintf("/api/chamados/%d", done), status: 200, has: []string{fmt.Sprintf(`"atribuido_para":%d`, id)}},
			})
		})
	}
}
