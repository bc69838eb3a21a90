package admin

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"chamados/admin/proxy"
	"chamados/domain"
)

const headerRequestID = "X-Request-Id"

type requestKey struct{}

// request is what the log says about one request.
type request struct {
	id     string
	userID int64
	failed error // what the person is not told
}

// requestOf returns the notes about the request that ctx belongs to.
func requestOf(ctx context.Context) *request {
	if q, ok := ctx.Value(requestKey{}).(*request); ok {
		return q
	}
	return &request{}
}

// identify gives every request an id: the caller's, if it is a sane one, or a new one.
func (s *Server) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(headerRequestID)
		if !saneID(id) {
			id = rand.Text()
		}
		w.Header().Set(headerRequestID, id)
		ctx := context.WithValue(r.Context(), requestKey{}, &request{id: id})
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

func saneID(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if c != '-' && c != '_' && c != '.' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return true
}

// observe logs every request and turns a panic into an answer.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		rec := &recorder{ResponseWriter: w}
		defer func() {
			cause := recover()
			if cause != nil && cause != http.ErrAbortHandler {
				requestOf(r.Context()).failed = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
				if rec.status == 0 {
					s.fail(rec, r, s.languageOf(r, nil), &domain.Error{Code: domain.CodeInternal, Key: "internal"}, nil)
				}
			}
			s.logRequest(r, rec, time.Since(start))
			if cause == http.ErrAbortHandler {
				panic(cause)
			}
		}()
		next.ServeHTTP(rec, r)
	})
}

func (s *Server) logRequest(r *http.Request, rec *recorder, took time.Duration) {
	q := requestOf(r.Context())
	level := slog.LevelInfo
	if s.Observe != nil && rec.status != http.StatusSwitchingProtocols {
		_, route, _ := strings.Cut(r.Pattern, " ")
		s.Observe(r.Method, route, rec.status, took)
	}
	attrs := []slog.Attr{
		slog.String("request_id", q.id), slog.String("method", r.Method), slog.String("path", r.URL.Path),
		slog.String("client", proxy.Client(r).String()), slog.Int("status", rec.status), slog.Int64("bytes", rec.bytes), slog.Duration("took", took),
	}
	if q.userID != 0 {
		attrs = append(attrs, slog.Int64("user_id", q.userID))
	}
	if q.failed != nil {
		level = slog.LevelError
		attrs = append(attrs, slog.String("error", q.failed.Error()))
	}
	s.Log.LogAttrs(r.Context(), level, "http", attrs...)
}

// recorder notes what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController and the WebSocket reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// contentPolicy allows nothing that does not come from here: no inline script or style.
const contentPolicy = "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; " +
	"frame-ancestors 'none'; form-action 'self'"

// strictTransport keeps a browser that came by TLS from coming without for a year. Subdomains are none of ours.
const strictTransport = "max-age=31536000"

// secure are the headers of every answer, each with a value that all of them share: nobody may change one in place.
var secure = map[string][]string{
	"Content-Security-Policy":      {contentPolicy},
	"X-Content-Type-Options":       {"nosniff"},
	"X-Frame-Options":              {"DENY"},
	"Referrer-Policy":              {"same-origin"},
	"Cross-Origin-Opener-Policy":   {"same-origin"},
	"Cross-Origin-Resource-Policy": {"same-origin"},
	"Permissions-Policy":           {"camera=(), geolocation=(), microphone=()"},
}

func secureHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		maps.Copy(h, secure)
		if proxy.Secure(r) {
			h.Set("Strict-Transport-Security", strictTransport)
		}
		next.ServeHTTP(w, r)
	})
}
