package notify

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits are Telegram's, as far as they are known, for one process. Zero fields have the
// defaults.
type Limits struct {
	Off            bool    // no limits at all: for a server of one's own
	PerSecond      float64 // messages to all chats; default 30
	PerChat        float64 // messages a second to one chat; default 1
	Burst          int     // messages at once to a chat; default 5
	GroupPerMinute int     // messages in any minute to a group; default 20
}

// reserved is how much of a chat's burst only answers to what a person just did may use.
const reserved = 2

// groupWindow is a minute, and what messages may be delayed on their way.
const groupWindow = 61 * time.Second

// maxTurn bounds how long a message is put back for others to go first.
const maxTurn = 5 * time.Second

// limits keeps count of what went where.
type limits struct {
	o   Limits
	all *rate.Limiter

	mu    sync.Mutex
	chats map[int64]*chatLimit
	tries int       // messages that may turn out to need one of the places
	next  time.Time // turn of the next message that must wait for all the others
	swept time.Time
}

type chatLimit struct {
	bucket *rate.Limiter
	recent []time.Time // of a group: the last messages, oldest first
	paused time.Time   // Telegram said to wait until then
	used   time.Time
}

func newLimits(o Limits) *limits {
	if o.PerSecond <= 0 {
		o.PerSecond = 30
	}
	if o.PerChat <= 0 {
		o.PerChat = 1
	}
	if o.Burst <= 0 {
		o.Burst = 5
	}
	if o.GroupPerMinute <= 0 {
		o.GroupPerMinute = 20
	}
	all := rate.NewLimiter(rate.Limit(o.PerSecond), max(1, int(o.PerSecond)/2))
	if o.Off {
		all = rate.NewLimiter(rate.Inf, 1)
	}
	return &limits{o: o, all: all, chats: map[int64]*chatLimit{}}
}

// delay returns how long nothing at all may go to a chat.
func (l *limits) delay(chatID int64, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.chat(chatID, now)
	if wait := c.paused.Sub(now); wait > 0 {
		return wait
	}
	return l.lacks(c, chatID, 1, now)
}

// turn returns how long a message that answers nobody must wait. If that is 0 a place is kept for it
// until turnTaken, whatever the message turns out to be.
func (l *limits) turn(chatID int64, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.o.Off {
		if wait := l.lacks(l.chat(chatID, now), chatID, l.patience(), now); wait > 0 {
			return wait
		}
		if missing := float64(1+l.tries) - l.all.TokensAt(now); missing > 1e-9 {
			return l.queue(now, time.Duration(missing/l.o.PerSecond*float64(time.Second))+time.Microsecond)
		}
	}
	l.tries++
	return 0
}

// turnTaken gives the place of turn back; take has counted the message, if there was one.
func (l *limits) turnTaken() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tries--
}

// patience is how many messages a chat must have room for before one goes that answers nobody.
func (l *limits) patience() int { return min(1+reserved, l.o.Burst) }

// take counts a message to a chat, or returns how long it must wait. What answers a person does not
// wait for messages to other chats: it goes at once, and the others make room for it.
func (l *limits) take(chatID int64, interactive bool, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.chat(chatID, now)
	need := 1
	if !interactive {
		need = l.patience()
	}
	if wait := l.lacks(c, chatID, need, now); wait > 0 {
		return wait
	}
	if interactive {
		l.owe(now)
	} else if wait := l.wait(now); wait > 0 {
		return wait
	}
	c.bucket.AllowN(now, 1)
	if chatID < 0 {
		c.recent = append(c.recent, now)
		if len(c.recent) > l.o.GroupPerMinute {
			c.recent = c.recent[1:]
		}
	}
	return 0
}

// owe counts a message that does not wait, for at most a second's worth of them: so much must have been
// silent for others to go on.
func (l *limits) owe(now time.Time) {
	if l.all.TokensAt(now) > -l.o.PerSecond {
		l.all.ReserveN(now, 1)
	}
}

// wait counts a message among those to all chats, or returns how long until its turn.
func (l *limits) wait(now time.Time) time.Duration {
	r := l.all.ReserveN(now, 1)
	delay := r.DelayFrom(now)
	if delay == 0 {
		return 0
	}
	r.CancelAt(now)
	return l.queue(now, delay)
}

// queue returns when, from now on, a message may try that finds no room before free: one after the other.
func (l *limits) queue(now time.Time, free time.Duration) time.Duration {
	if at := now.Add(free); l.next.Before(at) {
		l.next = at
	}
	out := l.next.Sub(now)
	l.next = l.next.Add(time.Duration(float64(time.Second) / l.o.PerSecond))
	return min(out, maxTurn)
}

// pause stops a chat until a time.
func (l *limits) pause(chatID int64, until, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c := l.chat(chatID, now); until.After(c.paused) {
		c.paused = until
	}
}

// lacks returns how long until need messages may go at once.
func (l *limits) lacks(c *chatLimit, chatID int64, need int, now time.Time) time.Duration {
	if l.o.Off {
		return 0
	}
	var wait time.Duration
	if missing := float64(need) - c.bucket.TokensAt(now); missing > 1e-9 {
		wait = time.Duration(missing/l.o.PerChat*float64(time.Second)) + time.Microsecond
	}
	if spare := l.o.GroupPerMinute - len(c.recent) - need; chatID < 0 && spare < 0 {
		oldest := c.recent[min(-spare, len(c.recent))-1]
		wait = max(wait, oldest.Add(groupWindow).Sub(now))
	}
	return wait
}

// chat returns the count of a chat; the caller holds mu. Counts that no longer matter are
// dropped, and those of a clock that was ahead.
func (l *limits) chat(chatID int64, now time.Time) *chatLimit {
	if now.Sub(l.swept) > time.Minute {
		l.swept = now
		for id, c := range l.chats {
			if now.Sub(c.used) > 2*time.Minute && now.After(c.paused) {
				delete(l.chats, id)
			}
		}
	}
	c := l.chats[chatID]
	if c == nil || c.used.Sub(now) > time.Minute { // the clock was set back: what was counted lies ahead
		c = &chatLimit{bucket: rate.NewLimiter(rate.Limit(l.o.PerChat), l.o.Burst)}
		l.chats[chatID] = c
	}
	c.used = now
	return c
}
