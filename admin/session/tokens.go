package session

import (
	"crypto/sha256"
	"sync"
	"time"
)

// tokensKept bounds memory: a token takes about 150 bytes.
const tokensKept = 8192

// proven is what a token says whose signature was checked.
type proven struct {
	userID  int64
	version int32
	expires time.Time
}

// tokens remembers proven tokens by their hash, so that the signature is not checked for every request.
// What a token is worth is asked every time: it expires, and its account may have changed.
type tokens struct {
	mu    sync.RWMutex
	known map[[sha256.Size]byte]proven
}

func newTokens() *tokens { return &tokens{known: map[[sha256.Size]byte]proven{}} }

// look returns what a token is known to say.
func (t *tokens) look(hash [sha256.Size]byte) (proven, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	p, ok := t.known[hash]
	return p, ok
}

// keep remembers a proven token; when there are too many, all others are proven again.
func (t *tokens) keep(hash [sha256.Size]byte, p proven) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.known) >= tokensKept {
		clear(t.known)
	}
	t.known[hash] = p
}
