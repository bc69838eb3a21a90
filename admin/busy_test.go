package admin_test

import (
	"testing"
	"time"

	"chamados/domain"
	"chamados/storage"
)

// When every connection to the database is taken, whoever waits too long is told to come back.
func TestAFullPoolIsSaid(t *testing.T) {
	w := newWorldOn(t, storage.Options{MaxConns: 4, Patience: 50 * time.Millisecond})
	held, free := make(chan struct{}), make(chan struct{})
	for range 4 {
		go func() {
			hold := func(s domain.Store) error {
				if _, err := s.Stats(t.Context()); err != nil {
					return err
				}
				held <- struct{}{}
				<-free
				return nil
			}
			for w.db.Atomically(t.Context(), hold) != nil && t.Context().Err() == nil {
			}
		}()
	}
	for range 4 {
		<-held
	}
	for _, path := range []string{"/api/chamados", "/api/chamados?limite=5", "/api/usuarios", "/api/estatisticas"} {
		a := w.call(ti, "GET", path, "")
		if a.status != 503 || a.header.Get("Retry-After") != "5" {
			t.Errorf("%s: %d, Retry-After %q\n%s", path, a.status, a.header.Get("Retry-After"), a.body)
		}
	}
	w.play([]scenario{{name: "alive all the same", method: "GET", path: "/health", status: 200}})
	close(free)
	w.play([]scenario{{name: "afterwards", as: ti, method: "GET", path: "/api/chamados", status: 200}})
}
