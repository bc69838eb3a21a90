-- A forum group may take tickets in several of its topics, each for its own categories: a row is a place,
-- a group or a topic of it. A group that the bot cannot write to any more is kept, with the moment since
-- when, until somebody of IT connects it again. A card knows its topic, so that it can follow its ticket
-- to another one; NULL is one from before, or one outside of IT's groups.

-- +goose Up
ALTER TABLE grupos DROP CONSTRAINT grupos_pkey;
ALTER TABLE grupos ADD PRIMARY KEY (chat_id, topico_id);
ALTER TABLE grupos ADD COLUMN sem_acesso_em timestamptz;
ALTER TABLE mensagens ADD COLUMN topico_id bigint;
