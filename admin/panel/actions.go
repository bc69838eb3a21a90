package panel

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"chamados/domain"
	"chamados/domain/i18n"
)

// act is one thing done to the ticket in the path.
type act func(id int64) error

// perform does something to a ticket and shows the outcome: to the board's module as
// JSON, to everybody else as the page they came from.
func (p *Panel) perform(w http.ResponseWriter, r *http.Request, v *visit, done string, do act) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		return unreadable(err)
	}
	err = do(id)
	if r.Header.Get(fragmentHeader) == "parte" {
		return p.answerPart(w, r, v, id, err)
	}
	if err != nil {
		return p.refuse(w, r, v, id, err)
	}
	setFlash(w, r, done, id)
	return redirect(w, r, back(r, id))
}

// back returns where the form asked to go, or the ticket.
func back(r *http.Request, id int64) string {
	if s := r.PostFormValue("voltar"); s != "" {
		return localPath(s)
	}
	return ticketPath(id)
}

func ticketPath(id int64) string { return "/chamados/" + strconv.FormatInt(id, 10) }

// refuse shows the ticket as it is now with the reason; what concerns the ticket as such
// (absent, somebody else's) has a page of its own.
func (p *Panel) refuse(w http.ResponseWriter, r *http.Request, v *visit, id int64, cause error) error {
	switch domain.CodeOf(cause) {
	case domain.CodeInternal, domain.CodeUnavailable, domain.CodeUnauthorized, domain.CodeNotFound:
		return cause
	}
	text := p.reason(r, v, id, cause)
	return p.showTicket(w, r, v, id, statusOf(cause), func(b *ticketBody) { b.Problem = text })
}

// answerPart tells a module what became of its request: the ticket's new version, or the
// reason and, where there is one, the card as it is now.
func (p *Panel) answerPart(w http.ResponseWriter, r *http.Request, v *visit, id int64, cause error) error {
	status, body := http.StatusOK, map[string]any{}
	if cause != nil {
		if status = statusOf(cause); status >= http.StatusInternalServerError {
			return cause
		}
		body["erro"] = p.reason(r, v, id, cause)
	}
	if t, err := p.Desk.Visible(r.Context(), v.Actor, id); err == nil {
		body["versao"], body["status"] = t.Version, t.Status
	}
	writeJSON(w, status, body)
	return nil
}

// reason says why something was refused; of a stale change also who was faster, and with
// what.
func (p *Panel) reason(r *http.Request, v *visit, id int64, cause error) string {
	if !errors.Is(cause, domain.ErrStale) {
		return p.errorText(v.Lang, cause)
	}
	view, err := p.Desk.Ticket(r.Context(), v.Actor, id)
	if err != nil {
		return p.errorText(v.Lang, cause)
	}
	technicians, err := p.Desk.ITUsers(r.Context(), v.Actor)
	if err != nil {
		technicians = nil
	}
	past := p.history(r.Context(), v, view, technicians)
	i := slices.IndexFunc(past, func(d deed) bool { return slices.Contains(revising, d.Kind) })
	switch {
	case i < 0 || past[i].ActorName == "":
		return p.errorText(v.Lang, cause)
	case past[i].ActorID == v.Actor.ID:
		return i18n.Text(v.Lang, "panel.stale_own", i18n.Args{"What": past[i].Text})
	}
	return i18n.Text(v.Lang, "panel.stale", i18n.Args{"Name": past[i].ActorName, "What": past[i].Text})
}

// revising are the events by which a ticket gets a new version: the last of them is why a change is stale.
var revising = []domain.EventKind{
	domain.EventStatus, domain.EventPriority, domain.EventAssignee, domain.EventTitle, domain.EventDescription,
	domain.EventCategory, domain.EventExtra, domain.EventDeleted, domain.EventRestored,
}

// version is the version that the form or card showed; 0 asks for no check.
func version(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.PostFormValue("versao"), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func (p *Panel) change(w http.ResponseWriter, r *http.Request, v *visit, read func() (domain.TicketChange, error)) error {
	return p.perform(w, r, v, "changed", func(id int64) error {
		ch, err := read()
		if err != nil {
			return err
		}
		_, err = p.Desk.Change(r.Context(), v.Actor, id, ch, version(r))
		return err
	})
}

func (p *Panel) setStatus(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.change(w, r, v, func() (domain.TicketChange, error) {
		s := domain.Status(r.PostFormValue("status"))
		return domain.TicketChange{Status: &s}, nil
	})
}

func (p *Panel) setPriority(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.change(w, r, v, func() (domain.TicketChange, error) {
		x := domain.Priority(r.PostFormValue("prioridade"))
		return domain.TicketChange{Priority: &x}, nil
	})
}

func (p *Panel) setAssignee(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.change(w, r, v, func() (domain.TicketChange, error) {
		var to domain.Assignment
		if s := r.PostFormValue("atribuido_para"); s != "" {
			id, err := strconv.ParseInt(s, 10, 32)
			if err != nil {
				return domain.TicketChange{}, domain.Invalid(domain.FieldError{Field: "atribuido_para", Key: "assignee_not_it"})
			}
			to.UserID = id
		}
		return domain.TicketChange{Assignee: &to}, nil
	})
}

func (p *Panel) take(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.perform(w, r, v, "taken", func(id int64) error {
		_, err := p.Desk.Take(r.Context(), v.Actor, id)
		return err
	})
}

func (p *Panel) release(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.perform(w, r, v, "released", func(id int64) error {
		_, err := p.Desk.Release(r.Context(), v.Actor, id)
		return err
	})
}

func (p *Panel) deleteTicket(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.perform(w, r, v, "deleted", func(id int64) error { return p.Desk.Delete(r.Context(), v.Actor, id) })
}

func (p *Panel) restoreTicket(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.perform(w, r, v, "restored", func(id int64) error { return p.Desk.Restore(r.Context(), v.Actor, id) })
}
