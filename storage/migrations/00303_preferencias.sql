-- What people want to hear of, and when not; messages that wait on purpose.

-- +goose Up
ALTER TABLE usuarios
    ADD COLUMN avisos_mudos     text[]   NOT NULL DEFAULT '{}',
    ADD COLUMN silencio_de      smallint,
    ADD COLUMN silencio_ate     smallint,
    ADD COLUMN silencio_urgente boolean  NOT NULL DEFAULT true;

-- A row that waits on purpose (adiado) until proxima_em holds up nothing behind it; one that waits after
-- a failure does.
ALTER TABLE saida ADD COLUMN adiado boolean NOT NULL DEFAULT false;

-- The end of the quiet hours that a moment lies in; NULL if it lies in none. de and ate are minutes of the
-- day in a time zone; the night lies between if ate comes before de.
CREATE FUNCTION fim_silencio(agora timestamptz, zona text, de smallint, ate smallint) RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT CASE
            WHEN de < ate AND m >= de AND m < ate OR de > ate AND m < ate THEN dia + ate * interval '1 minute'
            WHEN de > ate AND m >= de THEN dia + (ate + 1440) * interval '1 minute'
        END AT TIME ZONE zona
        FROM (SELECT date_trunc('day', local) AS dia, extract(epoch FROM local - date_trunc('day', local)) / 60 AS m
            FROM (SELECT agora AT TIME ZONE zona AS local) l) d);
