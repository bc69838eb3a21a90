package emulator

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"
)

type webhook struct {
	URL         string `json:"url,omitempty"`
	Secret      string `json:"secret,omitempty"`
	Connections int    `json:"connections,omitempty"`
	LastError   string `json:"last_error,omitempty"`
	LastErrorAt int64  `json:"last_error_at,omitempty"`
}

var secretToken = regexp.MustCompile(`^[A-Za-z0-9_-]{0,256}$`)

const webhookTimeout = time.Minute

// setWebhook accepts plain HTTP and any port, unlike Telegram, as everything here is on one machine.
func (s *Server) setWebhook(p params) (any, error) {
	next := s.world.settings
	if _, err := p.json("allowed_updates", &next.Allowed); err != nil {
		return nil, err
	}
	connections, err := p.int("max_connections")
	if err != nil {
		return nil, err
	}
	hook := webhook{URL: p.get("url"), Secret: p.get("secret_token"), Connections: int(connections)}
	if u, err := url.Parse(hook.URL); hook.URL != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return nil, badRequest("bad webhook: invalid URL")
	}
	if !secretToken.MatchString(hook.Secret) {
		return nil, badRequest("secret token contains unallowed characters")
	}
	if hook.Connections < 1 || hook.Connections > 100 {
		hook.Connections = 40
	}
	next.Webhook = hook
	s.commit(record{Settings: &next})
	if p.bool("drop_pending_updates") {
		s.confirm(s.world.counters.Update + 1)
	}
	s.dispatch()
	return true, nil
}

func (s *Server) deleteWebhook(p params) (any, error) {
	next := s.world.settings
	next.Webhook = webhook{}
	s.commit(record{Settings: &next})
	if p.bool("drop_pending_updates") {
		s.confirm(s.world.counters.Update + 1)
	}
	return true, nil
}

func (s *Server) getWebhookInfo(params) (any, error) {
	hook := s.world.settings.Webhook
	info := map[string]any{"url": hook.URL, "has_custom_certificate": false, "pending_update_count": len(s.world.updates)}
	if hook.URL != "" {
		info["max_connections"] = hook.Connections
	}
	if hook.LastError != "" {
		info["last_error_message"], info["last_error_date"] = hook.LastError, hook.LastErrorAt
	}
	if len(s.world.settings.Allowed) > 0 {
		info["allowed_updates"] = s.world.settings.Allowed
	}
	return info, nil
}

// dispatch starts a delivery for each lane that has updates and no delivery yet. The caller holds mu.
func (s *Server) dispatch() {
	if s.world.settings.Webhook.URL == "" || s.ctx == nil || s.ctx.Err() != nil {
		return
	}
	s.expire()
	for _, u := range s.world.updates {
		if s.lanes[u.Lane] || len(s.lanes) >= s.world.settings.Webhook.Connections {
			continue
		}
		s.lanes[u.Lane] = true
		s.running.Go(func() { s.serveLane(u.Lane) })
	}
}

// serveLane delivers the updates of a lane in order, each until it is taken.
func (s *Server) serveLane(lane string) {
	for attempt := 0; ; {
		s.mu.Lock()
		hook, u := s.world.settings.Webhook, s.firstOf(lane)
		if u == nil || hook.URL == "" || s.ctx.Err() != nil {
			delete(s.lanes, lane)
			s.dispatch()
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		wait, err := s.push(hook, u)
		if err == nil {
			attempt = 0
			s.mu.Lock()
			s.commit(record{Confirmed: []int64{u.Seq}})
			s.mu.Unlock()
			continue
		}
		s.blame(err)
		s.pause(max(wait, s.opt.WebhookBackoff<<min(attempt, 6)))
		attempt++
	}
}

func (s *Server) firstOf(lane string) *update {
	for _, u := range s.world.updates {
		if u.Lane == lane {
			return u
		}
	}
	return nil
}

// push posts one update; wait is what a refusing server asked for.
func (s *Server) push(hook webhook, u *update) (wait time.Duration, err error) {
	ctx, cancel := context.WithTimeout(s.ctx, webhookTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, hook.URL, bytes.NewReader(u.Body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	if hook.Secret != "" {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", hook.Secret)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	_ = res.Body.Close()
	if res.StatusCode/100 != 2 {
		seconds, _ := strconv.Atoi(res.Header.Get("Retry-After"))
		return time.Duration(seconds) * time.Second, fmt.Errorf("Wrong response from the webhook: %s", res.Status) //nolint:staticcheck // Telegram's wording
	}
	return 0, nil
}

func (s *Server) blame(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.world.settings.Webhook.URL == "" {
		return
	}
	next := s.world.settings
	next.Webhook.LastError, next.Webhook.LastErrorAt = err.Error(), s.now().Unix()
	s.commit(record{Settings: &next})
}

func (s *Server) pause(d time.Duration) {
	timer := time.NewTimer(min(d, time.Minute))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.ctx.Done():
	}
}
