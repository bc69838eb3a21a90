package storage

import (
	"context"
	"errors"
	"io"

	"chamados/domain"
)

// Moved is what [DB.MoveContents] has done.
type Moved struct {
	Files   int
	Bytes   int64
	Missing []int64 // attachments whose content could not be found
}

// MoveContents brings the contents of all attachments to where new ones go, one after the other, while people work.
// Ended early it has moved some, and goes on from there when called again. What was moved out of the directory is swept
// away some days later.
func (db *DB) MoveContents(ctx context.Context) (m Moved, err error) {
	const batch = 100
	for last := int64(0); ; {
		list, err := db.elsewhere(ctx, last, batch)
		if err != nil || len(list) == 0 {
			return m, wrap("move contents", err)
		}
		for _, f := range list {
			last = f.ID
			err := db.moveContent(ctx, f)
			switch {
			case errors.Is(err, domain.ErrContentMissing):
				m.Missing = append(m.Missing, f.ID)
			case errors.Is(err, domain.ErrAttachmentNotFound): // taken back meanwhile
			case err != nil:
				return m, wrap("move a content", err)
			default:
				m.Files, m.Bytes = m.Files+1, m.Bytes+f.Size
			}
		}
	}
}

// elsewhere returns attachments, by id, whose contents are not where new ones go.
func (db *DB) elsewhere(ctx context.Context, after int64, limit int) (list []domain.Attachment, err error) {
	err = db.run(ctx, statement{sql: `SELECT ` + attachmentColumns + ` FROM anexos f WHERE f.id > $1::bigint AND f.estado = 'guardado'
			AND f.tamanho_bytes > 0 AND (f.caminho_arquivo IS NULL) = $2 ORDER BY f.id LIMIT $3`,
		args: []any{after, db.outside, limit}, read: readAttachments(&list)})
	return list, err
}

func (db *DB) moveContent(ctx context.Context, f domain.Attachment) error {
	r, err := db.AttachmentContent(ctx, f.ID)
	if err != nil {
		return err
	}
	content, err := io.ReadAll(io.LimitReader(r, domain.MaxAttachment+1))
	if err = errors.Join(err, r.Close()); err != nil {
		return err
	}
	if int64(len(content)) != f.Size {
		return domain.ErrAttachmentNotFound // somebody else has just moved it, or it is being taken back
	}
	return db.Files().StoreFile(ctx, f.ID, f.MIME, content)
}
