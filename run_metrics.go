package main

import (
	"context"

	"chamados/admin/metrics"
	"chamados/domain"
)

// newMetrics counts what this process does; the server that has the clients comes later.
func (p *Program) newMetrics() *metrics.Metrics {
	return metrics.New(metrics.Options{
		Queues: func(ctx context.Context) (domain.Traffic, error) { return p.desk.Traffic(ctx, domain.System) },
		Pool: func() metrics.Pool {
			s := p.db.Pool()
			return metrics.Pool{Total: s.Total, Idle: s.Idle, Used: s.Used, Max: s.Max, Waits: s.Waits, Waited: s.Waited}
		},
		Clients: func() int { return p.server.Clients() },
		Now:     p.now, Log: p.log,
	})
}

// inbox and outbox are the ports of storage, counted.
func (p *Program) inbox() domain.Inbox   { return p.metrics.Inbox(p.db.Inbox(), p.now) }
func (p *Program) outbox() domain.Outbox { return p.metrics.Outbox(p.db.Outbox()) }
