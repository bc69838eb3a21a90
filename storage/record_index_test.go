package storage_test

import (
	"encoding/json"
	"testing"

	"chamados/domain"
)

// The application writes words and counters itself; the functions of the database say what they should be.
func TestWordsAndCountersAreThoseOfTheTriggers(t *testing.T) {
	h := newHouse(t)
	ana, ti := h.user("Âna Conceição", domain.RoleEmployee), h.user("beto", domain.RoleIT)
	for _, n := range []domain.NewTicket{
		{Title: "IMPRESSÕES às 3 ÓTIMAS", Description: "Configurações de VERSÕES; não liga. Ωmega ØRE № 5\nfunções", Category: domain.CategoryHardware},
		{Title: "São João", Description: "ação", Category: domain.CategoryNewCollaborator, Extra: json.RawMessage(
			`{"colaborador_nome":"João Simões","colaborador_data_nascimento":"1990-01-01","data_inicio":"2026-01-01","sharepoint_pastas":"Relações"}`)},
	} {
		ticket, err := h.desk.Open(t.Context(), ana, n)
		h.must(err)
		h.comment(ti, ticket.ID, domain.NewComment{Text: "Já vi as CONEXÕES de ÂNGELA"})
		h.comment(ti, ticket.ID, domain.NewComment{Text: "só entre nós", Internal: true})
		h.setStatus(ti, ticket.ID, domain.StatusWaiting)
	}
	h.exec(`INSERT INTO chamados (titulo, descricao, categoria, usuario_id) VALUES ('De outro programa', 'Direções', 'rede', $1)`, ana.ID)
	h.exec(`INSERT INTO comentarios (chamado_id, usuario_id, comentario) VALUES (1, $1, 'Opções')`, ana.ID)
	h.wordsAndCountersAreRight()
}

// wordsAndCountersAreRight holds what the application has written of all tickets and comments against what the
// functions of the database make of them.
func (h *house) wordsAndCountersAreRight() {
	h.t.Helper()
	for what, query := range map[string]string{
		"words of tickets": `SELECT count(*) FROM chamados c JOIN usuarios u ON u.id = c.usuario_id
			LEFT JOIN busca b ON b.chamado_id = c.id AND b.origem = 't' AND b.origem_id = c.id AND NOT b.interno
			WHERE b.texto IS DISTINCT FROM vetor_chamado(c.titulo, c.descricao, c.dados_extras, u.nome)`,
		"words of comments": `SELECT count(*) FROM comentarios k LEFT JOIN busca b ON b.chamado_id = k.chamado_id AND b.origem = 'c'
			AND b.origem_id = k.id AND b.interno = k.interno WHERE b.texto IS DISTINCT FROM vetor(k.comentario)`,
		"words of nothing": `SELECT count(*) - (SELECT count(*) FROM chamados) - (SELECT count(*) FROM comentarios) FROM busca`,
		"counters": `SELECT count(*) FROM (SELECT status, categoria, prioridade, sum(n) FROM contadores GROUP BY 1, 2, 3 HAVING sum(n) <> 0
			EXCEPT SELECT status, categoria, prioridade, count(*) FROM chamados GROUP BY 1, 2, 3) d`,
		"counted": `SELECT sum(n)::bigint - (SELECT count(*) FROM chamados) FROM contadores`,
	} {
		if wrong := h.count(query); wrong != 0 {
			h.t.Errorf("%s: %d differ", what, wrong)
		}
	}
}
