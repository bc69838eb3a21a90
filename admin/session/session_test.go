package session

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"chamados/domain"
)

// accounts is the account table of these tests.
type accounts struct {
	mu    sync.Mutex
	users map[int64]domain.User
	reads int
	hook  func()
}

func (a *accounts) Account(_ context.Context, id int64) (domain.User, error) {
	a.mu.Lock()
	u, ok := a.users[id]
	a.reads++
	hook := a.hook
	a.mu.Unlock()
	if hook != nil {
		hook()
	}
	if !ok {
		return u, domain.ErrUserNotFound
	}
	return u, nil
}

func (a *accounts) set(u domain.User) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.users[u.ID] = u
}

type fixture struct {
	*Keeper
	accounts *accounts
	now      time.Time
	user     domain.User
}

func setUp(t *testing.T) *fixture {
	t.Helper()
	u := domain.User{ID: 7, Name: "Ana", Role: domain.RoleIT, Active: true, TokenVersion: 3}
	f := &fixture{
		accounts: &accounts{users: map[int64]domain.User{7: u}},
		now:      time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), user: u,
	}
	k, err := New(Options{
		Secret: []byte("a secret"), Accounts: f.accounts, Lifetime: time.Hour,
		Now: func() time.Time { return f.now }, PublicURL: "https://chamados.example.com/painel",
	})
	if err != nil {
		t.Fatal(err)
	}
	f.Keeper = k
	return f
}

