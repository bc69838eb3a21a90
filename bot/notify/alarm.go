package notify

import (
	"context"
	"errors"

	"chamados/bot/chat"
	"chamados/domain"
)

// alarm warns of what still stands. In a group, a warning about one ticket answers its card.
func (r *Relay) alarm(ctx context.Context, d *domain.Delivery) (done, error) {
	reader, all, err := r.alarms(ctx, d, d.EventIDs)
	if err != nil {
		return done{}, err
	}
	var standing []Alarm
	d.EventIDs = nil
	for _, a := range all {
		if a.Settled == nil {
			standing = append(standing, a)
			d.EventIDs = append(d.EventIDs, a.Event.ID)
		}
	}
	if len(standing) == 0 {
		return done{}, nil
	}
	var replyTo int64
	if d.ChatID < 0 && oneTicket(standing) {
		ref, err := r.o.Outbox.Card(ctx, standing[0].Ticket.ID, d.ChatID)
		if err != nil {
			return done{}, err
		}
		replyTo = ref.MessageID
	}
	return r.send(ctx, d, replyTo, r.o.Renderer.Alarms(reader, standing))
}

func oneTicket(list []Alarm) bool {
	for _, a := range list {
		if a.Ticket.ID != list[0].Ticket.ID {
			return false
		}
	}
	return true
}

// alarms returns what a message warns of, as its reader may see it now; what they may not
// see (any more) is left out. It decides anew at delivery, like audience.
func (r *Relay) alarms(ctx context.Context, d *domain.Delivery, ids []int64) (Reader, []Alarm, error) {
	var reader Reader
	events, err := r.o.Outbox.NoticeEvents(ctx, ids)
	if err != nil {
		return reader, nil, err
	}
	views := map[int64]domain.TicketView{}
	var out []Alarm
	for _, e := range events {
		v, known := views[e.TicketID]
		if !known {
			one := *d
			one.TicketID = e.TicketID
			var as Reader
			as, v, err = r.audience(ctx, &one)
			if errors.Is(err, errMoot) || domain.CodeOf(err) == domain.CodeNotFound {
				v, err = domain.TicketView{}, nil
			}
			if err != nil {
				return reader, nil, err
			}
			if v.ID != 0 {
				reader = as
			}
			if e.Internal && !as.IT {
				v = domain.TicketView{}
			}
			views[e.TicketID] = v
		}
		if v.ID == 0 {
			continue
		}
		a := Alarm{Ticket: v.Ticket, Event: e}
		if by, ok := v.Settled(e.Event, v.Events); ok {
			a.Settled = &by
		}
		out = append(out, a)
	}
	return reader, out, nil
}

// settleAlarms edits a message that warns of what has settled meanwhile. A message that is
// gone, or says so already, is let be.
func (r *Relay) settleAlarms(ctx context.Context, d *domain.Delivery) (done, error) {
	raised, err := r.o.Outbox.Alarms(ctx, d.ChatID, d.Alarm)
	if err != nil {
		return done{}, err
	}
	var ids []int64
	for _, a := range raised {
		if a.Settled {
			return done{}, nil
		}
		ids, d.UserID = append(ids, a.EventID), a.UserID
	}
	reader, all, err := r.alarms(ctx, d, ids)
	if err != nil {
		return done{}, err
	}
	settled := 0
	for _, a := range all {
		if a.Settled != nil {
			settled++
		}
	}
	d.Settled = settled == len(all)
	if settled == 0 {
		return done{}, nil
	}
	err = r.edit(ctx, d, d.Alarm, r.o.Renderer.Alarms(reader, all))
	if errors.Is(err, chat.ErrMessageGone) {
		d.Settled, err = true, nil
	}
	return done{messageID: d.Alarm}, err
}
