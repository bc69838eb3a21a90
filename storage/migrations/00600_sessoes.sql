-- Sessions that were logged out of before their time, by the hash of their token.

-- +goose Up
CREATE TABLE sessoes_encerradas (
    token      bytea       PRIMARY KEY,
    vence_em   timestamptz NOT NULL
);
CREATE INDEX idx_sessoes_encerradas ON sessoes_encerradas (vence_em);
