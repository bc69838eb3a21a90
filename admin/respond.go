package admin

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/language"

	"chamados/domain"
	"chamados/domain/i18n"
)

// statusOf is the one map from the domain's kinds of failure to HTTP.
var statusOf = map[domain.Code]int{
	domain.CodeInvalid:      http.StatusUnprocessableEntity,
	domain.CodeUnauthorized: http.StatusUnauthorized,
	domain.CodeForbidden:    http.StatusForbidden,
	domain.CodeNotFound:     http.StatusNotFound,
	domain.CodeConflict:     http.StatusConflict,
	domain.CodeStale:        http.StatusPreconditionFailed,
	domain.CodeThrottled:    http.StatusTooManyRequests,
	domain.CodeUnavailable:  http.StatusServiceUnavailable,
	domain.CodeInternal:     http.StatusInternalServerError,
}

// Failures that only HTTP knows; keyStatus has their status.
var (
	errNotFound         = &domain.Error{Code: domain.CodeNotFound, Key: "not_found"}
	errMethodNotAllowed = &domain.Error{Code: domain.CodeInvalid, Key: "method_not_allowed"}
	errTooLarge         = &domain.Error{Code: domain.CodeInvalid, Key: "too_large"}
)

var keyStatus = map[string]int{
	errMethodNotAllowed.Key: http.StatusMethodNotAllowed,
	errTooLarge.Key:         http.StatusRequestEntityTooLarge,

	domain.ErrStorageFull.Key: http.StatusInsufficientStorage,
}

// problem is the body of every error (RFC 9457).
type problem struct {
	Status    int            `json:"status"`
	Title     string         `json:"title"`
	Detail    string         `json:"detail"`
	Code      string         `json:"code"`
	RequestID string         `json:"request_id"`
	Errors    []problemField `json:"errors,omitempty"`
	Current   *ticketJSON    `json:"atual,omitempty"`
}

// problemField says what is wrong with one field.
type problemField struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// staleError is [domain.ErrStale] with the ticket as it is now.
type staleError struct{ current ticketJSON }

func (e *staleError) Error() string { return domain.ErrStale.Error() }
func (e *staleError) Unwrap() error { return domain.ErrStale }

// fail answers a request with an error. statuses are the operation's own, by error key.
// What a person may not know goes to the log, under the same request id.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, lang domain.Lang, err error, statuses map[string]int) {
	q := requestOf(r.Context())
	e, ok := errors.AsType[*domain.Error](err)
	switch {
	case !ok && r.Context().Err() != nil:
		e = &domain.Error{Code: domain.CodeUnavailable, Key: "unavailable"}
	case !ok:
		e = &domain.Error{Code: domain.CodeInternal, Key: "internal"}
		q.failed = err
	case e.Err != nil || e.Code == domain.CodeInternal:
		if q.failed == nil {
			q.failed = err
		}
	}
	status := statusFor(e, statuses)
	p := problem{
		Status: status, Title: i18n.Text(lang, "api.title."+strconv.Itoa(status), nil),
		Detail: i18n.Error(lang, e), Code: e.Key, RequestID: q.id,
	}
	for _, f := range e.Fields {
		p.Errors = append(p.Errors, problemField{Field: f.Field, Message: i18n.FieldProblem(lang, f)})
	}
	if stale, ok := errors.AsType[*staleError](err); ok {
		p.Current = &stale.current
	}
	h := w.Header()
	switch status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", "Bearer")
	case http.StatusTooManyRequests:
		if wait, ok := e.Args["Seconds"].(int); ok {
			h.Set("Retry-After", strconv.Itoa(wait))
		}
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", strconv.Itoa(int(busyPause/time.Second)))
	}
	h.Set("Content-Language", string(lang))
	_ = writeJSON(w, status, "application/problem+json", p)
}

func statusFor(e *domain.Error, own map[string]int) int {
	if status, ok := own[e.Key]; ok {
		return status
	}
	if status, ok := keyStatus[e.Key]; ok {
		return status
	}
	if status, ok := statusOf[e.Code]; ok {
		return status
	}
	return http.StatusInternalServerError
}

// busyPause is after how long it is worth asking again for what was not available.
const busyPause = 5 * time.Second

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxKept bounds the buffers that are kept for reuse.
const maxKept = 64 << 10

func writeJSON(w http.ResponseWriter, status int, contentType string, v any) error {
	buf := buffers.Get().(*bytes.Buffer)
	defer func() {
		if buf.Cap() <= maxKept {
			buf.Reset()
			buffers.Put(buf)
		}
	}()
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(buf.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes()) // a client that went away is no error of ours
	return nil
}

// languageOf returns the language to answer in: the account's, else the browser's.
func (s *Server) languageOf(r *http.Request, u *domain.User) domain.Lang {
	if u != nil && u.Lang != "" {
		return u.Lang
	}
	return acceptedLanguage(r.Header.Get("Accept-Language"))
}

// acceptedLanguage returns the first of the accepted languages that there is a catalog for.
func acceptedLanguage(header string) domain.Lang {
	if header == "" || len(header) > 512 {
		return domain.LangPortuguese
	}
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return domain.LangPortuguese
	}
	for _, tag := range tags {
		base, _ := tag.Base()
		for _, lang := range domain.Langs {
			if strings.HasPrefix(string(lang), base.String()) {
				return lang
			}
		}
	}
	return domain.LangPortuguese
}

// plain reports whether text from a client can be a value in the database at all.
func plain(s string) bool { return !strings.ContainsRune(s, 0) && strings.ToValidUTF8(s, "") == s }

// refuseTheRest answers unknown paths and wrong methods below /api as errors of the API.
func (s *Server) refuseTheRest() {
	refuse := func(w http.ResponseWriter, r *http.Request) {
		err := errNotFound
		if allow := s.allowed(r); len(allow) > 0 {
			w.Header().Set("Allow", strings.Join(allow, ", "))
			err = errMethodNotAllowed
		}
		s.fail(w, r, s.languageOf(r, nil), err, nil)
	}
	s.mux.HandleFunc("/api/", refuse)
	if s.Panel == nil {
		s.mux.HandleFunc("/", refuse)
	}
}

// allowed returns the methods that there are for a path.
func (s *Server) allowed(r *http.Request) []string {
	var out []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
		probe := *r
		probe.Method = method
		if _, pattern := s.mux.Handler(&probe); strings.HasPrefix(pattern, method+" ") {
			out = append(out, method)
		}
	}
	return out
}
