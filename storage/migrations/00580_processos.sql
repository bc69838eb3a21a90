-- The processes that share the database. While one lives it holds an advisory lock on its number and says
-- so every second (visto_em): what a dead one was sending is free again after moments instead of when
-- its lease runs out. Leases are told by the clock of the database, which is the same for all.

-- +goose Up
CREATE TABLE processos (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    visto_em timestamptz NOT NULL
);

-- Who has the lease; null when that process was not registered.
ALTER TABLE saida   ADD COLUMN tomado_por bigint;
ALTER TABLE correio ADD COLUMN tomado_por bigint;
ALTER TABLE anexos  ADD COLUMN tomado_por bigint;
