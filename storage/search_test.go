package storage_test

import (
	"slices"
	"strings"
	"testing"
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
