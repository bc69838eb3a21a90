package metrics

import (
	"context"
	"time"

	"chamados/domain"
)

// What becomes of updates and deliveries.
const (
	received  = "received"
	handled   = "handled"
	failed    = "failed" // and tried again
	parked    = "parked"
	sent      = "sent"
	unchanged = "unchanged"
	retried   = "retried"
	dead      = "dead"
)

// Inbox returns an inbox that counts what passes through it.
func (m *Metrics) Inbox(in domain.Inbox, now func() time.Time) domain.Inbox {
	return inbox{Inbox: in, m: m, now: now}
}

type inbox struct {
	domain.Inbox
	m   *Metrics
	now func() time.Time
}

func (i inbox) Receive(ctx context.Context, updates []domain.Update) error {
	err := i.Inbox.Receive(ctx, updates)
	if err == nil {
		i.m.updates.WithLabelValues(received).Add(float64(len(updates)))
	}
	return err
}

func (i inbox) Work(
	ctx context.Context, lane int64, most int, handle func(ctx context.Context, tx domain.Tx, u domain.Update) error,
) ([]domain.Update, error) {
	list, err := i.Inbox.Work(ctx, lane, most, handle)
	if err != nil {
		return list, err
	}
	i.m.updates.WithLabelValues(handled).Add(float64(len(list)))
	for _, u := range list {
		i.m.handling.Observe(i.now().Sub(u.ReceivedAt).Seconds())
	}
	return list, nil
}

func (i inbox) Fail(ctx context.Context, u domain.Update, cause string, retry time.Time) error {
	err := i.Inbox.Fail(ctx, u, cause, retry)
	if err == nil {
		outcome := failed
		if retry.IsZero() {
			outcome = parked
		}
		i.m.updates.WithLabelValues(outcome).Inc()
	}
	return err
}

// Outbox returns an outbox that counts what passes through it.
func (m *Metrics) Outbox(out domain.Outbox) domain.Outbox { return outbox{Outbox: out, m: m} }

type outbox struct {
	domain.Outbox
	m *Metrics
}

func (o outbox) count(d domain.Delivery, outcome string, err error) error {
	if err == nil {
		o.m.deliveries.WithLabelValues(string(d.Kind), outcome).Inc()
	}
	return err
}

func (o outbox) Sent(ctx context.Context, d domain.Delivery, messageID int64, hash []byte) error {
	outcome := sent
	if messageID == 0 {
		outcome = unchanged
	}
	return o.count(d, outcome, o.Outbox.Sent(ctx, d, messageID, hash))
}

func (o outbox) Retry(ctx context.Context, d domain.Delivery, at time.Time, counted bool, cause string) error {
	return o.count(d, retried, o.Outbox.Retry(ctx, d, at, counted, cause))
}

func (o outbox) Dead(ctx context.Context, d domain.Delivery, cause string) error {
	return o.count(d, dead, o.Outbox.Dead(ctx, d, cause))
}
