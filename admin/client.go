package admin

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"chamados/domain"
)

// clientBuffer is how many messages may wait for a client before it counts as too slow.
const clientBuffer = 64

// client is one WebSocket connection.
type client struct {
	identity atomic.Pointer[identity]
	line     *line // below conn
	mu       sync.Mutex
	busy     bool          // the queue is being sent
	queue    [][]byte      // frames that could not be sent at once
	queued   chan struct{} // holds a token while there is something to send

	server *Server
	conn   *websocket.Conn
	check  chan struct{} // asks for the token to be looked at again
	stop   context.Context
	cancel context.CancelCauseFunc
}

// identity is whose connection it is, and the proof.
type identity struct {
	actor domain.Actor
	token string
}

// ending is why a connection is closed, as the client is told.
type ending struct {
	code   websocket.StatusCode
	reason string
}

func (e *ending) Error() string { return e.reason }

func newClient(s *Server, conn *websocket.Conn, line *line) *client {
	stop, cancel := context.WithCancelCause(context.Background())
	return &client{
		server: s, conn: conn, line: line, queued: make(chan struct{}, 1),
		check: make(chan struct{}, 1), stop: stop, cancel: cancel,
	}
}

// who returns whose connection it is; nobody, who sees nothing, before it is known.
func (c *client) who() domain.Actor {
	if i := c.identity.Load(); i != nil {
		return i.actor
	}
	return domain.Actor{}
}

// viewer is who without a copy, for the eyes of the rule on who sees what.
func (c *client) viewer() *domain.Actor {
	if i := c.identity.Load(); i != nil {
		return &i.actor
	}
	return &domain.Actor{}
}

func (c *client) become(actor domain.Actor, token string) {
	c.identity.Store(&identity{actor: actor, token: token})
}

// replaceToken makes the connection that was opened with an old token one of a new token.
// Until the new account is looked up the connection is nobody's.
func (c *client) replaceToken(old, token string) {
	if i := c.identity.Load(); i != nil && i.token == old {
		c.identity.Store(&identity{token: token})
		c.requestCheck()
	}
}

func (c *client) requestCheck() {
	select {
	case c.check <- struct{}{}:
	default:
	}
}

// send sends a frame at once or queues it, in order; a client that is too slow for it is dropped.
func (c *client) send(frame []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	torn := false
	if !c.busy {
		var sent bool
		if sent, torn = c.line.offer(frame); sent {
			return
		}
	}
	if len(c.queue) >= clientBuffer {
		c.cut()
		return
	}
	c.busy = true
	if !torn {
		c.queue = append(c.queue, frame)
	}
	select {
	case c.queued <- struct{}{}:
	default:
	}
}

// flush sends what is queued.
func (c *client) flush() error {
	for {
		c.mu.Lock()
		frames := c.queue
		c.queue = nil
		c.mu.Unlock()
		for _, frame := range append(frames, nil) { // nil: the rest of what was torn
			if _, err := c.line.Write(frame); err != nil {
				return err
			}
		}
		c.mu.Lock()
		c.busy = len(c.queue) > 0
		done := !c.busy
		c.mu.Unlock()
		if done {
			return nil
		}
	}
}

// cut ends a connection whose client does not read: there is no way to tell it why.
func (c *client) cut() {
	if c.stop.Err() == nil {
		c.cancel(nil)
		go func() { _ = c.conn.CloseNow() }()
	}
}

// sendReplay sends a frame that the client asked for, which takes no room from what happens now; false
// when the connection ended.
func (c *client) sendReplay(frame []byte) bool {
	if c.stop.Err() != nil {
		return false
	}
	_, err := c.line.Write(frame)
	return err == nil
}

// end closes the connection soon, without waiting for it.
func (c *client) end(code websocket.StatusCode, reason string) {
	c.cancel(&ending{code: code, reason: reason})
}

func (c *client) endWith(err error) {
	if e, ok := errors.AsType[*domain.Error](err); ok && e.Code == domain.CodeUnauthorized {
		c.end(statusNotLoggedIn, e.Key)
		return
	}
	c.end(websocket.StatusInternalError, "internal")
}

// serve reads and writes until the connection ends.
func (c *client) serve(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.write()
	}()
	c.read(ctx)
	c.cancel(nil)
	<-done
	_ = c.conn.CloseNow()
}

// write sends what is queued, pings, and looks at the token from time to time.
func (c *client) write() {
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	auth := time.AfterFunc(authTime, func() {
		if c.identity.Load() == nil {
			c.end(statusNotLoggedIn, "not_logged_in")
		}
	})
	defer auth.Stop()
	for c.stop.Err() == nil {
		if err := c.next(ping.C); err != nil {
			c.endWith(err)
		}
	}
	c.sayGoodbye()
}

// next does the next thing there is to do.
func (c *client) next(ping <-chan time.Time) error {
	select {
	case <-c.stop.Done():
		return nil
	case <-c.queued:
		return c.flush()
	case <-c.check:
		return c.recheck()
	case <-ping:
		if err := c.recheck(); err != nil {
			return err
		}
		return c.ping()
	}
}

func (c *client) ping() error {
	ctx, cancel := context.WithTimeout(context.Background(), writeTime)
	defer cancel()
	return c.conn.Ping(ctx)
}

// recheck looks at the token again: the account may have changed, or be gone.
func (c *client) recheck() error {
	i := c.identity.Load()
	if i == nil {
		return nil
	}
	actor, err := c.server.Sessions.AuthenticateToken(c.stop, i.token, domain.ChannelPanel)
	if domain.CodeOf(err) == domain.CodeUnavailable {
		return nil // the database is away for a moment: the next look decides
	}
	if err != nil {
		return err
	}
	c.identity.CompareAndSwap(i, &identity{actor: actor, token: i.token})
	return nil
}

// sayGoodbye closes the connection with the reason; a client that is gone is cut off.
func (c *client) sayGoodbye() {
	if e, ok := errors.AsType[*ending](context.Cause(c.stop)); ok {
		_ = c.conn.Close(e.code, e.reason)
		return
	}
	_ = c.conn.CloseNow()
}
