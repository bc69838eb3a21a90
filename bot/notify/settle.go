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
// it could not deliver. leastTries keeps a clock that jumps from ending that early.
const (
	giveUp     = 24 * time.Hour
	leastTries = 10
)

// Pauses before what failed is tried again: they grow up to the last. What may have arrived
// is repeated with more reserve, since it may be seen twice.
const (
	firstPause, lastPause         = time.Second, 10 * time.Minute
	firstUncertain, lastUncertain = 2 * time.Second, time.Hour
)

// asideAfter is after how many tries the chat goes on without a message that Telegram does
// not take while it takes others: one message must not silence a chat. In an outage all
// wait, in their order.
const asideAfter = 4

// settle writes down what came of a delivery and says when the chat goes on.
func (r *Relay) settle(ctx context.Context, d domain.Delivery, what done, err error) lanes.Next {
	if err == nil {
		r.delivered.Store(r.o.Now().UnixNano())
		r.ack(ctx, d, "sent", func(ctx context.Context) error {
			return r.o.Outbox.Sent(ctx, d, what.messageID, what.hash)
		})
		if d.Alone {
			r.quiet.empty(d.Lane)
			return lanes.Idle()
		}
		return lanes.Again()
	}
	r.quiet.answered(d.Lane)
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
		return r.undelivered(ctx, d, err)
	case what.file:
		return r.fileLater(ctx, d, err)
	case errors.Is(err, chat.ErrUncertain) && what.sending:
		r.gate.trouble()
		d.Uncertain = true
		return r.again(ctx, d, grown(firstUncertain, d.Attempts, 3, lastUncertain), err)
	case domain.CodeOf(err) == domain.CodeUnavailable:
		return r.retry(ctx, d, time.Second, false, err.Error())
	case !fromTelegram:
		return r.unprepared(ctx, d, err)
	}
	r.gate.trouble()
	return r.again(ctx, d, grown(firstPause, d.Attempts, 1, lastPause), err)
}

// grown returns first, doubled so many times for each attempt, at most last.
func grown(first time.Duration, attempts, doublings int, last time.Duration) time.Duration {
	if attempts*doublings > 16 {
		return last
	}
	return min(first<<(attempts*doublings), last)
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
	return r.undelivered(ctx, d, err)
}

// unpreparedTries is how often a message that cannot be made is tried before the chat goes
// on without it: a fault in a row or in this program must not silence everybody there.
const unpreparedTries = 8

// unprepared puts back, or gives up, what could not be read or rendered.
func (r *Relay) unprepared(ctx context.Context, d domain.Delivery, err error) lanes.Next {
	if d.Attempts+1 >= unpreparedTries {
		return r.undelivered(ctx, d, err)
	}
	r.o.Log.Warn("notify: cannot make a message", "chat", d.ChatID, "ticket", d.TicketID, "kind", d.Kind, "error", err)
	return r.retry(ctx, d, time.Second<<d.Attempts, true, err.Error())
}

// again tries later, and gives up after a day.
func (r *Relay) again(ctx context.Context, d domain.Delivery, pause time.Duration, err error) lanes.Next {
	if r.o.Now().Sub(d.CreatedAt) > giveUp && d.Attempts >= leastTries {
		return r.undelivered(ctx, d, err)
	}
	others := r.o.Now().Sub(time.Unix(0, r.delivered.Load())) < pause
	d.Aside = d.Attempts+1 >= asideAfter && others
	next := r.retry(ctx, d, pause, true, err.Error())
	if d.Aside {
		return lanes.Again()
	}
	return next
}

func (r *Relay) retry(ctx context.Context, d domain.Delivery, wait time.Duration, counted bool, cause string) lanes.Next {
	at := r.o.Now().Add(wait)
	r.ack(ctx, d, "retry", func(ctx context.Context) error {
		return r.o.Outbox.Retry(ctx, d, at, counted, cause)
	})
	return lanes.Later(wait)
}

// undelivered gives up what somebody should have seen.
func (r *Relay) undelivered(ctx context.Context, d domain.Delivery, err error) lanes.Next {
	next := r.dead(ctx, d, err)
	r.o.Undelivered(ctx, d)
	return next
}

func (r *Relay) dead(ctx context.Context, d domain.Delivery, err error) lanes.Next {
	r.o.Log.Error("notify: given up", "chat", d.ChatID, "ticket", d.TicketID, "kind", d.Kind, "error", err)
	r.ack(ctx, d, "dead", func(ctx context.Context) error {
		return r.o.Outbox.Dead(ctx, d, err.Error())
	})
	return lanes.Again()
}

const (
	// ackTime bounds one attempt to write an outcome down.
	ackTime = 10 * time.Second
	// lastAck bounds the one that is made when the process has no more time.
	lastAck = time.Second
	// ackTries is how often an outcome is written down in vain while the database answers.
	ackTries = 20
)

// ack writes an outcome down, again and again while the database is away and the process lives: a message
// that was sent but not acknowledged would be sent twice.
func (r *Relay) ack(ctx context.Context, d domain.Delivery, what string, write func(ctx context.Context) error) {
	for tries, pause := 1, 50*time.Millisecond; ; pause = min(2*pause, time.Second) {
		last := closed(ctx.Done())
		err := ackOnce(ctx, write)
		if err == nil {
			return
		}
		if domain.CodeOf(err) != domain.CodeUnavailable {
			tries++
		}
		if last || tries > ackTries {
			r.o.Log.Error("notify: outcome not written down", "outcome", what, "delivery", d.IDs, "error", err)
			return
		}
		sleep(ctx.Done(), pause)
	}
}

// ackOnce tries once, also when the process has to end, but then not for long.
func ackOnce(ctx context.Context, write func(ctx context.Context) error) error {
	trying, cancel := context.WithTimeout(context.WithoutCancel(ctx), ackTime)
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(lastAck, cancel) })()
	return write(trying)
}
