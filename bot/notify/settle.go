package notify

import (
	"context"
	"errors"
	"time"

	"chamados/bot/chat"
	"chamados/bot/lanes"
	"chamados/domain"
)

// giveUp is how long a delivery that fails is tried: as long as Telegram itself keeps what
// it could not deliver.
const giveUp = 24 * time.Hour

// uncertainPause is before the one repetition of a message that may have arrived.
const uncertainPause = 2 * time.Second

// settle writes down what came of a delivery and says when the chat goes on.
func (r *Relay) settle(ctx context.Context, d domain.Delivery, what done, err error) lanes.Next {
	if err == nil {
		r.ack(ctx, d, "sent", func(ctx context.Context) error {
			return r.o.Outbox.Sent(ctx, d, what.messageID, what.hash)
		})
		return lanes.Again()
	}
	if wait, ok := errors.AsType[chat.RetryAfter](err); ok {
		r.limits.pause(d.Lane, r.o.Now().Add(wait.Wait), r.o.Now())
		r.gate.flood(d.Lane, wait.Wait)
		return r.retry(ctx, d, wait.Wait, false, err.Error())
	}
	_, fromTelegram := errors.AsType[callError](err)
	switch {
	case errors.Is(err, errMoot), domain.CodeOf(err) == domain.CodeNotFound:
		return r.dead(ctx, d, err)
	case errors.Is(err, chat.ErrUnreachable):
		return r.unreachable(ctx, d, err)
	case errors.Is(err, chat.ErrRefused), errors.Is(err, chat.ErrThreadGone):
		return r.dead(ctx, d, err)
	case errors.Is(err, chat.ErrUncertain):
		return r.uncertain(ctx, d, what, err)
	case domain.CodeOf(err) == domain.CodeUnavailable:
		return r.retry(ctx, d, time.Second, false, err.Error())
	case !fromTelegram:
		return r.unprepared(ctx, d, err)
	}
	r.gate.trouble()
	return r.again(ctx, d, err)
}

// unreachable gives up what the receiver cannot get, and notes it for IT. What a group of IT
// cannot get goes elsewhere.
func (r *Relay) unreachable(ctx context.Context, d domain.Delivery, err error) lanes.Next {
	if d.ChatID < 0 {
		lost, failed := r.o.GroupLost(ctx, d.ChatID)
		if failed != nil {
			r.o.Log.Warn("notify: cannot note that a group is lost", "chat", d.ChatID, "error", failed)
			return r.retry(ctx, d, time.Second, false, err.Error())
		}
		if lost && d.Kind != domain.DeliverMessage {
			return lanes.Again()
		}
	}
	if d.ChatID > 0 {
		if err := r.o.Desk.ChatBlocked(ctx, d.ChatID, true); err != nil {
			r.o.Log.Warn("notify: cannot note that a person is unreachable", "chat", d.ChatID, "error", err)
		}
	}
	next := r.dead(ctx, d, err)
	r.o.Unreachable(ctx, d)
	return next
}

// uncertain repeats what may have arrived: an edit as often as it takes, a message once.
func (r *Relay) uncertain(ctx context.Context, d domain.Delivery, what done, err error) lanes.Next {
	r.gate.trouble()
	if !what.sending {
		return r.again(ctx, d, err)
	}
	if d.Uncertain {
		return r.dead(ctx, d, err)
	}
	d.Uncertain = true
	return r.retry(ctx, d, uncertainPause, true, err.Error())
}

// unpreparedTries is how often a message that cannot be made is tried before the chat goes
// on without it: a fault in a row or in this program must not silence everybody there.
const unpreparedTries = 8

// unprepared puts back, or gives up, what could not be read or rendered.
func (r *Relay) unprepared(ctx context.Context, d domain.Delivery, err error) lanes.Next {
	if d.Attempts+1 >= unpreparedTries {
		return r.dead(ctx, d, err)
	}
	r.o.Log.Warn("notify: cannot make a message", "chat", d.ChatID, "ticket", d.TicketID, "kind", d.Kind, "error", err)
	return r.retry(ctx, d, time.Second<<d.Attempts, true, err.Error())
}

// again tries later, longer each time, and gives up after a day.
func (r *Relay) again(ctx context.Context, d domain.Delivery, err error) lanes.Next {
	if r.o.Now().Sub(d.CreatedAt) > giveUp {
		return r.dead(ctx, d, err)
	}
	pause := 10 * time.Minute
	if d.Attempts < 10 {
		pause = min(time.Second<<d.Attempts, pause)
	}
	return r.retry(ctx, d, pause, true, err.Error())
}

func (r *Relay) retry(ctx context.Context, d domain.Delivery, wait time.Duration, counted bool, cause string) lanes.Next {
	at := r.o.Now().Add(wait)
	r.ack(ctx, d, "retry", func(ctx context.Context) error {
		return r.o.Outbox.Retry(ctx, d, at, counted, cause)
	})
	return lanes.Later(wait)
}

func (r *Relay) dead(ctx context.Context, d domain.Delivery, err error) lanes.Next {
	r.o.Log.Error("notify: given up", "chat", d.ChatID, "ticket", d.TicketID, "kind", d.Kind, "error", err)
	r.ack(ctx, d, "dead", func(ctx context.Context) error {
		return r.o.Outbox.Dead(ctx, d, err.Error())
	})
	return lanes.Again()
}

// ack writes an outcome down, again and again while the lease lasts: a message that was
// sent but not acknowledged would be sent twice.
func (r *Relay) ack(ctx context.Context, d domain.Delivery, what string, write func(ctx context.Context) error) {
	ctx, cancel := context.WithTimeout(ctx, r.o.Lease/4)
	defer cancel()
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		err := write(ctx)
		if err == nil {
			return
		}
		if !sleep(ctx.Done(), pause) {
			r.o.Log.Error("notify: outcome not written down", "outcome", what, "delivery", d.IDs, "error", err)
			return
		}
	}
}
