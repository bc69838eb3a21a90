package admin

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"chamados/admin/proxy"
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

// Delays that grow to a quarter of an hour meet only who guesses one account from one address. What
// counts for everybody at an address, or for everybody who tries an account, must not let a stranger
// keep others out: it starts late and ends early.
const (
	freeOfPair    = 5
	freeOfAddress = 50
	freeOfAccount = 100
	sharedDelay   = time.Minute
)

// loginLimits are those of one attempt. Where the account's owner has logged in before, only the
// attempts from there count.
func (s *Server) loginLimits(ctx context.Context, r *http.Request, email string) ([]domain.Limit, error) {
	account, address := digest(domain.NormalizeEmail(email)), digest(s.address(r))
	limits := []domain.Limit{{Key: "login:" + digest(account+address), Free: freeOfPair, Clears: true}}
	if s.Throttle == nil {
		return limits, nil
	}
	known, err := s.Throttle.Known(ctx, s.Now(), s.homeKey(r, email))
	if err != nil || known {
		return limits, err
	}
	return append(limits,
		domain.Limit{Key: "login-addr:" + address, Free: freeOfAddress, Max: sharedDelay},
		domain.Limit{Key: "login-conta:" + account, Free: freeOfAccount, Max: sharedDelay},
	), nil
}

// home makes the address of a request one from which the account's owner logs in.
func (s *Server) home(ctx context.Context, r *http.Request, email string) error {
	if s.Throttle == nil {
		return nil
	}
	return s.Throttle.Remember(ctx, s.Now(), s.homeKey(r, email))
}

// homeKey tells neither account nor address to whoever reads the table.
func (s *Server) homeKey(r *http.Request, email string) string {
	mac := hmac.New(sha256.New, s.CodeKey)
	mac.Write([]byte("home:" + domain.NormalizeEmail(email) + ":" + s.address(r)))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

func (s *Server) codeLimits(r *http.Request, what, email string) []domain.Limit {
	account, address := digest(domain.NormalizeEmail(email)), digest(s.address(r))
	return []domain.Limit{
		{Key: what + ":" + digest(account+address), Free: freeOfPair, Clears: true},
		{Key: what + "-addr:" + address, Free: 30},
		{Key: what + "-conta:" + account, Free: 10, Max: 5 * time.Minute},
	}
}

// digest keeps addresses out of the table and its keys short.
func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:16])
}

// address returns the client's network address; of IPv6 the /64 that one customer has.
func (s *Server) address(r *http.Request) string {
	addr := proxy.Client(r)
	if addr.Is6() {
		if network, err := addr.Prefix(64); err == nil {
			return network.String()
		}
	}
	return addr.String()
}
