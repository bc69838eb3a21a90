package storage

import (
	"context"
	"io"
	"time"

	"chamados/domain"

	"github.com/jackc/pgx/v5"
)

// partSize is how large the pieces of a stored content are.
const partSize = 256 << 10

const attachmentColumns = `f.id, f.chamado_id, f.comentario_id, f.usuario_id, f.nome_arquivo, f.tipo_mime,
	f.tamanho_bytes, f.criado_em, f.interno, f.estado = 'guardado', f.telegram_file_id`

func scanAttachment(rows pgx.Rows, f *domain.Attachment) error {
	return rows.Scan(&f.ID, &f.TicketID, (*zeroInt)(&f.CommentID), (*zeroInt)(&f.UploaderID), &f.Name, (*zeroText)(&f.MIME),
		(*zeroInt)(&f.Size), &f.CreatedAt, &f.Internal, &f.Stored, (*zeroText)(&f.FileID))
}

func readAttachments(into *[]domain.Attachment) func(pgx.Rows) error {
	return each(func(rows pgx.Rows) error {
		*into = append(*into, domain.Attachment{})
		return scanAttachment(rows, &(*into)[len(*into)-1])
	})
}

// Attachment returns one attachment's description, or [domain.ErrAttachmentNotFound].
func (s *store) Attachment(ctx context.Context, id int64) (domain.Attachment, error) {
	var f domain.Attachment
	err := s.run(ctx, statement{sql: `SELECT ` + attachmentColumns + ` FROM anexos f WHERE f.id = $1::bigint`, args: []any{id},
		read: one(func(rows pgx.Rows) error { return scanAttachment(rows, &f) })})
	return f, wrap("read an attachment", absent(err, domain.ErrAttachmentNotFound))
}

// Attached returns the bytes of the attachments that a person has added since a time.
func (s *store) Attached(ctx context.Context, userID int64, since time.Time) (int64, error) {
	var sum int64
	err := s.run(ctx, statement{sql: `SELECT coalesce(sum(tamanho_bytes), 0)::bigint FROM anexos WHERE usuario_id = $1::integer AND criado_em > $2::timestamp`,
		args: []any{userID, since}, read: one(func(rows pgx.Rows) error { return rows.Scan(&sum) })})
	return sum, wrap("sum up attachments", err)
}

// AttachmentContent opens a stored content, or returns [domain.ErrAttachmentNotFound] while there is
// none. A reader of the database fetches piece by piece under ctx and holds no connection in between.
func (s *store) AttachmentContent(ctx context.Context, id int64) (io.ReadCloser, error) {
	var stored bool
	var name string
	err := s.run(ctx, statement{sql: `SELECT estado = 'guardado', caminho_arquivo FROM anexos WHERE id = $1::bigint`, args: []any{id},
		read: one(func(rows pgx.Rows) error { return rows.Scan(&stored, (*zeroText)(&name)) })})
	switch {
	case err != nil:
		return nil, wrap("look for a content", absent(err, domain.ErrAttachmentNotFound))
	case !stored:
		return nil, domain.ErrAttachmentNotFound
	case name != "":
		return s.db.openOutside(name)
	}
	return &content{ctx: ctx, store: s, id: id}, nil
}

// content reads the pieces of a file one after the other.
type content struct {
	ctx   context.Context
	store *store
	id    int64
	next  int
	rest  []byte
	ended bool
}

func (c *content) Read(p []byte) (int, error) {
	for len(c.rest) == 0 {
		if c.ended {
			return 0, io.EOF
		}
		if err := c.fetch(); err != nil {
			return 0, err
		}
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func (c *content) fetch() error {
	c.ended = true
	err := c.store.run(c.ctx, statement{sql: `SELECT dados FROM anexo_partes WHERE anexo_id = $1::bigint AND parte = $2`, args: []any{c.id, c.next},
		read: each(func(rows pgx.Rows) error {
			c.ended = false
			return rows.Scan(&c.rest)
		})})
	c.next++
	return wrap("read a file", err)
}

func (c *content) Close() error {
	c.ended, c.rest = true, nil
	return nil
}

// pieces cuts a content into parts of at most partSize; an empty one has none.
func pieces(content []byte) [][]byte {
	var out [][]byte
	for len(content) > 0 {
		n := min(partSize, len(content))
		out = append(out, content[:n])
		content = content[n:]
	}
	return out
}
