package panel

import (
	"bufio"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
)

// imageTypes are what a browser may show in the page; all else is downloaded.
var imageTypes = []string{"image/png", "image/jpeg", "image/gif", "image/webp"}

// sniffed is how many bytes http.DetectContentType looks at.
const sniffed = 512

// attachment answers a file. Only what its bytes prove to be a picture is shown; whatever
// it claims to be, nothing in it runs.
func (p *Panel) attachment(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	f, content, err := p.Desk.Attachment(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	defer content.Close()
	in := bufio.NewReaderSize(content, sniffed)
	start, err := in.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	disposition, kind := "attachment", "application/octet-stream"
	if t := http.DetectContentType(start); slices.Contains(imageTypes, t) {
		disposition, kind = "inline", t
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": f.Name}))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Cache-Control", "no-store")
	if f.Size > 0 && f.Stored {
		h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	}
	if _, err := io.Copy(w, in); err != nil {
		return nil // the reader went away, or the answer is cut: too late for another one
	}
	return nil
}
