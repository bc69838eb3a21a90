package admin_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"chamados/admin"
)

func TestMetricsAreForThisMachineOrWithTheToken(t *testing.T) {
	const token = "um token bem comprido"
	w := newWorld(t, func(o *admin.Options) {
		o.MetricsToken = token
		o.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("numeros")) })
	})
	for name, c := range map[string]struct {
		remote, host string
		headers      []string
		status       int
	}{
		"this machine":          {"127.0.0.1:5", "127.0.0.1:8000", nil, 200},
		"this machine, IPv6":    {"[::1]:5", "localhost", nil, 200},
		"another machine":       {"10.0.0.9:5", "127.0.0.1:8000", nil, 403},
		"another site's name":   {"127.0.0.1:5", "mau.example.com", nil, 403},
		"through a proxy":       {"127.0.0.1:5", "localhost:8000", []string{"X-Forwarded-For", "127.0.0.1"}, 403},
		"through another proxy": {"127.0.0.1:5", "localhost:8000", []string{"Forwarded", "for=127.0.0.1"}, 403},
		"token":                 {"10.0.0.9:5", "chamados.example.com", []string{"Authorization", "Bearer " + token}, 200},
		"token through a proxy": {"127.0.0.1:5", "x", []string{"Authorization", "Bearer " + token, "X-Forwarded-For", "1.2.3.4"}, 200},
		"wrong token":           {"127.0.0.1:5", "localhost", []string{"Authorization", "Bearer errado"}, 403},
		"a person's token":      {"10.0.0.9:5", "localhost", []string{"Authorization", "Bearer " + w.tokens[ti]}, 403},
	} {
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.RemoteAddr, r.Host = c.remote, c.host
		for i := 0; i+1 < len(c.headers); i += 2 {
			r.Header.Set(c.headers[i], c.headers[i+1])
		}
		out := httptest.NewRecorder()
		w.admin.Handler().ServeHTTP(out, r)
		if out.Code != c.status || (out.Body.String() == "numeros") != (c.status == 200) {
			t.Errorf("%s: %d %s", name, out.Code, out.Body)
		}
	}
}

func TestWithoutATokenNoneIsRight(t *testing.T) {
	w := newWorld(t, func(o *admin.Options) { o.Metrics = http.NotFoundHandler() })
	r := httptest.NewRequest("GET", "/metrics", nil)
	r.RemoteAddr = "10.0.0.9:5"
	r.Header.Set("Authorization", "Bearer ")
	out := httptest.NewRecorder()
	w.admin.Handler().ServeHTTP(out, r)
	if out.Code != 403 {
		t.Errorf("%d", out.Code)
	}
}

func TestRequestsAreObservedByRoute(t *testing.T) {
	var mu sync.Mutex
	var seen []string
	w := newWorld(t, func(o *admin.Options) {
		o.Observe = func(method, route string, status int, took time.Duration) {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, method+" "+route+" "+http.StatusText(status))
		}
	})
	w.ticket(ana, "a")
	w.call(ana, "GET", "/api/chamados/1", "")
	w.call(ti, "GET", "/api/chamados/999?x=segredo", "")
	w.call("", "GET", "/nada", "")
	mu.Lock()
	defer mu.Unlock()
	for _, want := range []string{"GET /api/chamados/{id} OK", "GET /api/chamados/{id} Not Found"} {
		if !slices.Contains(seen, want) {
			t.Errorf("lacks %q: %q", want, seen)
		}
	}
}
