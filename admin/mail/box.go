package mail

import (
	"context"
	"slices"
	"sync"
	"time"
)

// boxSize is how many messages a [Box] keeps.
const boxSize = 100

// Box keeps messages instead of sending them, for the sandbox and for tests.
type Box struct {
	// Now is the clock; nil for time.Now.
	Now func() time.Time

	mu       sync.Mutex
	messages []Kept
	last     int
}

// Kept is a message that would have been sent.
type Kept struct {
	Message
	Number int // counts from 1
	At     time.Time
}

// Send keeps a message.
func (b *Box) Send(_ context.Context, m Message) error {
	now := time.Now
	if b.Now != nil {
		now = b.Now
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last++
	b.messages = append(b.messages, Kept{Message: m, Number: b.last, At: now()})
	if len(b.messages) > boxSize {
		b.messages = slices.Delete(b.messages, 0, 1)
	}
	return nil
}

// Messages returns what was kept, the newest first.
func (b *Box) Messages() []Kept {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := slices.Clone(b.messages)
	slices.Reverse(out)
	return out
}