func (f *fixture) token(t *testing.T) string {
	t.Helper()
	token, err := f.Issue(f.user)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func request(header, cookie string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	if header != "" {
		r.Header.Set("Authorization", header)
	}
	if cookie != "" {
		r.AddCookie(&http.Cookie{Name: CookieName, Value: cookie})
	}
	return r
}

func TestAuthenticate(t *testing.T) {
	f := setUp(t)
	good := f.token(t)
	sign := func(method jwt.SigningMethod, key any, c jwt.Claims) string {
		s, err := jwt.NewWithClaims(method, c).SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	valid := jwt.MapClaims{"sub": "7", "ver": 3, "aud": "chamados", "exp": f.now.Add(time.Minute).Unix()}
	with := func(key string, value any) jwt.MapClaims {
		c := jwt.MapClaims{}
		for k, v := range valid {
			c[k] = v
		}
		if c[key] = value; value == nil {
			delete(c, key)
		}
		return c
	}
	key := []byte("a secret")
	for name, c := range map[string]struct {
		header, cookie string
		want           error
	}{
		"bearer":            {header: "Bearer " + good},
		"lower case":        {header: "bearer " + good},
		"cookie":            {cookie: good},
		"made by hand":      {header: "Bearer " + sign(jwt.SigningMethodHS256, key, valid)},
		"nothing":           {want: ErrNotLoggedIn},
		"bearer over":       {header: "Bearer rubbish", cookie: good, want: ErrNotLoggedIn},
		"other scheme":      {header: "Basic " + good, want: ErrNotLoggedIn},
		"other key":         {cookie: sign(jwt.SigningMethodHS256, []byte("other"), valid), want: ErrNotLoggedIn},
		"other method":      {cookie: sign(jwt.SigningMethodHS512, key, valid), want: ErrNotLoggedIn},
		"no signature":      {cookie: sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, valid), want: ErrNotLoggedIn},
		"cut":               {cookie: good[:len(good)-2], want: ErrNotLoggedIn},
		"no end":            {cookie: sign(jwt.SigningMethodHS256, key, with("exp", nil)), want: ErrNotLoggedIn},
		"for nobody":        {cookie: sign(jwt.SigningMethodHS256, key, with("aud", nil)), want: ErrNotLoggedIn},
		"for somebody else": {cookie: sign(jwt.SigningMethodHS256, key, with("aud", "outro")), want: ErrNotLoggedIn},
		"no version":        {cookie: sign(jwt.SigningMethodHS256, key, with("ver", nil)), want: ErrNotLoggedIn},
		"older version":     {cookie: sign(jwt.SigningMethodHS256, key, with("ver", 2)), want: ErrNotLoggedIn},
		"subject no number": {cookie: sign(jwt.SigningMethodHS256, key, with("sub", "ana")), want: ErrNotLoggedIn},
		"nobody":            {cookie: sign(jwt.SigningMethodHS256, key, with("sub", "8")), want: ErrNotLoggedIn},
		"expired":           {cookie: sign(jwt.SigningMethodHS256, key, with("exp", f.now.Unix())), want: ErrNotLoggedIn},
	} {
		actor, err := f.Authenticate(request(c.header, c.cookie), domain.ChannelPanel)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
		if c.want == nil && (actor.ID != 7 || actor.Channel != domain.ChannelPanel) {
			t.Errorf("%s: actor %+v", name, actor)
		}
		if c.want != nil && actor.ID != 0 {
			t.Errorf("%s: refused, but actor %+v", name, actor)
		}
	}
}

func TestTokenEndsWithItsLifetime(t *testing.T) {
	f := setUp(t)
	token := f.token(t)
	f.now = f.now.Add(time.Hour - time.Second)
	if _, err := f.Authenticate(request("Bearer "+token, ""), domain.ChannelAPI); err != nil {
		t.Errorf("before the end: %v", err)
	}
	f.now = f.now.Add(time.Second)
	if _, err := f.Authenticate(request("Bearer "+token, ""), domain.ChannelAPI); !errors.Is(err, ErrNotLoggedIn) {
		t.Errorf("after the end: %v", err)
	}
}

func TestChangesAreSeen(t *testing.T) {
	changes := map[string]struct {
		change func(*domain.User)
		want   error
	}{
		"revoked":     {func(u *domain.User) { u.TokenVersion++ }, ErrNotLoggedIn},
		"deactivated": {func(u *domain.User) { u.Active = false }, domain.ErrInactive},
	}
	for name, c := range changes {
		f := setUp(t)
		token := f.token(t)
		ask := func() error {
			_, err := f.AuthenticateToken(t.Context(), token, domain.ChannelAPI)
			return err
		}
		if err := ask(); err != nil {
			t.Fatal(err)
		}
		c.change(&f.user)
		f.accounts.set(f.user)
		if err := ask(); err != nil || f.accounts.reads != 1 {
			t.Errorf("%s: asked %d times, %v: the cache does nothing", name, f.accounts.reads, err)
		}
		f.Invalidate(7)
		if err := ask(); !errors.Is(err, c.want) {
			t.Errorf("%s: after invalidation: %v", name, err)
		}
		f.accounts.set(domain.User{ID: 7})
		f.now = f.now.Add(cacheTTL)
		if err := ask(); !errors.Is(err, domain.ErrInactive) {
			t.Errorf("%s: after the cache's time: %v", name, err)
		}
	}
}

// What was read before an invalidation must not be kept after it.
func TestInvalidationDuringARead(t *testing.T) {
	f := setUp(t)
	token := f.token(t)
	f.accounts.hook = func() {
		f.accounts.hook = nil
		f.accounts.set(domain.User{ID: 7, TokenVersion: 9, Active: true})
		f.Invalidate(7)
	}
	if _, err := f.AuthenticateToken(t.Context(), token, domain.ChannelAPI); err != nil {
		t.Fatal(err)
	}
	if _, err := f.AuthenticateToken(t.Context(), token, domain.ChannelAPI); !errors.Is(err, ErrNotLoggedIn) {
		t.Errorf("an old account was kept: %v", err)
	}
}

func TestCacheIsBounded(t *testing.T) {
	f := setUp(t)
	for id := int64(100); id < 100+2*cacheSize; id++ {
		f.cache.keep(domain.User{ID: id}, 0)
	}
	if n := len(f.cache.entries); n > cacheSize {
		t.Errorf("%d accounts kept", n)
	}
}

func TestCookie(t *testing.T) {
	f := setUp(t)
	secure := httptest.NewRequest(http.MethodGet, "/", nil)
	secure.TLS = &tls.ConnectionState{}
	spoofed := httptest.NewRequest(http.MethodGet, "/", nil)
	spoofed.Header.Set("X-Forwarded-Proto", "https")
	for name, c := range map[string]struct {
		r    *http.Request
		want string
	}{
		"plain":   {request("", ""), "chamados_sessao=abc; Path=/; Max-Age=3600; HttpOnly; SameSite=Strict"},
		"tls":     {secure, "__Host-chamados_sessao=abc; Path=/; Max-Age=3600; HttpOnly; Secure; SameSite=Strict"},
		"spoofed": {spoofed, "chamados_sessao=abc; Path=/; Max-Age=3600; HttpOnly; SameSite=Strict"},
	} {
		w := httptest.NewRecorder()
		f.SetCookie(w, c.r, "abc")
		if got := w.Header().Get("Set-Cookie"); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
	w := httptest.NewRecorder()
	f.ClearCookie(w, secure)
	if got := w.Header().Get("Set-Cookie"); !strings.Contains(got, "Max-Age=0") || !strings.Contains(got, "__Host-chamados_sessao=;") {
		t.Errorf("clearing: %s", got)
	}
}

func TestCheckOrigin(t *testing.T) {
	f := setUp(t)
	for name, c := range map[string]struct {
		method string
		header map[string]string
		want   error
	}{
		"script":           {method: "POST"},
		"same origin":      {method: "POST", header: map[string]string{"Sec-Fetch-Site": "same-origin"}},
		"own origin":       {method: "POST", header: map[string]string{"Origin": "http://example.com"}},
		"public address":   {method: "POST", header: map[string]string{"Origin": "https://chamados.example.com"}},
		"reading":          {method: "GET", header: map[string]string{"Sec-Fetch-Site": "cross-site"}},
		"another site":     {method: "POST", header: map[string]string{"Sec-Fetch-Site": "cross-site"}, want: ErrCrossOrigin},
		"another origin":   {method: "DELETE", header: map[string]string{"Origin": "http://evil.test"}, want: ErrCrossOrigin},
		"bearer elsewhere": {method: "POST", header: map[string]string{"Sec-Fetch-Site": "cross-site", "Authorization": "Bearer x"}},
	} {
		r := httptest.NewRequest(c.method, "http://example.com/", nil)
		for k, v := range c.header {
			r.Header.Set(k, v)
		}
		if err := f.CheckOrigin(r); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	if _, err := New(Options{Accounts: &accounts{}}); err == nil {
		t.Error("an empty secret is taken")
	}
	if _, err := New(Options{Secret: []byte("x")}); err == nil {
		t.Error("no accounts are taken")
	}
}
