package domain

import (
	"context"
	"time"
)

// Throttle counts attempts so that guessing gets slower and slower, the same in every process.
type Throttle interface {
	// Attempt counts one attempt under each limit, all or none. If one of them is still
	// within its delay nothing is counted, and wait says how long the longest lasts.
	Attempt(ctx context.Context, now time.Time, limits []Limit) (wait time.Duration, err error)
	// Succeed takes the attempt back: the counter of a limit that Clears becomes 0, any
	// other one less.
	Succeed(ctx context.Context, limits []Limit) error
	// Known reports whether a key was remembered within [KnownMemory].
	Known(ctx context.Context, now time.Time, key string) (bool, error)
	// Remember makes a key known from now on.
	Remember(ctx context.Context, now time.Time, key string) error
}

// KnownMemory is how long a place from which somebody logged in counts as theirs.
const KnownMemory = 90 * 24 * time.Hour

// ThrottleMemory is how long an attempt counts.
const ThrottleMemory = time.Hour

// maxDelay bounds how long one waits where nothing else is said.
const maxDelay = 15 * time.Minute

// Limit is a counter: the first Free attempts cost nothing.
type Limit struct {
	Key    string
	Free   int
	Max    time.Duration // of the delay; 0 for a quarter of an hour
	Clears bool          // success forgets all failures
}

// Delay returns how long after the last of n attempts the next one must wait: nothing as
// long as they are free, then 1, 2, 4, … seconds up to a quarter of an hour.
func (l Limit) Delay(n int) time.Duration {
	over := n - l.Free
	switch {
	case over < 0:
		return 0
	case over > 10:
		return maxDelay
	}
	return min(time.Second<<over, maxDelay)
}

// CodeTTL is how long a code for a new password can be used.
const CodeTTL = 10 * time.Minute

// CodeTries is how often one may be mistaken about a code.
const CodeTries = 5

// Codes keeps the codes by which people set a new password: one for an account, hashed.
type Codes interface {
	// SaveCode replaces the account's code, forgets its tries, and enqueues the mail that
	// brings it, all or nothing.
	SaveCode(ctx context.Context, userID int64, hash []byte, expires time.Time, m Mail) error
	// TryCode reports whether this is the account's code: not expired at now, not used,
	// and not mistaken [CodeTries] times before. A right one is used up if use is set;
	// a wrong one counts as a try. For an account without a code it takes as long.
	TryCode(ctx context.Context, userID int64, hash []byte, now time.Time, use bool) (bool, error)
}
