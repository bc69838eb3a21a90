package bot_test

import (
	"context"
	"testing"

	"chamados/domain"
)

// seen waits until what was looked at is written down.
func (w *world) seen() {
	w.Helper()
	ctx, cancel := context.WithCancel(w.Context())
	done := make(chan struct{})
	go func() { defer close(done); w.desk.RecordSights(ctx, func(err error) { w.Error(err) }) }()
	for deadline := w.Context(); !w.ticket(1).Seen() && deadline.Err() == nil; {
	}
	cancel()
	<-done
	w.deliver()
}

func TestTheRequesterIsToldThatITHasSeenIt(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	carla := w.linked(602, "Carla Dias", domain.RoleIT)
	ana.opens("sem internet")
	ana.command("chamado", "1")
	ana.sees("Enviado · na fila da TI")
	ana.seesNothingOf("Visto pela TI")
	bruno.inGroup().taps("Histórico")
	carla.command("chamado", "1")
	w.seen()
	ana.sees("Visto pela TI")
	carla.command("chamado", "1")
	n := 0
	for _, e := range w.ticket(1).Events {
		if e.Kind == domain.EventSeen {
			n++
		}
	}
	if n != 1 {
		t.Errorf("seen %d times", n)
	}
	carla.taps("Assumir")
	ana.sees("Carla Dias</b> começou a cuidar")
}
