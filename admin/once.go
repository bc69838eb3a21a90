package admin

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"net/http"

	"chamados/domain"
)

const (
	headerOnce     = "Idempotency-Key"
	headerRepeated = "Idempotent-Replayed"
)

var onceParam = param{in: "header", name: headerOnce, kind: "string"}

// once answers a request that may be repeated under a key: the first time by what act does,
// in one transaction with remembering it; then with the first answer. What is remembered is
// the ETag, a line break, and the body.
func (c *call) once(key string, body []byte, act func() (any, error)) error {
	h := c.w.Header()
	kept, again, err := c.desk.Once(c.r.Context(), c.actor, key, c.digest(body), func(d *domain.Desk) ([]byte, error) {
		c.desk = d
		out, err := act()
		if err != nil {
			return nil, err
		}
		answer := bytes.NewBufferString(h.Get("ETag") + "\n")
		enc := json.NewEncoder(answer)
		enc.SetEscapeHTML(false)
		err = enc.Encode(out)
		return answer.Bytes(), err
	})
	if err != nil {
		h.Del("ETag")
		return err
	}
	etag, said, _ := bytes.Cut(kept, []byte("\n"))
	if len(etag) > 0 {
		h.Set("ETag", string(etag))
	}
	if again {
		h.Set(headerRepeated, "true")
	}
	return writeJSON(c.w, http.StatusOK, "application/json", json.RawMessage(said))
}

// digest tells requests under one key apart: by operation, path and body.
func (c *call) digest(body []byte) []byte {
	h := sha256.New()
	_, _ = h.Write([]byte(c.r.Method + " " + c.r.URL.Path + "\n"))
	_, _ = h.Write(body)
	return h.Sum(nil)
}
