package storage

import (
	"context"
	"time"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

// slotMemory is for how long taken slots are remembered.
const slotMemory = 90 * 24 * time.Hour

// TakeSlot runs do in one transaction with taking the slot of a job; taken is false when somebody had
// it before. Whoever comes while it is being done waits for the outcome.
func (db *DB) TakeSlot(ctx context.Context, job, slot string, do func(tx domain.Tx) error) (taken bool, err error) {
	now := db.clock()
	err = db.transact(ctx, func(s *store) error {
		err := s.run(ctx,
			statement{sql: `INSERT INTO tarefas (tarefa, vez, feita_em) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING true`,
				args: []any{job, slot, now}, read: each(func(rows pgx.Rows) error { return rows.Scan(&taken) })},
			statement{sql: `DELETE FROM tarefas WHERE tarefa = $1 AND feita_em < $2`, args: []any{job, now.Add(-slotMemory)}},
		)
		if err != nil || !taken {
			return wrap("take the slot of a job", err)
		}
		return do(s)
	})
	return taken && err == nil, err
}

// LastSlot returns the newest slot of a job that was taken, "" if none ever was.
func (db *DB) LastSlot(ctx context.Context, job string) (string, error) {
	var slot string
	err := db.run(ctx, statement{sql: `SELECT coalesce(max(vez), '') FROM tarefas WHERE tarefa = $1`, args: []any{job},
		read: one(func(rows pgx.Rows) error { return rows.Scan(&slot) })})
	return slot, wrap("look up a job's last slot", err)
}
