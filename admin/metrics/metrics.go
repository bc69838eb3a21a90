// Package metrics counts what the program does, for Prometheus: it wraps the ports through
// which updates and messages pass, hears of requests, and asks storage about its queues when
// it is read. It has a registry of its own.
package metrics

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"chamados/domain"
)

// Pool is the state of the database connections.
type Pool struct {
	Total, Idle, Used, Max int
	Waits                  int64         // times somebody had to wait for one
	Waited                 time.Duration // for how long altogether
}

// Options say where the numbers come from that nobody reports. All but Now may be nil.
type Options struct {
	Queues  func(ctx context.Context) (domain.Traffic, error)
	Pool    func() Pool
	Clients func() int // open WebSockets
	Now     func() time.Time
	Log     *slog.Logger
}

// Metrics are the counters of one process.
type Metrics struct {
	registry   *prometheus.Registry
	requests   *prometheus.HistogramVec
	updates    *prometheus.CounterVec
	deliveries *prometheus.CounterVec
	handling   prometheus.Histogram
	conflict   prometheus.Gauge
}

// PollConflict is the name of the number that [Metrics.PollConflict] sets.
const PollConflict = "chamados_poll_conflict_timestamp_seconds"

// New returns counters at zero.
func New(o Options) *Metrics {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "chamados_http_request_duration_seconds", Help: "Time to answer HTTP requests, by route.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"method", "route", "status"}),
		updates: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "chamados_updates_total", Help: "Updates from Telegram, by what became of them.",
		}, []string{"outcome"}),
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "chamados_deliveries_total", Help: "Attempts to deliver messages to Telegram, by kind and outcome.",
		}, []string{"kind", "outcome"}),
		handling: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "chamados_update_duration_seconds", Help: "Time from receiving an update to having handled it.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 5, 30, 120},
		}),
	}
	m.conflict = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: PollConflict, Help: "When Telegram last sent the poller away because another program polls, or has a webhook; 0 for never.",
	})
	for _, outcome := range []string{received, handled, failed, parked} {
		m.updates.WithLabelValues(outcome)
	}
	m.registry.MustRegister(m.requests, m.updates, m.deliveries, m.handling, m.conflict, &gauges{o: o},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Request notes one answered request. route is the pattern that matched, never the path.
func (m *Metrics) Request(method, route string, status int, took time.Duration) {
	if route == "" {
		route = "other"
	}
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions:
	default:
		method = "other" // clients may invent methods without end
	}
	m.requests.WithLabelValues(method, route, statusClass(status)).Observe(took.Seconds())
}

// PollConflict notes that Telegram sent the poller away for another program.
func (m *Metrics) PollConflict(at time.Time) { m.conflict.Set(float64(at.Unix())) }

func statusClass(status int) string {
	switch {
	case status < 100 || status > 599:
		return "none"
	case status < 200:
		return "1xx"
	case status < 300:
		return "2xx"
	case status < 400:
		return "3xx"
	case status < 500:
		return "4xx"
	}
	return "5xx"
}

// Handler answers with all numbers in the form that was asked for.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}
