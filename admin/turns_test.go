package admin_test

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"chamados/admin"
)

// Whoever asks for too much at once waits for themself: others are served meanwhile.
func TestOnesRequestsWaitForEachOther(t *testing.T) {
	inside, let := make(chan string, 100), make(chan struct{})
	w := newWorld(t, func(o *admin.Options) {
		o.PerPerson = 3
		o.Panel = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			inside <- r.URL.Path
			<-let
		})
	})
	const many = 20
	answered := make(chan int, many)
	ask := func(as, path string) {
		r, err := http.NewRequestWithContext(t.Context(), "GET", w.URL+path, nil)
		if err == nil && as != "" {
			r.Header.Set("Authorization", "Bearer "+w.tokens[as])
		}
		res, err := w.Client().Do(r)
		if err != nil {
			t.Error(err)
			return
		}
		_ = res.Body.Close()
		answered <- res.StatusCode
	}
	for range many {
		go ask(ana, "/devagar")
	}
	for range 3 {
		<-inside
	}
	if a := w.call(beto, "GET", "/api/auth/me", ""); a.status != 200 {
		t.Errorf("somebody else: %d", a.status)
	}
	if a := w.call("", "GET", "/health", ""); a.status != 200 {
		t.Errorf("health: %d", a.status)
	}
	select {
	case path := <-inside:
		t.Errorf("a fourth one is in: %s", path)
	default:
	}
	close(let)
	for range many {
		if status := <-answered; status != 200 {
			t.Errorf("%d", status)
		}
	}
}

// Connections that say nothing, or slowly, cost nobody else anything, and are ended.
func TestConnectionsThatSaySlowlyAreEnded(t *testing.T) {
	w := newWorld(t)
	web := admin.HTTPServer(w.admin.Handler(), slog.New(slog.DiscardHandler))
	if web.ReadHeaderTimeout <= 0 || web.ReadTimeout <= 0 || web.WriteTimeout <= 0 || web.IdleTimeout <= 0 || web.MaxHeaderBytes <= 0 || web.MaxHeaderBytes > 64<<10 {
		t.Fatalf("no limits: %+v", web)
	}
	web.ReadHeaderTimeout = 300 * time.Millisecond
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = web.Serve(l) }()
	t.Cleanup(func() { _ = web.Close() })
	var slow []net.Conn
	for i := range 100 {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		if _, err := fmt.Fprintf(c, "GET /health HTTP/1.1\r\nHost: x\r\nX-Slow-%d: ", i); err != nil {
			t.Fatal(err)
		}
		slow = append(slow, c)
	}
	res, err := http.Get("http://" + l.Addr().String() + "/health")
	if err != nil || res.StatusCode != 200 {
		t.Fatal(res, err)
	}
	_ = res.Body.Close()
	for _, c := range slow {
		_ = c.SetReadDeadline(time.Now().Add(patience))
		if _, err := io.ReadAll(c); err != nil {
			t.Fatalf("it is still open: %v", err)
		}
	}
}
