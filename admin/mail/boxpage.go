package mail

import (
	"embed"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"chamados/domain"
	"chamados/domain/i18n"
)

//go:embed box
var boxFiles embed.FS

var boxPage = template.Must(template.New("box.html").Funcs(template.FuncMap{
	"t": func(lang domain.Lang, key string) string { return i18n.Text(lang, "mail.box."+key, nil) },
}).ParseFS(boxFiles, "box/box.html"))

// boxView is what the page of a box shows.
type boxView struct {
	Lang     domain.Lang
	Messages []Kept
	Open     *Kept // the one that is read; nil when there is none
	Newest   int
}

// Handler shows what a box keeps, below the path prefix ("/correio/"): whom each message
// was for, and what it looks like. Messages are shown in a frame that may do nothing.
func (b *Box) Handler(prefix string, lang domain.Lang) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+prefix+"{$}", func(w http.ResponseWriter, r *http.Request) { b.list(w, r, lang) })
	mux.HandleFunc("GET "+prefix+"{number}", func(w http.ResponseWriter, r *http.Request) { b.list(w, r, lang) })
	mux.HandleFunc("GET "+prefix+"{number}/html", b.html)
	mux.HandleFunc("GET "+prefix+"{number}/texto", b.plain)
	mux.HandleFunc("GET "+prefix+"novas", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(strconv.Itoa(b.newest())))
	})
	for _, name := range []string{"box.css", "box.js"} {
		mux.HandleFunc("GET "+prefix+name, func(w http.ResponseWriter, r *http.Request) {
			http.ServeFileFS(w, r, boxFiles, "box/"+name)
		})
	}
	return mux
}

func (b *Box) newest() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last
}

func (b *Box) find(r *http.Request) *Kept {
	n, _ := strconv.Atoi(r.PathValue("number"))
	for _, k := range b.Messages() {
		if k.Number == n {
			return &k
		}
	}
	return nil
}

func (b *Box) list(w http.ResponseWriter, r *http.Request, lang domain.Lang) {
	v := boxView{Lang: lang, Messages: b.Messages(), Open: b.find(r), Newest: b.newest()}
	if r.PathValue("number") != "" && v.Open == nil {
		http.NotFound(w, r)
		return
	}
	var out strings.Builder
	if err := boxPage.Execute(&out, v); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(out.String()))
}

// html answers a message as a mail program would show it: styles, links, nothing else.
func (b *Box) html(w http.ResponseWriter, r *http.Request) {
	k := b.find(r)
	if k == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups allow-popups-to-escape-sandbox")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(strings.Replace(k.HTML, "<head>", `<head><base target="_blank">`, 1)))
}

func (b *Box) plain(w http.ResponseWriter, r *http.Request) {
	if k := b.find(r); k != nil {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte(k.Text))
		return
	}
	http.NotFound(w, r)
}
