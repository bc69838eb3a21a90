package panel

import (
	"context"
	"net/http"

	"chamados/domain"
)

// Door is what the server does beyond the desk: codes for new passwords, slowing down
// whoever guesses, work in the background.
type Door interface {
	RequestCode(ctx context.Context, r *http.Request, email string, lang domain.Lang) error
	ResetPassword(ctx context.Context, r *http.Request, email, code, password string) error
	SetPasswordByInvite(ctx context.Context, r *http.Request, token, password string) (domain.User, error)
	ChangePassword(ctx context.Context, r *http.Request, a domain.Actor, current, password string) (domain.User, error)
	// StartImport applies a draft in the background.
	StartImport(ctx context.Context, a domain.Actor, id string, rows []domain.ImportRow) error
}

// passwordBody is a page that ends with a new password.
type passwordBody struct {
	Token    string
	Email    string
	Name     string
	Code     string
	Problems problems
	Problem  string
}

// withDoor serves a page only where there is a door behind it.
func (p *Panel) withDoor(h func(http.ResponseWriter, *http.Request, *visit, Door) error) handler {
	return func(w http.ResponseWriter, r *http.Request, v *visit) error {
		if p.Door == nil {
			return errNoPage
		}
		w.Header().Set("Referrer-Policy", "no-referrer") // addresses of these pages hold secrets
		if r.Method == http.MethodPost {
			if err := readForm(w, r); err != nil {
				return err
			}
		}
		return h(w, r, v, p.Door())
	}
}

func (p *Panel) passwordRoutes(open, page func(string, handler)) {
	open("GET /senha", p.withDoor(p.invitedPage))
	open("POST /senha", p.withDoor(p.invited))
	open("GET /esqueci", p.withDoor(p.forgotPage))
	open("POST /esqueci", p.withDoor(p.forgot))
	open("POST /esqueci/codigo", p.withDoor(p.reset))
	page("POST /conta/senha", p.withDoor(p.changePassword))
}

// invitedPage asks for a password; the link stays good until one is set.
func (p *Panel) invitedPage(w http.ResponseWriter, r *http.Request, v *visit, _ Door) error {
	return p.showInvited(w, r, v, r.URL.Query().Get("convite"), http.StatusOK, nil)
}

func (p *Panel) showInvited(w http.ResponseWriter, r *http.Request, v *visit, token string, status int, found problems) error {
	u, err := p.Desk.InvitedAccount(r.Context(), token, domain.InvitePassword)
	if err != nil {
		return err
	}
	if u.Lang != "" {
		v.Lang = u.Lang
	}
	return p.render(w, v, status, "password", passwordBody{Token: token, Email: u.Email, Name: u.Name, Problems: found})
}

func (p *Panel) invited(w http.ResponseWriter, r *http.Request, v *visit, door Door) error {
	token := r.PostFormValue("convite")
	u, err := door.SetPasswordByInvite(r.Context(), r, token, r.PostFormValue("senha"))
	if domain.CodeOf(err) == domain.CodeInvalid {
		return p.showInvited(w, r, v, token, statusOf(err), problemsOf(v.Lang, err))
	}
	if err != nil {
		return err
	}
	return p.letIn(w, r, u, "/")
}

// letIn opens a session for somebody who has just set a password.
func (p *Panel) letIn(w http.ResponseWriter, r *http.Request, u domain.User, next string) error {
	token, err := p.Sessions.Issue(u)
	if err != nil {
		return err
	}
	p.Sessions.SetCookie(w, r, token)
	setFlash(w, r, "password_set", 0)
	return redirect(w, r, next)
}

func (p *Panel) forgotPage(w http.ResponseWriter, r *http.Request, v *visit, _ Door) error {
	return p.render(w, v, http.StatusOK, "forgot", passwordBody{Email: r.URL.Query().Get("email")})
}

// forgot goes on to the code whoever asks: only the mail tells whether there is an account.
func (p *Panel) forgot(w http.ResponseWriter, r *http.Request, v *visit, door Door) error {
	email := r.PostFormValue("email")
	if err := door.RequestCode(r.Context(), r, email, v.Lang); err != nil {
		if domain.CodeOf(err) != domain.CodeThrottled {
			return err
		}
		return p.render(w, v, statusOf(err), "forgot", passwordBody{Email: email, Problem: p.errorText(v.Lang, err)})
	}
	return p.render(w, v, http.StatusOK, "reset", passwordBody{Email: email})
}

func (p *Panel) reset(w http.ResponseWriter, r *http.Request, v *visit, door Door) error {
	b := passwordBody{Email: r.PostFormValue("email"), Code: r.PostFormValue("codigo")}
	err := door.ResetPassword(r.Context(), r, b.Email, b.Code, r.PostFormValue("senha"))
	switch domain.CodeOf(err) {
	case "":
		setFlash(w, r, "password_set", 0)
		return redirect(w, r, "/entrar")
	case domain.CodeInvalid, domain.CodeThrottled:
		if b.Problems = problemsOf(v.Lang, err); len(b.Problems) == 0 {
			b.Problem = p.errorText(v.Lang, err)
		}
		return p.render(w, v, statusOf(err), "reset", b)
	}
	return err
}

// changePassword changes the visitor's own; this browser stays logged in, others do not.
func (p *Panel) changePassword(w http.ResponseWriter, r *http.Request, v *visit, door Door) error {
	u, err := door.ChangePassword(r.Context(), r, v.Actor, r.PostFormValue("atual"), r.PostFormValue("senha"))
	switch domain.CodeOf(err) {
	case "":
		return p.letIn(w, r, u, "/conta")
	case domain.CodeInvalid, domain.CodeThrottled:
		found := problemsOf(v.Lang, err)
		if len(found) == 0 {
			found[""] = p.errorText(v.Lang, err)
		}
		return p.showAccount(w, r, v, statusOf(err), func(b *accountBody) { b.Problems = found })
	}
	return err
}
