-- The predecessor's four tables: made where there are none, adopted in place where they exist.
-- Rows, ids and passwords stay. Old forms may lack words in their checks, the column
-- dados_extras, triggers or indexes.

-- +goose Up
CREATE TABLE IF NOT EXISTS usuarios (
    id            serial PRIMARY KEY,
    nome          varchar(255) NOT NULL,
    email         varchar(255) NOT NULL UNIQUE,
    senha_hash    varchar(255) NOT NULL,
    tipo          varchar(50)  NOT NULL DEFAULT 'funcionario',
    ativo         boolean      NOT NULL DEFAULT true,
    criado_em     timestamp    NOT NULL DEFAULT CURRENT_TIMESTAMP,
    atualizado_em timestamp    NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE IF NOT EXISTS chamados (
    id             serial PRIMARY KEY,
    titulo         varchar(500) NOT NULL,
    descricao      text         NOT NULL,
    categoria      varchar(50)  NOT NULL,
    prioridade     varchar(50)  NOT NULL DEFAULT 'media',
    status         varchar(50)  NOT NULL DEFAULT 'aberto',
    usuario_id     integer      NOT NULL REFERENCES usuarios (id),
    atribuido_para integer      REFERENCES usuarios (id),
    dados_extras   json,
    criado_em      timestamp    NOT NULL DEFAULT CURRENT_TIMESTAMP,
    atualizado_em  timestamp    NOT NULL DEFAULT CURRENT_TIMESTAMP,
    fechado_em     timestamp
);

CREATE TABLE IF NOT EXISTS comentarios (
    id         serial PRIMARY KEY,
    chamado_id integer   NOT NULL REFERENCES chamados (id) ON DELETE CASCADE,
    usuario_id integer   NOT NULL REFERENCES usuarios (id),
    comentario text      NOT NULL,
    criado_em  timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE IF NOT EXISTS anexos (
    id              serial PRIMARY KEY,
    chamado_id      integer      NOT NULL REFERENCES chamados (id) ON DELETE CASCADE,
    nome_arquivo    varchar(255) NOT NULL,
    caminho_arquivo varchar(500) NOT NULL,
    tamanho_bytes   integer,
    criado_em       timestamp    NOT NULL DEFAULT CURRENT_TIMESTAMP
);

ALTER TABLE chamados ADD COLUMN IF NOT EXISTS dados_extras json;

-- What follows corrects old rows: their atualizado_em must not move.
DROP TRIGGER IF EXISTS trigger_usuarios_atualizado ON usuarios;
DROP TRIGGER IF EXISTS trigger_chamados_atualizado ON chamados;

-- +goose StatementBegin
DO $$
DECLARE
    col record;
    con name;
    seq text;
    top bigint;
BEGIN
    -- The columns of words: text with a complete check, whatever they were.
    FOR col IN
        SELECT * FROM (VALUES
            ('usuarios', 'tipo',       'funcionario', '{ti,funcionario}'),
            ('chamados', 'categoria',  NULL,          '{hardware,software,rede,email,sistema,novo_colaborador,outro}'),
            ('chamados', 'prioridade', 'media',       '{baixa,media,alta,urgente}'),
            ('chamados', 'status',     'aberto',      '{aberto,em_andamento,aguardando,resolvido,fechado,cancelado}')
        ) AS v (tabela, coluna, padrao, palavras)
    LOOP
        FOR con IN
            SELECT c.conname FROM pg_constraint c
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attname = col.coluna
            WHERE c.conrelid = col.tabela::regclass AND c.contype = 'c' AND c.conkey = ARRAY[a.attnum]
        LOOP
            EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', col.tabela, con);
        END LOOP;
        IF (SELECT t.typtype = 'e' FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
            WHERE a.attrelid = col.tabela::regclass AND a.attname = col.coluna) THEN
            EXECUTE format('ALTER TABLE %I ALTER COLUMN %I DROP DEFAULT', col.tabela, col.coluna);
            EXECUTE format('ALTER TABLE %1$I ALTER COLUMN %2$I TYPE varchar(50) USING lower(%2$I::text)', col.tabela, col.coluna);
        END IF;
        IF col.padrao IS NOT NULL THEN
            EXECUTE format('ALTER TABLE %I ALTER COLUMN %I SET DEFAULT %L', col.tabela, col.coluna, col.padrao);
            EXECUTE format('UPDATE %1$I SET %2$I = %3$L WHERE %2$I IS NULL', col.tabela, col.coluna, col.padrao);
        END IF;
        EXECUTE format('ALTER TABLE %1$I ADD CONSTRAINT %2$I CHECK (%3$I = ANY (%4$L::text[])) NOT VALID',
            col.tabela, col.tabela || '_' || col.coluna || '_check', col.coluna, col.palavras);
        BEGIN
            EXECUTE format('ALTER TABLE %I VALIDATE CONSTRAINT %I', col.tabela, col.tabela || '_' || col.coluna || '_check');
        EXCEPTION WHEN check_violation THEN
            RAISE WARNING 'linhas antigas de %.% têm palavras desconhecidas; elas ficam como estão', col.tabela, col.coluna;
        END;
    END LOOP;

    -- Times and flags that old forms left empty.
    FOR col IN
        SELECT * FROM (VALUES
            ('usuarios',    'criado_em',     'CURRENT_TIMESTAMP', 'LOCALTIMESTAMP'),
            ('usuarios',    'atualizado_em', 'CURRENT_TIMESTAMP', 'criado_em'),
            ('chamados',    'criado_em',     'CURRENT_TIMESTAMP', 'LOCALTIMESTAMP'),
            ('chamados',    'atualizado_em', 'CURRENT_TIMESTAMP', 'criado_em'),
            ('comentarios', 'criado_em',     'CURRENT_TIMESTAMP', 'LOCALTIMESTAMP'),
            ('anexos',      'criado_em',     'CURRENT_TIMESTAMP', 'LOCALTIMESTAMP'),
            ('usuarios',    'ativo',         'true',              'false')
        ) AS v (tabela, coluna, padrao, antigo)
    LOOP
        EXECUTE format('UPDATE %1$I SET %2$I = %3$s WHERE %2$I IS NULL', col.tabela, col.coluna, col.antigo);
        EXECUTE format('ALTER TABLE %1$I ALTER COLUMN %2$I SET DEFAULT %3$s, ALTER COLUMN %2$I SET NOT NULL',
            col.tabela, col.coluna, col.padrao);
    END LOOP;

    -- Restored dumps may have left a sequence behind the ids.
    FOR col IN SELECT unnest(ARRAY['usuarios', 'chamados', 'comentarios', 'anexos']) AS tabela LOOP
        seq := pg_get_serial_sequence(col.tabela, 'id');
        EXECUTE format('SELECT max(id) FROM %I', col.tabela) INTO top;
        IF seq IS NULL THEN
            seq := col.tabela || '_id_seq';
            EXECUTE format('CREATE SEQUENCE IF NOT EXISTS %I AS integer', seq);
            EXECUTE format('ALTER SEQUENCE %I OWNED BY %I.id', seq, col.tabela);
            EXECUTE format('ALTER TABLE %I ALTER COLUMN id SET DEFAULT nextval(%L)', col.tabela, seq);
        END IF;
        IF top > coalesce(pg_sequence_last_value(seq), 0) THEN
            PERFORM setval(seq, top);
        END IF;
    END LOOP;
END
$$;
-- +goose StatementEnd

-- atualizado_em moves with every change of a row, unless the statement itself sets it: the
-- application writes its own clock, other programs need not write any.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION marcar_atualizado() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.atualizado_em := CURRENT_TIMESTAMP AT TIME ZONE 'UTC';
    RETURN NEW;
END
$$;
-- +goose StatementEnd

CREATE TRIGGER trigger_usuarios_atualizado BEFORE UPDATE ON usuarios FOR EACH ROW
    WHEN (NEW.atualizado_em IS NOT DISTINCT FROM OLD.atualizado_em AND NEW IS DISTINCT FROM OLD)
    EXECUTE FUNCTION marcar_atualizado();

CREATE INDEX IF NOT EXISTS idx_comentarios_chamado ON comentarios (chamado_id);
CREATE INDEX IF NOT EXISTS idx_anexos_chamado ON anexos (chamado_id);
