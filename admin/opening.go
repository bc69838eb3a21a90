package admin

import (
	"html"
	"io"
	"net/http"
	"strings"

	"chamados/domain/i18n"
)

// openingPause is after how many seconds it is worth asking again while the program starts.
const openingPause = "2"

// Opening answers everybody while the program starts: it is not ready, and when to ask again. Panel visitors get a page
// that asks again by itself.
func Opening() http.Handler {
	return secureHeaders(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lang := acceptedLanguage(r.Header.Get("Accept-Language"))
		title, text := i18n.Text(lang, "api.title.503", nil), i18n.Text(lang, "error.starting", nil)
		h := w.Header()
		h.Set("Retry-After", openingPause)
		h.Set("Content-Language", string(lang))
		h.Set("Cache-Control", "no-store")
		if !strings.Contains(r.Header.Get("Accept"), "text/html") {
			_ = writeJSON(w, http.StatusServiceUnavailable, "application/problem+json", problem{
				Status: http.StatusServiceUnavailable, Title: title, Detail: text, Code: "starting",
			})
			return
		}
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Refresh", openingPause)
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, "<!doctype html><html lang=\""+string(lang)+"\"><meta charset=\"utf-8\"><title>"+
			html.EscapeString(title)+"</title><p>"+html.EscapeString(text)+"</p></html>")
	}))
}
