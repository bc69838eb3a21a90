package admin

import (
	"net/http"
	"strings"

	"chamados/domain"
	"chamados/domain/i18n"
)

type newUserBody struct {
	Name     string           `json:"nome" maxLength:"255"`
	Email    string           `json:"email" maxLength:"255"`
	Role     string           `json:"tipo" enum:"ti,funcionario"`
	Password string           `json:"senha" minLength:"8"`
	Lang     optional[string] `json:"idioma,omitempty"`
}

type userChangeBody struct {
	Name   optional[string] `json:"nome,omitempty"`
	Email  optional[string] `json:"email,omitempty"`
	Active optional[bool]   `json:"ativo,omitempty"`
	Role   optional[string] `json:"tipo,omitempty"`
	Lang   optional[string] `json:"idioma,omitempty"`
}

// takenStatuses: the contract answers 400 to an address that is taken.
var takenStatuses = map[string]int{domain.ErrEmailTaken.Key: http.StatusBadRequest}

var userFilterParams = []param{
	{in: "query", name: "busca", kind: "string"},
	{in: "query", name: "tipo", kind: "string", enum: []any{"ti", "funcionario"}},
	{in: "query", name: "ativo", kind: "boolean"},
}

func (s *Server) userRoutes() {
	const tag = "usuarios"
	taken := []int{http.StatusBadRequest}
	add(s, endpoint{
		method: http.MethodPost, path: "/api/usuarios", id: "create-user", tag: tag, statuses: takenStatuses, errors: taken,
	}, s.createUser)
	add(s, endpoint{method: http.MethodGet, path: "/api/usuarios", id: "list-users", tag: tag,
		params: append(userFilterParams[:3:3],
			param{in: "query", name: "limite", kind: "integer"}, param{in: "query", name: "cursor", kind: "string"}),
	}, s.listUsers)
	add(s, endpoint{method: http.MethodGet, path: "/api/usuarios/ti", id: "list-it-users", tag: tag}, s.listITUsers)
	add(s, endpoint{method: http.MethodGet, path: "/api/usuarios/{id}", id: "get-user", tag: tag}, s.getUser)
	add(s, endpoint{
		method: http.MethodPut, path: "/api/usuarios/{id}", id: "update-user", tag: tag,
		statuses: takenStatuses, errors: []int{http.StatusBadRequest, http.StatusConflict},
	}, s.updateUser)
	add(s, endpoint{
		method: http.MethodPost, path: "/api/usuarios/{id}/convite", id: "invite-user", tag: tag,
		params: []param{{in: "query", name: "para", kind: "string", enum: []any{"telegram", "senha"}}}, errors: []int{http.StatusConflict},
	}, s.inviteUser)
	add(s, endpoint{
		method: http.MethodDelete, path: "/api/usuarios/{id}/telegram", id: "unlink-user", tag: tag,
	}, s.unlinkUser)
	add(s, endpoint{
		method: http.MethodDelete, path: "/api/usuarios/{id}", id: "anonymise-user", tag: tag, errors: []int{http.StatusConflict},
	}, s.anonymiseUser)
}

func (s *Server) createUser(c *call, b *newUserBody) (accountJSON, error) {
	if !c.actor.IsIT() {
		return accountJSON{}, domain.ErrITOnly
	}
	n := domain.NewUser{Name: b.Name, Email: b.Email, Role: domain.Role(b.Role), Password: b.Password}
	lang, err := bodyLang(b.Lang)
	if err != nil {
		return accountJSON{}, err
	}
	if lang != nil {
		n.Lang = *lang
	}
	if err := withPassword(n); err != nil {
		return accountJSON{}, err
	}
	u, err := s.Desk.CreateUser(c.r.Context(), c.actor, n)
	if err != nil {
		return accountJSON{}, err
	}
	return wireAccount(u), nil
}

// withPassword refuses a new account without a password, naming all else that is wrong too:
// the domain allows accounts whose owner sets it later, this operation does not.
func withPassword(n domain.NewUser) error {
	if n.Password != "" {
		return nil
	}
	fields := []domain.FieldError{{Field: "senha", Key: "required"}}
	n.Normalize()
	if e, ok := n.Validate().(*domain.Error); ok {
		fields = append(e.Fields, fields...)
	}
	return domain.Invalid(fields...)
}

