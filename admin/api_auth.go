package admin

import (
	"context"
	"errors"
	"net/http"

	"chamados/domain"
	"chamados/domain/i18n"
)

type loginBody struct {
	Email    *string `json:"email" required:"true"`
	Password *string `json:"password" required:"true"`
}

type loginAnswer struct {
	AccessToken string      `json:"access_token"`
	TokenType   string      `json:"token_type" enum:"bearer"`
	User        accountJSON `json:"usuario"`
}

func (s *Server) authRoutes() {
	add(s, endpoint{
		method: http.MethodPost, path: "/api/auth/login", id: "login", tag: "auth", public: true,
		errors: []int{http.StatusUnauthorized, http.StatusTooManyRequests},
	}, s.login)
	add(s, endpoint{method: http.MethodGet, path: "/api/auth/me", id: "me", tag: "auth"}, s.me)
	add(s, endpoint{method: http.MethodPost, path: "/api/auth/logout", id: "logout", tag: "auth"}, s.logout)
}

func (s *Server) login(c *call, b *loginBody) (loginAnswer, error) {
	if err := required(member{"email", b.Email == nil}, member{"password", b.Password == nil}); err != nil {
		return loginAnswer{}, err
	}
	u, err := s.Login(c.r.Context(), c.r, *b.Email, *b.Password)
	if err != nil {
		return loginAnswer{}, err
	}
	return s.welcomeIn(c, u)
}

// Login checks a password for a request; whoever guesses is slowed down, by account and by
// address. The error is [domain.ErrBadCredentials] for all that is wrong, or one of
// [domain.CodeThrottled]. The panel's login uses it too.
func (s *Server) Login(ctx context.Context, r *http.Request, email, password string) (domain.User, error) {
	limits, err := s.loginLimits(ctx, r, email)
	if err != nil {
		return domain.User{}, err
	}
	if err := s.attempt(ctx, limits); err != nil {
		return domain.User{}, err
	}
	if !plain(email) || !plain(password) {
		return domain.User{}, domain.ErrBadCredentials
	}
	u, err := s.Desk.Authenticate(ctx, email, password)
	if err != nil {
		return domain.User{}, err
	}
	return u, errors.Join(s.succeed(ctx, limits), s.home(ctx, r, email))
}

func (s *Server) me(c *call, _ *none) (accountJSON, error) {
	return wireAccount(c.actor.User), nil
}

// logout voids every token of the account, on whatever device.
func (s *Server) logout(c *call, _ *none) (messageJSON, error) {
	if err := s.Desk.Logout(c.r.Context(), c.actor); err != nil {
		return messageJSON{}, err
	}
	s.AccountsChanged(c.actor.ID)
	s.Sessions.ClearCookie(c.w, c.r)
	return c.message("api.logged_out", nil), nil
}

// message is an answer that only says that it is done.
func (c *call) message(key string, args i18n.Args) messageJSON {
	return messageJSON{Message: i18n.Text(c.lang, key, args)}
}

// member is one member of a body and whether it is missing.
type member struct {
	name    string
	missing bool
}

func required(members ...member) error {
	var fields []domain.FieldError
	for _, m := range members {
		if m.missing {
			fields = append(fields, domain.FieldError{Field: m.name, Key: "required"})
		}
	}
	if len(fields) == 0 {
		return nil
	}
	return domain.Invalid(fields...)
}
