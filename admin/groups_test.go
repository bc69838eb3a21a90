package admin_test

import "testing"

func TestGroups(t *testing.T) {
	w := newWorld(t)
	const one = "/api/grupos/-1001"
	w.play([]scenario{
		{name: "none yet", as: ti, method: "GET", path: "/api/grupos", status: 200, has: []string{"[]"}},
		{name: "employees see none", as: ana, method: "GET", path: "/api/grupos", status: 403},
		{name: "nor change any", as: ana, method: "PUT", path: one, body: `{}`, status: 403},
		{name: "nor end any", as: ana, method: "DELETE", path: one, status: 403},
		{
			name: "connected", as: ti, method: "PUT", path: one, body: `{"titulo": "Redes", "topico": 7, "categorias": ["rede", "hardware"]}`,
			status: 200, has: []string{`"chat_id":-1001`, `"titulo":"Redes"`, `"topico":7`, `"categorias":["hardware","rede"]`},
		},
		{name: "absent fields stay", as: ti, method: "PUT", path: one, body: `{"topico": 7}`, status: 200, has: []string{`"titulo":"Redes"`, `"topico":7`, `["hardware","rede"]`}},
		{
			name: "another topic of the group", as: ti, method: "PUT", path: one, body: `{"topico": 8, "categorias": ["rede"]}`, status: 200,
			has: []string{`"titulo":"Redes"`, `"topico":8`, `["rede"]`, `"sem_acesso_desde":null`},
		},
		{name: "has its categories alone", as: ti, method: "GET", path: "/api/grupos", status: 200, has: []string{`"topico":7,"categorias":["hardware"]`, `"topico":8,"categorias":["rede"]`}},
		{name: "employees end no topic", as: ana, method: "DELETE", path: one + "/topicos/8", status: 403},
		{name: "a topic ended", as: ti, method: "DELETE", path: one + "/topicos/8", status: 200},
		{name: "a topic ended already", as: ti, method: "DELETE", path: one + "/topicos/8", status: 404},
		{name: "no topic", as: ti, method: "DELETE", path: one + "/topicos/x", status: 404},
		{name: "outside of topics", as: ti, method: "PUT", path: one, body: `{"categorias": []}`, status: 200, has: []string{`"topico":0`, `"categorias":[]`}},
		{name: "unknown category", as: ti, method: "PUT", path: one, body: `{"categorias": ["redes"]}`, status: 422, has: []string{"categorias"}},
		{name: "no group's id", as: ti, method: "PUT", path: "/api/grupos/5", body: `{}`, status: 422, has: []string{"chat_id"}},
		{name: "no id", as: ti, method: "PUT", path: "/api/grupos/x", body: `{}`, status: 404},
		{name: "listed", as: ti, method: "GET", path: "/api/grupos", status: 200, has: []string{"Redes"}},
		{name: "ended", as: ti, method: "DELETE", path: one, status: 200},
		{name: "ended already", as: ti, method: "DELETE", path: one, status: 404},
	})
}
