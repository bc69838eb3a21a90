package panel

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"chamados/admin/cookie"
	"chamados/domain"
)

const (
	langCookie  = "idioma"
	themeCookie = "tema"
	flashCookie = "aviso"
	// fragmentHeader is sent by the panel's own modules: they want a status and a text,
	// not a page to look at.
	fragmentHeader = "X-Fragment"
)

// themes are the choices of appearance; the first follows the system.
var themes = []string{"auto", "claro", "escuro"}

// visit is one request with who makes it and how they want to be spoken to.
type visit struct {
	Actor domain.Actor // zero while nobody is logged in
	Lang  domain.Lang
	Theme string
	Path  string
	Now   time.Time
	Flash *flash
}

// LoggedIn reports whether the visit is somebody's.
func (v *visit) LoggedIn() bool { return v.Actor.ID != 0 }

func (p *Panel) newVisit(r *http.Request) *visit {
	v := &visit{Path: r.URL.Path, Now: p.Now(), Theme: themes[0], Lang: p.langOf(r)}
	if theme, ok := cookie.Get(r, themeCookie); ok && validTheme(theme) {
		v.Theme = theme
	}
	return v
}

// langOf returns the language of somebody who has not logged in.
func (p *Panel) langOf(r *http.Request) domain.Lang {
	if lang, ok := cookie.Get(r, langCookie); ok && validLang(lang) {
		return domain.Lang(lang)
	}
	if tag := r.Header.Get("Accept-Language"); tag != "" && p.DefaultLang == "" {
		return domain.ParseLang(tag)
	}
	if p.DefaultLang != "" {
		return p.DefaultLang
	}
	return domain.LangPortuguese
}

func validLang(s string) bool {
	for _, l := range domain.Langs {
		if s == string(l) {
			return true
		}
	}
	return false
}

func validTheme(s string) bool {
	for _, t := range themes {
		if s == t {
			return true
		}
	}
	return false
}

// flash is a message for the page that follows a redirect.
type flash struct {
	Key string // panel.flash.<Key>
	ID  int64  // of the ticket it is about, 0 for none
}

// flashes are the keys that a cookie may name.
var flashes = map[string]bool{
	"opened": true, "changed": true, "commented": true, "noted": true, "deleted": true, "restored": true,
	"taken": true, "released": true, "edited": true, "person_created": true, "person_changed": true,
	"unlinked": true, "logged_out": true, "password_set": true, "anonymised": true, "retried": true,
}

func setFlash(w http.ResponseWriter, r *http.Request, key string, id int64) {
	cookie.Set(w, r, flashCookie, key+"."+strconv.FormatInt(id, 10), 60, http.SameSiteStrictMode)
}

// takeFlash returns the message left by the request before, once.
func takeFlash(w http.ResponseWriter, r *http.Request) *flash {
	value, ok := cookie.Get(r, flashCookie)
	if !ok {
		return nil
	}
	cookie.Set(w, r, flashCookie, "", -1, http.SameSiteStrictMode)
	key, number, _ := strings.Cut(value, ".")
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil || !flashes[key] {
		return nil
	}
	return &flash{Key: key, ID: id}
}

// localPath returns s if it is a path of this site, else "/".
func localPath(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(s, "/") ||
		strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\r\n\t") {
		return "/"
	}
	return s
}

// pathID returns the number in the path, or [errNoPage].
func pathID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 32)
	if err != nil || id <= 0 {
		return 0, errNoPage
	}
	return id, nil
}
