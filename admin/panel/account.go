package panel

import (
	"net/http"

	"chamados/domain"
)

type accountBody struct {
	domain.User
	Link    string // a fresh invitation, shown once
	Code    *qrCode
	CanLink bool

	Problems problems // of the new password
}

func (p *Panel) account(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.showAccount(w, r, v, http.StatusOK, func(*accountBody) {})
}

// showAccount renders the visitor's account; edit adds to it.
func (p *Panel) showAccount(w http.ResponseWriter, r *http.Request, v *visit, status int, edit func(*accountBody)) error {
	u, err := p.Desk.SeesUser(r.Context(), v.Actor, v.Actor.ID)
	if err != nil {
		return err
	}
	body := accountBody{User: u, CanLink: p.canInvite()}
	edit(&body)
	return p.render(w, v, status, "account", body)
}

func (p *Panel) ownInvite(w http.ResponseWriter, r *http.Request, v *visit) error {
	link, code, err := p.inviteFor(r, v, v.Actor.ID)
	if err != nil {
		return err
	}
	return p.showAccount(w, r, v, http.StatusOK, func(b *accountBody) { b.Link, b.Code = link, code })
}

func (p *Panel) ownUnlink(w http.ResponseWriter, r *http.Request, v *visit) error {
	if _, err := p.Desk.UnlinkTelegram(r.Context(), v.Actor, v.Actor.ID); err != nil {
		return err
	}
	setFlash(w, r, "unlinked", 0)
	return redirect(w, r, "/conta")
}

// logoutEverywhere voids every token that the visitor has.
func (p *Panel) logoutEverywhere(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := p.Desk.Logout(r.Context(), v.Actor); err != nil {
		return err
	}
	p.Sessions.ClearCookie(w, r)
	setFlash(w, r, "logged_out", 0)
	return redirect(w, r, "/entrar")
}
