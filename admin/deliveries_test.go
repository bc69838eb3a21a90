package admin_test

import (
	"fmt"
	"testing"
	"time"

	"chamados/admin"
	"chamados/domain"
)

func TestDeliveries(t *testing.T) {
	w := newWorld(t)
	if _, err := w.db.LinkTelegram(t.Context(), w.people[ana].ID, domain.TelegramProfile{ID: 601, Name: "@ana"}); err != nil {
		t.Fatal(err)
	}
	one := w.ticket(ana, "Um").ID
	path := fmt.Sprintf("/api/chamados/%d", one)
	w.play([]scenario{
		{name: "reply", as: ti, method: "POST", path: path + "/comentarios", body: `{"comentario":"já vai"}`, status: 200},
		{name: "IT", as: ti, method: "GET", path: path + "/entregas", status: 200,
			has: []string{`"canal":"telegram"`, `"para":"Ana"`, `"estado":"aguardando"`, `"evento":"comentario"`, `"terminado_em":null`}, lacks: []string{"já vai"}},
		{name: "requester", as: ana, method: "GET", path: path + "/entregas", status: 403, lacks: []string{"canal"}},
		{name: "another", as: beto, method: "GET", path: path + "/entregas", status: 403},
		{name: "absent", as: ti, method: "GET", path: "/api/chamados/999999/entregas", status: 404},
		{name: "no number", as: ti, method: "GET", path: "/api/chamados/x/entregas", status: 422},
	})
}

// An operation that cannot go on, as behind somebody's lock, is given up in time and said to be.
func TestAnOperationEndsInTime(t *testing.T) {
	w := newWorld(t, func(o *admin.Options) { o.AnswerTime = 200 * time.Millisecond })
	one := w.ticket(ana, "Um").ID
	locked, free, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- w.db.Atomically(t.Context(), func(s domain.Store) error {
			_, err := s.LockTicket(t.Context(), one)
			close(locked)
			<-free
			return err
		})
	}()
	<-locked
	w.play([]scenario{
		{name: "behind a lock", as: ti, method: "PUT", path: fmt.Sprintf("/api/chamados/%d", one), body: `{"titulo":"Dois"}`, status: 503},
	})
	close(free)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got, err := w.db.Ticket(t.Context(), one); err != nil || got.Title != "Um" {
		t.Errorf("what was refused was done: %q, %v", got.Title, err)
	}
}
