package panel

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"time"

	"chamados/admin/drain"
	"chamados/admin/session"
	"chamados/domain"
	"chamados/domain/i18n"
)

// errNoPage answers paths that lead nowhere.
var errNoPage = &domain.Error{Code: domain.CodeNotFound, Key: "not_found"}

// policy lets a page load nothing but what this site serves; no inline script or style.
const policy = "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"

// patience is for people: a browser shows no answer before it has sent its files.
var patience = drain.Patience{Bytes: 256 << 20, Time: 30 * time.Second}

type handler func(w http.ResponseWriter, r *http.Request, v *visit) error

// protect refuses forms that other sites send and sets the headers of every answer.
func (p *Panel) protect(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(p.serve(func(http.ResponseWriter, *http.Request, *visit) error {
		return session.ErrCrossOrigin
	}))
	guarded := guard.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		guarded.ServeHTTP(w, r)
	})
}

// serve runs a handler and turns its error, or its panic, into an answer.
func (p *Panel) serve(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := p.newVisit(r)
		defer func() {
			if cause := recover(); cause != nil && cause != http.ErrAbortHandler {
				p.Log.ErrorContext(r.Context(), "panel panicked", "path", r.URL.Path, "cause", cause, "stack", string(debug.Stack()))
				p.fail(w, r, v, fmt.Errorf("panic: %v", cause))
			} else if cause != nil {
				panic(cause)
			}
		}()
		w.Header().Set("Cache-Control", "no-store")
		body := r.Body
		if err := h(w, r, v); err != nil {
			drain.Body(w, r, body, patience)
			p.fail(w, r, v, err)
		}
	})
}

// loggedIn runs a handler for somebody, and sends everybody else to the login.
func (p *Panel) loggedIn(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request, v *visit) error {
		a, err := p.Sessions.Authenticate(r, domain.ChannelPanel)
		if err != nil {
			if code := domain.CodeOf(err); code != domain.CodeUnauthorized && code != domain.CodeForbidden {
				return err
			}
			return p.sendToLogin(w, r, err)
		}
		v.Actor = a
		if a.Lang != "" {
			v.Lang = a.Lang
		}
		if r.Method == http.MethodGet && r.Header.Get(fragmentHeader) != "parte" {
			v.Flash = takeFlash(w, r)
		}
		return h(w, r, v)
	}
}

func (p *Panel) sendToLogin(w http.ResponseWriter, r *http.Request, err error) error {
	if r.Header.Get(fragmentHeader) != "" {
		return err
	}
	drain.Body(w, r, r.Body, patience)
	target := "/entrar"
	if r.Method == http.MethodGet && r.URL.Path != "/" {
		target += "?proximo=" + url.QueryEscape(r.URL.RequestURI())
	}
	http.Redirect(w, r, target, http.StatusSeeOther)
	return nil
}

// statusOf is the one map from the domain's codes to HTTP.
func statusOf(err error) int {
	switch domain.CodeOf(domain.Concealed(err)) {
	case domain.CodeInvalid:
		return http.StatusUnprocessableEntity
	case domain.CodeUnauthorized:
		return http.StatusUnauthorized
	case domain.CodeForbidden:
		return http.StatusForbidden
	case domain.CodeNotFound:
		return http.StatusNotFound
	case domain.CodeConflict:
		return http.StatusConflict
	case domain.CodeStale:
		return http.StatusPreconditionFailed
	case domain.CodeThrottled:
		return http.StatusTooManyRequests
	case domain.CodeUnavailable:
		return http.StatusServiceUnavailable
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusInternalServerError
}

// fail answers with the error's page, or its text for the panel's own modules.
func (p *Panel) fail(w http.ResponseWriter, r *http.Request, v *visit, err error) {
	status := statusOf(err)
	if status >= http.StatusInternalServerError && r.Context().Err() == nil {
		p.Log.ErrorContext(r.Context(), "panel request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	}
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", busyPause)
	}
	text := p.errorText(v.Lang, err)
	if r.Header.Get(fragmentHeader) == "parte" {
		writeJSON(w, status, map[string]any{"erro": text})
		return
	}
	body := errorBody{Status: status, Text: text}
	if status >= http.StatusInternalServerError {
		body.Request = w.Header().Get("X-Request-Id")
		if r.Method == http.MethodGet {
			body.Again = r.URL.RequestURI()
		}
	}
	if err := p.render(w, v, status, "error", body); err != nil {
		p.Log.ErrorContext(r.Context(), "panel error page failed", "error", err)
	}
}

// busyPause is after how many seconds it is worth asking again for what was not available.
const busyPause = "5"

type errorBody struct {
	Status  int
	Text    string
	Again   string // the address to try once more, "" where that makes no sense
	Request string // what the log knows the request by, "" if that helps nobody
}

func (p *Panel) errorText(lang domain.Lang, err error) string {
	if large, ok := asTooLarge(err); ok {
		return i18n.Text(lang, "panel.error_page.too_large", i18n.Args{"Max": humanBytes(large.Limit)})
	}
	return i18n.Error(lang, domain.Concealed(err))
}

// render writes a page in full, or fails before the first byte.
func (p *Panel) render(w http.ResponseWriter, v *visit, status int, name string, body any) error {
	return p.execute(w, v, status, name, "layout", body)
}

// fragment writes a named part of a page.
func (p *Panel) fragment(w http.ResponseWriter, v *visit, page, part string, body any) error {
	return p.execute(w, v, http.StatusOK, page, part, body)
}

func (p *Panel) execute(w http.ResponseWriter, v *visit, status int, page, part string, body any) error {
	var out bytes.Buffer
	t, err := p.views[v.Lang][page]()
	if err != nil {
		return err
	}
	if err := t.ExecuteTemplate(&out, part, view{visit: v, Body: body}); err != nil {
		return fmt.Errorf("render %s: %w", page, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", string(v.Lang))
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes())
	return nil
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// redirect leads to another page; a module that sent a form is told the way instead, so that the
// page's message waits for the person.
func redirect(w http.ResponseWriter, r *http.Request, path string) error {
	if r.Header.Get(fragmentHeader) == "envio" {
		writeJSON(w, http.StatusOK, map[string]string{"ir": path})
		return nil
	}
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}
