-- Answers to requests with an Idempotency-Key, so that a repetition gets the first one again.

-- +goose Up
CREATE TABLE chaves (
    usuario_id integer      NOT NULL REFERENCES usuarios (id) ON DELETE CASCADE,
    chave      varchar(255) NOT NULL,
    resumo     bytea        NOT NULL,
    resposta   bytea,
    criado_em  timestamptz  NOT NULL,
    PRIMARY KEY (usuario_id, chave)
);
CREATE INDEX idx_chaves_criado ON chaves (criado_em);
