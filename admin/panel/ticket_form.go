package panel

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"chamados/domain"
	"chamados/domain/i18n"
)

// ticketForm is the page on which a ticket is written or rewritten.
type ticketForm struct {
	ID          int64  // 0 for a new one
	Sending     string // names the sending of a new one, so that a repetition is known
	Version     int64
	Title       string
	Description string
	Category    domain.Category
	Priority    domain.Priority
	Requester   string // address; IT only
	Newcomer    domain.NewCollaborator
	Problems    problems
	FilesLost   bool      // files were chosen that have to be chosen again
	Theirs      []written // what somebody else wrote meanwhile
	Categories  []domain.Category
	Priorities  []domain.Priority
	Actor       domain.Actor
}

// written is a field as it stands on the desk.
type written struct{ Field, Text string }

// theirs returns the fields in which the form differs from the ticket.
func (f ticketForm) theirs(lang domain.Lang, t domain.Ticket) []written {
	var out []written
	add := func(field, mine, now, shown string) {
		if mine != now {
			out = append(out, written{i18n.Text(lang, "field."+field, nil), shown})
		}
	}
	add("titulo", f.Title, t.Title, t.Title)
	add("categoria", string(f.Category), string(t.Category), i18n.Category(lang, t.Category))
	add("descricao", f.Description, t.Description, t.Description)
	return out
}

// IT reports whether the writer is IT.
func (f ticketForm) IT() bool { return f.Actor.IsIT() }

func blankForm(a domain.Actor) ticketForm {
	return ticketForm{
		Actor: a, Categories: domain.Categories, Priorities: domain.Priorities, Priority: domain.PriorityMedium,
	}
}

func (p *Panel) newTicketPage(w http.ResponseWriter, r *http.Request, v *visit) error {
	f := blankForm(v.Actor)
	f.Sending = rand.Text()
	return p.render(w, v, http.StatusOK, "ticket_form", f)
}

// readTicketForm takes the fields as they were typed.
func readTicketForm(r *http.Request, a domain.Actor) ticketForm {
	f := blankForm(a)
	f.Title, f.Description = r.PostFormValue("titulo"), unixLines(r.PostFormValue("descricao"))
	f.Category, f.Priority = domain.Category(r.PostFormValue("categoria")), domain.Priority(r.PostFormValue("prioridade"))
	f.Requester, f.Version = strings.TrimSpace(r.PostFormValue("solicitante")), version(r)
	f.Sending = r.PostFormValue("envio")
	on := func(name string) bool { return r.PostFormValue(name) != "" }
	f.Newcomer = domain.NewCollaborator{
		Name: strings.TrimSpace(r.PostFormValue("colaborador_nome")), BirthDate: r.PostFormValue("colaborador_data_nascimento"),
		StartDate: r.PostFormValue("data_inicio"), Folders: strings.TrimSpace(r.PostFormValue("sharepoint_pastas")),
		Equipment: domain.EquipmentForm{Phone: on("celular"), Laptop: on("notebook"), Email: on("email"), Debx: on("debx")},
		Apps:      domain.AppsForm{WhatsApp: on("whatsapp"), Chrome: on("chrome")},
	}
	return f
}

func unixLines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

func (p *Panel) openTicket(w http.ResponseWriter, r *http.Request, v *visit) error {
	files, err := readUpload(w, r)
	if err != nil {
		return err
	}
	f := readTicketForm(r, v.Actor)
	id, err := p.openOnce(r, v, f, files)
	if found, ok := formProblems(v.Lang, err); err != nil && ok {
		f.Problems = found
		f.FilesLost = len(files) > 0 && r.Header.Get(fragmentHeader) == ""
		return p.render(w, v, statusOf(err), "ticket_form", f)
	}
	if err != nil {
		return err
	}
	setFlash(w, r, "opened", id)
	return redirect(w, r, ticketPath(id))
}

// openOnce opens the ticket of a form and returns its number; the one that is there already when the
// same form arrives again, as after a double click.
func (p *Panel) openOnce(r *http.Request, v *visit, f ticketForm, files []domain.NewAttachment) (int64, error) {
	open := func(d *domain.Desk) (int64, error) {
		t, err := p.openFrom(d, r, v, f, files)
		return t.ID, err
	}
	if f.Sending == "" {
		return open(p.Desk)
	}
	answer, _, err := p.Desk.Once(r.Context(), v.Actor, "panel:"+f.Sending, formDigest(r, files), func(d *domain.Desk) ([]byte, error) {
		id, err := open(d)
		return strconv.AppendInt(nil, id, 10), err
	})
	if errors.Is(err, domain.ErrOnceReused) {
		return open(p.Desk) // the page was gone back to and filled in anew
	}
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(string(answer), 10, 64)
}

