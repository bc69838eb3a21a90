package main

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"slices"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"chamados/admin/password"
	"chamados/domain"
	"chamados/storage"
	"chamados/storage/pgtest"
)

// scene is a desk on a real database with what people may want to get at: a ticket of Carla's with a
// reply of hers, a reply and a note of IT, and a file of each.
type scene struct {
	t      testing.TB
	db     *storage.DB
	desk   *domain.Desk
	actors map[string]domain.Actor
	thing  thing
}

// thing is what a use-case is asked about.
type thing struct {
	ticket, own, reply, note  int64 // comments: the requester's, IT's, the internal one
	file, noteFile            int64
	person, colleague, absent int64
	group                     int64
}

// Who asks. Everybody but the requester is somebody for whom the ticket does not exist, or IT.
const (
	nobody    = "nobody"          // no account at all: anonymous, a stranger's chat, a group member
	requester = "requester"       // whose ticket it is
	employee  = "other employee"  // not theirs
	left      = "left employee"   // the account is switched off
	leftIT    = "left technician" // likewise, of IT
	it        = "IT"
)

var everyActor = []string{nobody, requester, employee, left, leftIT, it}

func newScene(t testing.TB) *scene {
	t.Helper()
	db, err := storage.Open(t.Context(), pgtest.URL(t), storage.Options{Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	t.Cleanup(db.Close)
	hasher, err := password.New(bcrypt.MinCost)
	must(t, err)
	s := &scene{t: t, db: db, desk: domain.NewDesk(db, hasher, time.Now), actors: map[string]domain.Actor{nobody: {}}}
	for name, role := range map[string]domain.Role{
		requester: domain.RoleEmployee, employee: domain.RoleEmployee, left: domain.RoleEmployee, leftIT: domain.RoleIT, it: domain.RoleIT,
	} {
		s.actors[name] = domain.Actor{User: s.hire(name, role), Channel: domain.ChannelAPI}
	}
	off := false
	for _, name := range []string{left, leftIT} {
		u, err := s.desk.UpdateUser(t.Context(), domain.System, s.actors[name].ID, domain.UserChange{Active: &off})
		must(t, err)
		s.actors[name] = domain.Actor{User: u, Channel: domain.ChannelAPI}
	}
	s.furnish()
	return s
}

func (s *scene) hire(name string, role domain.Role) domain.User {
	s.t.Helper()
	u, err := s.desk.CreateUser(s.t.Context(), domain.System, domain.NewUser{
		Name: name, Email: slug(name) + "@exemplo.com.br", Role: role, Password: "cavalo verde 81",
	})
	must(s.t, err)
	return u
}

func slug(s string) string {
	out := []byte(s)
	for i, c := range out {
		if c == ' ' {
			out[i] = '.'
		}
	}
	return string(out)
}

func (s *scene) furnish() {
	s.t.Helper()
	ctx := s.t.Context()
	opened, err := s.desk.Open(ctx, s.actors[requester], domain.NewTicket{
		Title: "Segredo da requerente", Description: "Descrição secreta", Category: domain.CategoryHardware,
	})
	must(s.t, err)
	s.thing = thing{
		ticket: opened.ID, absent: opened.ID + 7, person: s.actors[requester].ID, colleague: s.actors[it].ID, group: -1001,
		own:   s.comment(requester, opened.ID, domain.NewComment{Text: "pergunta"}),
		reply: s.comment(it, opened.ID, domain.NewComment{Text: "resposta", Attachments: []domain.NewAttachment{textFile("publico.txt")}}),
		note:  s.comment(it, opened.ID, domain.NewComment{Text: "nota", Internal: true, Attachments: []domain.NewAttachment{textFile("interno.txt")}}),
	}
	v, err := s.desk.Ticket(ctx, s.actors[it], opened.ID)
	must(s.t, err)
	for _, f := range v.Attachments {
		if f.Internal {
			s.thing.noteFile = f.ID
		} else {
			s.thing.file = f.ID
		}
	}
	must(s.t, s.desk.ConnectGroup(ctx, domain.System, domain.Group{ChatID: s.thing.group, Title: "TI"}))
}

func (s *scene) comment(who string, ticket int64, n domain.NewComment) int64 {
	s.t.Helper()
	c, err := s.desk.Comment(s.t.Context(), s.actors[who], ticket, n)
	must(s.t, err)
	return c.ID
}

func textFile(name string) domain.NewAttachment {
	return domain.NewAttachment{Name: name, MIME: "text/plain", Size: 4, Content: []byte("oi, ")}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// may says who may use a use-case at all; what hangs on whose ticket it is comes on top.
type may string

const (
	anybody    may = "whoever is logged in" // about themselves, or what they may see
	whoSees    may = "who sees the ticket"
	onlyIT     may = "IT"
	ofTheirOwn may = "IT, and everybody for themselves"
	requesters may = "the requester" // not even IT
)

// useCase is one method of the desk: who may, and one call that reaches the decision. absent asks for
// a ticket, comment or file that does not exist.
type useCase struct {
	may  may
	call func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error
}

func only[T any](_ T, err error) error { return err }

// useCases are all methods of the desk that somebody asks for.
var useCases = map[string]useCase{
	"Open": {anybody, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error {
		return only(d.Open(ctx, a, domain.NewTicket{Title: "a", Description: "b", Category: domain.CategoryOther}))
	}},
	"Tickets": {anybody, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error {
		_, _, err := d.Tickets(ctx, a, domain.TicketFilter{Limit: 10})
		return err
	}},
	"EachTicket": {anybody, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error {
		return d.EachTicket(ctx, a, domain.TicketFilter{}, func(*domain.Ticket) error { return nil })
	}},
	"Board": {anybody, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error {
		return only(d.Board(ctx, a, domain.TicketFilter{Statuses: domain.Statuses[:3], Order: domain.OrderPriority}, 5))
	}},
	"ITUsers": {anybody, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error {
		return only(d.ITUsers(ctx, a))
	}},
	"Preferences": {anybody, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error {
		return only(d.Preferences(ctx, a))
	}},
	"SetPreferences": {anybody, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error {
		return d.SetPreferences(ctx, a, domain.Preferences{})
	}},
	"ChangePassword": {anybody, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error {
		return only(d.ChangePassword(ctx, a, "cavalo verde 81", "cavalo verde 81"))
	}},
	"Unread": {anybody, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		return only(d.Unread(ctx, a, []int64{x.ticket}))
	}},
	"Once": {anybody, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error {
		_, _, err := d.Once(ctx, a, "chave", []byte("x"), func(*domain.Desk) ([]byte, error) { return []byte("ok"), nil })
		return err
	}},
	"Logout": {anybody, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error { return d.Logout(ctx, a) }},

	"Ticket": {whoSees, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		return only(d.Ticket(ctx, a, x.ticket))
	}},
	"Thread": {whoSees, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		return only(d.Thread(ctx, a, x.ticket))
	}},
	"Visible": {whoSees, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		return only(d.Visible(ctx, a, x.ticket))
	}},
	"Change": {whoSees, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		title := "outro título"
		return only(d.Change(ctx, a, x.ticket, domain.TicketChange{Title: &title}, 0))
	}},
	"ChangeThread": {whoSees, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		title := "outro título"
		return only(d.ChangeThread(ctx, a, x.ticket, domain.TicketChange{Title: &title}, 0))
	}},
	"MuteTicket": {whoSees, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		return d.MuteTicket(ctx, a, x.ticket, true)
	}},
	"Comment": {whoSees, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		return only(d.Comment(ctx, a, x.ticket, domain.NewComment{Text: "x"}))
	}},
	"Attach": {whoSees, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		return d.Attach(ctx, a, x.ticket, []domain.NewAttachment{textFile("a.txt")}, domain.Origin{})
	}},
	"Attachment": {whoSees, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		_, content, err := d.Attachment(ctx, a, x.file)
		if err == nil {
			err = content.Close()
		}
		return err
	}},
	"Rating": {whoSees, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		err := only(d.Rating(ctx, a, x.ticket))
		if errors.Is(err, domain.ErrRatingNotFound) {
			return nil // there is none: whoever is told so sees the ticket
		}
		return err
	}},
	"Rate": {requesters, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		err := only(d.Rate(ctx, a, x.ticket, domain.NewRating{Stars: 5}))
		if errors.Is(err, domain.ErrNotSolvedYet) {
			return nil
		}
		return err
	}},
	"EditComment": {requesters, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		return only(d.EditComment(ctx, a, x.own, "mudado"))
	}},
	"AttachTo": {requesters, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		return d.AttachTo(ctx, a, x.own, []domain.NewAttachment{textFile("a.txt")}, domain.Origin{})
	}},
	"UndoComment": {requesters, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		return d.UndoComment(ctx, a, x.own)
	}},

	"SeesUser": {ofTheirOwn, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		return only(d.SeesUser(ctx, a, x.person))
	}},
	"Invite": {ofTheirOwn, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		return only(d.Invite(ctx, a, x.person, domain.InviteTelegram))
	}},
	"UnlinkTelegram": {ofTheirOwn, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		return only(d.UnlinkTelegram(ctx, a, x.person))
	}},
	"UpdateUser": {ofTheirOwn, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		lang := domain.LangEnglish
		return only(d.UpdateUser(ctx, a, x.person, domain.UserChange{Lang: &lang}))
	}},

	"Take": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		return only(d.Take(ctx, a, x.ticket))
	}},
	"Release": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		return only(d.Release(ctx, a, x.ticket))
	}},
	"Delete": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		return d.Delete(ctx, a, x.ticket)
	}},
	"Restore": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		err := d.Restore(ctx, a, x.ticket)
		if errors.Is(err, domain.ErrTicketNotFound) && a.IsIT() {
			return nil // it is not deleted: IT may be told
		}
		return err
	}},
	"Deliveries": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		return only(d.Deliveries(ctx, a, x.ticket))
	}},
	"Stats": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error { return only(d.Stats(ctx, a)) }},
	"Series": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error {
		f := domain.SeriesFilter{Zone: time.UTC}
		f.Complete(time.Now().UTC().Truncate(24 * time.Hour))
		return only(d.Series(ctx, a, f))
	}},
	"Digest": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error {
		return only(d.Digest(ctx, a, domain.DigestQuery{Now: time.Now(), Since: time.Now()}))
	}},
	"Users": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error {
		return only(d.Users(ctx, a, domain.UserFilter{}))
	}},
	"CreateUser": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error {
		return only(d.CreateUser(ctx, a, domain.NewUser{Name: "N", Email: "n@exemplo.com.br", Role: domain.RoleEmployee}))
	}},
	"Welcome": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		return d.Welcome(ctx, a, x.person)
	}},
	"Anonymise": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		return d.Anonymise(ctx, a, x.person, "Alguém")
	}},
	"ConnectGroup": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error {
		return d.ConnectGroup(ctx, a, domain.Group{ChatID: -7})
	}},
	"UpdateGroup": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		return only(d.UpdateGroup(ctx, a, x.group, 0, domain.GroupChange{}))
	}},
	"GroupStates": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error {
		return only(d.GroupStates(ctx, a))
	}},
	"Weekly": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error {
		return only(d.Weekly(ctx, a, time.Now(), time.UTC, nil))
	}},
	"Groups": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error {
		return only(d.Groups(ctx, a))
	}},
	"DisconnectGroup": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		return d.DisconnectGroup(ctx, a, x.group)
	}},
	"DisconnectTopic": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, x thing) error {
		return d.DisconnectTopic(ctx, a, x.group, 0)
	}},
	"CheckImport": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error {
		return only(d.CheckImport(ctx, a, nil))
	}},
	"ImportUsers": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error {
		return only(d.ImportUsers(ctx, a, nil, func(int) {}))
	}},
	"RunImport": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error {
		return only(d.RunImport(ctx, a, "x", nil, func(domain.ImportJob) {}))
	}},
	"DraftImport": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error {
		return only(d.DraftImport(ctx, a, "x.csv", []byte("nome"), 1))
	}},
	"Import": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error {
		err := only(d.Import(ctx, a, "ABC"))
		if errors.Is(err, domain.ErrImportNotFound) && a.IsIT() {
			return nil
		}
		return err
	}},
	"StartImport": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error {
		err := d.StartImport(ctx, a, "ABC", 1)
		if errors.Is(err, domain.ErrImportStarted) && a.IsIT() {
			return nil
		}
		return err
	}},
	"Traffic": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error {
		return only(d.Traffic(ctx, a))
	}},
	"LostMessages": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error {
		return only(d.LostMessages(ctx, a))
	}},
	"ParkedUpdates": {onlyIT, func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error {
		return only(d.ParkedUpdates(ctx, a))
	}},
	"RetryDelivery": {onlyIT, retrying(func(d *domain.Desk, ctx context.Context, a domain.Actor) error { return d.RetryDelivery(ctx, a, 1<<40) })},
	"RetryMailing":  {onlyIT, retrying(func(d *domain.Desk, ctx context.Context, a domain.Actor) error { return d.RetryMailing(ctx, a, 1<<40) })},
	"RetryUpdate": {onlyIT, retrying(func(d *domain.Desk, ctx context.Context, a domain.Actor) error {
		return d.RetryUpdate(ctx, a, 1, 1<<40)
	})},
}

