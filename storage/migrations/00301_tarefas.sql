-- Times at which a job was done, so that it is done once.

-- +goose Up
CREATE TABLE tarefas (
    tarefa   varchar(100) NOT NULL,
    vez      varchar(40)  NOT NULL,
    feita_em timestamptz  NOT NULL,
    PRIMARY KEY (tarefa, vez)
);
