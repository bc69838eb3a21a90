package emulator

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"
)

const (
	updateLifetime   = 24 * time.Hour
	callbackLifetime = 150 * time.Second
	maxPoll          = 50 * time.Second
)

// notByDefault are the kinds that a bot gets only if it asks for them.
var notByDefault = []string{"chat_member", "message_reaction", "message_reaction_count"}

// queue makes an update of value and delivers it, unless the bot did not ask for its kind.
func (s *Server) queue(kind, lane string, value any) {
	allowed := s.world.settings.Allowed
	if len(allowed) > 0 && !slices.Contains(allowed, kind) || len(allowed) == 0 && slices.Contains(notByDefault, kind) {
		return
	}
	id := s.world.counters.Update + 1
	s.world.counters.Update = id // also while a fault holds it back
	body := json.RawMessage(fmt.Sprintf(`{"update_id":%d,%q:%s}`, id, kind, rawJSON(value)))
	s.deliver(&update{ID: id, Kind: kind, Lane: lane, At: s.now().Unix(), Body: body})
}

// deliver puts an update where polls and the webhook find it, with the faults that are due.
func (s *Server) deliver(u *update) {
	switch fault := s.takeFault("", 0, FaultDuplicate, FaultReorder); {
	case fault == nil:
		s.enqueue(u)
	case fault.Kind == FaultDuplicate:
		s.enqueue(u)
		twin := *u
		twin.Lane += "-twin" // so that a webhook may get both at once
		s.enqueue(&twin)
	default:
		s.held = append(s.held, u)
		if fault.Times == 0 {
			s.release()
		}
	}
}

// release delivers held updates, the last first.
func (s *Server) release() {
	slices.Reverse(s.held)
	for _, u := range s.held {
		s.enqueue(u)
	}
	s.held = nil
}

func (s *Server) enqueue(u *update) {
	u.Seq = s.world.counters.Seq + 1
	s.commit(record{Update: u})
	s.dispatch()
}

// expire drops what Telegram would no longer deliver.
func (s *Server) expire() {
	var dead []int64
	for _, u := range s.world.updates {
		age := s.now().Sub(time.Unix(u.At, 0))
		if age > updateLifetime || u.Kind == "callback_query" && age > callbackLifetime {
			dead = append(dead, u.Seq)
		}
	}
	if dead != nil {
		s.commit(record{Confirmed: dead})
	}
}

// poll is a running getUpdates.
type poll struct{ terminated bool }

// getUpdates waits for updates. Like Telegram it ends an older poll that still runs with a conflict.
func (s *Server) getUpdates(ctx context.Context, p params) (any, error) {
	timeout, limit, err := s.beginPoll(p)
	if err != nil {
		return nil, err
	}
	me := &poll{}
	s.mu.Lock()
	if s.poller != nil {
		s.poller.terminated = true
	}
	s.poller = me
	s.wake()
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	batch := []json.RawMessage{}
	_ = s.await(ctx, func() bool {
		if me.terminated || s.world.settings.Webhook.URL != "" {
			return true
		}
		s.expire()
		for _, u := range s.world.updates[:min(limit, len(s.world.updates))] {
			batch = append(batch, u.Body)
		}
		return len(batch) > 0
	})
	return s.endPoll(me, batch)
}

func (s *Server) endPoll(me *poll, batch []json.RawMessage) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if me.terminated {
		return nil, conflict("terminated by other getUpdates request; make sure that only one bot instance is running")
	}
	s.poller = nil
	if s.world.settings.Webhook.URL != "" {
		return nil, webhookActive()
	}
	return batch, nil
}

// beginPoll confirms by offset and remembers allowed_updates.
func (s *Server) beginPoll(p params) (timeout time.Duration, limit int, err error) {
	offset, err1 := p.int("offset")
	n, err2 := p.int("limit")
	seconds, err3 := p.int("timeout")
	var allowed []string
	given, err4 := p.json("allowed_updates", &allowed)
	for _, err := range []error{err1, err2, err3, err4} {
		if err != nil {
			return 0, 0, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.world.settings.Webhook.URL != "" {
		return 0, 0, webhookActive()
	}
	if given && !slices.Equal(allowed, s.world.settings.Allowed) {
		next := s.world.settings
		next.Allowed = allowed
		s.commit(record{Settings: &next})
	}
	s.confirm(offset)
	if n < 1 || n > 100 {
		n = 100
	}
	return min(time.Duration(max(seconds, 0))*time.Second, maxPoll), int(n), nil
}

// confirm forgets updates below offset, or all but the last -offset ones.
func (s *Server) confirm(offset int64) {
	var done []int64
	for i, u := range s.world.updates {
		if offset > 0 && u.ID < offset || offset < 0 && i < len(s.world.updates)+int(offset) {
			done = append(done, u.Seq)
		}
	}
	if done != nil {
		s.commit(record{Confirmed: done})
	}
}

func conflict(text string) *apiError {
	return &apiError{Code: http.StatusConflict, Description: "Conflict: " + text}
}

func webhookActive() *apiError {
	return conflict("can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
}
