package notify

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"chamados/bot/chat"
)

// gate is what every delivery passes. It is shut while Telegram asks everybody to wait,
// and after trouble until Telegram answers again: so an outage costs no delivery one of its
// attempts, least of all those that may be tried only twice.
type gate struct {
	ping func(ctx context.Context) error
	log  *slog.Logger

	mu      sync.Mutex
	until   time.Time // shut until then
	suspect bool      // Telegram must answer a ping first
	pause   time.Duration
	floods  map[int64]time.Time // chats that were told to wait lately
	probing sync.Mutex
}

// A flood is many chats told to wait at once: then it is not about them.
const (
	floodChats  = 3
	floodWindow = 2 * time.Second
	pingTimeout = 10 * time.Second
	maxPause    = 10 * time.Second // so long may messages wait after Telegram is back
)

func newGate(ping func(ctx context.Context) error, log *slog.Logger) *gate {
	return &gate{ping: ping, log: log, floods: map[int64]time.Time{}}
}

// wait returns true when deliveries may pass, false when stop is closed first.
func (g *gate) wait(stop <-chan struct{}) bool {
	for {
		shut, suspect := g.state()
		switch {
		case shut > 0:
			if !sleep(stop, shut) {
				return false
			}
		case suspect:
			g.probe(stop)
		default:
			return !closed(stop)
		}
		if closed(stop) {
			return false
		}
	}
}

func (g *gate) state() (shut time.Duration, suspect bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return time.Until(g.until), g.suspect
}

// trouble says that a call brought no sensible answer.
func (g *gate) trouble() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.suspect = true
}

// flood says that Telegram told a chat to wait.
func (g *gate) flood(chatID int64, wait time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	g.floods[chatID] = now
	for id, at := range g.floods {
		if now.Sub(at) > floodWindow {
			delete(g.floods, id)
		}
	}
	if until := now.Add(wait); len(g.floods) >= floodChats && until.After(g.until) {
		g.until = until
		g.log.Warn("notify: Telegram asks to slow down, nothing is sent meanwhile", "wait", wait)
	}
}

// probe asks Telegram for a sign of life, one worker for all.
func (g *gate) probe(stop <-chan struct{}) {
	g.probing.Lock()
	defer g.probing.Unlock()
	if shut, suspect := g.state(); shut > 0 || !suspect {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), pingTimeout)
	defer cancel()
	go func() {
		select {
		case <-stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	err := g.ping(ctx)
	g.mu.Lock()
	defer g.mu.Unlock()
	if err == nil {
		g.suspect, g.pause = false, 0
		return
	}
	g.pause = min(max(2*g.pause, time.Second), maxPause)
	wait := g.pause
	if e, ok := errors.AsType[chat.RetryAfter](err); ok {
		wait = max(wait, e.Wait)
	}
	g.until = time.Now().Add(wait)
	if !closed(stop) {
		g.log.Warn("notify: Telegram does not answer; messages wait", "again", wait, "error", err)
	}
}

func closed(stop <-chan struct{}) bool {
	select {
	case <-stop:
		return true
	default:
		return false
	}
}

// sleep reports false when stop is closed before d has passed.
func sleep(stop <-chan struct{}, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-stop:
		return false
	case <-t.C:
		return true
	}
}
