package admin_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"chamados/domain"
)

func TestRepeatedRequestsActOnce(t *testing.T) {
	w := newWorld(t)
	const path, body = "/api/chamados", `{"titulo":"Uma <b>só</b>","descricao":"b","categoria":"rede"}`
	key := []string{"Idempotency-Key", "a 1"}
	first := w.call(ana, "POST", path, body, key...)
	again := w.call(ana, "POST", path, body, key...)
	if first.status != 200 || again.status != 200 || first.body != again.body || first.header.Get("ETag") != again.header.Get("ETag") {
		t.Errorf("first %d %s\nagain %d %s", first.status, first.body, again.status, again.body)
	}
	if first.header.Get("Idempotent-Replayed") != "" || again.header.Get("Idempotent-Replayed") != "true" || first.header.Get("ETag") == "" {
		t.Errorf("headers %v, %v", first.header, again.header)
	}
	comment := fmt.Sprintf("/api/chamados/%.0f/comentarios", first.json(t)["id"])
	w.play([]scenario{
		{name: "another body", as: ana, method: "POST", path: path, body: strings.Replace(body, "Uma", "Duas", 1), headers: key, status: 422, has: []string{`"field":"Idempotency-Key"`}},
		{name: "another operation", as: ana, method: "POST", path: comment, body: body, headers: key, status: 422, has: []string{`"field":"Idempotency-Key"`}},
		{name: "another person", as: beto, method: "POST", path: path, body: body, headers: key, status: 200, has: []string{`"Beto"`}, lacks: []string{`"Ana"`}},
		{name: "another person, what is not theirs", as: beto, method: "POST", path: comment, body: `{"comentario":"x"}`, headers: key, status: 422},
		{name: "not theirs", as: beto, method: "POST", path: comment, body: `{"comentario":"x"}`, headers: []string{"Idempotency-Key", "b"}, status: 403},
		{name: "a long key", as: ana, method: "POST", path: path, body: body, headers: []string{"Idempotency-Key", strings.Repeat("k", 256)}, status: 422, has: []string{`"field":"Idempotency-Key"`}},
		{name: "a strange key", as: ana, method: "POST", path: path, body: body, headers: []string{"Idempotency-Key", "é"}, status: 422},
		{name: "refused", as: ana, method: "POST", path: path, body: `{}`, headers: []string{"Idempotency-Key", "c"}, status: 422, has: []string{`"field":"titulo"`}},
		{name: "refused is not remembered", as: ana, method: "POST", path: path, body: body, headers: []string{"Idempotency-Key", "c"}, status: 200},
		{name: "a comment", as: ana, method: "POST", path: comment, body: `{"comentario":"oi"}`, headers: []string{"Idempotency-Key", "d"}, status: 200},
		{name: "the same", as: ana, method: "POST", path: comment, body: `{"comentario":"oi"}`, headers: []string{"Idempotency-Key", "d"}, status: 200},
		{name: "without a key", as: ana, method: "POST", path: comment, body: `{"comentario":"oi"}`, status: 200},
	})
	v, err := w.desk.Ticket(t.Context(), w.actor(ana), int64(first.json(t)["id"].(float64)))
	if err != nil || len(v.Comments) != 2 {
		t.Errorf("%d comments (%v), want 2", len(v.Comments), err)
	}
	if tickets := w.call(ti, "GET", path, "").list(t); len(tickets) != 3 {
		t.Errorf("%d tickets, want 3", len(tickets))
	}
}

// Those who come while the first is still at work wait for it.
func TestRepeatedRequestsAtTheSameTime(t *testing.T) {
	w := newWorld(t)
	var group sync.WaitGroup
	answers := make(chan answer, 8)
	for range cap(answers) {
		group.Go(func() {
			answers <- w.call(ana, "POST", "/api/chamados", `{"titulo":"a","descricao":"b","categoria":"rede"}`, "Idempotency-Key", "x")
		})
	}
	group.Wait()
	close(answers)
	ids := map[any]bool{}
	for a := range answers {
		ids[a.json(t)["id"]] = true
	}
	if len(ids) != 1 {
		t.Errorf("%d tickets", len(ids))
	}
}

func TestKeysAreForgotten(t *testing.T) {
	w := newWorld(t)
	ask := func() any {
		return w.call(ana, "POST", "/api/chamados", `{"titulo":"a","descricao":"b","categoria":"rede"}`, "Idempotency-Key", "x").json(t)["id"]
	}
	first := ask()
	if err := w.db.ForgetAnswers(t.Context(), w.desk.Now()); err != nil || ask() != first {
		t.Errorf("forgotten too early (%v)", err)
	}
	if err := w.db.ForgetAnswers(t.Context(), w.desk.Now().Add(2*domain.OnceMemory)); err != nil || ask() == first {
		t.Errorf("not forgotten (%v)", err)
	}
}
