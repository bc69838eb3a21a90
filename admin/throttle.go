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

func (s *Server) attempt(ctx context.Context, limits []domain.Limit) error {
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

func (s *Server) succeed(ctx context.Context, limits []domain.Limit) error {
	if s.Throttle == nil {
		return nil
	}
	return s.Throttle.Succeed(ctx, limits)
}

func (s *Server) loginLimits(r *http.Request, email string) []domain.Limit {
	return []domain.Limit{
		{Key: "login:" + digest(domain.NormalizeEmail(email)), Free: 5, Clears: true},
		{Key: "login-addr:" + digest(s.address(r)), Free: 50},
	}
}

func (s *Server) codeLimits(r *http.Request, what, email string) []domain.Limit {
	return []domain.Limit{
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
