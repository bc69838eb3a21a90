package session

import (
	"crypto/sha256"
	"slices"
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
	epoch uint64 // grows with every forget: what was proven before it is not kept
}

func newTokens() *tokens { return &tokens{known: map[[sha256.Size]byte]proven{}} }

// look returns what a token is known to say.
func (t *tokens) look(hash [sha256.Size]byte) (proven, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	p, ok := t.known[hash]
	return p, ok
}

// now returns what keep has to be given by whoever begins to prove a token.
func (t *tokens) now() uint64 {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.epoch
}

// forget has the tokens of these accounts, or all, proven again.
func (t *tokens) forget(userIDs []int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.epoch++
	if len(userIDs) == 0 {
		clear(t.known)
		return
	}
	for hash, p := range t.known {
		if slices.Contains(userIDs, p.userID) {
			delete(t.known, hash)
		}
	}
}

// keep remembers a token proven since epoch; when there are too many, all others are proven again.
func (t *tokens) keep(hash [sha256.Size]byte, p proven, epoch uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.epoch != epoch {
		return
	}
	if len(t.known) >= tokensKept {
		clear(t.known)
	}
	t.known[hash] = p
}
