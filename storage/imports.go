package storage

import (
	"context"
	"encoding/json"
	"time"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

// importMemory is how long files and reports are kept: they are lists of people.
const importMemory = 7 * 24 * time.Hour

// TakenEmails returns those of the addresses that accounts have.
func (s *store) TakenEmails(ctx context.Context, emails []string) (map[string]bool, error) {
	taken := map[string]bool{}
	err := s.run(ctx, statement{sql: `SELECT lower(email) FROM usuarios WHERE lower(email) = ANY ($1)`, args: []any{emails},
		read: each(func(rows pgx.Rows) error {
			var email string
			err := rows.Scan(&email)
			taken[email] = true
			return err
		})})
	return taken, wrap("look up addresses", err)
}

// CreateUsers writes accounts without a password in one statement; those whose address is taken are left
// out, also when somebody else takes it at the same moment.
func (s *store) CreateUsers(ctx context.Context, users []domain.User) ([]int64, error) {
	names, emails, roles, langs := make([]string, len(users)), make([]string, len(users)), make([]string, len(users)), make([]string, len(users))
	place := map[string]int{}
	for i, u := range users {
		names[i], emails[i], roles[i], langs[i] = u.Name, u.Email, string(u.Role), string(u.Lang)
		place[u.Email] = i
	}
	ids := make([]int64, len(users))
	err := s.run(ctx, statement{sql: `INSERT INTO usuarios (nome, email, tipo, idioma, ativo, criado_em, atualizado_em)
			SELECT n.nome, n.email, n.tipo, nullif(n.idioma, ''), true, $5, $5
			FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS n (nome, email, tipo, idioma, ordem)
			WHERE NOT EXISTS (SELECT FROM usuarios u WHERE lower(u.email) = lower(n.email)) ORDER BY n.ordem
			ON CONFLICT DO NOTHING RETURNING id::bigint, email`,
		args: []any{names, emails, roles, langs, s.db.clock()}, read: each(func(rows pgx.Rows) error {
			var id int64
			var email string
			err := rows.Scan(&id, &email)
			if i, ok := place[email]; ok {
				ids[i] = id
			}
			return err
		})})
	return ids, wrap("create accounts", err)
}

// CreateImport keeps an import, and forgets old ones.
func (s *store) CreateImport(ctx context.Context, j domain.ImportJob) error {
	now := s.db.clock()
	return wrap("keep an import", s.run(ctx,
		statement{sql: `DELETE FROM importacoes WHERE criado_em < $1`, args: []any{now.Add(-importMemory)}},
		statement{sql: `INSERT INTO importacoes (id, usuario_id, nome_arquivo, conteudo, estado, total, criado_em, atualizado_em)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $7)`,
			args: []any{j.ID, j.UserID, j.FileName, j.Content, string(j.State), j.Total, now}},
	))
}

// Import returns an import, or [domain.ErrImportNotFound].
func (s *store) Import(ctx context.Context, id string) (domain.ImportJob, error) {
	var j domain.ImportJob
	var report []byte
	err := s.run(ctx, statement{sql: `SELECT id, usuario_id, nome_arquivo, conteudo, estado, total, feitas, resultado, criado_em, atualizado_em
		FROM importacoes WHERE id = $1`, args: []any{id}, read: one(func(rows pgx.Rows) error {
		return rows.Scan(&j.ID, &j.UserID, &j.FileName, &j.Content, (*zeroText)(&j.State), &j.Total, &j.Done, &report,
			(*zeroTime)(&j.CreatedAt), (*zeroTime)(&j.UpdatedAt))
	})})
	if err == nil && report != nil {
		err = json.Unmarshal(report, &j.Report)
	}
	return j, wrap("read an import", absent(err, domain.ErrImportNotFound))
}

// StartImport makes a draft a running import, once.
func (s *store) StartImport(ctx context.Context, id string, total int) (bool, error) {
	started := false
	err := s.run(ctx, statement{sql: `UPDATE importacoes SET estado = $2, total = $3, conteudo = NULL, atualizado_em = $5
			WHERE id = $1 AND estado = $4 RETURNING id`,
		args: []any{id, string(domain.ImportRunning), total, string(domain.ImportDraft), s.db.clock()},
		read: each(func(pgx.Rows) error { started = true; return nil })})
	return started, wrap("start an import", err)
}

// SaveImport writes how far an import has come.
func (s *store) SaveImport(ctx context.Context, j domain.ImportJob) error {
	var report any
	if len(j.Report.Results) > 0 {
		raw, err := json.Marshal(j.Report)
		if err != nil {
			return err
		}
		report = string(raw)
	}
	return wrap("save an import", s.run(ctx, statement{
		sql:  `UPDATE importacoes SET estado = $2, feitas = $3, resultado = $4::json, conteudo = NULL, atualizado_em = $5 WHERE id = $1`,
		args: []any{j.ID, string(j.State), j.Done, report, s.db.clock()},
	}))
}
