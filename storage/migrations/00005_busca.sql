-- Full-text search: one row per ticket, comment and file, in a table of its own, so that a change of
-- status rewrites no word. Triggers keep it, so that rows of other programs are found too.

-- +goose Up
CREATE TABLE busca (
    chamado_id integer  NOT NULL,
    origem     char(1)  NOT NULL, -- t: ticket, c: comment, a: file
    origem_id  integer  NOT NULL,
    interno    boolean  NOT NULL,
    texto      tsvector NOT NULL,
    PRIMARY KEY (chamado_id, origem, origem_id)
);

-- Accents do not count; "impressões" is found by "impressao". Longer texts than a vector holds are cut.
CREATE FUNCTION vetor(t text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN to_tsvector('portuguese', regexp_replace(dobrar(left(t, 200000)), 'oes\M', 'ao', 'g'));

CREATE FUNCTION vetor_chamado(titulo text, descricao text, extras json, nome text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN vetor(concat_ws(' ', titulo, nome, descricao, extras ->> 'colaborador_nome', extras ->> 'sharepoint_pastas'));

INSERT INTO busca
SELECT c.id, 't', c.id, false, vetor_chamado(c.titulo, c.descricao, c.dados_extras, u.nome)
FROM chamados c LEFT JOIN usuarios u ON u.id = c.usuario_id;
INSERT INTO busca
SELECT chamado_id, 'c', id, interno, vetor(comentario) FROM comentarios;
INSERT INTO busca
SELECT chamado_id, 'a', id, interno, vetor(translate(nome_arquivo, '._-', '   ')) FROM anexos;
CREATE INDEX idx_busca_texto ON busca USING gin (texto);

-- +goose StatementBegin
CREATE FUNCTION busca_chamado_novo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO busca
    SELECT c.id, 't', c.id, false, vetor_chamado(c.titulo, c.descricao, c.dados_extras, u.nome)
    FROM novas c LEFT JOIN usuarios u ON u.id = c.usuario_id;
    RETURN NULL;
END
$$;

CREATE FUNCTION busca_chamado_mudou() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE busca SET texto = vetor_chamado(NEW.titulo, NEW.descricao, NEW.dados_extras,
        (SELECT nome FROM usuarios WHERE id = NEW.usuario_id))
    WHERE chamado_id = NEW.id AND origem = 't';
    RETURN NULL;
END
$$;

CREATE FUNCTION busca_usuario_mudou() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE busca b SET texto = vetor_chamado(c.titulo, c.descricao, c.dados_extras, NEW.nome)
    FROM chamados c WHERE c.usuario_id = NEW.id AND b.chamado_id = c.id AND b.origem = 't';
    RETURN NULL;
END
$$;

CREATE FUNCTION busca_chamado_saiu() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM busca WHERE chamado_id = OLD.id;
    RETURN NULL;
END
$$;

CREATE FUNCTION busca_comentario_novo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO busca SELECT chamado_id, 'c', id, interno, vetor(comentario) FROM novas;
    RETURN NULL;
END
$$;

CREATE FUNCTION busca_comentario_mudou() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM busca WHERE chamado_id = OLD.chamado_id AND origem = 'c' AND origem_id = OLD.id;
    ELSE
        UPDATE busca SET texto = vetor(NEW.comentario), interno = NEW.interno
        WHERE chamado_id = OLD.chamado_id AND origem = 'c' AND origem_id = OLD.id;
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION busca_anexo_mudou() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM busca WHERE chamado_id = OLD.chamado_id AND origem = 'a' AND origem_id = OLD.id;
    ELSE
        INSERT INTO busca VALUES
            (NEW.chamado_id, 'a', NEW.id, NEW.interno, vetor(translate(NEW.nome_arquivo, '._-', '   ')));
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

CREATE TRIGGER busca_chamado_novo AFTER INSERT ON chamados REFERENCING NEW TABLE AS novas
    FOR EACH STATEMENT EXECUTE FUNCTION busca_chamado_novo();
CREATE TRIGGER busca_chamado_mudou AFTER UPDATE ON chamados FOR EACH ROW
    WHEN (NEW.titulo IS DISTINCT FROM OLD.titulo OR NEW.descricao IS DISTINCT FROM OLD.descricao
        OR NEW.dados_extras::text IS DISTINCT FROM OLD.dados_extras::text OR NEW.usuario_id IS DISTINCT FROM OLD.usuario_id)
    EXECUTE FUNCTION busca_chamado_mudou();
CREATE TRIGGER busca_chamado_saiu AFTER DELETE ON chamados FOR EACH ROW EXECUTE FUNCTION busca_chamado_saiu();
CREATE TRIGGER busca_usuario_mudou AFTER UPDATE ON usuarios FOR EACH ROW
    WHEN (NEW.nome IS DISTINCT FROM OLD.nome) EXECUTE FUNCTION busca_usuario_mudou();
CREATE TRIGGER busca_comentario_novo AFTER INSERT ON comentarios REFERENCING NEW TABLE AS novas
    FOR EACH STATEMENT EXECUTE FUNCTION busca_comentario_novo();
CREATE TRIGGER busca_comentario_mudou AFTER UPDATE OF comentario, interno OR DELETE ON comentarios FOR EACH ROW
    EXECUTE FUNCTION busca_comentario_mudou();
CREATE TRIGGER busca_anexo_mudou AFTER INSERT OR DELETE ON anexos FOR EACH ROW
    EXECUTE FUNCTION busca_anexo_mudou();
