package panel

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"unicode/utf8"

	"chamados/domain"
	"chamados/domain/i18n"
)

// ticketBody is a ticket's page.
type ticketBody struct {
	domain.TicketView
	Newcomer   *domain.NewCollaborator // nil for other categories
	Targets    []domain.Status
	Technician []domain.User // to assign to; IT only
	Priorities []domain.Priority
	Talk       []entry
	Files      []domain.Attachment // that came with the ticket itself
	Past       []deed              // newest first
	Receipts   []domain.Receipt    // what became of the messages, newest first; IT only
	NoChat     bool                // the requester cannot be reached by chat; told to IT only
	Problems   problems
	Problem    string // why the last act was refused, "" if it was not
	SLAWord    domain.SLAState
	Rating     domain.Rating // no stars while nobody rated
	Draft      commentDraft  // what was typed into a refused comment
	Actor      domain.Actor
}

// entry is one comment with its files.
type entry struct {
	domain.Comment
	Files    []domain.Attachment
	Mine     bool
	Versions []domain.Event   // what it said before, oldest first; IT only
	Sent     []domain.Receipt // how it reached people; IT only
}

// deed is one line of the history in words.
type deed struct {
	domain.Event
	Text   string
	Before string // the old text that was replaced or taken back, "" for none
}

type commentDraft struct {
	Text     string
	Internal bool
}

// IT reports whether the reader is IT.
func (b ticketBody) IT() bool { return b.Actor.IsIT() }

// MayEdit reports whether the reader may change title, description and category.
func (b ticketBody) MayEdit() bool { return b.CanEdit(b.Actor) }

// Undelivered reports whether something did not reach whom it was for.
func (b ticketBody) Undelivered() bool {
	return b.NoChat || slices.ContainsFunc(b.Receipts, domain.Receipt.Retriable)
}

// LongTitle reports whether the title needs smaller letters to leave room for the rest.
func (b ticketBody) LongTitle() bool { return utf8.RuneCountInString(b.Title) > 140 }

// HasAssignee reports whether somebody has the ticket.
func (b ticketBody) HasAssignee() bool { return b.AssigneeID != 0 }

func (p *Panel) ticketPage(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	return p.showTicket(w, r, v, id, http.StatusOK, func(*ticketBody) {})
}

