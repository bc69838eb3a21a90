package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHealthSpeaksTheOperatorsLanguage(t *testing.T) {
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	defer server.Close()
	addr := strings.TrimPrefix(server.URL, "http://")
	x := newTerminal(t, "HTTP_ADDR", addr)
	if out := x.must("health"); out != "" {
		t.Errorf("a healthy program: %q", out)
	}
	status = http.StatusServiceUnavailable
	x.refused(addr+" responde, mas com o código 503", "health")
	x.refused(addr+" answers, but with status 503", "health", "--lang", "en")
}

func TestHealthOfAStoppedProgram(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := listener.Addr().String()
	listener.Close()
	x := newTerminal(t, "HTTP_ADDR", addr)
	_, said, _ := x.run("health")
	if want := "chamados: o help desk não está em execução em " + addr + "\n"; said != want {
		t.Errorf("said %q, want %q", said, want)
	}
	x.refused("the helpdesk is not running on "+addr, "health", "--lang", "en")
}
