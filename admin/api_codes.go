package admin

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"math/big"
	"net/http"
	"strconv"

	"chamados/domain"
)

// errCode is the answer to a wrong, used, expired or never sent code.
var errCode = &domain.Error{Code: domain.CodeInvalid, Key: "code_invalid"}

// codeStatuses: the contract answers 400 where the domain says invalid.
var codeStatuses = map[string]int{errCode.Key: http.StatusBadRequest}

type emailBody struct {
	Email *string `json:"email" required:"true"`
}

type codeBody struct {
	Email *string   `json:"email" required:"true"`
	Code  *codeWord `json:"code" required:"true"`
}

type newPasswordBody struct {
	codeBody
	NewPassword *string `json:"new_password" required:"true"`
}

type emailAnswer struct {
	Message string `json:"message"`
	Email   string `json:"email"`
}

type validAnswer struct {
	Message string `json:"message"`
	Valid   bool   `json:"valid"`
}

func (s *Server) codeRoutes() {
	throttled := []int{http.StatusBadRequest, http.StatusTooManyRequests}
	add(s, endpoint{
		method: http.MethodPost, path: "/api/auth/send-verification-code", id: "send-verification-code", tag: "auth",
		public: true, errors: throttled[1:],
	}, s.sendCode)
	add(s, endpoint{
		method: http.MethodPost, path: "/api/auth/verify-code", id: "verify-code", tag: "auth",
		public: true, statuses: codeStatuses, errors: throttled,
	}, s.verifyCode)
	add(s, endpoint{
		method: http.MethodPost, path: "/api/auth/change-password", id: "change-password", tag: "auth",
		public: true, statuses: codeStatuses, errors: throttled,
	}, s.changePassword)
}

// sendCode answers the same, and as fast, whether there is such an account or not.
func (s *Server) sendCode(c *call, b *emailBody) (emailAnswer, error) {
	if err := required(member{"email", b.Email == nil || *b.Email == ""}); err != nil {
		return emailAnswer{}, err
	}
	if err := s.RequestCode(c.r.Context(), c.r, *b.Email, c.lang); err != nil {
		return emailAnswer{}, err
	}
	return emailAnswer{Message: c.message("api.code_sent", nil).Message, Email: *b.Email}, nil
}

func (s *Server) mailCode(ctx context.Context, email string, lang domain.Lang) {
	u, err := s.Desk.AccountByEmail(ctx, email)
	if domain.CodeOf(err) == domain.CodeNotFound || err == nil && !u.Active {
		return
	}
	if err == nil {
		if u.Lang != "" {
			lang = u.Lang
		}
		err = s.newCode(ctx, u, lang)
	}
	if err != nil {
		s.Log.ErrorContext(ctx, "reset code", "request_id", requestOf(ctx).id, "user_id", u.ID, "error", err)
	}
}

func (s *Server) newCode(ctx context.Context, u domain.User, lang domain.Lang) error {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return err
	}
	code := fmt.Sprintf("%06d", n)
	expires := s.Now().UTC().Add(domain.CodeTTL)
	return s.Codes.SaveCode(ctx, u.ID, s.codeHash(u.ID, code), expires, domain.Mail{
		Kind: domain.MailCode, UserID: u.ID, Lang: lang, Secrets: domain.MailSecrets{Code: code}, ExpiresAt: expires,
	})
}

func (s *Server) verifyCode(c *call, b *codeBody) (validAnswer, error) {
	if err := b.required(); err != nil {
		return validAnswer{}, err
	}
	if _, err := s.tryCode(c.r.Context(), c.r, *b.Email, string(*b.Code), false); err != nil {
		return validAnswer{}, err
	}
	return validAnswer{Message: c.message("api.code_valid", nil).Message, Valid: true}, nil
}

func (s *Server) changePassword(c *call, b *newPasswordBody) (emailAnswer, error) {
	if err := b.required(member{"new_password", b.NewPassword == nil}); err != nil {
		return emailAnswer{}, err
	}
	if err := s.ResetPassword(c.r.Context(), c.r, *b.Email, string(*b.Code), *b.NewPassword); err != nil {
		return emailAnswer{}, err
	}
	return emailAnswer{Message: c.message("api.password_changed", nil).Message, Email: *b.Email}, nil
}

// tryCode returns the account if the code is its code.
func (s *Server) tryCode(ctx context.Context, r *http.Request, email, code string, use bool) (domain.User, error) {
	limits := s.codeLimits(r, "try", email)
	if err := s.attempt(ctx, limits); err != nil {
		return domain.User{}, err
	}
	if s.Codes == nil || !plain(email) {
		return domain.User{}, errCode
	}
	u, err := s.Desk.AccountByEmail(ctx, email)
	if err != nil && domain.CodeOf(err) != domain.CodeNotFound {
		return domain.User{}, err
	}
	ok, err := s.Codes.TryCode(ctx, u.ID, s.codeHash(u.ID, code), s.Now().UTC(), use)
	if err != nil {
		return domain.User{}, err
	}
	if !ok || !u.Active {
		return domain.User{}, errCode
	}
	return u, s.succeed(ctx, limits)
}

func (s *Server) codeHash(userID int64, code string) []byte {
	mac := hmac.New(sha256.New, s.CodeKey)
	mac.Write([]byte("code:" + strconv.FormatInt(userID, 10) + ":" + code))
	return mac.Sum(nil)
}

func (b *codeBody) required(more ...member) error {
	return required(append([]member{
		{"email", b.Email == nil || *b.Email == ""}, {"code", b.Code == nil || *b.Code == ""},
	}, more...)...)
}

// passwordProblem returns what the domain has against a password as a value of field.
func passwordProblem(field, password string) error {
	n := domain.NewUser{Name: "-", Email: "a@example.com", Role: domain.RoleEmployee, Password: password}
	err := n.Validate()
	if password == "" {
		return required(member{field, true})
	}
	e, ok := err.(*domain.Error)
	if !ok {
		return err
	}
	fields := make([]domain.FieldError, len(e.Fields))
	for i, f := range e.Fields {
		f.Field = field
		fields[i] = f
	}
	return domain.Invalid(fields...)
}
