package storage_test

import (
	"errors"
	"math"
	"testing"

	"chamados/domain"

	"github.com/google/go-cmp/cmp"
)

func TestTicketKeepsWhatWasDecided(t *testing.T) {
	h := newHouse(t)
	ana, ti := h.user("ana", domain.RoleEmployee), h.user("beto", domain.RoleIT)
	opened, err := h.desk.Open(t.Context(), ana, domain.NewTicket{
		Title: "Nova colega", Description: "<b>&\"_*[", Category: domain.CategoryNewCollaborator, Urgency: domain.PriorityHigh,
		Extra: []byte(`{"colaborador_nome":"Eva","colaborador_data_nascimento":"1990-01-02","data_inicio":"2026-04-01"}`),
	})
	h.must(err)
	if opened.ID == 0 {
		t.Fatal("no number")
	}
	got := must2(h.Ticket(t.Context(), opened.ID))(t)
	if diff := cmp.Diff(opened, got); diff != "" {
		t.Errorf("as opened (-), as stored (+):\n%s", diff)
	}
	h.clock.Add(60e9)
	changed := h.setStatus(ti, opened.ID, domain.StatusResolved)
	got = must2(h.Ticket(t.Context(), opened.ID))(t)
	if diff := cmp.Diff(changed, got); diff != "" {
		t.Errorf("as decided (-), as stored (+):\n%s", diff)
	}
	taken := must2(h.desk.Take(t.Context(), ti, opened.ID))(t)
	if got := h.view(opened.ID); got.Assignee == nil || got.Assignee.Name != "beto" || got.Version != taken.Version || got.Version != 3 {
		t.Errorf("after taking: %+v", got.Ticket)
	}
	h.must(h.desk.Delete(t.Context(), ti, opened.ID))
	if got := h.view(opened.ID); got.DeletedAt.IsZero() {
		t.Error("not marked as deleted")
	}
	h.must(h.desk.Restore(t.Context(), ti, opened.ID))
	kinds := []domain.EventKind{}
	for _, e := range h.view(opened.ID).Events {
		kinds = append(kinds, e.Kind)
		if e.TicketID != opened.ID || e.RequesterID != ana.ID {
			t.Errorf("event %+v", e)
		}
	}
	want := []domain.EventKind{domain.EventCreated, domain.EventStatus, domain.EventAssignee, domain.EventDeleted, domain.EventRestored}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Error(diff)
	}
}

func must2[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		return must(t, v, err)
	}
}

func TestEventsOfOneChangeKeepTheirOrder(t *testing.T) {
	h := newHouse(t)
	ti := h.user("beto", domain.RoleIT)
	id := h.open(ti, "a").ID
	title, descr, cat, prio, status := "b", "c", domain.CategoryEmail, domain.PriorityUrgent, domain.StatusWaiting
	_, err := h.desk.Change(t.Context(), ti, id, domain.TicketChange{
		Title: &title, Description: &descr, Category: &cat, Priority: &prio, Status: &status, Assignee: &domain.Assignment{UserID: ti.ID},
	}, 1)
	h.must(err)
	var kinds []domain.EventKind
	for _, e := range h.view(id).Events[1:] {
		kinds = append(kinds, e.Kind)
	}
	want := []domain.EventKind{domain.EventTitle, domain.EventDescription, domain.EventCategory, domain.EventPriority, domain.EventAssignee, domain.EventStatus}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Error(diff)
	}
}

func TestCommentsNotesAndUndo(t *testing.T) {
	h := newHouse(t)
	ana, ti := h.user("ana", domain.RoleEmployee), h.user("beto", domain.RoleIT)
	id := h.open(ana, "a").ID
	origin := domain.Origin{ChatID: 77, MessageID: 5}
	c := h.comment(ana, id, domain.NewComment{Text: "olá", Origin: origin})
	note := h.comment(ti, id, domain.NewComment{Text: "segredo", Internal: true})
	if c.ID == 0 || note.ID == 0 || c.TicketID != id {
		t.Fatalf("%+v %+v", c, note)
	}
	if got := must2(h.Comment(t.Context(), c.ID))(t); !cmp.Equal(got, c) {
		t.Error(cmp.Diff(c, got))
	}
	outside := must2(h.TicketView(t.Context(), id, false))(t)
	if len(outside.Comments) != 1 || len(outside.Events) != 2 {
		t.Errorf("an employee sees %+v", outside)
	}
	edited := must2(h.desk.EditComment(t.Context(), ana, c.ID, "olá de novo"))(t)
	if got := must2(h.Comment(t.Context(), c.ID))(t); got.Text != "olá de novo" || !got.EditedAt.Equal(edited.EditedAt) {
		t.Errorf("%+v", got)
	}
	h.must(h.desk.UndoComment(t.Context(), ti, note.ID))
	v := h.view(id)
	if len(v.Comments) != 1 {
		t.Errorf("comments %+v", v.Comments)
	}
	last := v.Events[len(v.Events)-1]
	if last.Kind != domain.EventCommentUndo || last.CommentID != note.ID || last.From != "segredo" {
		t.Errorf("undo %+v", last)
	}
	if e := v.Events[1]; e.CommentID != c.ID || e.ActorName != "ana" {
		t.Errorf("event of the comment %+v", e)
	}
	err := h.Atomically(t.Context(), func(s domain.Store) error {
		link, ok, err := s.(domain.Tx).TicketOfMessage(t.Context(), origin)
		if !ok || link.TicketID != id || link.CommentID != c.ID || link.Internal {
			t.Errorf("link %+v %v", link, ok)
		}
		return err
	})
	h.must(err)
}

