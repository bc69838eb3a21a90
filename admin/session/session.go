// Package session says who is asking: it issues and checks the tokens of API and panel.
//
// A token is a JWT (HS256) that names the account and the version of its tokens; a changed
// password, a deactivation and a logout raise the version, and all older tokens are void.
package session

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"chamados/admin/cookie"
	"chamados/domain"
)

// CookieName is the browser's session cookie; see package cookie.
const CookieName = "chamados_sessao"

// DefaultLifetime is how long a token lasts when nothing else is configured.
const DefaultLifetime = 24 * time.Hour

// ErrNotLoggedIn is the answer to a missing, wrong, expired or revoked token.
var ErrNotLoggedIn = &domain.Error{Code: domain.CodeUnauthorized, Key: "not_logged_in"}

// ErrCrossOrigin is the answer to a page of another site that uses somebody's session.
var ErrCrossOrigin = &domain.Error{Code: domain.CodeForbidden, Key: "cross_origin"}

// Accounts returns an account as it is now, or [domain.ErrUserNotFound]; a domain.Desk does.
type Accounts interface {
	Account(ctx context.Context, id int64) (domain.User, error)
}

// Ended remembers, for all processes, the tokens that were ended before their time; a storage.DB does.
type Ended interface {
	EndSession(ctx context.Context, userID int64, token []byte, expires time.Time) error
	SessionEnded(ctx context.Context, token []byte) (bool, error)
}

// Options are what a Keeper is made of.
type Options struct {
	Secret   []byte // signs the tokens; the same in every process
	Accounts Accounts
	Ended    Ended            // nil: a session ends with its token's time, or with all others
	Lifetime time.Duration    // of a token; 0 for DefaultLifetime
	Now      func() time.Time // nil for time.Now
	// PublicURL is the address that browsers show, where it is not the host that requests name: its pages
	// are our own.
	PublicURL string
}

// Keeper issues and checks tokens. It is safe for concurrent use.
type Keeper struct {
	secret   []byte
	lifetime time.Duration
	now      func() time.Time
	cache    *cache
	tokens   *tokens
	ended    Ended
	parser   *jwt.Parser
	origin   *http.CrossOriginProtection
}

// New returns a Keeper, or an error when the secret is empty or nobody knows the accounts.
func New(o Options) (*Keeper, error) {
	if len(o.Secret) == 0 {
		return nil, errors.New("session: empty secret")
	}
	if o.Accounts == nil {
		return nil, errors.New("session: no accounts")
	}
	if o.Lifetime <= 0 {
		o.Lifetime = DefaultLifetime
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	origin, err := ownOrigin(o.PublicURL)
	if err != nil {
		return nil, err
	}
	return &Keeper{
		secret: o.Secret, lifetime: o.Lifetime, now: o.Now,
		cache: newCache(o.Accounts, o.Now), tokens: newTokens(), ended: o.Ended,
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
			jwt.WithExpirationRequired(), jwt.WithAudience(audience), jwt.WithTimeFunc(o.Now),
		),
		origin: origin,
	}, nil
}

// ownOrigin lets in, beside the host that a request names, the pages of a public address.
func ownOrigin(publicURL string) (*http.CrossOriginProtection, error) {
	p := http.NewCrossOriginProtection()
	if publicURL == "" {
		return p, nil
	}
	u, err := url.Parse(publicURL)
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	return p, p.AddTrustedOrigin(u.Scheme + "://" + u.Host)
}

// audience is whom tokens are for: one that the same key signed for anything else is none of ours.
const audience = "chamados"

type claims struct {
	jwt.RegisteredClaims
	Version *int32 `json:"ver"`
}

// Issue returns a token for an account that has just proved who it is.
func (k *Keeper) Issue(u domain.User) (string, error) {
	now := k.now()
	c := claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Subject: strconv.FormatInt(u.ID, 10), ID: rand.Text(), Audience: jwt.ClaimStrings{audience},
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(k.lifetime)),
		},
		Version: &u.TokenVersion,
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString(k.secret)
	if err != nil {
		return "", fmt.Errorf("session: sign: %w", err)
	}
	return token, nil
}

// Authenticate returns who asks, by bearer token or else by cookie, acting through ch. The
// error is [ErrNotLoggedIn], [domain.ErrInactive], or that of the accounts.
func (k *Keeper) Authenticate(r *http.Request, ch domain.Channel) (domain.Actor, error) {
	token, ok := bearer(r)
	if !ok {
		if token, ok = cookie.Get(r, CookieName); !ok {
			return domain.Actor{}, ErrNotLoggedIn
		}
	}
	return k.AuthenticateToken(r.Context(), token, ch)
}

