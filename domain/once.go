package domain

import (
	"context"
	"time"
)

// OnceMemory is how long the answer to a request with a key is remembered.
const OnceMemory = 24 * time.Hour

// MaxOnceKey bounds a key in bytes.
const MaxOnceKey = 255

// OnceKey names a request that must take effect once however often it arrives: the
// client's key, whose it is, and a digest of what is asked.
type OnceKey struct {
	UserID int64
	Key    string
	Digest []byte
}

// OnceStore remembers the answers to requests with keys.
type OnceStore interface {
	// ClaimOnce returns the answer that k already had, or fresh if this transaction is
	// the first with the key since the moment given; whoever comes later waits for it to
	// end. It returns [ErrOnceReused] when the key was used for something else.
	ClaimOnce(ctx context.Context, k OnceKey, at, since time.Time) (answer []byte, fresh bool, err error)
	// KeepAnswer remembers the answer to a claimed key; it must not be empty.
	KeepAnswer(ctx context.Context, k OnceKey, answer []byte) error
}

// ErrOnceReused says that a key names another request already.
var ErrOnceReused = Invalid(FieldError{Field: "Idempotency-Key", Key: "key_reused"})

// Once runs act in one transaction with remembering its answer. If the actor's key was
// answered within [OnceMemory], act does not run and that answer is returned again, with
// again set. What act refuses is not remembered.
func (d *Desk) Once(
	ctx context.Context, a Actor, key string, digest []byte, act func(*Desk) ([]byte, error),
) (answer []byte, again bool, err error) {
	if err := a.authenticated(); err != nil {
		return nil, false, err
	}
	if !validOnceKey(key) {
		return nil, false, Invalid(FieldError{Field: "Idempotency-Key", Key: "malformed"})
	}
	k := OnceKey{UserID: a.ID, Key: key, Digest: digest}
	err = d.atomically(ctx, func(d *Desk) error {
		now := d.Now()
		known, fresh, err := d.store.ClaimOnce(ctx, k, now, now.Add(-OnceMemory))
		if err != nil || !fresh {
			answer, again = known, err == nil
			return err
		}
		if answer, err = act(d); err != nil {
			return err
		}
		return d.store.KeepAnswer(ctx, k, answer)
	})
	return answer, again, err
}

// validOnceKey reports whether a key is visible ASCII of a sensible length.
func validOnceKey(s string) bool {
	if s == "" || len(s) > MaxOnceKey {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