// retrying takes "there is nothing" for a yes: it is what IT is told.
func retrying(call func(*domain.Desk, context.Context, domain.Actor) error) func(*domain.Desk, context.Context, domain.Actor, thing) error {
	return func(d *domain.Desk, ctx context.Context, a domain.Actor, _ thing) error {
		if err := call(d, ctx, a); !errors.Is(err, domain.ErrNothingToRetry) || !a.IsIT() {
			return err
		}
		return nil
	}
}

// actsForNobody are methods that take an actor but ask nothing of the store for somebody without an
// account: they note what a person has looked at.
var actsForNobody = []string{"Opened", "Seen"}

// The table above has every use-case that takes an actor; a new one has to be added to it.
func TestEveryUseCaseIsInThePermissionTable(t *testing.T) {
	desk := reflect.TypeFor[*domain.Desk]()
	for m := range desk.Methods() {
		acts := false
		for i := range m.Type.NumIn() {
			acts = acts || m.Type.In(i) == reflect.TypeFor[domain.Actor]()
		}
		_, listed := useCases[m.Name]
		if acts && !listed && !slices.Contains(actsForNobody, m.Name) {
			t.Errorf("Desk.%s takes an actor and is not in the table of permissions", m.Name)
		}
	}
	for name := range useCases {
		if _, ok := desk.MethodByName(name); !ok {
			t.Errorf("the table of permissions names Desk.%s, which does not exist", name)
		}
	}
}

