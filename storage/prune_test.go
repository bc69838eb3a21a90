package storage_test

import "testing"

func TestPruneRemovesWhatIsFinishedAndOld(t *testing.T) {
	h := newHouse(t)
	h.user("ana", "funcionario")
	h.exec(`INSERT INTO entrada (bot_id, update_id, faixa, conteudo, recebido_em, tratado_em, parado_em)
		SELECT 1, n, n, '', '2026-01-01', CASE WHEN n <= 2500 THEN timestamptz '2026-01-01' WHEN n = 2502 THEN '2026-03-01' END,
			CASE WHEN n = 2503 THEN timestamptz '2026-02-01' WHEN n = 2504 THEN '2025-01-01' END FROM generate_series(1, 2504) n`)
	h.exec(`INSERT INTO saida (faixa, prioridade, criado_em, proxima_em, tipo, terminado_em)
		SELECT n, 1, '2026-01-01', '2026-01-01', 'aviso', CASE WHEN n <= 1500 THEN timestamptz '2026-01-02' WHEN n = 1502 THEN '2026-03-01' END
		FROM generate_series(1, 1502) n`)
	h.exec(`INSERT INTO convites (usuario_id, tipo, hash, expira_em, usado_em) VALUES (1, 'telegram', 'a', '2026-01-02', NULL),
		(1, 'telegram', 'b', '2027-01-01', '2026-01-01'), (1, 'telegram', 'c', '2026-03-03', NULL)`)
	h.must(h.Prune(t.Context()))
	for query, want := range map[string]string{
		`SELECT string_agg(update_id::text, ' ' ORDER BY update_id) FROM entrada`: "2501 2502 2503",
		`SELECT string_agg(faixa::text, ' ' ORDER BY faixa) FROM saida`:           "1501 1502",
		`SELECT string_agg(convert_from(hash, 'utf8'), ' ') FROM convites`:        "c",
	} {
		var got string
		h.must(h.pool.QueryRow(t.Context(), query).Scan(&got))
		if got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}
