-- Counters of the statistics: differences are only ever added, so that no transaction waits for
-- another; now and then they are summed up. Triggers keep them, whoever writes.

-- +goose Up
CREATE TABLE contadores (
    status     varchar(50) NOT NULL,
    categoria  varchar(50) NOT NULL,
    prioridade varchar(50) NOT NULL,
    n          bigint      NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 100000);

INSERT INTO contadores
SELECT status, categoria, prioridade, count(*) FROM chamados WHERE excluido_em IS NULL GROUP BY 1, 2, 3;

-- +goose StatementBegin
CREATE FUNCTION contar_novos() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO contadores
    SELECT status, categoria, prioridade, count(*) FROM novas WHERE excluido_em IS NULL GROUP BY 1, 2, 3;
    RETURN NULL;
END
$$;

CREATE FUNCTION contar_mudanca() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.excluido_em IS NULL THEN
        INSERT INTO contadores VALUES (OLD.status, OLD.categoria, OLD.prioridade, -1);
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NEW.excluido_em IS NULL THEN
            INSERT INTO contadores VALUES (NEW.status, NEW.categoria, NEW.prioridade, 1);
        END IF;
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION contar_de_novo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM contadores;
    DELETE FROM busca;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

CREATE TRIGGER contar_novos AFTER INSERT ON chamados REFERENCING NEW TABLE AS novas
    FOR EACH STATEMENT EXECUTE FUNCTION contar_novos();
CREATE TRIGGER contar_mudanca AFTER UPDATE ON chamados FOR EACH ROW
    WHEN (NEW.status IS DISTINCT FROM OLD.status OR NEW.categoria IS DISTINCT FROM OLD.categoria
        OR NEW.prioridade IS DISTINCT FROM OLD.prioridade OR (NEW.excluido_em IS NULL) <> (OLD.excluido_em IS NULL))
    EXECUTE FUNCTION contar_mudanca();
CREATE TRIGGER contar_saida AFTER DELETE ON chamados FOR EACH ROW EXECUTE FUNCTION contar_mudanca();
CREATE TRIGGER contar_de_novo AFTER TRUNCATE ON chamados FOR EACH STATEMENT EXECUTE FUNCTION contar_de_novo();