// showTicket renders the ticket's page; edit adds what went wrong.
func (p *Panel) showTicket(w http.ResponseWriter, r *http.Request, v *visit, id int64, status int, edit func(*ticketBody)) error {
	view, err := p.Desk.Ticket(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	p.Desk.Opened(v.Actor, view)
	body := ticketBody{TicketView: view, SLAWord: slaFor(v, view.Ticket), Actor: v.Actor, Targets: view.StatusesFor(v.Actor), Priorities: domain.Priorities}
	if view.Category == domain.CategoryNewCollaborator {
		if n, err := domain.ParseNewCollaborator(view.Extra); err == nil {
			body.Newcomer = &n
		}
	}
	if v.Actor.IsIT() {
		if err := p.forIT(r.Context(), v, &body); err != nil {
			return err
		}
	}
	if body.Rating, err = p.ratingOf(r.Context(), v, view.Ticket); err != nil {
		return err
	}
	body.Talk, body.Files = conversation(view, v.Actor)
	if v.Actor.IsIT() {
		backstage(body.Talk, view.Events, body.Receipts)
	}
	body.Past = p.history(r.Context(), v, view, body.Technician)
	edit(&body)
	p.noteSeen(r.Context(), v, view)
	return p.render(w, v, status, "ticket", body)
}

// ratingOf returns what the requester thinks of the solution, the zero rating where there is none.
func (p *Panel) ratingOf(ctx context.Context, v *visit, t domain.Ticket) (domain.Rating, error) {
	if t.EndedAt.IsZero() {
		return domain.Rating{}, nil
	}
	out, err := p.Desk.Rating(ctx, v.Actor, t.ID)
	if errors.Is(err, domain.ErrRatingNotFound) {
		return domain.Rating{}, nil
	}
	return out, err
}

// forIT adds what only IT sees beside the ticket.
func (p *Panel) forIT(ctx context.Context, v *visit, b *ticketBody) (err error) {
	if b.Technician, err = p.Desk.ITUsers(ctx, v.Actor); err != nil {
		return err
	}
	if b.Receipts, err = p.Desk.Deliveries(ctx, v.Actor, b.ID); err != nil {
		return err
	}
	requester, err := p.Desk.SeesUser(ctx, v.Actor, b.RequesterID)
	b.NoChat = err == nil && requester.TelegramID == 0
	return err
}

// conversation pairs the comments with their files; files without a comment are the
// ticket's own.
func conversation(t domain.TicketView, a domain.Actor) ([]entry, []domain.Attachment) {
	files := map[int64][]domain.Attachment{}
	for _, f := range t.Attachments {
		files[f.CommentID] = append(files[f.CommentID], f)
	}
	talk := make([]entry, len(t.Comments))
	for i, c := range t.Comments {
		talk[i] = entry{Comment: c, Files: files[c.ID], Mine: c.Author != nil && c.Author.ID == a.ID}
	}
	return talk, files[0]
}

// backstage adds to each comment what only IT sees: its old versions and how it reached people.
func backstage(talk []entry, events []domain.Event, receipts []domain.Receipt) {
	place := make(map[int64]*entry, len(talk))
	for i := range talk {
		place[talk[i].ID] = &talk[i]
	}
	for _, e := range events {
		if c := place[e.CommentID]; c != nil && e.Kind == domain.EventCommentEdit {
			c.Versions = append(c.Versions, e)
		}
	}
	for _, r := range slices.Backward(receipts) {
		c := place[r.CommentID]
		if c != nil && r.UserID != 0 && r.Kind != domain.DeliverCard && r.Event != domain.EventCommentEdit {
			c.Sent = append(c.Sent, r)
		}
	}
}

// isImage reports whether a file can be looked at in the page.
func isImage(f domain.Attachment) bool { return f.Stored && slices.Contains(imageTypes, f.MIME) }

// history puts the events in words, the newest first.
func (p *Panel) history(ctx context.Context, v *visit, t domain.TicketView, known []domain.User) []deed {
	names := map[string]string{}
	for _, u := range known {
		names[strconv.FormatInt(u.ID, 10)] = u.Name
	}
	for _, u := range []*domain.UserRef{t.Assignee, t.Requester} {
		if u != nil {
			names[strconv.FormatInt(u.ID, 10)] = u.Name
		}
	}
	out := make([]deed, 0, len(t.Events))
	for _, e := range slices.Backward(t.Events) {
		if e.VisibleTo(&v.Actor) {
			out = append(out, deed{Event: e, Text: eventText(v.Lang, e, names), Before: replaced(e)})
		}
	}
	return out
}

// replaced returns the text that an event did away with.
func replaced(e domain.Event) string {
	switch e.Kind {
	case domain.EventTitle, domain.EventDescription, domain.EventCommentUndo:
		return e.From
	}
	return ""
}

// eventText says what happened, without who did it.
func eventText(lang domain.Lang, e domain.Event, names map[string]string) string {
	to := e.To
	switch e.Kind {
	case domain.EventStatus:
		to = i18n.Status(lang, domain.Status(e.To))
	case domain.EventPriority:
		to = i18n.Priority(lang, domain.Priority(e.To))
	case domain.EventCategory:
		to = i18n.Category(lang, domain.Category(e.To))
	case domain.EventAssignee:
		if e.To == "" {
			return i18n.Text(lang, "panel.event.unassigned", nil)
		}
		if e.To == strconv.FormatInt(e.ActorID, 10) {
			return i18n.Text(lang, "panel.event.taken", nil)
		}
		if to = names[e.To]; to == "" {
			to = "#" + e.To
		}
	}
	return i18n.Text(lang, "panel.event."+string(e.Kind), i18n.Args{"To": to})
}
