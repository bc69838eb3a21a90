package admin

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"chamados/admin/proxy"
	"chamados/domain"
)

// requestsPerPerson is the default of [Options].PerPerson: more than any browser or script needs, so few that
// what one person has asked for at once is done in a moment.
const requestsPerPerson = 32

// turnPatience is how long a request waits for its turn.
const turnPatience = 10 * time.Second

// turns let each person have so many things under way at once; the rest of theirs wait. So whoever asks for
// too much waits for themself, and others do not notice.
type turns[K comparable] struct {
	most     int
	patience time.Duration // how long one waits
	mu       sync.Mutex
	people   map[K]*turn
}

type turn struct {
	room  chan struct{}
	users int // who is in or waits for it
}

func newTurns[K comparable](most int, patience time.Duration) *turns[K] {
	return &turns[K]{most: most, patience: patience, people: map[K]*turn{}}
}

// take waits for a turn, not too long, and returns what ends it, or the context's error.
func (t *turns[K]) take(ctx context.Context, who K) (release func(), err error) {
	own := t.of(who)
	if err := enter(ctx, own.room, t.patience); err != nil {
		t.leave(who)
		return nil, err
	}
	return func() {
		<-own.room
		t.leave(who)
	}, nil
}

func (t *turns[K]) of(who K) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	own := t.people[who]
	if own == nil {
		own = &turn{room: make(chan struct{}, t.most)}
		t.people[who] = own
	}
	own.users++
	return own
}

func (t *turns[K]) leave(who K) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if own := t.people[who]; own.users > 1 {
		own.users--
	} else {
		delete(t.people, who)
	}
}

func enter(ctx context.Context, door chan struct{}, patience time.Duration) error {
	select {
	case door <- struct{}{}:
		return nil
	default:
	}
	ctx, cancel := context.WithTimeout(ctx, patience) // only those who wait need a clock
	defer cancel()
	select {
	case door <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// asker is who a request is counted for: an account, or where none is proved an address.
type asker struct {
	userID  int64
	address string
}

// inTurn has each person's requests take turns. What asks nothing of the database goes through.
func (s *Server) inTurn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/health" || r.URL.Path == "/ready" || strings.HasPrefix(r.URL.Path, "/assets/") {
			next.ServeHTTP(w, r)
			return
		}
		who := asker{userID: s.Sessions.Whose(r)}
		if who.userID == 0 {
			who.address = proxy.Client(r).String()
		}
		release, err := s.turns.take(r.Context(), who)
		if err != nil {
			s.fail(w, r, s.languageOf(r, nil), &domain.Error{Code: domain.CodeUnavailable, Key: "unavailable"}, nil)
			return
		}
		defer release()
		next.ServeHTTP(w, r)
	})
}
