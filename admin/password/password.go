// Package password hashes and checks passwords with bcrypt.
package password

import (
	"bytes"
	"fmt"
	"runtime"

	"golang.org/x/crypto/bcrypt"
)

// Cost is bcrypt's work factor of a running desk: about 200 ms of one core.
const Cost = 12

// Hasher fills domain.Passwords. At most one hash a core is computed at a time, and in the background:
// a wave of logins queues up instead of starving all other requests.
type Hasher struct {
	cost  int
	dummy []byte
	slots chan struct{}
}

// nobody is the salt and the digest of a hash that no password has.
const nobody = "iOcyOGb1uJ2QpSyRJlq2DOX0a5d3bTjYyE3WmdS2vVwQm6yZ7hNSK"

// New returns a hasher that works with cost; [Cost] but in tests, where bcrypt.MinCost
// saves time.
func New(cost int) (*Hasher, error) {
	dummy := fmt.Appendf(nil, "$2a$%02d$%s", cost, nobody)
	if _, err := bcrypt.Cost(dummy); err != nil {
		return nil, err
	}
	return &Hasher{cost: cost, dummy: dummy, slots: make(chan struct{}, runtime.GOMAXPROCS(0))}, nil
}

// Hash returns the $2b$ hash of a password, or bcrypt.ErrPasswordTooLong over 72 bytes.
func (h *Hasher) Hash(password string) (string, error) {
	var hash []byte
	var err error
	h.work(func() { hash, err = bcrypt.GenerateFromPassword([]byte(password), h.cost) })
	if err != nil {
		return "", err
	}
	// The library's algorithm is the one that $2b$ names; the column's other hashes say so too.
	return string(bytes.Replace(hash, []byte("$2a$"), []byte("$2b$"), 1)), nil
}

// Matches reports whether password has this hash ($2a$, $2b$ or $2y$). An empty or
// unreadable hash takes as long as any other and never matches.
func (h *Hasher) Matches(hash, password string) bool {
	target, real := h.target(hash)
	var err error
	h.work(func() { err = bcrypt.CompareHashAndPassword(target, []byte(password)) })
	return err == nil && real
}

// target returns what to compare with: the hash, or one of a password that nobody has.
func (h *Hasher) target(hash string) (target []byte, real bool) {
	if _, err := bcrypt.Cost([]byte(hash)); err != nil {
		return h.dummy, false
	}
	return []byte(hash), true
}

// work waits for a free slot and for fn, which runs in the background.
func (h *Hasher) work(fn func()) {
	h.slots <- struct{}{}
	enter(cap(h.slots))
	defer func() { leave(); <-h.slots }()
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // to the end: a thread that gave way does so for good, and ends with its goroutine
		giveWay()
		fn()
	}()
	<-done
}
