package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"chamados/domain"
)

// askTimeout is how long the database may take to tell of the queues.
const askTimeout = 2 * time.Second

var (
	queuesUp    = describe("queues_up", "Whether the database told of the queues.")
	outboxDepth = describe("outbox_depth", "Messages that wait to be delivered, by kind.", "kind")
	outboxAge   = describe("outbox_age_seconds", "Age of the oldest message that waits, by kind.", "kind")
	inboxDepth  = describe("inbox_depth", "Updates that wait to be handled.")
	inboxAge    = describe("inbox_age_seconds", "Age of the oldest update that waits.")
	lostNow     = describe("messages_lost", "Messages given up within the last 30 days that nobody sent again.")
	parkedNow   = describe("updates_parked", "Updates put aside that nobody tried again.")
	clients     = describe("websocket_clients", "Open WebSocket connections.")
	poolSize    = describe("db_connections", "Connections of the pool, by state.", "state")
	poolWaits   = describe("db_waits_total", "Times that a connection had to be waited for.")
	poolWaited  = describe("db_wait_seconds_total", "Time spent waiting for connections.")
)

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("chamados_"+name, help, labels, nil)
}

// kinds are always told of, so that an alert has a zero to compare with.
var kinds = []domain.DeliveryKind{domain.DeliverMessage, domain.DeliverCard, domain.DeliverNotice, domain.DeliverAlarm, domain.DeliverSettle}

// mailKind stands for e-mails, which wait in a queue of their own.
const mailKind domain.DeliveryKind = "email"

// gauges asks for what is the case when it is read.
type gauges struct{ o Options }

// Describe says nothing: which numbers there are depends on who was given.
func (g *gauges) Describe(chan<- *prometheus.Desc) {}

// Collect asks everybody.
func (g *gauges) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	if g.o.Clients != nil {
		gauge(clients, float64(g.o.Clients()))
	}
	if g.o.Pool != nil {
		p := g.o.Pool()
		gauge(poolSize, float64(p.Idle), "idle")
		gauge(poolSize, float64(p.Used), "used")
		gauge(poolSize, float64(p.Max), "max")
		out <- prometheus.MustNewConstMetric(poolWaits, prometheus.CounterValue, float64(p.Waits))
		out <- prometheus.MustNewConstMetric(poolWaited, prometheus.CounterValue, p.Waited.Seconds())
	}
	if g.o.Queues != nil {
		g.queues(gauge)
	}
}

func (g *gauges) queues(gauge func(d *prometheus.Desc, v float64, labels ...string)) {
	ctx, cancel := context.WithTimeout(context.Background(), askTimeout)
	defer cancel()
	t, err := g.o.Queues(ctx)
	if err != nil {
		g.o.Log.Warn("metrics: the queues are unknown", "error", err)
		gauge(queuesUp, 0)
		return
	}
	gauge(queuesUp, 1)
	byKind := map[domain.DeliveryKind]domain.QueueState{}
	for _, k := range kinds {
		byKind[k] = domain.QueueState{}
	}
	for _, q := range t.Outbox {
		byKind[q.Kind] = q
	}
	byKind[mailKind] = t.Mail
	for kind, q := range byKind {
		gauge(outboxDepth, float64(q.Waiting), string(kind))
		gauge(outboxAge, g.age(q.Oldest), string(kind))
	}
	gauge(inboxDepth, float64(t.Inbox.Waiting))
	gauge(inboxAge, g.age(t.Inbox.Oldest))
	gauge(lostNow, float64(t.Lost))
	gauge(parkedNow, float64(t.Parked))
}

// age returns seconds since a moment, 0 for the zero time.
func (g *gauges) age(since time.Time) float64 {
	if since.IsZero() {
		return 0
	}
	return max(g.o.Now().Sub(since).Seconds(), 0)
}
