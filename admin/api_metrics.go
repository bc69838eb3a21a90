package admin

import (
	"crypto/subtle"
	"net"
	"net/http"
	"strings"

	"chamados/domain"
)

// errMetricsPrivate answers those who may not read the metrics.
var errMetricsPrivate = &domain.Error{Code: domain.CodeForbidden, Key: "metrics_private"}

// metricsRoutes serves the metrics, which are no part of the API.
func (s *Server) metricsRoutes() {
	if s.Metrics == nil {
		return
	}
	s.mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		if !s.mayReadMetrics(r) {
			s.fail(w, r, s.languageOf(r, nil), errMetricsPrivate, nil)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		s.Metrics.ServeHTTP(w, r)
	})
}

// mayReadMetrics lets in who brings the token, and programs of this machine that come
// directly: what a proxy passes on may come from anywhere.
func (s *Server) mayReadMetrics(r *http.Request) bool {
	if given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return s.MetricsToken != "" && subtle.ConstantTimeCompare([]byte(given), []byte(s.MetricsToken)) == 1
	}
	for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Forwarded", "Via"} {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	return loopback(r.RemoteAddr) && loopback(r.Host)
}

// loopback reports whether an address with or without a port is of this machine.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		host = strings.Trim(addr, "[]")
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
