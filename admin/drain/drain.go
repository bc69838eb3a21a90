// Package drain lets a client that is refused hear why.
package drain

import (
	"io"
	"net/http"
	"time"
)

// Patience bounds what is read from somebody who is about to be refused.
type Patience struct {
	Bytes int64
	Time  time.Duration
}

// Body reads on, within bounds, what a client still sends that is about to be refused: closed
// before, the connection might end without the answer. A client that waits to be asked is not.
func Body(w http.ResponseWriter, r *http.Request, body io.Reader, p Patience) {
	if r.Header.Get("Expect") != "" {
		return
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(p.Time))
	_, _ = io.CopyN(io.Discard, body, p.Bytes)
}
