package admin

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"

	"chamados/domain"
)

const (
	maxUploads     = 10       // files in one request
	maxFields      = 20       // other parts
	maxUploadBody  = 64 << 20 // bytes in one request
	octetStream    = "application/octet-stream"
	sandboxPolicy  = "default-src 'none'; sandbox"
	sniffedBytes   = 512
	multipartField = "arquivo"
)

// shown are the types that a browser may show itself; all others are downloaded.
var shown = map[string]bool{
	"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true,
	"application/pdf": true, "text/plain": true,
}

type uploadDocument struct {
	File []byte `json:"arquivo"`
}

func (s *Server) attachmentRoutes() {
	const tag = "anexos"
	addRaw[uploadDocument, []attachmentJSON](s, endpoint{
		method: http.MethodPost, path: "/api/chamados/{id}/anexos", id: "upload-attachments", tag: tag,
		maxBody: maxUploadBody, errors: []int{http.StatusRequestEntityTooLarge, http.StatusInsufficientStorage}, accepts: "multipart/form-data",
	}, s.upload)
	add(s, endpoint{method: http.MethodGet, path: "/api/chamados/{id}/anexos", id: "list-attachments", tag: tag}, s.listAttachments)
	addRaw[none, []byte](s, endpoint{
		method: http.MethodGet, path: "/api/anexos/{id}", id: "download-attachment", tag: tag, content: octetStream,
	}, s.download)
}

func (s *Server) listAttachments(c *call, _ *none) ([]attachmentJSON, error) {
	v, err := s.view(c)
	if err != nil {
		return nil, err
	}
	return wireTicket(&v).Attachments, nil
}

// upload adds files to a ticket and answers all that it has.
func (s *Server) upload(c *call) error {
	v, err := s.view(c)
	if err != nil {
		return err
	}
	release, err := s.uploads.take(c.r.Context(), c.actor.ID)
	if err != nil {
		return &domain.Error{Code: domain.CodeUnavailable, Key: "unavailable", Err: err}
	}
	defer release()
	body := &livelyBody{c.r.Body, http.NewResponseController(c.w), time.Now().Add(uploadTimeout)}
	c.r.Body = body
	files, err := c.files()
	body.arrived()
	if err != nil {
		return err
	}
	if err := s.Desk.Attach(c.r.Context(), c.actor, v.ID, files, domain.Origin{}); err != nil {
		return err
	}
	out, err := s.listAttachments(c, nil)
	if err != nil {
		return err
	}
	return writeJSON(c.w, http.StatusOK, "application/json", out)
}

// files reads the files of a multipart body; what a client says of their types is not believed.
func (c *call) files() ([]domain.NewAttachment, error) {
	if c.r.ContentLength > maxUploadBody {
		return nil, errTooLarge
	}
	c.r.Body = http.MaxBytesReader(c.w, c.r.Body, maxUploadBody)
	parts, err := c.r.MultipartReader()
	if err != nil {
		return nil, malformed("body")
	}
	var files []domain.NewAttachment
	for fields := 0; fields <= maxFields; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return files, required(member{multipartField, len(files) == 0})
		}
		if err != nil {
			return nil, bodyError(err)
		}
		if part.FileName() == "" {
			if part.FormName() == "interno" {
				return nil, domain.Invalid(domain.FieldError{Field: "interno", Key: "files_are_public"})
			}
			fields++
			continue
		}
		if len(files) == maxUploads {
			return nil, domain.Invalid(domain.FieldError{
				Field: multipartField, Key: "too_many_files", Args: map[string]any{"Max": maxUploads},
			})
		}
		file, err := readFile(part)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return nil, malformed("body")
}

func readFile(part *multipart.Part) (domain.NewAttachment, error) {
	content, err := io.ReadAll(io.LimitReader(part, domain.MaxAttachment+1))
	if err != nil {
		return domain.NewAttachment{}, bodyError(err)
	}
	return domain.NewAttachment{
		Name: domain.CleanFileName(part.FileName()), MIME: http.DetectContentType(content[:min(len(content), sniffedBytes)]),
		Size: int64(len(content)), Content: content,
	}, nil
}

// showable reports whether a browser may show a file of this type that starts so: no text that looks
// like markup, whatever it was taken for.
func showable(mime string, start []byte) bool {
	kind, _, _ := strings.Cut(mime, ";")
	markup := bytes.HasPrefix(bytes.TrimLeft(start, "\ufeff \t\r\n"), []byte("<"))
	return shown[kind] && !(kind == "text/plain" && markup)
}

// download sends a file. Whatever could run in a browser is never shown by it.
func (s *Server) download(c *call) error {
	id, err := c.pathID(domain.ErrAttachmentNotFound)
	if err != nil {
		return err
	}
	f, content, err := s.Desk.Attachment(c.r.Context(), c.actor, id)
	if err != nil {
		return err
	}
	defer content.Close()
	in := bufio.NewReaderSize(content, sniffedBytes)
	start, err := in.Peek(sniffedBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	disposition, contentType := "attachment", octetStream
	if showable(f.MIME, start) {
		disposition, contentType = "inline", f.MIME
	}
	h := c.w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": f.Name}))
	h.Set("Content-Security-Policy", sandboxPolicy)
	h.Set("Cache-Control", "no-store")
	if f.Size > 0 {
		h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	}
	if _, err := io.Copy(&pieces{c: c, download: true}, in); err != nil {
		requestOf(c.r.Context()).failed = err
		panic(http.ErrAbortHandler)
	}
	return nil
}
