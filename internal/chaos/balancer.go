package main

import (
	"errors"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"time"
)

// balancer hands Telegram's deliveries to the replicas in turn.
type balancer struct {
	url    string
	server *http.Server
	turn   atomic.Int64
}

func startBalancer() (*balancer, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	b := &balancer{url: "http://" + l.Addr().String()}
	b.server = &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.NotFoundHandler()}
	go b.server.Serve(l)
	return b, nil
}

// serve begins to hand over; it is called before any delivery can come.
func (b *balancer) serve(programs []*program) {
	proxy := &httputil.ReverseProxy{
		Transport: &http.Transport{DisableKeepAlives: true},
		Rewrite: func(r *httputil.ProxyRequest) {
			p := programs[int(b.turn.Add(1))%len(programs)]
			r.SetURL(&url.URL{Scheme: "http", Host: p.addr})
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	b.server.Handler = proxy
}

func (b *balancer) close() error { return errors.Join(b.server.Close()) }
