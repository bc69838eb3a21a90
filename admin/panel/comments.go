package panel

import (
	"fmt"
	"io"
	"mime/multipart"
	"net/http"

	"chamados/domain"
)

const (
	// maxUpload bounds one form with its files, in bytes.
	maxUpload = 3 * domain.MaxAttachment
	// inMemory is how much of a form is held in memory while it is read.
	inMemory = 1 << 20
)

// readUpload reads a form that may bring files.
func readUpload(w http.ResponseWriter, r *http.Request) ([]domain.NewAttachment, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	if err := r.ParseMultipartForm(inMemory); err != nil {
		return nil, unreadable(err)
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }()
	var out []domain.NewAttachment
	for _, h := range r.MultipartForm.File["arquivo"] {
		if h.Filename == "" {
			continue
		}
		f, err := readFile(h)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// readFile takes one file; of one that is too large only the size, for the desk to refuse.
func readFile(h *multipart.FileHeader) (domain.NewAttachment, error) {
	out := domain.NewAttachment{Name: h.Filename, Size: h.Size}
	if h.Size > domain.MaxAttachment {
		return out, nil
	}
	f, err := h.Open()
	if err != nil {
		return out, fmt.Errorf("open upload: %w", err)
	}
	defer f.Close()
	if out.Content, err = io.ReadAll(f); err != nil {
		return out, fmt.Errorf("read upload: %w", err)
	}
	out.MIME = http.DetectContentType(out.Content)
	return out, nil
}

func (p *Panel) comment(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	files, err := readUpload(w, r)
	if err != nil {
		return err
	}
	n := domain.NewComment{
		Text: r.PostFormValue("comentario"), Internal: r.PostFormValue("interno") == "1", Attachments: files,
	}
	_, err = p.Desk.Comment(r.Context(), v.Actor, id, n)
	if domain.CodeOf(err) == domain.CodeInvalid {
		return p.showTicket(w, r, v, id, statusOf(err), func(b *ticketBody) {
			b.Problems = problemsOf(v.Lang, err)
			b.Draft = commentDraft{Text: n.Text, Internal: n.Internal}
		})
	}
	if err != nil {
		return p.refuse(w, r, v, id, err)
	}
	key := "commented"
	if n.Internal {
		key = "noted"
	}
	setFlash(w, r, key, id)
	return redirect(w, r, ticketPath(id)+"#conversa")
}

func (p *Panel) editComment(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, 256<<10)
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	c, err := p.Desk.EditComment(r.Context(), v.Actor, id, r.PostFormValue("comentario"))
	if err != nil {
		return err
	}
	setFlash(w, r, "edited", c.TicketID)
	return redirect(w, r, fmt.Sprintf("%s#comentario-%d", ticketPath(c.TicketID), c.ID))
}
