-- A condition of a trigger is read, planned and set up anew by every statement that might fire it. Those on tickets and
-- comments become fewer and shorter, and are not looked at where the columns that they are about are not written.

-- +goose Up
DROP TRIGGER busca_chamado_novo ON chamados;
DROP TRIGGER contar_novos ON chamados;
DROP TRIGGER busca_comentario_novo ON comentarios;
DROP TRIGGER trigger_chamados_atualizado ON chamados;
DROP TRIGGER busca_chamado_mudou ON chamados;
DROP TRIGGER contar_mudanca ON chamados;
DROP FUNCTION busca_chamado_novo(), contar_novos(), registrado();

-- +goose StatementBegin
CREATE FUNCTION chamado_novo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO busca VALUES (NEW.id, 't', NEW.id, false, vetor_chamado(NEW.titulo, NEW.descricao, NEW.dados_extras,
        (SELECT nome FROM usuarios WHERE id = NEW.usuario_id)));
    IF NEW.excluido_em IS NULL THEN
        INSERT INTO contadores VALUES (NEW.status, NEW.categoria, NEW.prioridade, 1);
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

CREATE TRIGGER chamado_novo AFTER INSERT ON chamados FOR EACH ROW
    WHEN (current_setting('chamados.registrado', true) IS DISTINCT FROM 'sim') EXECUTE FUNCTION chamado_novo();
CREATE TRIGGER busca_comentario_novo AFTER INSERT ON comentarios FOR EACH ROW
    WHEN (current_setting('chamados.registrado', true) IS DISTINCT FROM 'sim') EXECUTE FUNCTION busca_comentario_novo();
CREATE TRIGGER trigger_chamados_atualizado BEFORE UPDATE ON chamados FOR EACH ROW
    WHEN (NEW.versao = OLD.versao AND current_setting('chamados.registrado', true) IS DISTINCT FROM 'sim')
    EXECUTE FUNCTION marcar_chamado();
CREATE TRIGGER busca_chamado_mudou AFTER UPDATE OF titulo, descricao, dados_extras, usuario_id ON chamados FOR EACH ROW
    WHEN (NEW.titulo IS DISTINCT FROM OLD.titulo OR NEW.descricao IS DISTINCT FROM OLD.descricao
        OR NEW.dados_extras::text IS DISTINCT FROM OLD.dados_extras::text OR NEW.usuario_id IS DISTINCT FROM OLD.usuario_id)
    EXECUTE FUNCTION busca_chamado_mudou();
CREATE TRIGGER contar_mudanca AFTER UPDATE OF status, categoria, prioridade, excluido_em ON chamados FOR EACH ROW
    WHEN (current_setting('chamados.registrado', true) IS DISTINCT FROM 'sim'
        AND (NEW.status, NEW.categoria, NEW.prioridade, NEW.excluido_em IS NULL)
            IS DISTINCT FROM (OLD.status, OLD.categoria, OLD.prioridade, OLD.excluido_em IS NULL))
    EXECUTE FUNCTION contar_mudanca();
