-- +goose Up
-- The messages that brought a comment to people, for the moment it is taken back.
CREATE INDEX idx_mensagens_comentario ON mensagens (comentario_id) WHERE comentario_id IS NOT NULL;

-- +goose Down
DROP INDEX idx_mensagens_comentario;
