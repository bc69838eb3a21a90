package admin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net"
	"net/http"
	"strings"
	"time"

	"chamados/domain"
)

// Throttle counts attempts so that guessing gets slower and slower, the same in every
// process. A counter that nobody touched for [ThrottleMemory] is forgotten.
type Throttle interface {
	// Attempt counts one attempt under each limit, all or none. If one of them is still
	// within its delay nothing is counted, and wait says how long the longest lasts.
	Attempt(ctx context.Context, now time.Time, limits []Limit) (wait time.Duration, err error)
	// Succeed takes the attempt back: the counter of a limit that Clears becomes 0, any
	// other one less.
	Succeed(ctx context.Context, limits []Limit) error
}

// ThrottleMemory is how long failed attempts count.
const ThrottleMemory = time.Hour

// Limit is a counter: after Free attempts, each further one must wait [Limit.Delay].
type Limit struct {
	Key    string
	Free   int
	Clears bool // success forgets all failures
}

// maxDelay bounds how long an attacker can lock somebody out.
const maxDelay = 15 * time.Minute

// Delay returns how long after the last of n attempts the next one must wait: nothing for
// the free ones, then 1, 2, 4, … seconds up to a quarter of an hour.
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

func (s *Server) attempt(ctx context.Context, limits []Limit) error {
	if s.Throttle == nil {
		return nil
	}
	wait, err := s.Throttle.Attempt(ctx, s.Now(), limits)
	if err != nil || wait <= 0 {
		return err
	}
	seconds := int((wait + time.Second - 1) / time.Second)
	return &domain.Error{Code: domain.CodeThrottled, Key: "throttled", Args: map[string]any{"Seconds": seconds}}
}

func (s *Server) succeed(ctx context.Context, limits []Limit) error {
	if s.Throttle == nil {
		return nil
	}
	return s.Throttle.Succeed(ctx, limits)
}

func (s *Server) loginLimits(r *http.Request, email string) []Limit {
	return []Limit{
		{Key: "login:" + digest(domain.NormalizeEmail(email)), Free: 5, Clears: true},
		{Key: "login-addr:" + digest(s.address(r)), Free: 50},
	}
}

func (s *Server) codeLimits(r *http.Request, what, email string) []Limit {
	return []Limit{
		{Key: what + ":" + digest(domain.NormalizeEmail(email)), Free: 5},
		{Key: what + "-addr:" + digest(s.address(r)), Free: 30},
	}
}

// digest keeps addresses out of the table and its keys short.
func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:16])
}

// address returns the client's network address; of IPv6 the /64 that one customer has.
func (s *Server) address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if s.TrustProxy {
		hops := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
		if last := strings.TrimSpace(hops[len(hops)-1]); last != "" {
			host = last
		}
	}
	ip := net.ParseIP(host)
	if ip == nil || ip.To4() != nil {
		return host
	}
	return ip.Mask(net.CIDRMask(64, 128)).String()
}
