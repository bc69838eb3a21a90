package admin

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"
)

const (
	// uploadsAtOnce bounds memory: contents are held until the database has them.
	uploadsAtOnce = 4
	// uploadPatience is how long an upload waits for its turn.
	uploadPatience = 30 * time.Second
	// uploadTimeout bounds a whole upload, uploadSilence how long nothing of it may arrive.
	uploadTimeout = 5 * time.Minute
	uploadSilence = 20 * time.Second
)

// uploadSlots let uploads take turns: a few at once, and one of each person, so that nobody
// who sends slowly keeps the others waiting.
type uploadSlots struct {
	all    chan struct{}
	mu     sync.Mutex
	people map[int64]*personalSlot
}

type personalSlot struct {
	turn  chan struct{}
	users int // who has it or waits for it
}

func newUploadSlots() *uploadSlots {
	return &uploadSlots{all: make(chan struct{}, uploadsAtOnce), people: map[int64]*personalSlot{}}
}

// take waits for a person's turn and returns what ends it, or the context's error.
func (s *uploadSlots) take(ctx context.Context, userID int64) (release func(), err error) {
	own := s.personal(userID)
	if err := enter(ctx, own.turn); err != nil {
		s.leave(userID)
		return nil, err
	}
	if err := enter(ctx, s.all); err != nil {
		<-own.turn
		s.leave(userID)
		return nil, err
	}
	return func() {
		<-s.all
		<-own.turn
		s.leave(userID)
	}, nil
}

func (s *uploadSlots) personal(userID int64) *personalSlot {
	s.mu.Lock()
	defer s.mu.Unlock()
	own := s.people[userID]
	if own == nil {
		own = &personalSlot{turn: make(chan struct{}, 1)}
		s.people[userID] = own
	}
	own.users++
	return own
}

func (s *uploadSlots) leave(userID int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if own := s.people[userID]; own.users > 1 {
		own.users--
	} else {
		delete(s.people, userID)
	}
}

func enter(ctx context.Context, door chan struct{}) error {
	select {
	case door <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// livelyBody is a request's body that must keep arriving until a last moment.
type livelyBody struct {
	io.ReadCloser
	control *http.ResponseController
	last    time.Time
}

func (b *livelyBody) Read(p []byte) (int, error) {
	until := time.Now().Add(uploadSilence)
	if until.After(b.last) {
		until = b.last
	}
	_ = b.control.SetReadDeadline(until)
	return b.ReadCloser.Read(p)
}

// arrived ends the watch: a deadline that passes later would cancel the request.
func (b *livelyBody) arrived() { _ = b.control.SetReadDeadline(b.last) }
