-- What one person has attached lately is summed up before more is taken.

-- +goose Up
CREATE INDEX idx_anexos_usuario ON anexos (usuario_id, criado_em);

-- +goose Down
DROP INDEX idx_anexos_usuario;
