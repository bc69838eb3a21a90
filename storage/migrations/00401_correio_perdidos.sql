-- E-mails that were given up, to be shown and tried again.

-- +goose Up
CREATE INDEX idx_correio_perdidos ON correio (terminado_em) WHERE terminado_em IS NOT NULL AND erro IS NOT NULL;
