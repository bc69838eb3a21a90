package storage

import (
	"context"
	"time"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

// fetchLease is how long a file that was handed out is left to whoever fetches it.
const fetchLease = 5 * time.Minute

// files implements [domain.FileStore].
type files struct{ db *DB }

// DueFiles hands out attachments whose content is to be fetched; each is given to one caller, and again
// after five minutes, or when its process dies, if that one is not heard of.
func (f files) DueFiles(ctx context.Context, limit int) ([]domain.FileJob, error) {
	now := f.db.clock()
	owner, _ := f.db.owner(fetchLease)
	var out []domain.FileJob
	err := f.db.run(ctx, statement{sql: `UPDATE anexos f SET proxima_tentativa = $2, tomado_por = $4 WHERE f.id IN (
			SELECT id FROM anexos WHERE estado = 'pendente' AND proxima_tentativa <= $1
			ORDER BY proxima_tentativa LIMIT $3 FOR UPDATE SKIP LOCKED)
		RETURNING f.id, f.chamado_id, f.nome_arquivo, f.telegram_file_id, f.tentativas,
			(SELECT telegram_id FROM usuarios u WHERE u.id = f.usuario_id), (SELECT idioma FROM usuarios u WHERE u.id = f.usuario_id)`,
		args: []any{now, now.Add(fetchLease), limit, owner},
		read: each(func(rows pgx.Rows) error {
			var j domain.FileJob
			err := rows.Scan(&j.AttachmentID, &j.TicketID, &j.Name, (*zeroText)(&j.FileID), &j.Attempts,
				(*zeroInt)(&j.ChatID), (*zeroText)(&j.Lang))
			out = append(out, j)
			return err
		})})
	return out, wrap("look for files to fetch", err)
}

// StoreFile keeps a content, in place of any that was stored before.
func (f files) StoreFile(ctx context.Context, attachmentID int64, mime string, content []byte) error {
	name, err := f.db.writeOutside(content)
	if err != nil {
		return err
	}
	var parts [][]byte
	if name == "" {
		parts = pieces(content)
	}
	err = f.db.run(ctx,
		statement{sql: `DELETE FROM anexo_partes WHERE anexo_id = $1::bigint`, args: []any{attachmentID}},
		statement{sql: `INSERT INTO anexo_partes (anexo_id, parte, dados)
			SELECT f.id, p.n - 1, p.dados FROM anexos f, unnest($2::bytea[]) WITH ORDINALITY AS p (dados, n) WHERE f.id = $1::bigint`,
			args: []any{attachmentID, parts}},
		statement{sql: `UPDATE anexos SET estado = 'guardado', tipo_mime = $2, tamanho_bytes = $3, caminho_arquivo = $4,
			proxima_tentativa = NULL, tomado_por = NULL, erro = NULL WHERE id = $1::bigint RETURNING id`,
			args: []any{attachmentID, mime, len(content), nullText(name)}, read: one(func(pgx.Rows) error { return nil })},
	)
	return wrap("store a file", absent(err, domain.ErrAttachmentNotFound))
}

// FailFile counts a failed attempt and says when to try again; zero gives the file up.
func (f files) FailFile(ctx context.Context, attachmentID int64, cause string, retry time.Time) error {
	err := f.db.run(ctx, statement{sql: `UPDATE anexos SET tentativas = tentativas + 1, erro = $2, proxima_tentativa = $3, tomado_por = NULL,
		estado = CASE WHEN $3::timestamptz IS NULL THEN 'falhou' ELSE estado END WHERE id = $1::bigint`,
		args: []any{attachmentID, cause, nullTime(retry)}})
	return wrap("note a failed file", err)
}
