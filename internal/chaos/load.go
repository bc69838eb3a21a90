package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"time"

	"chamados/bot/emulator"
)

// request is one call of the API on behalf of a person.
type request struct {
	by           person
	method, path string
	body         any
	key          string // Idempotency-Key, "" for none
}

// ask sends a request to some replica, again and again as a careful client does, until it is answered
// with 2xx or ctx ends. A refusal is an error: the suite asks for nothing that may be refused.
func (st *stage) ask(ctx context.Context, q request, out any) error {
	body, err := json.Marshal(q.body)
	if err != nil {
		return err
	}
	for {
		status, answer, err := st.once(ctx, q, body)
		switch {
		case err == nil && status/100 == 2:
			if out == nil {
				return nil
			}
			return json.Unmarshal(answer, out)
		case err == nil && status/100 == 4 && status != http.StatusTooManyRequests:
			return fmt.Errorf("%s %s: %d %.300s", q.method, q.path, status, answer)
		case ctx.Err() != nil:
			return ctx.Err()
		}
		if !pause(ctx, time.Duration(20+rand.IntN(80))*time.Millisecond) {
			return ctx.Err()
		}
	}
}

func (st *stage) once(ctx context.Context, q request, body []byte) (int, []byte, error) {
	p := st.programs[rand.IntN(len(st.programs))]
	req, err := http.NewRequestWithContext(ctx, q.method, "http://"+p.addr+q.path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+st.tokens[q.by.id])
	req.Header.Set("Content-Type", "application/json")
	if q.key != "" {
		req.Header.Set("Idempotency-Key", q.key)
	}
	resp, err := fresh.Do(req)
	if err != nil {
		return 0, nil, err
	}
	if resp.Header.Get("Idempotent-Replayed") != "" {
		st.ledger.repeated()
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return resp.StatusCode, answer, err
}

// loadWorkers is how many people act at once: enough that one who waits holds up nobody else.
const loadWorkers = 24

// load lets people act, rate times a second in all, until ctx ends. What was begun is brought to its
// end while within lasts.
func (st *stage) load(ctx, within context.Context, rate int) error {
	todo := make(chan func(context.Context) error)
	failed := make(chan error, loadWorkers)
	for range loadWorkers {
		go func() {
			var first error
			for act := range todo {
				if err := act(within); err != nil && first == nil {
					first = err
				}
			}
			failed <- first
		}()
	}
	tick := time.NewTicker(time.Second / time.Duration(rate))
	for n := 0; ctx.Err() == nil; n++ {
		select {
		case <-ctx.Done():
		case <-tick.C:
			select {
			case todo <- st.deed(n):
			case <-ctx.Done():
			}
		}
	}
	tick.Stop()
	close(todo)
	var err error
	for range loadWorkers {
		if e := <-failed; e != nil {
			err = e
		}
	}
	return err
}

// deed returns the next thing that somebody does.
func (st *stage) deed(n int) func(context.Context) error {
	who := st.whim.IntN(st.people)
	switch {
	case n%10 == 7 && st.mails:
		return func(ctx context.Context) error { return st.tells(ctx, st.remotes[who%unlinked]) }
	case n%10 == 9:
		return func(ctx context.Context) error {
			_, err := st.opens(ctx, employee(who))
			return err
		}
	case n%10 == 4:
		status := []string{"em_andamento", "aguardando"}[st.whim.IntN(2)]
		return func(ctx context.Context) error { return st.moves(ctx, who, status) }
	case n%2 == 0:
		return func(ctx context.Context) error { return st.comments(ctx, who) }
	}
	return func(context.Context) error { return st.writes(who) }
}

// writes lets an employee answer their card in chat.
func (st *stage) writes(who int) error {
	e := st.ledger.open('c', technicianOf(who).telegram())
	chat := employee(who).telegram()
	_, err := st.telegram.Post(chat, chat, emulator.Draft{Text: e.marker + " continua igual", ReplyTo: st.tickets[who].card})
	if err != nil {
		return err
	}
	e.chat = chat
	st.ledger.confirm(e)
	return nil
}

// comments lets the technician of an employee's ticket comment on it.
func (st *stage) comments(ctx context.Context, who int) error {
	e := st.ledger.open('h', employee(who).telegram())
	err := st.ask(ctx, request{
		by: technicianOf(who), method: "POST", path: fmt.Sprintf("/api/chamados/%d/comentarios", st.tickets[who].id),
		body: map[string]string{"comentario": e.marker + " tente de novo"}, key: st.name + e.marker,
	}, nil)
	if err == nil {
		st.ledger.confirm(e)
	}
	return ignoreEnd(ctx, err)
}

// tells lets a technician comment on the ticket of somebody who has no Telegram.
func (st *stage) tells(ctx context.Context, t remoteTicket) error {
	e := st.ledger.open('e', 0)
	e.mail = t.of.email()
	err := st.ask(ctx, request{
		by: technicianOf(0), method: "POST", path: fmt.Sprintf("/api/chamados/%d/comentarios", t.id),
		body: map[string]string{"comentario": e.marker + " veja o e-mail"}, key: st.name + e.marker,
	}, nil)
	if err == nil {
		st.ledger.confirm(e)
	}
	return ignoreEnd(ctx, err)
}

// opens lets somebody open a ticket that nobody cares for, and returns its marker.
func (st *stage) opens(ctx context.Context, p person) (string, error) {
	e := st.ledger.open('t', p.telegram())
	err := st.ask(ctx, request{by: p, method: "POST", path: "/api/chamados", key: st.name + e.marker, body: map[string]string{
		"titulo": e.marker + " sem rede", "descricao": "A rede da sala não funciona.", "categoria": "rede",
	}}, nil)
	if err == nil {
		st.ledger.confirm(e)
	}
	return e.marker, ignoreEnd(ctx, err)
}

// moves gives an employee's ticket a status. Only one person at a time does that to a ticket, so that
// the suite knows which was the last.
func (st *stage) moves(ctx context.Context, who int, status string) error {
	t := &st.tickets[who]
	t.mu.Lock()
	defer t.mu.Unlock()
	err := st.ask(ctx, request{
		by: technicianOf(who), method: "PUT", path: fmt.Sprintf("/api/chamados/%d", t.id), body: map[string]string{"status": status},
	}, nil)
	if err == nil {
		t.status = status
	} else {
		t.status = "" // nobody knows
	}
	return ignoreEnd(ctx, err)
}

// ignoreEnd drops an error that only says that time was up: the entry stays unconfirmed.
func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
