package main

import (
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"chamados/domain"
	"chamados/internal/config"
)

// Two replicas whose clocks differ by ten minutes, one of which jumps a day ahead and three hours back:
// every message arrives, once, in the order in which it was written.
func TestClocksThatDifferAndJump(t *testing.T) {
	w := newWorld(t)
	var offset atomic.Int64
	w.now = func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }
	w.restart()
	ahead := NewProgram(w.config, slog.New(slog.DiscardHandler))
	ahead.config.DataDir, ahead.cost = t.TempDir(), bcrypt.MinCost
	ahead.now = func() time.Time { return time.Now().Add(10 * time.Minute) }
	ahead.config.Secret = config.Secret(w.program.secret)
	w.must(ahead.Start(t.Context()))
	t.Cleanup(func() { w.must(ahead.Stop()) })

	carla := domain.Actor{User: w.carla, Channel: domain.ChannelAPI}
	ticket, err := w.program.desk.Open(t.Context(), carla, domain.NewTicket{Title: "Sem rede", Description: "Nada.", Category: domain.CategoryNetwork})
	w.must(err)
	talk := w.telegram.Talk(t, carlaChat, carlaChat)
	for i := range 9 {
		offset.Store(int64([]time.Duration{0, 25 * time.Hour, -3 * time.Hour}[i/3]))
		desk := []*domain.Desk{w.program.desk, ahead.desk}[i%2]
		_, err := desk.Comment(t.Context(), domain.Actor{User: w.ana, Channel: domain.ChannelAPI}, ticket.ID, domain.NewComment{Text: fmt.Sprintf("passo %d.", i)})
		w.must(err)
		talk.Expect(fmt.Sprintf("passo %d.", i))
	}
	for i := range 9 {
		n := 0
		for _, m := range w.telegram.Messages(carlaChat) {
			if strings.HasPrefix(m.Content(), "#") && strings.Contains(m.Content(), fmt.Sprintf("passo %d.", i)) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("step %d is shown %d times", i, n)
		}
	}
}
