-- Strangers in chat who were asked for the code that proves their address. No hash: none was sent.

-- +goose Up
CREATE TABLE cadastros (
    chat_id    bigint PRIMARY KEY,
    endereco   varchar(255) NOT NULL,
    hash       bytea,
    expira_em  timestamptz  NOT NULL,
    tentativas integer      NOT NULL DEFAULT 0
);
CREATE INDEX idx_cadastros_expira ON cadastros (expira_em);
