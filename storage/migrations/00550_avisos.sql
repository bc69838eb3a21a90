-- By which way people are told, of which tickets they do not want to hear, when their own digest comes; and
-- the warnings in chats that still stand, so that they are edited away when they have become moot.

-- +goose Up
ALTER TABLE usuarios
    ADD COLUMN avisos_canal varchar(10) NOT NULL DEFAULT 'chat' CHECK (avisos_canal IN ('chat', 'email', 'ambos')),
    ADD COLUMN resumo_em    smallint,
    ADD COLUMN resumo_desde timestamptz;

CREATE TABLE silenciados (
    usuario_id integer NOT NULL REFERENCES usuarios (id) ON DELETE CASCADE,
    chamado_id integer NOT NULL REFERENCES chamados (id) ON DELETE CASCADE,
    PRIMARY KEY (usuario_id, chamado_id)
);

CREATE TABLE alarmes (
    chat_id      bigint  NOT NULL,
    mensagem_id  bigint  NOT NULL,
    evento_id    bigint  NOT NULL,
    chamado_id   integer NOT NULL REFERENCES chamados (id) ON DELETE CASCADE,
    usuario_id   integer,
    encerrado_em timestamptz,
    PRIMARY KEY (chat_id, mensagem_id, evento_id)
);
CREATE INDEX idx_alarmes_chamado ON alarmes (chamado_id) WHERE encerrado_em IS NULL;
