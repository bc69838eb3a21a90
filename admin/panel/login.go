package panel

import (
	"net/http"
	"time"

	"chamados/admin/cookie"
	"chamados/domain"
)

type loginBody struct {
	Email   string
	Next    string
	Problem string
}

const preferenceAge = int(365 * 24 * time.Hour / time.Second)

func (p *Panel) loginPage(w http.ResponseWriter, r *http.Request, v *visit) error {
	next := localPath(r.URL.Query().Get("proximo"))
	if _, err := p.Sessions.Authenticate(r, domain.ChannelPanel); err == nil {
		return redirect(w, r, next)
	}
	v.Flash = takeFlash(w, r)
	return p.render(w, v, http.StatusOK, "login", loginBody{Next: next})
}

func (p *Panel) login(w http.ResponseWriter, r *http.Request, v *visit) error {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	email, next := r.PostFormValue("email"), localPath(r.PostFormValue("proximo"))
	u, err := p.Login(r.Context(), r, email, r.PostFormValue("senha"))
	if code := domain.CodeOf(err); code == domain.CodeUnauthorized || code == domain.CodeThrottled {
		return p.render(w, v, statusOf(err), "login", loginBody{Email: email, Next: next, Problem: p.errorText(v.Lang, err)})
	}
	if err != nil {
		return err
	}
	token, err := p.Sessions.Issue(u)
	if err != nil {
		return err
	}
	p.Sessions.SetCookie(w, r, token)
	return redirect(w, r, next)
}

func (p *Panel) logout(w http.ResponseWriter, r *http.Request, _ *visit) error {
	if err := p.Sessions.End(r); err != nil {
		return err
	}
	p.Sessions.ClearCookie(w, r)
	setFlash(w, r, "logged_out", 0)
	return redirect(w, r, "/entrar")
}

// preferences keeps language and appearance: the language on the account, both in the
// browser.
func (p *Panel) preferences(w http.ResponseWriter, r *http.Request, _ *visit) error {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	if theme := r.PostFormValue("tema"); validTheme(theme) {
		keep(w, r, themeCookie, theme)
	}
	if lang := r.PostFormValue("idioma"); validLang(lang) {
		keep(w, r, langCookie, lang)
		if a, err := p.Sessions.Authenticate(r, domain.ChannelPanel); err == nil {
			l := domain.Lang(lang)
			if _, err := p.Desk.UpdateUser(r.Context(), a, a.ID, domain.UserChange{Lang: &l}); err != nil {
				return err
			}
		}
	}
	return redirect(w, r, localPath(r.PostFormValue("voltar")))
}

func keep(w http.ResponseWriter, r *http.Request, name, value string) {
	cookie.Set(w, r, name, value, preferenceAge, http.SameSiteLaxMode)
}

// unreadable is the error of a form that could not be read.
func unreadable(err error) error {
	if _, ok := asTooLarge(err); ok {
		return err
	}
	return &domain.Error{Code: domain.CodeInvalid, Key: "malformed", Err: err}
}
