-- What keeps guessing slow, and the codes for a new password. Neither holds an address or a code: the
-- keys and the codes are hashes.

-- +goose Up
CREATE TABLE tentativas (
    chave  varchar(100) PRIMARY KEY,
    vezes  integer     NOT NULL,
    ultima timestamptz NOT NULL
);
CREATE INDEX idx_tentativas_ultima ON tentativas (ultima);

CREATE TABLE codigos (
    usuario_id integer PRIMARY KEY REFERENCES usuarios (id) ON DELETE CASCADE,
    hash       bytea       NOT NULL,
    expira_em  timestamptz NOT NULL,
    tentativas integer     NOT NULL DEFAULT 0
);
