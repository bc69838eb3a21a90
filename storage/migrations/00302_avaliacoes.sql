-- What requesters think of how their tickets were solved.

-- +goose Up
CREATE TABLE avaliacoes (
    chamado_id    integer PRIMARY KEY REFERENCES chamados (id) ON DELETE CASCADE,
    usuario_id    integer     NOT NULL REFERENCES usuarios (id),
    nota          smallint    NOT NULL CHECK (nota BETWEEN 1 AND 5),
    comentario    text        NOT NULL DEFAULT '',
    criado_em     timestamptz NOT NULL,
    atualizado_em timestamptz NOT NULL
);
CREATE INDEX idx_avaliacoes_criado ON avaliacoes (criado_em);
