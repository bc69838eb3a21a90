package proxy

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestWhoAsks(t *testing.T) {
	ours, err := Parse([]string{"127.0.0.1", "::1", "10.0.0.0/8", "fd00::/8"})
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for name, c := range map[string]struct {
		trusted Trusted
		remote  string
		tls     bool
		headers []string // name, value in turn
		client  string
		secure  bool
	}{
		"direct":               {ours, "203.0.113.7:5", false, nil, "203.0.113.7", false},
		"direct, TLS":          {ours, "203.0.113.7:5", true, nil, "203.0.113.7", true},
		"spoofed":              {ours, "203.0.113.7:5", false, []string{"X-Forwarded-For", "127.0.0.1", "X-Forwarded-Proto", "https"}, "203.0.113.7", false},
		"nobody is trusted":    {nil, "127.0.0.1:5", false, []string{"X-Forwarded-For", "198.51.100.9", "X-Forwarded-Proto", "https"}, "127.0.0.1", false},
		"one proxy":            {ours, "127.0.0.1:5", false, []string{"X-Forwarded-For", "198.51.100.9", "X-Forwarded-Proto", "https"}, "198.51.100.9", true},
		"one proxy, IPv6":      {ours, "[::1]:5", false, []string{"X-Forwarded-For", "2001:db8::1"}, "2001:db8::1", false},
		"mapped":               {ours, "[::ffff:127.0.0.1]:5", false, []string{"X-Forwarded-For", "::ffff:198.51.100.9"}, "198.51.100.9", false},
		"two proxies":          {ours, "127.0.0.1:5", false, []string{"X-Forwarded-For", "198.51.100.9, 10.1.2.3"}, "198.51.100.9", false},
		"spoofed before ours":  {ours, "127.0.0.1:5", false, []string{"X-Forwarded-For", "1.1.1.1, 127.0.0.1, 198.51.100.9"}, "198.51.100.9", false},
		"two headers":          {ours, "127.0.0.1:5", false, []string{"X-Forwarded-For", "1.1.1.1", "X-Forwarded-For", "198.51.100.9"}, "198.51.100.9", false},
		"with a port":          {ours, "127.0.0.1:5", false, []string{"X-Forwarded-For", "198.51.100.9:4711"}, "198.51.100.9", false},
		"IPv6 with a port":     {ours, "127.0.0.1:5", false, []string{"X-Forwarded-For", "[2001:db8::1]:4711"}, "2001:db8::1", false},
		"rubbish":              {ours, "127.0.0.1:5", false, []string{"X-Forwarded-For", "1.1.1.1, unknown"}, "127.0.0.1", false},
		"all are ours":         {ours, "127.0.0.1:5", false, []string{"X-Forwarded-For", "10.9.9.9, 10.1.2.3"}, "10.9.9.9", false},
		"no header":            {ours, "127.0.0.1:5", false, nil, "127.0.0.1", false},
		"spoofed scheme":       {ours, "127.0.0.1:5", false, []string{"X-Forwarded-Proto", "https, http"}, "127.0.0.1", false},
		"plain before the TLS": {ours, "127.0.0.1:5", true, []string{"X-Forwarded-Proto", "http"}, "127.0.0.1", false},
	} {
		r := httptest.NewRequest("GET", "http://desk/", nil)
		r.RemoteAddr = c.remote
		if c.tls {
			r.TLS = &tls.ConnectionState{}
		}
		for i := 0; i+1 < len(c.headers); i += 2 {
			r.Header.Add(c.headers[i], c.headers[i+1])
		}
		c.trusted.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if got := Client(r).String(); got != c.client || Secure(r) != c.secure {
				t.Errorf("%s: %s secure=%v", name, got, Secure(r))
			}
		}), func(netip.Addr) { told++ }).ServeHTTP(httptest.NewRecorder(), r)
	}
	if told != 1 { // of "nobody is trusted": strangers from afar may say what they like
		t.Errorf("told of %d unknown proxies", told)
	}
}

func TestBadNetworksAreRefused(t *testing.T) {
	for _, s := range []string{"", "proxy.local", "10.0.0.0/33", "10.0.0"} {
		if _, err := Parse([]string{s}); err == nil {
			t.Errorf("%q was taken", s)
		}
	}
}
