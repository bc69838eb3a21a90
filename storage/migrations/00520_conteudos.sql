-- Contents beside the database: caminho_arquivo names them where the state is 'guardado'; the pieces are
-- in anexo_partes where it is null.

-- +goose Up
CREATE INDEX idx_anexos_conteudo ON anexos (caminho_arquivo) WHERE estado = 'guardado' AND caminho_arquivo IS NOT NULL;
