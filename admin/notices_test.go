package admin_test

import (
	"fmt"
	"testing"
)

func TestChoicesAboutNotices(t *testing.T) {
	w := newWorld(t)
	mine, other := w.ticket(ana, "Um"), w.ticket(beto, "Dois")
	const path = "/api/conta/avisos"
	w.play([]scenario{
		{name: "at first", as: ana, method: "GET", path: path, status: 200, has: []string{`"canal":"chat"`, `"avisos_mudos":[]`, `"silencio_de":""`, `"resumo":"desligado"`, `"assuntos":["comentarios"`}, lacks: []string{`"resumos"`}},
		{name: "of IT", as: ti, method: "GET", path: path, status: 200, has: []string{`"resumo":"padrao"`, `"resumos"`}},
		{name: "nobody", method: "GET", path: path, status: 401},
		{name: "some", as: ana, method: "PUT", path: path, body: `{"canal":"ambos","silencio_de":"22:00","silencio_ate":"07:30","urgentes_furam_silencio":false}`, status: 200,
			has: []string{`"canal":"ambos"`, `"silencio_de":"22:00"`, `"silencio_ate":"07:30"`, `"urgentes_furam_silencio":false`}},
		{name: "others stay", as: ana, method: "PUT", path: path, body: fmt.Sprintf(`{"avisos_mudos":["andamento"],"chamados_silenciados":[%d]}`, mine.ID), status: 200,
			has: []string{`"canal":"ambos"`, `"silencio_de":"22:00"`, `"avisos_mudos":["andamento"]`, fmt.Sprintf(`"chamados_silenciados":[%d]`, mine.ID)}},
		{name: "none of another's", as: ana, method: "PUT", path: path, body: fmt.Sprintf(`{"chamados_silenciados":[%d]}`, other.ID), status: 422, has: []string{`"field":"chamados_silenciados"`}},
		{name: "nonsense", as: ana, method: "PUT", path: path, body: `{"canal":"pombo","avisos_mudos":["tudo"],"silencio_de":"25:00"}`, status: 422, has: []string{`"field":"canal"`, `"field":"avisos"`, `"field":"silencio"`}},
		{name: "no more quiet", as: ana, method: "PUT", path: path, body: `{"silencio_de":"","silencio_ate":"","chamados_silenciados":[]}`, status: 200, has: []string{`"silencio_de":""`, `"chamados_silenciados":[]`}},
		{name: "employees have no digest", as: ana, method: "PUT", path: path, body: `{"resumo":"09:00"}`, status: 200, has: []string{`"resumo":"desligado"`}},
		{name: "an hour", as: ti, method: "PUT", path: path, body: `{"resumo":"13:45"}`, status: 200, has: []string{`"resumo":"13:45"`}},
		{name: "off", as: ti, method: "PUT", path: path, body: `{"resumo":"desligado"}`, status: 200, has: []string{`"resumo":"desligado"`, `"avisos_mudos":["resumos"]`}},
		{name: "no hour", as: ti, method: "PUT", path: path, body: `{"resumo":"cedo"}`, status: 422, has: []string{`"field":"resumo"`}},
		{name: "as the desk", as: ti, method: "PUT", path: path, body: `{"resumo":"padrao"}`, status: 200, has: []string{`"resumo":"padrao"`, `"avisos_mudos":[]`}},
	})
}
