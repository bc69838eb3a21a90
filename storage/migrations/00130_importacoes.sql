-- Imports of people: drafts with their file, and what became of them. Both are forgotten after a week.

-- +goose Up
CREATE TABLE importacoes (
    id            varchar(40) PRIMARY KEY,
    usuario_id    integer     NOT NULL,
    nome_arquivo  text        NOT NULL,
    conteudo      bytea,
    estado        varchar(20) NOT NULL,
    total         integer     NOT NULL,
    feitas        integer     NOT NULL DEFAULT 0,
    resultado     json,
    criado_em     timestamptz NOT NULL,
    atualizado_em timestamptz NOT NULL
);
CREATE INDEX idx_importacoes_criado ON importacoes (criado_em);

ALTER TABLE usuarios ADD COLUMN IF NOT EXISTS anonimizado_em timestamptz;