func TestAbsentIsNotAnError(t *testing.T) {
	h := newHouse(t)
	for _, id := range []int64{-1, 0, 4711, math.MaxInt32 + 1, math.MaxInt64} {
		for what, c := range map[string]struct {
			err  func() error
			want error
		}{
			"ticket":     {func() error { _, err := h.Ticket(t.Context(), id); return err }, domain.ErrTicketNotFound},
			"lock":       {func() error { _, err := h.LockTicket(t.Context(), id); return err }, domain.ErrTicketNotFound},
			"view":       {func() error { _, err := h.TicketView(t.Context(), id, true); return err }, domain.ErrTicketNotFound},
			"comment":    {func() error { _, err := h.Comment(t.Context(), id); return err }, domain.ErrCommentNotFound},
			"attachment": {func() error { _, err := h.Attachment(t.Context(), id); return err }, domain.ErrAttachmentNotFound},
			"content":    {func() error { _, err := h.AttachmentContent(t.Context(), id); return err }, domain.ErrAttachmentNotFound},
			"user":       {func() error { _, err := h.User(t.Context(), id); return err }, domain.ErrUserNotFound},
			"telegram":   {func() error { _, err := h.UserByTelegram(t.Context(), id); return err }, domain.ErrUserNotFound},
			"hash":       {func() error { _, err := h.PasswordHash(t.Context(), id); return err }, domain.ErrUserNotFound},
			"revoke":     {func() error { return h.RevokeTokens(t.Context(), id) }, domain.ErrUserNotFound},
			"unlink":     {func() error { _, err := h.UnlinkTelegram(t.Context(), id); return err }, domain.ErrUserNotFound},
			"list": {func() error {
				_, _, err := h.Tickets(t.Context(), domain.TicketFilter{RequesterID: id, AssigneeID: id, Limit: 1})
				return err
			}, nil},
		} {
			if err := c.err(); !errors.Is(err, c.want) {
				t.Errorf("%s %d: %v", what, id, err)
			}
		}
	}
}

func TestRollbackLeavesNothing(t *testing.T) {
	h := newHouse(t)
	ana := h.user("ana", domain.RoleEmployee)
	h.link(ana, 9)
	boom := errors.New("boom")
	err := h.Atomically(t.Context(), func(s domain.Store) error {
		return s.Atomically(t.Context(), func(s domain.Store) error { // joins
			if _, err := h.desk.In(s).Open(t.Context(), ana, domain.NewTicket{Title: "a", Description: "b", Category: domain.CategoryOther}); err != nil {
				return err
			}
			if err := s.(domain.Tx).Enqueue(t.Context(), domain.Outgoing{ChatID: 9}); err != nil {
				return err
			}
			return boom
		})
	})
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	for _, table := range []string{"chamados", "eventos", "saida", "busca", "contadores"} {
		if n := h.count("SELECT count(*) FROM " + table); n != 0 {
			t.Errorf("%s has %d rows", table, n)
		}
	}
}

func TestPanicGivesTheConnectionBack(t *testing.T) {
	h := newHouse(t)
	for range 40 { // more than the pool has
		func() {
			defer func() { _ = recover() }()
			_ = h.Atomically(t.Context(), func(s domain.Store) error {
				_, _ = s.Groups(t.Context())
				panic("handler")
			})
		}()
	}
	h.must(h.Ping(t.Context()))
}

func TestDeferredErrorShowsAtCommit(t *testing.T) {
	h := newHouse(t)
	ana := h.user("ana", domain.RoleEmployee)
	ticket := h.open(ana, "a")
	ticket.Status = "inventado"
	err := h.Atomically(t.Context(), func(s domain.Store) error {
		return s.Record(t.Context(), &domain.Record{Changed: &ticket})
	})
	if err == nil {
		t.Fatal("an impossible status was stored")
	}
	if got := must2(h.Ticket(t.Context(), ticket.ID))(t); got.Status != domain.StatusOpen {
		t.Errorf("status %s", got.Status)
	}
}
