package storage

import (
	"context"
	"time"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

// placesFor is the FROM item of the places where IT is told of tickets of a category, an SQL
// expression: one of each group that can be reached, the topic for the category before that for all.
// leva says whether the group takes the category at all; see the table's migration.
func placesFor(category string) string {
	return `(SELECT chat_id, topico_id, leva FROM lugares WHERE categoria = coalesce((SELECT k.categoria FROM lugares k WHERE k.categoria = ` +
		category + ` LIMIT 1), ''))`
}

// Groups returns the places where IT is told of tickets, the oldest first.
func (s *store) Groups(ctx context.Context) ([]domain.Group, error) {
	var out []domain.Group
	err := s.run(ctx, statement{sql: `SELECT chat_id, titulo, topico_id, categorias, movido_de, sem_acesso_em FROM grupos
			ORDER BY criado_em, chat_id, topico_id`,
		read: each(func(rows pgx.Rows) error {
			var g domain.Group
			var categories []string
			err := rows.Scan(&g.ChatID, &g.Title, &g.ThreadID, &categories, &g.MovedFrom, (*zeroTime)(&g.LostAt))
			for _, c := range categories {
				g.Categories = append(g.Categories, domain.Category(c))
			}
			out = append(out, g)
			return err
		})})
	return out, wrap("list groups", err)
}

// SaveGroup connects a place or updates it. A new topic of a group without access is without it too.
func (s *store) SaveGroup(ctx context.Context, g domain.Group) error {
	return wrap("save a group", s.run(ctx, statement{
		sql: `INSERT INTO grupos (chat_id, titulo, topico_id, categorias, movido_de, sem_acesso_em)
			SELECT $1, $2, $3, $4, $5, min(sem_acesso_em) FROM grupos WHERE chat_id = $1
			ON CONFLICT (chat_id, topico_id) DO UPDATE SET titulo = $2, categorias = $4, movido_de = coalesce(nullif($5, 0), grupos.movido_de)`,
		args: []any{g.ChatID, g.Title, g.ThreadID, words(g.Categories), g.MovedFrom},
	}))
}

// DropTopic disconnects one topic of a group.
func (s *store) DropTopic(ctx context.Context, chatID, threadID int64) error {
	return wrap("drop a topic", s.run(ctx, statement{
		sql: `DELETE FROM grupos WHERE chat_id = $1 AND topico_id = $2`, args: []any{chatID, threadID},
	}))
}

// DropGroup disconnects a group; what still waited for it is given up.
func (s *store) DropGroup(ctx context.Context, chatID int64) error {
	return wrap("drop a group", s.run(ctx, append([]statement{
		{sql: `DELETE FROM grupos WHERE chat_id = $1`, args: []any{chatID}},
	}, s.silenced(chatID, "grupo desconectado")...)...))
}

// silenced gives up what waits for a group, and its live cards.
func (s *store) silenced(chatID int64, cause string) []statement {
	return []statement{
		{sql: `UPDATE saida SET terminado_em = $2, tomado_ate = NULL, erro = $3
			WHERE faixa = $1 AND terminado_em IS NULL AND tipo <> 'mensagem' AND usuario_id IS NULL`, args: []any{chatID, s.db.clock(), cause}},
		{sql: `UPDATE mensagens SET cartao = false WHERE chat_id = $1 AND cartao`, args: []any{chatID}},
	}
}

// LoseGroup notes that a group cannot be written to. What waits for it goes where its tickets are told of
// now, unless that is told there already.
func (s *store) LoseGroup(ctx context.Context, chatID int64, at time.Time) (bool, error) {
	var lost, lanes []int64
	err := s.run(ctx, statement{
		sql:  `UPDATE grupos SET sem_acesso_em = $2 WHERE chat_id = $1 AND sem_acesso_em IS NULL RETURNING chat_id`,
		args: []any{chatID, at}, read: ints(&lost),
	})
	if err != nil || len(lost) == 0 {
		return false, wrap("lose a group", err)
	}
	err = s.run(ctx, append([]statement{{
		sql: `UPDATE saida s SET faixa = g.chat_id, topico_id = g.topico_id, tomado_ate = NULL, tentativas = 0, incerto = false, proxima_em = $2
			FROM chamados c CROSS JOIN LATERAL ` + placesFor(`c.categoria`) + ` g
			WHERE s.faixa = $1 AND s.terminado_em IS NULL AND s.tipo <> 'mensagem' AND s.usuario_id IS NULL AND c.id = s.chamado_id AND g.leva
				AND NOT EXISTS (SELECT FROM saida o WHERE o.chamado_id = s.chamado_id AND o.faixa = g.chat_id AND o.tipo = s.tipo AND o.evento_id = s.evento_id)
			RETURNING s.faixa`,
		args: []any{chatID, s.db.clock()}, read: ints(&lanes),
	}}, s.silenced(chatID, "grupo sem acesso")...)...)
	if err == nil {
		s.wakes(Wake{OutboxLanes: lanes})
	}
	return true, wrap("lose a group", err)
}

// RegainGroup notes that a group can be written to again.
func (s *store) RegainGroup(ctx context.Context, chatID int64) error {
	return wrap("regain a group", s.run(ctx, statement{
		sql: `UPDATE grupos SET sem_acesso_em = NULL WHERE chat_id = $1`, args: []any{chatID},
	}))
}

// ForgetTopic makes what a topic took go outside of it, also what waits to be sent there.
func (s *store) ForgetTopic(ctx context.Context, chatID, threadID int64) error {
	args := []any{chatID, threadID}
	return wrap("forget a topic", s.run(ctx,
		statement{sql: `UPDATE grupos f SET categorias = CASE WHEN cardinality(f.categorias) = 0 OR cardinality(t.categorias) = 0 THEN '{}'
				ELSE f.categorias || t.categorias END FROM grupos t
			WHERE f.chat_id = $1 AND f.topico_id = 0 AND t.chat_id = $1 AND t.topico_id = $2`, args: args},
		statement{sql: `DELETE FROM grupos WHERE chat_id = $1 AND topico_id = $2 AND EXISTS (SELECT FROM grupos WHERE chat_id = $1 AND topico_id = 0)`, args: args},
		statement{sql: `UPDATE grupos SET topico_id = 0 WHERE chat_id = $1 AND topico_id = $2`, args: args},
		statement{sql: `UPDATE saida SET topico_id = 0 WHERE faixa = $1 AND topico_id = $2 AND terminado_em IS NULL`, args: args},
	))
}

// MoveGroup follows a group's migration to another id: its places, its conversation and what waits to be
// sent move. Messages keep the old id, because numbers start anew in the new chat; so the next change
// of a ticket sends its card there anew.
func (s *store) MoveGroup(ctx context.Context, from, to int64) error {
	move := []any{from, to}
	err := s.run(ctx,
		statement{sql: `DELETE FROM grupos WHERE chat_id = $2 AND EXISTS (SELECT FROM grupos WHERE chat_id = $1)`, args: move},
		statement{sql: `UPDATE grupos SET chat_id = $2, movido_de = $1 WHERE chat_id = $1`, args: move},
		statement{sql: `DELETE FROM conversas WHERE chat_id = $2 AND EXISTS (SELECT FROM conversas WHERE chat_id = $1)`, args: move},
		statement{sql: `UPDATE conversas SET chat_id = $2 WHERE chat_id = $1`, args: move},
		statement{sql: `UPDATE mensagens SET cartao = false WHERE chat_id = $1 AND cartao`, args: []any{from}},
		statement{sql: `UPDATE saida SET faixa = $2 WHERE faixa = $1 AND terminado_em IS NULL`, args: move},
	)
	if err == nil {
		s.wakes(Wake{OutboxLanes: []int64{to}})
	}
	return wrap("move a group", err)
}
