-- Since when a person looks at the panel: what happened before is no news to them. No foreign key:
-- it is asked for with every list.

-- +goose Up
CREATE TABLE visitas (
    usuario_id integer   PRIMARY KEY,
    desde      timestamp NOT NULL
);

-- +goose Down
DROP TABLE visitas;
