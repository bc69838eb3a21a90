package notify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"chamados/bot/chat"
	"chamados/domain"
)

// done is what came of a delivery.
type done struct {
	messageID int64  // 0 when nothing had to be sent
	hash      []byte // of a card
	sending   bool   // the last call was one that must not be repeated lightly
	file      bool   // it was a file's, which nothing else has to wait for
}

// errMoot says that a delivery has lost its point; it is given up with this cause.
var errMoot = errors.New("notify: " + domain.CauseMoot)

func moot(why string) error { return fmt.Errorf("%w: %s", errMoot, why) }

// deliver does what a delivery asks for. d follows the group if it moved.
func (r *Relay) deliver(ctx context.Context, d *domain.Delivery) (done, error) {
	if d.Kind == domain.DeliverMessage {
		return r.message(ctx, d)
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	switch d.Kind {
	case domain.DeliverCard:
		return r.card(ctx, d)
	case domain.DeliverNotice:
		return r.notice(ctx, d)
	case domain.DeliverAlarm:
		return r.alarm(ctx, d)
	case domain.DeliverSettle:
		return r.settleAlarms(ctx, d)
	}
	return done{}, moot("unknown kind " + string(d.Kind))
}

// message delivers a ready message. One that was to replace another which is gone is sent
// anew, unless that was named by its key: then there is nothing to do.
func (r *Relay) message(ctx context.Context, d *domain.Delivery) (done, error) {
	var out chat.Outgoing
	if d.Message == nil {
		return done{}, moot("no message")
	}
	if err := json.Unmarshal(d.Message.Payload, &out); err != nil {
		return done{}, moot("unreadable payload: " + err.Error())
	}
	if out.File != nil {
		return r.file(ctx, d, out)
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if d.Message.EditKey != "" && d.Message.Edit == 0 {
		return done{}, nil
	}
	if d.Message.Edit != 0 {
		err := r.edit(ctx, d, d.Message.Edit, out)
		if errors.Is(err, chat.ErrMessageGone) && d.Message.EditKey != "" {
			return done{}, nil
		}
		if !errors.Is(err, chat.ErrMessageGone) {
			return done{messageID: d.Message.Edit}, err
		}
	}
	return r.send(ctx, d, d.Message.ReplyTo, out)
}

// card brings the live card up to date, or sends it.
func (r *Relay) card(ctx context.Context, d *domain.Delivery) (done, error) {
	reader, v, err := r.audience(ctx, d)
	if err != nil {
		return done{}, err
	}
	ref, err := r.o.Outbox.Card(ctx, d.TicketID, d.ChatID)
	if err != nil {
		return done{}, err
	}
	if elsewhere(ref, d) {
		reader.Moved = true
		if err := r.closeCard(ctx, d, ref, r.o.Renderer.Card(reader, v)); err != nil {
			return done{}, err
		}
		reader.Moved, ref = false, domain.CardRef{}
	}
	if reader.Former {
		return done{}, r.closeCard(ctx, d, ref, r.o.Renderer.Card(reader, v))
	}
	if ref.MessageID == 0 && !v.DeletedAt.IsZero() {
		return done{}, nil
	}
	out := r.o.Renderer.Card(reader, v)
	hash, err := fingerprint(out)
	if err != nil {
		return done{}, err
	}
	if ref.MessageID != 0 {
		if bytes.Equal(ref.Hash, hash) {
			return done{hash: hash}, nil
		}
		err := r.edit(ctx, d, ref.MessageID, out)
		if !errors.Is(err, chat.ErrMessageGone) {
			return done{messageID: ref.MessageID, hash: hash}, err
		}
		if err := r.o.Outbox.ForgetCard(ctx, d.TicketID, d.ChatID); err != nil {
			return done{}, err
		}
	}
	sent, err := r.send(ctx, d, 0, out)
	sent.hash = hash
	return sent, err
}

// elsewhere reports whether a group's card is in another topic than its ticket belongs to now.
func elsewhere(ref domain.CardRef, d *domain.Delivery) bool {
	return d.ChatID < 0 && ref.MessageID != 0 && ref.ThreadID != nil && *ref.ThreadID != d.ThreadID
}

// closeCard leaves on a card that its reader has the ticket no more, or that it has gone to another
// topic. From then on it is not kept up to date; should the ticket come back, there is a new one.
func (r *Relay) closeCard(ctx context.Context, d *domain.Delivery, ref domain.CardRef, out chat.Outgoing) error {
	if ref.MessageID == 0 {
		return nil
	}
	if err := r.edit(ctx, d, ref.MessageID, out); err != nil && !errors.Is(err, chat.ErrMessageGone) {
		return err
	}
	return r.o.Outbox.ForgetCard(ctx, d.TicketID, d.ChatID)
}

// notice tells of events. In a group it answers the ticket's card.
func (r *Relay) notice(ctx context.Context, d *domain.Delivery) (done, error) {
	reader, v, err := r.audience(ctx, d)
	if err != nil {
		return done{}, err
	}
	events, err := r.o.Outbox.NoticeEvents(ctx, d.EventIDs)
	if err != nil {
		return done{}, err
	}
	events = forReader(reader, d.UserID, v.Events, events)
	if len(events) == 0 || !v.DeletedAt.IsZero() {
		return done{}, nil
	}
	var replyTo int64
	if d.ChatID < 0 {
		ref, err := r.o.Outbox.Card(ctx, d.TicketID, d.ChatID)
		if err != nil {
			return done{}, err
		}
		replyTo = ref.MessageID
	}
	return r.send(ctx, d, replyTo, r.o.Renderer.Notice(reader, v.Ticket, events))
}

// fingerprint returns the SHA-256 of what a message shows.
func fingerprint(o chat.Outgoing) ([]byte, error) {
	payload, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(payload)
	return sum[:], nil
}

// edit replaces a message. An edit that changes nothing has succeeded; the message of a
// group that moved is gone.
func (r *Relay) edit(ctx context.Context, d *domain.Delivery, messageID int64, out chat.Outgoing) error {
	err := r.o.Sender.Edit(ctx, d.ChatID, messageID, out)
	if e, ok := errors.AsType[chat.Migrated](err); ok {
		if err := r.follow(ctx, d, e.To); err != nil {
			return err
		}
		return chat.ErrMessageGone
	}
	if errors.Is(err, chat.ErrNotModified) {
		return nil
	}
	return called(err)
}

// send sends a message to the delivery's chat: outside of a topic that is gone, and to the
// group's new id if it moved.
func (r *Relay) send(ctx context.Context, d *domain.Delivery, replyTo int64, out chat.Outgoing) (done, error) {
	for moves := 0; ; {
		id, err := r.o.Sender.Send(ctx, chat.Target{ChatID: d.ChatID, ThreadID: d.ThreadID, ReplyTo: replyTo}, out)
		if errors.Is(err, chat.ErrThreadGone) && d.ThreadID != 0 {
			r.o.Log.Warn("notify: topic is gone, sending outside of it", "chat", d.ChatID, "thread", d.ThreadID)
			r.o.ThreadGone(ctx, d.ChatID, d.ThreadID)
			d.ThreadID = 0
			continue
		}
		if e, ok := errors.AsType[chat.Migrated](err); ok && moves == 0 {
			moves++
			if err := r.follow(ctx, d, e.To); err != nil {
				return done{}, err
			}
			replyTo = 0
			continue
		}
		return done{messageID: id, sending: true}, called(err)
	}
}

// follow notes that a group has a new id and turns the delivery there.
func (r *Relay) follow(ctx context.Context, d *domain.Delivery, to int64) error {
	r.o.Log.Info("notify: group has a new id", "from", d.ChatID, "to", to)
	if err := r.o.Desk.GroupMoved(ctx, d.ChatID, to); err != nil {
		return err
	}
	d.ChatID = to
	return nil
}

// callError is an error of Telegram, as opposed to one of the database.
type callError struct{ error }

func (e callError) Unwrap() error { return e.error }

func called(err error) error {
	if err == nil {
		return nil
	}
	return callError{err}
}
