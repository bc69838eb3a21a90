package metrics_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"chamados/admin/metrics"
	"chamados/domain"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func clock() time.Time { return now }

// read returns the numbers as Prometheus would get them.
func read(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func has(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("lacks %s", line)
		}
	}
}

// box fakes both ports as far as they are counted.
type box struct {
	domain.Inbox
	domain.Outbox
	err error
}

func (b box) Receive(context.Context, []domain.Update) error                        { return b.err }
func (b box) Fail(context.Context, domain.Update, string, time.Time) error          { return b.err }
func (b box) Sent(context.Context, domain.Delivery, int64, []byte) error            { return b.err }
func (b box) Dead(context.Context, domain.Delivery, string) error                   { return b.err }
func (b box) DueLanes(context.Context, int) ([]int64, error)                        { return nil, nil }
func (b box) Retry(context.Context, domain.Delivery, time.Time, bool, string) error { return b.err }
func (b box) Work(context.Context, int64, int, func(context.Context, domain.Tx, domain.Update) error) ([]domain.Update, error) {
	return []domain.Update{{ReceivedAt: now.Add(-20 * time.Millisecond)}, {ReceivedAt: now.Add(-time.Second)}}, b.err
}

func TestWhatPassesThePortsIsCounted(t *testing.T) {
	m := metrics.New(metrics.Options{Now: clock})
	for _, err := range []error{nil, errors.New("no database")} {
		b := box{err: err}
		in, out := m.Inbox(b, clock), m.Outbox(b)
		ctx, d := t.Context(), domain.Delivery{Kind: domain.DeliverCard}
		for _, got := range []error{
			in.Receive(ctx, make([]domain.Update, 3)), in.Fail(ctx, domain.Update{}, "x", now), in.Fail(ctx, domain.Update{}, "x", time.Time{}),
			out.Sent(ctx, d, 5, nil), out.Sent(ctx, d, 0, nil), out.Retry(ctx, d, now, true, "x"), out.Dead(ctx, d, "x"),
		} {
			if !errors.Is(got, err) {
				t.Errorf("%v, want %v", got, err)
			}
		}
		if list, got := in.Work(ctx, 1, 2, nil); len(list) != 2 || !errors.Is(got, err) {
			t.Error(list, got)
		}
	}
	has(t, read(t, m),
		`chamados_updates_total{outcome="received"} 3`, `chamados_updates_total{outcome="handled"} 2`,
		`chamados_updates_total{outcome="failed"} 1`, `chamados_updates_total{outcome="parked"} 1`,
		`chamados_deliveries_total{kind="cartao",outcome="sent"} 1`, `chamados_deliveries_total{kind="cartao",outcome="unchanged"} 1`,
		`chamados_deliveries_total{kind="cartao",outcome="retried"} 1`, `chamados_deliveries_total{kind="cartao",outcome="dead"} 1`,
		`chamados_update_duration_seconds_bucket{le="0.025"} 1`,
	)
}

func TestQueuesAreAskedWhenRead(t *testing.T) {
	var err error
	m := metrics.New(metrics.Options{
		Now: clock, Clients: func() int { return 4 },
		Pool: func() metrics.Pool {
			return metrics.Pool{Idle: 1, Used: 2, Max: 16, Waits: 3, Waited: 1500 * time.Millisecond}
		},
		Queues: func(context.Context) (domain.Traffic, error) {
			return domain.Traffic{
				Outbox: []domain.QueueState{{Kind: domain.DeliverCard, Waiting: 7, Oldest: now.Add(-time.Minute)}},
				Inbox:  domain.QueueState{Waiting: 2, Oldest: now.Add(-time.Second)}, Lost: 5, Parked: 6, Mail: domain.QueueState{Waiting: 8},
			}, err
		},
	})
	has(t, read(t, m),
		`chamados_outbox_depth{kind="cartao"} 7`, `chamados_outbox_age_seconds{kind="cartao"} 60`, `chamados_outbox_depth{kind="aviso"} 0`, `chamados_outbox_depth{kind="email"} 8`,
		`chamados_inbox_depth 2`, `chamados_inbox_age_seconds 1`, `chamados_messages_lost 5`, `chamados_updates_parked 6`,
		`chamados_websocket_clients 4`, `chamados_db_connections{state="used"} 2`, `chamados_db_wait_seconds_total 1.5`, `chamados_queues_up 1`,
	)
	err = errors.New("no database")
	if text := read(t, m); !strings.Contains(text, "chamados_queues_up 0\n") || strings.Contains(text, "outbox_depth{") {
		t.Error(text)
	}
}

func TestRequestsAreCountedByRoute(t *testing.T) {
	m := metrics.New(metrics.Options{Now: clock})
	m.Request("GET", "/api/chamados/{id}", 200, 3*time.Millisecond)
	m.Request("GET", "/api/chamados/{id}", 404, time.Millisecond)
	m.Request("GET", "", 0, time.Second)
	m.Request("INVENTED", "/", 405, time.Second)
	has(t, read(t, m),
		`chamados_http_request_duration_seconds_count{method="GET",route="/api/chamados/{id}",status="2xx"} 1`,
		`chamados_http_request_duration_seconds_bucket{method="GET",route="/api/chamados/{id}",status="2xx",le="0.005"} 1`,
		`chamados_http_request_duration_seconds_count{method="GET",route="/api/chamados/{id}",status="4xx"} 1`,
		`chamados_http_request_duration_seconds_count{method="GET",route="other",status="none"} 1`,
		`chamados_http_request_duration_seconds_count{method="other",route="/",status="4xx"} 1`,
	)
}
