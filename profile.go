package main

import (
	"log/slog"
	"net/http"
	"net/http/pprof"
	"time"
)

// serveProfiles answers requests for profiles of the running program until it ends.
func serveProfiles(addr string, log *slog.Logger) {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	server := http.Server{Addr: addr, Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	log.Error("profiles are not served", "address", addr, "error", server.ListenAndServe())
}