// allowed says whether somebody may, by the table.
func (m may) allowed(who string) bool {
	switch m {
	case anybody:
		return who == requester || who == employee || who == it
	case whoSees, ofTheirOwn:
		return who == requester || who == it
	case requesters:
		return who == requester
	}
	return who == it
}

// Every use-case for every actor: who may not is refused, who is switched off or nobody is told only that.
func TestWhoMayDoWhat(t *testing.T) {
	s := newScene(t)
	for name, u := range useCases {
		for _, who := range everyActor {
			err := s.attempt(u, who, s.thing)
			switch code := domain.CodeOf(err); {
			case u.may.allowed(who):
				if err != nil && !errors.Is(err, domain.ErrLastIT) {
					t.Errorf("%s as %s: %v, want a yes", name, who, err)
				}
			case who == nobody || who == left || who == leftIT:
				if code != domain.CodeUnauthorized {
					t.Errorf("%s as %s: %v, want unauthorized", name, who, err)
				}
			case code != domain.CodeForbidden && code != domain.CodeNotFound:
				t.Errorf("%s as %s: %v, want a refusal", name, who, err)
			}
		}
	}
}

var errUndone = errors.New("undone")

// attempt tries a use-case and undoes what it did.
func (s *scene) attempt(u useCase, who string, x thing) (err error) {
	s.t.Helper()
	undone := s.db.Atomically(s.t.Context(), func(tx domain.Store) error {
		err = u.call(s.desk.In(tx), s.t.Context(), s.actors[who], x)
		return errUndone
	})
	if !errors.Is(undone, errUndone) {
		s.t.Fatal(undone)
	}
	return err
}

