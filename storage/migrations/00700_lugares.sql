-- Where IT is told of the tickets of each category, worked out when the groups change rather than at every
-- ticket, comment and change: one row for each group that can be reached. The category '' stands for all
-- that no group names. leva says whether the group takes the category at all; what only groups without
-- access take goes to the oldest group that can be reached.

-- +goose Up
CREATE TABLE lugares (
    categoria text    NOT NULL,
    chat_id   bigint  NOT NULL,
    topico_id bigint  NOT NULL,
    leva      boolean NOT NULL,
    PRIMARY KEY (categoria, chat_id)
);

CREATE VIEW lugares_dos_grupos AS
SELECT k.categoria, g.chat_id, g.topico_id, g.leva
FROM (SELECT unnest(categorias) AS categoria FROM grupos UNION SELECT '') k CROSS JOIN LATERAL (
    SELECT DISTINCT ON (chat_id) chat_id, topico_id, leva OR reserva AS leva FROM (
        SELECT *, aqui AND pega AS leva, bool_or(pega) OVER () AND NOT bool_or(aqui AND pega) OVER ()
            AND row_number() OVER (ORDER BY NOT aqui, criado_em, chat_id, topico_id) = 1 AS reserva
        FROM (SELECT *, sem_acesso_em IS NULL AS aqui, cardinality(categorias) = 0 OR k.categoria = ANY (categorias) AS pega FROM grupos) todos
    ) grupos
    WHERE aqui ORDER BY chat_id, (leva OR reserva) DESC, cardinality(categorias) = 0, criado_em, topico_id) g;

INSERT INTO lugares SELECT * FROM lugares_dos_grupos;

-- Who changes groups waits for whoever else does, before they hold any row: what follows sees all that was committed.
-- +goose StatementBegin
CREATE FUNCTION reservar_lugares() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE lugares IN SHARE ROW EXCLUSIVE MODE;
    RETURN NULL;
END
$$;

CREATE FUNCTION refazer_lugares() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM lugares;
    INSERT INTO lugares SELECT * FROM lugares_dos_grupos;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER reservar_lugares BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON grupos
    FOR EACH STATEMENT EXECUTE FUNCTION reservar_lugares();
CREATE TRIGGER refazer_lugares AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON grupos
    FOR EACH STATEMENT EXECUTE FUNCTION refazer_lugares();
