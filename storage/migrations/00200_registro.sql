-- The application's own changes of tickets and comments carry their words and counters in the same
-- statement (storage/record_index.go), which costs a fraction of what the triggers cost. It says so in a setting
-- that lasts as long as its transaction; whatever other programs write goes through the triggers as before.

-- +goose Up
DROP TRIGGER busca_chamado_novo ON chamados;
DROP TRIGGER busca_comentario_novo ON comentarios;
DROP TRIGGER contar_novos ON chamados;
DROP TRIGGER contar_mudanca ON chamados;
DROP FUNCTION busca_chamado_novo(), busca_comentario_novo(), contar_novos();

CREATE FUNCTION registrado() RETURNS boolean
    LANGUAGE sql STABLE
    RETURN coalesce(current_setting('chamados.registrado', true), '') = 'sim';

-- +goose StatementBegin
CREATE FUNCTION busca_chamado_novo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO busca VALUES (NEW.id, 't', NEW.id, false, vetor_chamado(NEW.titulo, NEW.descricao, NEW.dados_extras,
        (SELECT nome FROM usuarios WHERE id = NEW.usuario_id)));
    RETURN NULL;
END
$$;

CREATE FUNCTION busca_comentario_novo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO busca VALUES (NEW.chamado_id, 'c', NEW.id, NEW.interno, vetor(NEW.comentario));
    RETURN NULL;
END
$$;

CREATE FUNCTION contar_novos() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.excluido_em IS NULL THEN
        INSERT INTO contadores VALUES (NEW.status, NEW.categoria, NEW.prioridade, 1);
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

-- Without transition tables, which are filled even for a trigger that is not called.
CREATE TRIGGER busca_chamado_novo AFTER INSERT ON chamados FOR EACH ROW
    WHEN (NOT registrado()) EXECUTE FUNCTION busca_chamado_novo();
CREATE TRIGGER busca_comentario_novo AFTER INSERT ON comentarios FOR EACH ROW
    WHEN (NOT registrado()) EXECUTE FUNCTION busca_comentario_novo();
CREATE TRIGGER contar_novos AFTER INSERT ON chamados FOR EACH ROW
    WHEN (NOT registrado()) EXECUTE FUNCTION contar_novos();
CREATE TRIGGER contar_mudanca AFTER UPDATE ON chamados FOR EACH ROW
    WHEN ((NEW.status IS DISTINCT FROM OLD.status OR NEW.categoria IS DISTINCT FROM OLD.categoria
        OR NEW.prioridade IS DISTINCT FROM OLD.prioridade OR (NEW.excluido_em IS NULL) <> (OLD.excluido_em IS NULL))
        AND NOT registrado())
    EXECUTE FUNCTION contar_mudanca();
