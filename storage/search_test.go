package storage_test

import (
	"slices"
	"strings"
	"testing"

	"chamados/domain"
)

// Whichever way tickets are found, the same are.
func TestBothWaysFindTheSame(t *testing.T) {
	h := newHouse(t)
	h.exec(`
		INSERT INTO usuarios (nome, email, senha_hash, tipo) VALUES ('João Araújo', 'joao@exemplo.com.br', 'x', 'funcionario');
		INSERT INTO chamados (titulo, descricao, categoria, usuario_id) SELECT 'Monitor ' || n, 'apagado', 'hardware', 1 FROM generate_series(1, 6) n;
		INSERT INTO comentarios (chamado_id, usuario_id, comentario, interno) VALUES (1, 1, 'troquei o cabo', false), (2, 1, 'sem cabo', true),
			(3, 1, 'o cabo de força', false), (3, 1, 'a fonte', false), (4, 1, 'a fonte de força', false)`)
	for typed, want := range map[string][]int64{
		"monitor": {1, 2, 3, 4, 5, 6}, "monitor cabo": {1, 3}, "joao fonte apag": {3, 4}, "cabo de fonte": {3}, "cabo impressora": nil, "o de a": nil,
		"5": {5}, `"fonte de força"`: {4}, "fonte -força": {3}, strings.Repeat("fonte ", 9) + "monitor": nil,
	} {
		for _, walk := range []bool{false, true} {
			if got, err := h.FoundBy(t.Context(), typed, walk); err != nil || !slices.Equal(got, want) {
				t.Errorf("%q, walking %v: %v, want %v (%v)", typed, walk, got, want, err)
			}
		}
	}
}

// Each word may be in another text of a ticket, and an employee finds by none of an internal note's.
func TestWordsInDifferentTexts(t *testing.T) {
	h := newHouse(t)
	h.exec(`
		INSERT INTO usuarios (nome, email, senha_hash, tipo) VALUES ('João Araújo', 'joao@exemplo.com.br', 'x', 'funcionario');
		INSERT INTO chamados (titulo, descricao, categoria, usuario_id) SELECT 'Monitor ' || n, 'apagado', 'hardware', 1 FROM generate_series(1, 3) n;
		INSERT INTO comentarios (chamado_id, usuario_id, comentario, interno) VALUES (1, 1, 'troquei o cabo', false), (2, 1, 'sem cabo nem fonte', true),
			(3, 1, 'o cabo', false), (3, 1, 'a fonte', true)`)
	for typed, want := range map[string]struct{ it, employee []int64 }{
		"cabo monitor": {[]int64{3, 2, 1}, []int64{3, 1}}, "fonte cabo": {[]int64{3, 2}, []int64{}}, "cabo fonte joao": {[]int64{3, 2}, []int64{}},
		"cabo troquei": {[]int64{1}, []int64{1}}, "fonte": {[]int64{3, 2}, []int64{}}, "2": {[]int64{2}, []int64{2}},
	} {
		for _, limit := range []int{0, 2} {
			it, _, err := h.Tickets(t.Context(), domain.TicketFilter{Search: typed, Internal: true, Limit: limit})
			h.must(err)
			employee, _, err := h.Tickets(t.Context(), domain.TicketFilter{Search: typed, RequesterID: 1, Limit: limit})
			h.must(err)
			if !slices.Equal(ids(it), first(limit, want.it)) || !slices.Equal(ids(employee), first(limit, want.employee)) {
				t.Errorf("%q, at most %d: IT finds %v, an employee %v", typed, limit, ids(it), ids(employee))
			}
			for _, found := range it {
				if found.Requester == nil || found.Requester.Name != "João Araújo" {
					t.Errorf("%q: the requester is %v", typed, found.Requester)
				}
			}
		}
	}
}

func first(n int, of []int64) []int64 {
	if n == 0 {
		return of
	}
	return of[:min(n, len(of))]
}

// How a word is looked for depends on how common it is, also when others were looked for before.
func TestEstimatesAreOfTheWord(t *testing.T) {
	h := newHouse(t)
	h.exec(`
		INSERT INTO usuarios (nome, email, senha_hash, tipo) VALUES ('Ana', 'ana@exemplo.com.br', 'x', 'funcionario');
		INSERT INTO chamados (titulo, descricao, categoria, usuario_id)
			SELECT CASE WHEN n % 100 = 0 THEN 'Monitor' ELSE 'Teclado' END, 'apagado', 'hardware', 1 FROM generate_series(1, 1000) n`)
	h.exec(`ANALYZE busca`)
	for range 10 { // a prepared statement may get a plan for any arguments after five
		common, err := h.Estimate(t.Context(), "teclado")
		h.must(err)
		rare, err := h.Estimate(t.Context(), "monitor")
		h.must(err)
		if common < 800 || rare > 100 {
			t.Fatalf("teclado: %v, monitor: %v", common, rare)
		}
	}
}
