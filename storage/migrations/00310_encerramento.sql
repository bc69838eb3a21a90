-- When work on a ticket ended, whatever was done to it afterwards: fechado_em moves on when what is resolved
-- is closed. Statistics count by it.

-- +goose Up
ALTER TABLE chamados ADD COLUMN encerrado_em timestamp;
SELECT set_config('chamados.registrado', 'sim', true);
UPDATE chamados SET encerrado_em = coalesce(fechado_em, atualizado_em) WHERE status IN ('resolvido', 'fechado', 'cancelado');
SELECT set_config('chamados.registrado', '', true);
CREATE INDEX idx_chamados_encerrado ON chamados (encerrado_em) WHERE encerrado_em IS NOT NULL;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION marcar_chamado() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    encerrados CONSTANT text[] := '{resolvido,fechado,cancelado}';
BEGIN
    IF NEW.atualizado_em IS NOT DISTINCT FROM OLD.atualizado_em THEN
        NEW.atualizado_em := CURRENT_TIMESTAMP AT TIME ZONE 'UTC';
    END IF;
    IF NEW.versao = OLD.versao THEN
        NEW.versao := OLD.versao + 1;
    END IF;
    IF NEW.status <> ALL (encerrados) THEN
        NEW.encerrado_em := NULL;
    ELSIF OLD.status <> ALL (encerrados) OR OLD.encerrado_em IS NULL THEN
        NEW.encerrado_em := CURRENT_TIMESTAMP AT TIME ZONE 'UTC';
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd
