package admin

import (
	"encoding/json"
	"errors"
	"net/http"

	"chamados/domain"
	"chamados/domain/i18n"
)

const (
	maxImportRows = 10_000
	maxImportBody = 8 << 20
)

type importBody struct {
	Users []json.RawMessage `json:"usuarios"`
}

// importRow documents what each element of usuarios is; they are read one by one, so that a
// bad one does not spoil the others.
type importRow struct {
	Name  string `json:"nome"`
	Email string `json:"email"`
	Role  string `json:"tipo,omitempty" enum:"ti,funcionario"`
}

type importDocument struct {
	Users []importRow `json:"usuarios"`
}

type importAnswer struct {
	Created int            `json:"criados"`
	Errors  int            `json:"erros"`
	Details []importDetail `json:"detalhes"`
}

type importDetail struct {
	Email   string `json:"email"`
	Status  string `json:"status" enum:"criado,erro"`
	Message string `json:"mensagem"`
	Mailed  *bool  `json:"email_enviado,omitempty"`
}

func (s *Server) importRoutes() {
	addRaw[importDocument, importAnswer](s, endpoint{
		method: http.MethodPost, path: "/api/usuarios/import", id: "import-users", tag: "usuarios", maxBody: maxImportBody,
	}, s.importUsers)
}

func (s *Server) importUsers(c *call) error {
	if !c.actor.IsIT() {
		return domain.ErrITOnly
	}
	var b importBody
	if err := c.decode(maxImportBody, &b); err != nil {
		return err
	}
	switch {
	case b.Users == nil:
		return required(member{"usuarios", true})
	case len(b.Users) > maxImportRows:
		return domain.Invalid(domain.FieldError{
			Field: "usuarios", Key: "too_many_rows", Args: map[string]any{"Max": maxImportRows},
		})
	}
	out := importAnswer{Details: make([]importDetail, 0, len(b.Users))}
	for _, raw := range b.Users {
		detail, err := s.importUser(c, raw)
		if err != nil {
			return err
		}
		out.Details = append(out.Details, detail)
		if detail.Status == "criado" {
			out.Created++
		} else {
			out.Errors++
		}
	}
	return writeJSON(c.w, http.StatusOK, "application/json", out)
}

// importUser makes one account. Only what is not the row's fault is returned as an error.
func (s *Server) importUser(c *call, raw json.RawMessage) (importDetail, error) {
	var row importRow
	if err := json.Unmarshal(raw, &row); err != nil {
		return importDetail{Email: row.Email, Status: "erro", Message: i18n.Error(c.lang, malformed("linha"))}, nil
	}
	role := domain.Role(row.Role)
	if role == "" {
		role = domain.RoleEmployee
	}
	u, err := s.Desk.CreateUser(c.r.Context(), c.actor, domain.NewUser{Name: row.Name, Email: row.Email, Role: role})
	if e, ok := errors.AsType[*domain.Error](err); ok && e.Code != domain.CodeInternal {
		return importDetail{Email: row.Email, Status: "erro", Message: i18n.Error(c.lang, err)}, nil
	}
	if err != nil {
		return importDetail{}, err
	}
	mailed := s.welcome(c, u)
	return importDetail{
		Email: u.Email, Status: "criado", Message: c.message("api.user_created", nil).Message, Mailed: &mailed,
	}, nil
}

// welcome reports whether the person will hear of the account.
func (s *Server) welcome(c *call, u domain.User) bool {
	err := s.Desk.Welcome(c.r.Context(), c.actor, u.ID)
	if err != nil {
		s.Log.ErrorContext(c.r.Context(), "welcome", "request_id", requestOf(c.r.Context()).id, "user_id", u.ID, "error", err)
	}
	return err == nil
}
