package admin

import (
	"encoding/json"
	"errors"
	"hash/crc32"
	"net/http"

	"golang.org/x/sync/errgroup"

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
	details, err := s.importAll(c, b.Users)
	if err != nil {
		return err
	}
	out := importAnswer{Details: details}
	for _, detail := range details {
		if detail.Status == "criado" {
			out.Created++
		} else {
			out.Errors++
		}
	}
	return writeJSON(c.w, http.StatusOK, "application/json", out)
}

// importAtOnce is how many accounts are made at a time: half of the default pool of connections.
const importAtOnce = 8

// importAll makes the accounts, several at a time. Rows of one address keep their order: the first wins.
func (s *Server) importAll(c *call, rows []json.RawMessage) ([]importDetail, error) {
	var lanes [importAtOnce][]int
	for i, raw := range rows {
		var row importRow
		_ = json.Unmarshal(raw, &row) // importUser says what is wrong with it
		lane := crc32.ChecksumIEEE([]byte(domain.NormalizeEmail(row.Email))) % importAtOnce
		lanes[lane] = append(lanes[lane], i)
	}
	details := make([]importDetail, len(rows))
	var group errgroup.Group
	for _, lane := range lanes {
		group.Go(func() error {
			for _, i := range lane {
				detail, err := s.importUser(c, rows[i])
				if err != nil {
					return err
				}
				details[i] = detail
			}
			return nil
		})
	}
	return details, group.Wait()
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
