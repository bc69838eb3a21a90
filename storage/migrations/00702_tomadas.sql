-- Whether somebody is sending to a chat is asked at every look and every claim: it must not take reading all that waits there.

-- +goose Up
CREATE INDEX idx_saida_tomadas ON saida (faixa) WHERE terminado_em IS NULL AND tomado_ate IS NOT NULL;
