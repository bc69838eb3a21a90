-- What became of the messages about a ticket, and what was given up or put aside.

-- +goose Up
CREATE INDEX idx_saida_chamado ON saida (chamado_id, id) WHERE chamado_id IS NOT NULL;
CREATE INDEX idx_saida_perdidas ON saida (terminado_em) WHERE terminado_em IS NOT NULL AND erro IS NOT NULL;
CREATE INDEX idx_entrada_parados ON entrada (parado_em) WHERE parado_em IS NOT NULL;
CREATE INDEX idx_chamados_excluidos ON chamados (excluido_em) WHERE excluido_em IS NOT NULL;
