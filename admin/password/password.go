// Package password hashes and checks passwords with bcrypt.
package password

import (
	"bytes"
	"runtime"

	"golang.org/x/crypto/bcrypt"
)

// Cost is bcrypt's work factor of a running desk: about 200 ms of one core.
const Cost = 12

// Hasher fills domain.Passwords. At most one hash a core is computed at a time, so that a
// wave of logins queues up instead of starving all other requests.
type Hasher struct {
	cost  int
	dummy []byte
	slots chan struct{}
}

// New returns a hasher that works with cost; [Cost] but in tests, where bcrypt.MinCost
// saves time.
func New(cost int) (*Hasher, error) {
	dummy, err := bcrypt.GenerateFromPassword([]byte("nobody has this password"), cost)
	if err != nil {
		return nil, err
	}
	return &Hasher{cost: cost, dummy: dummy, slots: make(chan struct{}, runtime.GOMAXPROCS(0))}, nil
}

// Hash returns the $2b$ hash of a password, or bcrypt.ErrPasswordTooLong over 72 bytes.
func (h *Hasher) Hash(password string) (string, error) {
	defer h.slot()()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), h.cost)
	if err != nil {
		return "", err
	}
	// The library's algorithm is the one that $2b$ names; the column's other hashes say so too.
	return string(bytes.Replace(hash, []byte("$2a$"), []byte("$2b$"), 1)), nil
}

// Matches reports whether password has this hash ($2a$, $2b$ or $2y$). An empty or
// unreadable hash takes as long as any other and never matches.
func (h *Hasher) Matches(hash, password string) bool {
	defer h.slot()()
	target, real := h.target(hash)
	return bcrypt.CompareHashAndPassword(target, []byte(password)) == nil && real
}

// target returns what to compare with: the hash, or one of a password that nobody has.
func (h *Hasher) target(hash string) (target []byte, real bool) {
	if _, err := bcrypt.Cost([]byte(hash)); err != nil {
		return h.dummy, false
	}
	return []byte(hash), true
}

func (h *Hasher) slot() (release func()) {
	h.slots <- struct{}{}
	return func() { <-h.slots }
}
