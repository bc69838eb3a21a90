package main

import (
	"bytes"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"chamados/domain"
	"chamados/internal/config"
	"chamados/storage"
	"chamados/storage/pgtest"
)

func openSandbox(t *testing.T, dir string) *sandbox {
	t.Helper()
	c, err := config.Load("testdata/absent.yaml", true)
	if err != nil {
		t.Fatal(err)
	}
	c.DataDir, c.HTTP.Addr = dir, "127.0.0.1:0"
	s, err := newSandbox(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.start(t.Context()); err != nil {
		t.Fatal(err, s.stop())
	}
	return s
}

func ticketsOf(t *testing.T, s *sandbox) int64 {
	t.Helper()
	stats, err := s.program.desk.Stats(t.Context(), domain.System)
	if err != nil {
		t.Fatal(err)
	}
	return stats.Total
}

// The sandbox shows a desk with people and tickets, says how to log in, and a second start
// finds what the first one left.
func TestSandboxIsFullAndKeepsItsData(t *testing.T) {
	dir := pgtest.DataDir(t)
	s := openSandbox(t, dir)
	var out bytes.Buffer
	s.welcome(t.Context(), &out)
	for _, part := range []string{s.program.Addr(), s.listener.Addr().String(), "ana@exemplo.com.br", s.password, "start="} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("the welcome lacks %q", part)
		}
	}
	if got := ticketsOf(t, s); got != int64(len(seedTickets)) {
		t.Errorf("%d tickets, want %d", got, len(seedTickets))
	}
	if _, err := s.program.desk.Open(t.Context(), s.it(t), domain.NewTicket{
		Title: "Mais um", Description: "da primeira vez", Category: domain.CategoryOther,
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}

	again := openSandbox(t, dir)
	defer again.stop()
	if got := ticketsOf(t, again); got != int64(len(seedTickets))+1 {
		t.Errorf("the second start found %d tickets", got)
	}
	if again.password != s.password {
		t.Error("the password changed")
	}
	resp, err := http.Get("http://" + again.program.Addr() + "/health")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("health: %s", resp.Status)
	}
}

func (s *sandbox) it(t *testing.T) domain.Actor {
	t.Helper()
	u, err := s.program.desk.AccountByEmail(t.Context(), seedAddress("Ana"))
	if err != nil {
		t.Fatal(err)
	}
	return domain.Actor{User: u, Channel: domain.ChannelPanel}
}

func TestBusyPortIsSaidClearly(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, err = listen(taken.Addr().String())
	if err == nil || !strings.Contains(err.Error(), taken.Addr().String()) || !strings.Contains(err.Error(), "HTTP_ADDR") {
		t.Errorf("got %v", err)
	}
}

func TestChatsGetThePortBesideThePanel(t *testing.T) {
	for panel, want := range map[string]string{
		"127.0.0.1:8000": "127.0.0.1:8001", "[::1]:9": "[::1]:10", "127.0.0.1:0": "127.0.0.1:0",
	} {
		if got := chatAddr(panel); got != want {
			t.Errorf("%s: %s, want %s", panel, got, want)
		}
	}
}

// Whenever the sandbox is started, its desk is one that keeps most of its promises: something is late, and
// next to nothing is told of it at once.
func TestTheSandboxKeepsMostPromises(t *testing.T) {
	c, err := config.Load("testdata/absent.yaml", true)
	if err != nil {
		t.Fatal(err)
	}
	for _, now := range []time.Time{
		time.Date(2026, 11, 23, 12, 30, 0, 0, time.UTC), // Monday morning
		time.Date(2026, 11, 26, 19, 0, 0, 0, time.UTC),  // Thursday afternoon
	} {
		db, err := storage.Open(t.Context(), pgtest.URL(t), storage.Options{Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(db.Close)
		rules := c.DeskOptions()
		if err := seed(t.Context(), db, nil, "x", now, rules...); err != nil {
			t.Fatal(err)
		}
		told := func() int {
			n := 0
			list, _, err := db.Tickets(t.Context(), domain.TicketFilter{})
			if err != nil {
				t.Fatal(err)
			}
			for _, ticket := range list {
				v, err := db.TicketView(t.Context(), ticket.ID, true)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range v.Events {
					if e.Kind == domain.EventSLAWarning || e.Kind == domain.EventSLABreach {
						n++
					}
				}
			}
			return n
		}
		before := told()
		if err := domain.NewDesk(db, nil, func() time.Time { return now }, rules...).TendDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		if news := told() - before; news > 3 {
			t.Errorf("%s: %d warnings at the start", now, news)
		}
		d, err := db.Digest(t.Context(), domain.DigestQuery{Now: now, Since: now.Add(-domain.DigestSpan)})
		if err != nil {
			t.Fatal(err)
		}
		if d.Overdue == 0 || d.Overdue > 4 || d.Total() < 15 {
			t.Errorf("%s: %d of %d are overdue", now, d.Overdue, d.Total())
		}
	}
}