// bodyLang returns the language that a body names, nil for none.
func bodyLang(o optional[string]) (*domain.Lang, error) {
	if !o.Given {
		return nil, nil
	}
	for _, lang := range domain.Langs {
		if string(lang) == o.Value {
			return &lang, nil
		}
	}
	return nil, domain.Invalid(domain.FieldError{Field: "idioma", Key: "unknown_language"})
}

func (s *Server) listUsers(c *call, _ *none) ([]accountJSON, error) {
	if !c.actor.IsIT() {
		return nil, domain.ErrITOnly
	}
	q := newQuery(c.r.URL.Query())
	f := q.userFilter()
	if err := q.err(); err != nil {
		return nil, err
	}
	limit := f.Limit
	if limit > 0 {
		f.Limit++
	}
	users, err := s.Desk.Users(c.r.Context(), c.actor, f)
	if err != nil {
		return nil, err
	}
	if limit > 0 && len(users) > limit {
		users = users[:limit]
		last := users[limit-1]
		c.linkNext(cursor{ID: last.ID, Name: last.Name}.encode(), limit)
	}
	return wireAccounts(users), nil
}

func (q *query) userFilter() domain.UserFilter {
	f := domain.UserFilter{Search: strings.TrimSpace(q.values.Get("busca")), Limit: q.limit()}
	if roles := words(q, "tipo", "unknown_role", domain.Role.Valid); len(roles) == 1 {
		f.Role = roles[0]
	}
	if q.values.Get("ativo") != "" {
		active := q.flag("ativo")
		f.Active = &active
	}
	if word := q.values.Get("cursor"); word != "" {
		last, ok := parseCursor(word)
		if !ok {
			q.bad("cursor", "malformed")
		}
		f.After = &domain.User{ID: last.ID, Name: last.Name}
		if f.Limit == 0 {
			f.Limit = defaultPage
		}
	}
	return f
}

func wireAccounts(users []domain.User) []accountJSON {
	out := make([]accountJSON, 0, len(users))
	for _, u := range users {
		out = append(out, wireAccount(u))
	}
	return out
}

func (s *Server) listITUsers(c *call, _ *none) ([]userJSON, error) {
	users, err := s.Desk.ITUsers(c.r.Context(), c.actor)
	if err != nil {
		return nil, err
	}
	out := make([]userJSON, 0, len(users))
	for _, u := range users {
		out = append(out, *wireUser(u.Ref()))
	}
	return out, nil
}

func (s *Server) getUser(c *call, _ *none) (accountJSON, error) {
	id, err := c.pathID(domain.ErrUserNotFound)
	if err != nil {
		return accountJSON{}, err
	}
	u, err := s.Desk.SeesUser(c.r.Context(), c.actor, id)
	if err != nil {
		return accountJSON{}, err
	}
	return wireAccount(u), nil
}

func (s *Server) updateUser(c *call, b *userChangeBody) (accountJSON, error) {
	id, err := c.pathID(domain.ErrUserNotFound)
	if err != nil {
		return accountJSON{}, err
	}
	lang, err := bodyLang(b.Lang)
	if err != nil {
		return accountJSON{}, err
	}
	u, err := s.Desk.UpdateUser(c.r.Context(), c.actor, id, domain.UserChange{
		Name: b.Name.pointer(), Email: b.Email.pointer(), Active: b.Active.pointer(),
		Role: wordOf[domain.Role](b.Role), Lang: lang,
	})
	if err != nil {
		return accountJSON{}, err
	}
	s.AccountsChanged(id)
	return wireAccount(u), nil
}

func (s *Server) unlinkUser(c *call, _ *none) (messageJSON, error) {
	id, err := c.pathID(domain.ErrUserNotFound)
	if err != nil {
		return messageJSON{}, err
	}
	if _, err := s.Desk.UnlinkTelegram(c.r.Context(), c.actor, id); err != nil {
		return messageJSON{}, err
	}
	s.AccountsChanged(id)
	return c.message("api.unlinked", nil), nil
}

// anonymiseUser erases who somebody was, for good; their tickets stay.
func (s *Server) anonymiseUser(c *call, _ *none) (messageJSON, error) {
	id, err := c.pathID(domain.ErrUserNotFound)
	if err != nil {
		return messageJSON{}, err
	}
	if err := s.Desk.Anonymise(c.r.Context(), c.actor, id, i18n.Text(domain.LangPortuguese, "word.anonymous", nil)); err != nil {
		return messageJSON{}, err
	}
	s.AccountsChanged(id)
	return c.message("api.user_anonymised", nil), nil
}
