-- When an alarm was raised, so that old ones are forgotten.

-- +goose Up
ALTER TABLE alarmes ADD COLUMN criado_em timestamptz NOT NULL DEFAULT now();
