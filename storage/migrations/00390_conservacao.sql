-- Tables of which rows are changed and removed all the time are swept early, while little has to be swept:
-- the defaults wait for a fifth of a table, which at a million rows is minutes of work at once.

-- +goose Up
ALTER TABLE entrada SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE saida SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE chamados SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE eventos SET (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE conversas SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