// formDigest tells what a form says from what it says at another time.
func formDigest(r *http.Request, files []domain.NewAttachment) []byte {
	h := sha256.New()
	_, _ = fmt.Fprintln(h, r.PostForm.Encode())
	for _, f := range files {
		_, _ = fmt.Fprintf(h, "%q %x\n", f.Name, sha256.Sum256(f.Content))
	}
	return h.Sum(nil)
}

func (p *Panel) openFrom(d *domain.Desk, r *http.Request, v *visit, f ticketForm, files []domain.NewAttachment) (domain.Ticket, error) {
	n := domain.NewTicket{Title: f.Title, Description: f.Description, Category: f.Category, Attachments: files}
	if f.Category == domain.CategoryNewCollaborator {
		var err error
		if n.Extra, err = mergeExtra(nil, f.Newcomer); err != nil {
			return domain.Ticket{}, err
		}
	}
	if v.Actor.IsIT() {
		n.Priority = f.Priority
		id, err := p.requester(r, v, f.Requester)
		if err != nil {
			return domain.Ticket{}, err
		}
		n.RequesterID = id
	}
	return d.Open(r.Context(), v.Actor, n)
}

// requester finds the account on whose behalf IT writes; 0, the writer's own, for "".
func (p *Panel) requester(r *http.Request, v *visit, email string) (int64, error) {
	if email == "" {
		return 0, nil
	}
	email = domain.NormalizeEmail(email)
	found, err := p.Desk.Users(r.Context(), v.Actor, domain.UserFilter{Search: email, Limit: perPage})
	if err != nil {
		return 0, err
	}
	for _, u := range found {
		if u.Email == email {
			return u.ID, nil
		}
	}
	return 0, domain.Invalid(domain.FieldError{Field: "usuario_id", Key: "requester_unknown"})
}

func (p *Panel) editPage(w http.ResponseWriter, r *http.Request, v *visit) error {
	t, err := p.editable(r, v)
	if err != nil {
		return err
	}
	f := blankForm(v.Actor)
	f.ID, f.Version, f.Title, f.Description, f.Category = t.ID, t.Version, t.Title, t.Description, t.Category
	if n, err := domain.ParseNewCollaborator(t.Extra); err == nil {
		f.Newcomer = n
	}
	return p.render(w, v, http.StatusOK, "ticket_form", f)
}

// editable returns the ticket in the path if the visitor may rewrite it.
func (p *Panel) editable(r *http.Request, v *visit) (domain.Ticket, error) {
	id, err := pathID(r)
	if err != nil {
		return domain.Ticket{}, err
	}
	t, err := p.Desk.Visible(r.Context(), v.Actor, id)
	if err == nil && !t.CanEdit(v.Actor) {
		err = domain.ErrTicketFinished
	}
	return t, err
}

func (p *Panel) edit(w http.ResponseWriter, r *http.Request, v *visit) error {
	t, err := p.editable(r, v)
	if err != nil {
		return err
	}
	if _, err := readUpload(w, r); err != nil {
		return err
	}
	f := readTicketForm(r, v.Actor)
	f.ID = t.ID
	ch := domain.TicketChange{Title: &f.Title, Description: &f.Description, Category: &f.Category}
	if f.Category == domain.CategoryNewCollaborator {
		extra, err := mergeExtra(t.Extra, f.Newcomer)
		if err != nil {
			return err
		}
		ch.Extra = &extra
	}
	_, err = p.Desk.Change(r.Context(), v.Actor, t.ID, ch, f.Version)
	if found, ok := formProblems(v.Lang, err); err != nil && ok {
		if domain.CodeOf(err) == domain.CodeStale {
			found[""] = p.reason(r, v, t.ID, err)
			f.Version, f.Theirs = t.Version, f.theirs(v.Lang, t)
		}
		f.Problems = found
		return p.render(w, v, statusOf(err), "ticket_form", f)
	}
	if err != nil {
		return err
	}
	setFlash(w, r, "edited", t.ID)
	return redirect(w, r, ticketPath(t.ID))
}

// mergeExtra writes the form into a document, keeping the members that it does not know.
func mergeExtra(old json.RawMessage, n domain.NewCollaborator) (json.RawMessage, error) {
	doc := map[string]json.RawMessage{}
	if len(old) > 0 {
		if err := json.Unmarshal(old, &doc); err != nil || doc == nil {
			doc = map[string]json.RawMessage{}
		}
	}
	known, err := json.Marshal(n)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(known, &doc); err != nil {
		return nil, err
	}
	return json.Marshal(doc)
}
