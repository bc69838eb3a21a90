-- From where people log in: hashes that tell neither account nor address.

-- +goose Up
CREATE TABLE conhecidos (
    chave    varchar(100) PRIMARY KEY,
    visto_em timestamptz NOT NULL
);
