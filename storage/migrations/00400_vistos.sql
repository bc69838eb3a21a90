-- Up to which event a person has seen a ticket. No foreign keys: it is written on every look.

-- +goose Up
CREATE TABLE vistos (
    usuario_id integer NOT NULL,
    chamado_id integer NOT NULL,
    evento_id  bigint  NOT NULL,
    PRIMARY KEY (usuario_id, chamado_id)
) WITH (fillfactor = 80);
