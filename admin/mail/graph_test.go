package mail

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// fakeGraph is Microsoft's service, answering sendMail with the given statuses in turn.
type fakeGraph struct {
	*httptest.Server
	statuses   []int
	retryAfter string
	tokens     atomic.Int32
	calls      atomic.Int32
	badSecret  bool
	hold       chan struct{} // while open, sendMail does not answer
	mails      chan string
}

func newFakeGraph(t *testing.T, statuses ...int) *fakeGraph {
	t.Helper()
	g := &fakeGraph{statuses: statuses, retryAfter: "7", mails: make(chan string, 100)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /tenant/oauth2/v2.0/token", g.token)
	mux.HandleFunc("POST /v1.0/users/{from}/sendMail", g.sendMail)
	g.Server = httptest.NewServer(mux)
	t.Cleanup(g.Close)
	return g
}

func (g *fakeGraph) token(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if g.badSecret || r.FormValue("client_id") != "client" || r.FormValue("client_secret") != "geheim" || !strings.HasSuffix(r.FormValue("scope"), "/.default") {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = fmt.Fprint(w, `{"error":"invalid_client","error_description":"geheim is wrong"}`)
		return
	}
	_, _ = fmt.Fprintf(w, `{"access_token":"tok%d","token_type":"Bearer","expires_in":3600}`, g.tokens.Add(1))
}

func (g *fakeGraph) sendMail(w http.ResponseWriter, r *http.Request) {
	if g.hold != nil {
		select {
		case <-g.hold:
		case <-r.Context().Done():
			return
		}
	}
	var body graphMail
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	status := g.statuses[min(int(g.calls.Add(1))-1, len(g.statuses)-1)]
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", g.retryAfter)
	}
	w.WriteHeader(status)
	if status >= 300 {
		_, _ = fmt.Fprint(w, `{"error":{"code":"ErrorOfGraph","message":"the text of the mail"}}`)
		return
	}
	g.mails <- strings.Join([]string{
		r.Header.Get("Authorization"), r.PathValue("from"), body.Message.To[0].EmailAddress.Address,
		body.Message.Body.ContentType, body.Message.From.EmailAddress.Name,
	}, " ")
}

func (g *fakeGraph) sender(t *testing.T) *Graph {
	t.Helper()
	s, err := NewGraph(GraphOptions{
		TenantID: "tenant", ClientID: "client", ClientSecret: "geheim", From: "ti@exemplo.com.br", FromName: "TI",
		GraphURL: g.URL, LoginURL: g.URL,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestGraph(t *testing.T) {
	for name, c := range map[string]struct {
		statuses  []int
		badSecret bool
		tokens    int32
		sent      string
		later     time.Duration // -1: final
		busy      bool
	}{
		"accepted":      {statuses: []int{202}, tokens: 1, sent: "Bearer tok1 ti@exemplo.com.br ana@exemplo.com.br HTML TI"},
		"token expired": {statuses: []int{401, 202}, tokens: 2, sent: "Bearer tok2 ti@exemplo.com.br ana@exemplo.com.br HTML TI"},
		"never let in":  {statuses: []int{401}, tokens: 2},
		"bad secret":    {badSecret: true},
		"forbidden":     {statuses: []int{403}, tokens: 1, later: -1},
		"bad mail":      {statuses: []int{400}, tokens: 1, later: -1},
		"busy":          {statuses: []int{429}, tokens: 1, later: 7 * time.Second, busy: true},
		"overloaded":    {statuses: []int{503}, tokens: 1, later: 7 * time.Second, busy: true},
		"broken":        {statuses: []int{500}, tokens: 1},
	} {
		t.Run(name, func(t *testing.T) {
			g := newFakeGraph(t, c.statuses...)
			g.badSecret = c.badSecret
			err := g.sender(t).Send(t.Context(), Message{To: "ana@exemplo.com.br", Subject: "x", HTML: "x"})
			if g.tokens.Load() != c.tokens {
				t.Errorf("%d tokens fetched", g.tokens.Load())
			}
			if c.sent != "" {
				if err != nil {
					t.Fatal(err)
				}
				if got := <-g.mails; got != c.sent {
					t.Errorf("sent %q", got)
				}
				return
			}
			later, passing := errors.AsType[*LaterError](err)
			switch {
			case err == nil || passing != (c.later >= 0):
				t.Fatalf("%v", err)
			case passing && (later.After != c.later || later.Busy != c.busy):
				t.Errorf("after %v, busy %v", later.After, later.Busy)
			}
			if strings.Contains(err.Error(), "geheim") || strings.Contains(err.Error(), "the text of the mail") {
				t.Errorf("%v says too much", err)
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	for word, want := range map[string]time.Duration{"": 0, "3": 3 * time.Second, "-1": 0, "x": 0, "99999999": maxRetryAfter} {
		if got := retryAfter(word); got != want {
			t.Errorf("%q: %v", word, got)
		}
	}
	if got := retryAfter(time.Now().Add(time.Minute).UTC().Format(http.TimeFormat)); got < 50*time.Second || got > time.Minute {
		t.Errorf("a date: %v", got)
	}
}

func TestHalfAConfigurationIsRefused(t *testing.T) {
	if _, err := NewGraph(GraphOptions{ClientID: "x"}); err == nil {
		t.Error("half a configuration is taken")
	}
}
