-- Targets and care. A clock that runs has a time (…_em), one that is paused has what is left of it
-- (…_resta, in microseconds); relogio_em is when the desk itself has to look at the ticket next.

-- +goose Up
ALTER TABLE chamados
    ADD COLUMN respondido_em      timestamp,
    ADD COLUMN sla_resposta_em    timestamp,
    ADD COLUMN sla_resposta_resta bigint,
    ADD COLUMN sla_solucao_em     timestamp,
    ADD COLUMN sla_solucao_resta  bigint,
    ADD COLUMN sla_marcas         smallint NOT NULL DEFAULT 0,
    ADD COLUMN cuidado_passo      smallint NOT NULL DEFAULT 0,
    ADD COLUMN cuidado_em         timestamp,
    ADD COLUMN relogio_em         timestamp;
CREATE INDEX idx_chamados_relogio ON chamados (relogio_em) WHERE relogio_em IS NOT NULL;

-- What the desk notes on a ticket is no change of it.
DROP TRIGGER trigger_chamados_atualizado ON chamados;
CREATE TRIGGER trigger_chamados_atualizado BEFORE UPDATE ON chamados FOR EACH ROW
    WHEN (NEW.versao = OLD.versao AND NOT registrado()) EXECUTE FUNCTION marcar_chamado();