// AuthenticateToken is Authenticate for a token that came by other means.
func (k *Keeper) AuthenticateToken(ctx context.Context, token string, ch domain.Channel) (domain.Actor, error) {
	p, err := k.prove(ctx, token)
	if err != nil {
		return domain.Actor{}, err
	}
	u, err := k.cache.account(ctx, p.userID)
	switch {
	case domain.CodeOf(err) == domain.CodeNotFound:
		return domain.Actor{}, ErrNotLoggedIn
	case err != nil:
		return domain.Actor{}, err
	case !u.Active:
		return domain.Actor{}, domain.ErrInactive
	case u.TokenVersion != p.version:
		return domain.Actor{}, ErrNotLoggedIn
	}
	return domain.Actor{User: u, Channel: ch}, nil
}

// prove returns what a token of ours says, or [ErrNotLoggedIn].
func (k *Keeper) prove(ctx context.Context, token string) (proven, error) {
	hash := sha256.Sum256([]byte(token))
	if p, ok := k.tokens.look(hash); ok {
		if !k.now().Before(p.expires) {
			return proven{}, ErrNotLoggedIn
		}
		return p, nil
	}
	epoch := k.tokens.now()
	p, err := k.read(token)
	if err != nil {
		return proven{}, err
	}
	if err := k.stillOpen(ctx, hash[:]); err != nil {
		return proven{}, err
	}
	k.tokens.keep(hash, p, epoch)
	return p, nil
}

// read returns what a token says whose signature and time are good, or [ErrNotLoggedIn].
func (k *Keeper) read(token string) (proven, error) {
	var c claims
	if _, err := k.parser.ParseWithClaims(token, &c, k.key); err != nil {
		return proven{}, ErrNotLoggedIn
	}
	id, err := strconv.ParseInt(c.Subject, 10, 64)
	if err != nil || c.Version == nil {
		return proven{}, ErrNotLoggedIn
	}
	return proven{userID: id, version: *c.Version, expires: c.ExpiresAt.Time}, nil
}

// stillOpen returns [ErrNotLoggedIn] for a token that was ended.
func (k *Keeper) stillOpen(ctx context.Context, hash []byte) error {
	if k.ended == nil {
		return nil
	}
	ended, err := k.ended.SessionEnded(ctx, hash)
	if err == nil && ended {
		return ErrNotLoggedIn
	}
	return err
}

// End ends the session that the request's cookie is of, for good and wherever else its token is used. A
// request without a session is fine.
func (k *Keeper) End(r *http.Request) error {
	token, ok := cookie.Get(r, CookieName)
	if !ok || k.ended == nil {
		return nil
	}
	p, err := k.prove(r.Context(), token)
	if errors.Is(err, ErrNotLoggedIn) {
		return nil
	}
	if err != nil {
		return err
	}
	hash := sha256.Sum256([]byte(token))
	if err := k.ended.EndSession(r.Context(), p.userID, hash[:], p.expires); err != nil {
		return err
	}
	k.tokens.forget([]int64{p.userID})
	return nil
}

func (k *Keeper) key(*jwt.Token) (any, error) { return k.secret, nil }

// Invalidate forgets what is cached of these accounts, or of all when none is named; to be
// called when they changed, by this process or another.
func (k *Keeper) Invalidate(userIDs ...int64) {
	k.cache.forget(userIDs)
	k.tokens.forget(userIDs)
}

// Whose returns the account that a request's token names, 0 for none: for counting, not for letting in. It asks
// nobody but the token.
func (k *Keeper) Whose(r *http.Request) int64 {
	token, ok := bearer(r)
	if !ok {
		token, _ = cookie.Get(r, CookieName)
	}
	if token == "" {
		return 0
	}
	if p, ok := k.tokens.look(sha256.Sum256([]byte(token))); ok {
		return p.userID
	}
	p, err := k.read(token)
	if err != nil {
		return 0
	}
	return p.userID
}

// CheckOrigin refuses, with [ErrCrossOrigin], a request that a browser sends for another
// site and that would change something. Requests with a bearer token are exempt: no other
// site can add one.
func (k *Keeper) CheckOrigin(r *http.Request) error {
	if _, ok := bearer(r); ok {
		return nil
	}
	if k.origin.Check(r) != nil {
		return ErrCrossOrigin
	}
	return nil
}

// SetCookie gives the browser the token as its session.
func (k *Keeper) SetCookie(w http.ResponseWriter, r *http.Request, token string) {
	cookie.Set(w, r, CookieName, token, int(k.lifetime/time.Second), http.SameSiteStrictMode)
}

// ClearCookie ends the browser's session.
func (k *Keeper) ClearCookie(w http.ResponseWriter, r *http.Request) {
	cookie.Set(w, r, CookieName, "", -1, http.SameSiteStrictMode)
}

func bearer(r *http.Request) (token string, ok bool) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(token), strings.EqualFold(scheme, "Bearer")
}
