package admin

import (
	"context"
	"io"
	"net/http"
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
	all chan struct{}
	own *turns[int64]
}

func newUploadSlots() *uploadSlots {
	return &uploadSlots{all: make(chan struct{}, uploadsAtOnce), own: newTurns[int64](1, uploadPatience)}
}

// take waits for a person's turn and returns what ends it, or the context's error.
func (s *uploadSlots) take(ctx context.Context, userID int64) (release func(), err error) {
	leave, err := s.own.take(ctx, userID)
	if err != nil {
		return nil, err
	}
	if err := enter(ctx, s.all, uploadPatience); err != nil {
		leave()
		return nil, err
	}
	return func() {
		<-s.all
		leave()
	}, nil
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
