package admin

import (
	"context"
	"net/http"

	"chamados/domain"
)

type invitePasswordBody struct {
	Token       *string `json:"token" required:"true"`
	NewPassword *string `json:"new_password" required:"true"`
}

type ownPasswordBody struct {
	Current     *string `json:"current_password" required:"true"`
	NewPassword *string `json:"new_password" required:"true"`
}

func (s *Server) passwordRoutes() {
	add(s, endpoint{
		method: http.MethodPost, path: "/api/auth/set-password", id: "set-password", tag: "auth", public: true,
		errors: []int{http.StatusUnauthorized, http.StatusNotFound, http.StatusConflict, http.StatusTooManyRequests},
	}, s.setPassword)
	add(s, endpoint{
		method: http.MethodPost, path: "/api/auth/password", id: "own-password", tag: "auth",
		errors: []int{http.StatusTooManyRequests},
	}, s.ownPassword)
}

// RequestCode mails a code for a new password to an address, if it is somebody's; neither
// the answer nor its time tells. Whoever asks too often is slowed down.
func (s *Server) RequestCode(ctx context.Context, r *http.Request, email string, lang domain.Lang) error {
	if err := s.attempt(ctx, s.codeLimits(r, "code", email)); err != nil {
		return err
	}
	if s.Codes == nil || !plain(email) {
		return nil
	}
	if !s.later.do(ctx, func(ctx context.Context) { s.mailCode(ctx, email, lang) }) {
		return &domain.Error{Code: domain.CodeUnavailable, Key: "unavailable"}
	}
	return nil
}

// ResetPassword sets a new password by the code that was mailed to an address.
func (s *Server) ResetPassword(ctx context.Context, r *http.Request, email, code, password string) error {
	if err := passwordProblem("new_password", password); err != nil {
		return err
	}
	u, err := s.tryCode(ctx, r, email, code, true)
	if err != nil {
		return err
	}
	if err := s.Desk.SetPassword(ctx, u.ID, password); err != nil {
		return err
	}
	s.AccountsChanged(u.ID)
	return nil
}

// SetPasswordByInvite uses a personal link; whoever guesses links is slowed down.
func (s *Server) SetPasswordByInvite(ctx context.Context, r *http.Request, token, password string) (domain.User, error) {
	limits := []domain.Limit{{Key: "convite-addr:" + digest(s.address(r)), Free: 30}}
	if err := s.attempt(ctx, limits); err != nil {
		return domain.User{}, err
	}
	if !plain(password) {
		return domain.User{}, malformed("new_password")
	}
	u, err := s.Desk.SetPasswordByInvite(ctx, token, password)
	if err != nil {
		return u, err
	}
	s.AccountsChanged(u.ID)
	return u, s.succeed(ctx, limits)
}

// ChangePassword changes the password of somebody who is logged in and knows the current
// one. Every token is void afterwards: the caller issues a new one.
func (s *Server) ChangePassword(ctx context.Context, r *http.Request, a domain.Actor, current, password string) (domain.User, error) {
	limits, err := s.loginLimits(ctx, r, a.Email)
	if err != nil {
		return domain.User{}, err
	}
	if err := s.attempt(ctx, limits); err != nil {
		return domain.User{}, err
	}
	if !plain(password) {
		return domain.User{}, malformed("new_password")
	}
	u, err := s.Desk.ChangePassword(ctx, a, current, password)
	if err != nil {
		return u, err
	}
	s.AccountsChanged(u.ID)
	return u, s.succeed(ctx, limits)
}

func (s *Server) setPassword(c *call, b *invitePasswordBody) (emailAnswer, error) {
	if err := required(member{"token", b.Token == nil}, member{"new_password", b.NewPassword == nil}); err != nil {
		return emailAnswer{}, err
	}
	u, err := s.SetPasswordByInvite(c.r.Context(), c.r, *b.Token, *b.NewPassword)
	if err != nil {
		return emailAnswer{}, err
	}
	return emailAnswer{Message: c.message("api.password_changed", nil).Message, Email: u.Email}, nil
}

// ownPassword answers as a login does: the old token is void.
func (s *Server) ownPassword(c *call, b *ownPasswordBody) (loginAnswer, error) {
	if err := required(member{"current_password", b.Current == nil}, member{"new_password", b.NewPassword == nil}); err != nil {
		return loginAnswer{}, err
	}
	u, err := s.ChangePassword(c.r.Context(), c.r, c.actor, *b.Current, *b.NewPassword)
	if err != nil {
		return loginAnswer{}, err
	}
	return s.welcomeIn(c, u)
}

// welcomeIn gives somebody who proved who they are a token and the browser's session.
func (s *Server) welcomeIn(c *call, u domain.User) (loginAnswer, error) {
	token, err := s.Sessions.Issue(u)
	if err != nil {
		return loginAnswer{}, err
	}
	requestOf(c.r.Context()).userID = u.ID
	s.hub.follow(c.r, token)
	s.Sessions.SetCookie(c.w, c.r, token)
	return loginAnswer{AccessToken: token, TokenType: "bearer", User: wireAccount(u)}, nil
}
