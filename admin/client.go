package admin

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"chamados/domain"
)

// clientBuffer is how many messages may wait for a client before it counts as too slow.
const clientBuffer = 64

// client is one WebSocket connection.
type client struct {
	server *Server
	conn   *websocket.Conn
	out    chan []byte
	replay chan []byte   // what resume sends; it takes no room from what happens now
	check  chan struct{} // asks for the token to be looked at again
	stop   context.Context
	cancel context.CancelCauseFunc

	identity atomic.Pointer[identity]
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

func newClient(s *Server, conn *websocket.Conn) *client {
	stop, cancel := context.WithCancelCause(context.Background())
	return &client{
		server: s, conn: conn, out: make(chan []byte, clientBuffer), replay: make(chan []byte),
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

// send queues a message; a client that is too slow for it is dropped.
func (c *client) send(message []byte) {
	select {
	case c.out <- message:
	default:
		c.cut()
	}
}

// cut ends a connection whose client does not read: there is no way to tell it why.
func (c *client) cut() {
	if c.stop.Err() == nil {
		c.cancel(nil)
		go func() { _ = c.conn.CloseNow() }()
	}
}

// sendReplay sends a message that the client asked for; false when the connection ended.
func (c *client) sendReplay(message []byte) bool {
	select {
	case c.replay <- message:
		return true
	case <-c.stop.Done():
		return false
	}
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
	case message := <-c.out:
		return c.writeOne(message)
	case message := <-c.replay:
		return c.writeOne(message)
	case <-c.check:
		return c.recheck()
	case <-ping:
		if err := c.recheck(); err != nil {
			return err
		}
		return c.ping()
	}
}

// writeOne is not cut short by the end of the connection, which is to be told why it ends:
// a cancelled write would break it off.
func (c *client) writeOne(message []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), writeTime)
	defer cancel()
	return c.conn.Write(ctx, websocket.MessageText, message)
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
