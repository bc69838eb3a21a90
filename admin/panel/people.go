package panel

import (
	"net/http"
	"strconv"
	"strings"

	"chamados/domain"
)

type peopleBody struct {
	Search string
	Role   domain.Role
	Active string // "", "sim" or "nao"
	Users  []domain.User
	Next   string // address of the next page, "" on the last
}

type personBody struct {
	domain.User
	Roles    []domain.Role
	Problems problems
	Link     string // a fresh invitation, shown once
	Code     *qrCode
	CanLink  bool
	Asks     string // the field of one's own account that is changed only after a second word, "" for none
}

type personForm struct {
	Name, Email string
	Role        domain.Role
	Roles       []domain.Role
	Problems    problems
}

var roles = []domain.Role{domain.RoleEmployee, domain.RoleIT}

func (p *Panel) people(w http.ResponseWriter, r *http.Request, v *visit) error {
	q := r.URL.Query()
	body := peopleBody{Search: strings.TrimSpace(q.Get("q")), Role: domain.Role(q.Get("tipo")), Active: q.Get("ativo")}
	f := domain.UserFilter{Search: body.Search, Limit: perPage + 1}
	if body.Role.Valid() {
		f.Role = body.Role
	}
	if body.Active == "sim" || body.Active == "nao" {
		active := body.Active == "sim"
		f.Active = &active
	}
	if id, err := strconv.ParseInt(q.Get("depois"), 10, 32); err == nil {
		f.After = &domain.User{ID: id, Name: q.Get("nome")}
	}
	var err error
	if body.Users, err = p.Desk.Users(r.Context(), v.Actor, f); err != nil {
		return err
	}
	if len(body.Users) > perPage {
		body.Users = body.Users[:perPage]
		last := body.Users[perPage-1]
		q.Set("depois", strconv.FormatInt(last.ID, 10))
		q.Set("nome", last.Name)
		body.Next = "/pessoas?" + q.Encode()
	}
	return p.render(w, v, http.StatusOK, "people", body)
}

// peopleFragment answers the addresses that fit what was typed, to choose a requester.
func (p *Panel) peopleFragment(w http.ResponseWriter, r *http.Request, v *visit) error {
	active := true
	found, err := p.Desk.Users(r.Context(), v.Actor, domain.UserFilter{
		Search: strings.TrimSpace(r.URL.Query().Get("q")), Active: &active, Limit: 8,
	})
	if err != nil {
		return err
	}
	type person struct {
		Name  string `json:"nome"`
		Email string `json:"email"`
	}
	out := make([]person, len(found))
	for i, u := range found {
		out[i] = person{u.Name, u.Email}
	}
	writeJSON(w, http.StatusOK, out)
	return nil
}

func (p *Panel) newPersonPage(w http.ResponseWriter, r *http.Request, v *visit) error {
	if !v.Actor.IsIT() {
		return domain.ErrITOnly
	}
	return p.render(w, v, http.StatusOK, "person_form", personForm{Role: domain.RoleEmployee, Roles: roles})
}

func (p *Panel) createPerson(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	f := personForm{
		Name: r.PostFormValue("nome"), Email: r.PostFormValue("email"), Role: domain.Role(r.PostFormValue("tipo")), Roles: roles,
	}
	u, err := p.Desk.CreateUser(r.Context(), v.Actor, domain.NewUser{
		Name: f.Name, Email: f.Email, Role: f.Role, Password: r.PostFormValue("senha"),
	})
	if found, ok := formProblems(v.Lang, err); err != nil && ok {
		f.Problems = found
		return p.render(w, v, statusOf(err), "person_form", f)
	}
	if err != nil {
		return err
	}
	setFlash(w, r, "person_created", 0)
	return redirect(w, r, personPath(u.ID))
}

func personPath(id int64) string { return "/pessoas/" + strconv.FormatInt(id, 10) }

func readForm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	return nil
}

func (p *Panel) personPage(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.showPerson(w, r, v, http.StatusOK, func(*personBody) {})
}

// showPerson renders the account in the path, which only IT may see; edit adds to it.
func (p *Panel) showPerson(w http.ResponseWriter, r *http.Request, v *visit, status int, edit func(*personBody)) error {
	if !v.Actor.IsIT() {
		return domain.ErrITOnly
	}
	id, err := pathID(r)
	if err != nil {
		return err
	}
	u, err := p.Desk.SeesUser(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	body := personBody{User: u, Roles: roles, CanLink: p.canInvite()}
	edit(&body)
	return p.render(w, v, status, "person", body)
}

func (p *Panel) updatePerson(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	name, email, role := r.PostFormValue("nome"), r.PostFormValue("email"), domain.Role(r.PostFormValue("tipo"))
	typed := func(b *personBody) { b.Name, b.Email, b.Role = name, email, role }
	if role != domain.RoleIT && unsure(r, v) {
		return p.askFirst(w, r, v, "tipo", typed)
	}
	return p.changePerson(w, r, v, domain.UserChange{Name: &name, Email: &email, Role: &role}, typed)
}

func (p *Panel) setActive(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	active := r.PostFormValue("ativo") == "sim"
	if !active && unsure(r, v) {
		return p.askFirst(w, r, v, "ativo", func(*personBody) {})
	}
	return p.changePerson(w, r, v, domain.UserChange{Active: &active}, func(*personBody) {})
}

// unsure reports whether the visitor is about to shut themselves out and has not said twice that they mean it.
func unsure(r *http.Request, v *visit) bool {
	id, err := pathID(r)
	return err == nil && id == v.Actor.ID && r.PostFormValue("confirmo") != "sim"
}

func (p *Panel) askFirst(w http.ResponseWriter, r *http.Request, v *visit, field string, typed func(*personBody)) error {
	return p.showPerson(w, r, v, http.StatusUnprocessableEntity, func(b *personBody) {
		typed(b)
		b.Asks = field
	})
}

// changePerson applies a change; where it is refused, typed puts back what was typed.
func (p *Panel) changePerson(w http.ResponseWriter, r *http.Request, v *visit, ch domain.UserChange, typed func(*personBody)) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	_, err = p.Desk.UpdateUser(r.Context(), v.Actor, id, ch)
	if found, ok := formProblems(v.Lang, err); err != nil && ok {
		return p.showPerson(w, r, v, statusOf(err), func(b *personBody) {
			typed(b)
			b.Problems = found
		})
	}
	if err != nil {
		return err
	}
	setFlash(w, r, "person_changed", 0)
	return redirect(w, r, personPath(id))
}

// invite shows a fresh personal link, once: only its hash is kept.
func (p *Panel) invite(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	link, code, err := p.inviteFor(r, v, id)
	if err != nil {
		return err
	}
	return p.showPerson(w, r, v, http.StatusOK, func(b *personBody) { b.Link, b.Code = link, code })
}

// canInvite reports whether there is a bot to invite to whose name is known.
func (p *Panel) canInvite() bool { return p.InviteLink != nil && p.InviteLink("") != "" }

func (p *Panel) inviteFor(r *http.Request, v *visit, id int64) (string, *qrCode, error) {
	if !p.canInvite() {
		return "", nil, errNoPage
	}
	token, err := p.Desk.Invite(r.Context(), v.Actor, id, domain.InviteTelegram)
	if err != nil {
		return "", nil, err
	}
	link := p.InviteLink(token)
	code, err := newQRCode(link)
	return link, code, err
}

func (p *Panel) unlink(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if _, err := p.Desk.UnlinkTelegram(r.Context(), v.Actor, id); err != nil {
		return err
	}
	setFlash(w, r, "unlinked", 0)
	return redirect(w, r, personPath(id))
}