// To everybody but IT what is somebody else's is like what does not exist: the same error, word for word, once chat
// and panel have concealed it (of tickets the API tells, as its old clients know it). That holds for tickets, their comments
// and files, and on the requester's own ticket for notes and their files.
func TestWhatIsHiddenIsLikeWhatIsAbsent(t *testing.T) {
	s := newScene(t)
	absent := thing{
		ticket: s.thing.absent, own: s.thing.note + 100, reply: s.thing.note + 100, note: s.thing.note + 100,
		file: s.thing.noteFile + 100, noteFile: s.thing.noteFile + 100, person: s.actors[it].ID + 100, group: -5,
	}
	for name, u := range useCases {
		for _, who := range []string{nobody, employee, left, leftIT} {
			if u.may == anybody {
				continue
			}
			hidden, missing := domain.Concealed(s.attempt(u, who, s.thing)), domain.Concealed(s.attempt(u, who, absent))
			if hidden == nil || missing == nil || hidden.Error() != missing.Error() {
				t.Errorf("%s as %s: hidden %v, absent %v", name, who, hidden, missing)
			}
		}
	}
	own := s.actors[requester]
	for name, call := range map[string]func(comment, file int64) error{
		"EditComment": func(c, _ int64) error { return only(s.desk.EditComment(t.Context(), own, c, "x")) },
		"UndoComment": func(c, _ int64) error { return s.desk.UndoComment(t.Context(), own, c) },
		"AttachTo": func(c, _ int64) error {
			return s.desk.AttachTo(t.Context(), own, c, []domain.NewAttachment{textFile("a.txt")}, domain.Origin{})
		},
		"Attachment": func(_, f int64) error { _, _, err := s.desk.Attachment(t.Context(), own, f); return err },
	} {
		hidden, missing := call(s.thing.note, s.thing.noteFile), call(absent.note, absent.noteFile)
		if hidden == nil || missing == nil || hidden.Error() != missing.Error() {
			t.Errorf("%s of a note: hidden %v, absent %v", name, hidden, missing)
		}
	}
}
