package storage_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"chamados/domain"
)

// Who has only read a ticket changes it if it is still the same, and does not wait for whoever holds it.
func TestChangeOfWhatWasReadNeedsItUnchanged(t *testing.T) {
	h := newHouse(t)
	ana, ti := h.user("ana", domain.RoleEmployee), h.user("beto", domain.RoleIT)
	rows := func() int {
		return h.count(`SELECT (SELECT count(*) FROM eventos) + (SELECT count(*) FROM saida) + (SELECT count(*) FROM contadores)`)
	}
	change := func(was domain.Ticket) error {
		next := was
		next.Status, next.Version = domain.StatusInProgress, was.Version+1
		return h.Record(t.Context(), &domain.Record{Changed: &next, Was: &was, Events: []domain.Event{
			{Kind: domain.EventStatus, From: string(was.Status), To: string(next.Status), At: h.clock.Now(), RequesterID: ana.ID, Status: next.Status},
		}, Notices: []domain.Notice{{Kind: domain.NoticeCard, Audience: domain.AudienceGroup}}})
	}
	h.must(h.SaveGroup(t.Context(), domain.Group{ChatID: group}))
	for what, meanwhile := range map[string]func(id int64){
		"changed":           func(id int64) { h.setStatus(ti, id, domain.StatusWaiting) },
		"changed by others": func(id int64) { h.exec(`UPDATE chamados SET titulo = 'outro' WHERE id = $1`, id) },
		"deleted":           func(id int64) { h.must(h.desk.Delete(t.Context(), ti, id)) },
		"responded to":      func(id int64) { h.comment(ti, id, domain.NewComment{Text: "já vi"}) },
		"marked by the desk": func(id int64) {
			h.exec(`UPDATE chamados SET sla_marcas = 1 FROM set_config('chamados.registrado', 'sim', true) WHERE id = $1`, id)
		},
		"gone": func(id int64) { h.exec(`DELETE FROM chamados WHERE id = $1`, id) },
	} {
		was := must2(h.Ticket(t.Context(), h.open(ana, "a").ID))(t)
		meanwhile(was.ID)
		before := rows()
		if err := change(was); !errors.Is(err, domain.ErrMoved) {
			t.Errorf("%s: %v", what, err)
		}
		if rows() != before {
			t.Errorf("%s: something was written", what)
		}
	}
	was := must2(h.Ticket(t.Context(), h.open(ana, "b").ID))(t)
	h.must(change(was))
	if err := change(was); !errors.Is(err, domain.ErrMoved) {
		t.Errorf("the same again: %v", err)
	}
	h.clock.Add(time.Minute)
	if got := must2(h.Ticket(t.Context(), was.ID))(t); got.Status != domain.StatusInProgress || got.Version != was.Version+1 {
		t.Errorf("%+v", got)
	}
}

func TestChangeGoesOnWhereSomebodyWasFaster(t *testing.T) {
	h := newHouse(t)
	ana, ti := h.user("ana", domain.RoleEmployee), h.user("beto", domain.RoleIT)
	id := h.open(ana, "a").ID
	held, wrote := make(chan struct{}), make(chan error, 1)
	urgent, high := domain.PriorityUrgent, domain.PriorityHigh
	go func() {
		wrote <- h.Atomically(t.Context(), func(s domain.Store) error {
			if _, err := s.LockTicket(t.Context(), id); err != nil {
				return err
			}
			close(held)
			for h.count(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) == 0 {
				if t.Context().Err() != nil {
					return t.Context().Err()
				}
			}
			_, err := h.desk.In(s).Change(t.Context(), ti, id, domain.TicketChange{Priority: &urgent}, 0)
			return err
		})
	}()
	<-held
	title := "outro"
	v, err := h.desk.ChangeThread(context.Background(), ti, id, domain.TicketChange{Title: &title}, 0)
	h.must(err)
	h.must(<-wrote)
	if v.Title != title || v.Priority != urgent || v.Version != 3 {
		t.Errorf("%+v", v.Ticket)
	}
	if _, err := h.desk.ChangeThread(t.Context(), ti, id, domain.TicketChange{Priority: &high}, 1); !errors.Is(err, domain.ErrStale) {
		t.Errorf("an old version: %v", err)
	}
}
