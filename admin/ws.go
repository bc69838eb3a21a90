package admin

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/time/rate"

	"chamados/admin/cookie"
	"chamados/admin/session"
	"chamados/domain"
)

const (
	// authTime is how long a connection may be open without saying whose it is.
	authTime = 10 * time.Second
	// pingEvery also is how often the token is looked at again, so that an expired one ends.
	pingEvery = 30 * time.Second
	// writeTime is how long a client may be unable to take a message or to answer a ping.
	writeTime = 5 * time.Second
	// maxClientMessage holds an auth message with its token.
	maxClientMessage = 8 << 10
	replayPiece      = 500
	// maxReplay is how much is worth replaying; whoever missed more loads anew.
	maxReplay = 2000
)

// statusNotLoggedIn ends a connection whose token does not count (any more).
const statusNotLoggedIn = websocket.StatusPolicyViolation

type clientMessage struct {
	Type     string  `json:"type"`
	Token    string  `json:"token"`
	TicketID idField `json:"ticket_id"`
	Cursor   *int64  `json:"cursor"`
	// LastEventID is for clients that note the ids of the events they heard of. A cursor is better: an event
	// with a lower id may have been committed later.
	LastEventID *int64 `json:"last_event_id"`
}

// after returns the event after which a client wants to go on, nil if it does not say.
func (m clientMessage) after() *int64 {
	if m.Cursor != nil {
		return m.Cursor
	}
	return m.LastEventID
}

// readyMessage answers auth and resume, which older clients do not send; user_id is 0 while
// it is not known whose connection this is.
type readyMessage struct {
	Type   string `json:"type"`
	UserID int64  `json:"user_id"`
	Cursor int64  `json:"cursor"`
}

func (s *Server) socketRoutes() { s.mux.HandleFunc("GET /ws", s.socket) }

// socket opens a connection. Whoever brings no proof has a moment to send it.
func (s *Server) socket(w http.ResponseWriter, r *http.Request) {
	token, named := proof(r)
	actor, err := s.Sessions.AuthenticateToken(r.Context(), token, domain.ChannelPanel)
	if err != nil && (named || domain.CodeOf(err) != domain.CodeUnauthorized) {
		s.fail(w, r, s.languageOf(r, nil), err, nil)
		return
	}
	release, err := s.hub.reserve(actor.ID)
	if err != nil {
		s.fail(w, r, s.languageOf(r, &actor.User), err, nil)
		return
	}
	defer release()
	below := &hijack{ResponseWriter: w}
	conn, err := websocket.Accept(below, r, &websocket.AcceptOptions{
		CompressionMode: websocket.CompressionDisabled, OriginPatterns: s.ownHosts(),
	})
	if err != nil {
		return // Accept has answered: no WebSocket, or a page of another site
	}
	conn.SetReadLimit(maxClientMessage)
	c := newClient(s, conn, below.line)
	if actor.ID != 0 {
		c.become(actor, token)
	}
	if !s.hub.add(c) {
		_ = conn.Close(websocket.StatusGoingAway, "shutting down")
		return
	}
	requestOf(r.Context()).userID = actor.ID
	go func() { // not on the handler's goroutine, which holds on to a third of the memory of a connection
		defer s.hub.remove(c)
		c.serve(context.Background())
	}()
}

// ownHosts are those whose pages may connect beside the host that a request names.
func (s *Server) ownHosts() []string {
	if u, err := url.Parse(s.PublicURL); err == nil && u.Host != "" {
		return []string{u.Host}
	}
	return nil
}

// proof returns the token of an upgrade request; named says that the client meant it, while
// a browser sends an old cookie unasked.
func proof(r *http.Request) (token string, named bool) {
	if scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(token), true
	}
	token, _ = cookie.Get(r, session.CookieName)
	return token, false
}

// read takes what the client says until it ends.
func (c *client) read(ctx context.Context) {
	limit := rate.NewLimiter(10, 40)
	for {
		kind, raw, err := c.conn.Read(ctx)
		if err != nil {
			return
		}
		var m clientMessage
		if kind != websocket.MessageText || json.Unmarshal(raw, &m) != nil || !limit.Allow() {
			continue
		}
		if err := c.handle(ctx, m); err != nil {
			c.endWith(err)
			return
		}
	}
}

// handle does what a message asks; an error ends the connection.
func (c *client) handle(ctx context.Context, m clientMessage) error {
	switch m.Type {
	case "auth":
		actor, err := c.server.Sessions.AuthenticateToken(ctx, m.Token, domain.ChannelPanel)
		if err != nil {
			return err
		}
		c.become(actor, m.Token)
		return c.resume(ctx, m.after())
	case "resume":
		return c.resume(ctx, m.after())
	case "view_ticket":
		return c.view(ctx, m.TicketID)
	}
	return nil
}

// ready tells the client from where on it hears all; it waits until that is so.
func (c *client) ready() {
	select {
	case <-c.server.hub.started:
	case <-c.stop.Done():
		return
	}
	c.send(encodeMessage(readyMessage{Type: "ready", UserID: c.who().ID, Cursor: c.server.hub.position()}))
}

// view passes on that the person looks at a ticket, if they may.
func (c *client) view(ctx context.Context, ticket idField) error {
	who := c.who()
	id, ok := ticket.value()
	if who.ID == 0 || !ok || id == 0 {
		return nil
	}
	t, err := c.server.Desk.Visible(ctx, who, id)
	if err != nil {
		return nil // not there or not theirs: nobody is told
	}
	c.server.Look(domain.Look{TicketID: t.ID, RequesterID: t.RequesterID, UserID: who.ID, Name: who.Name})
	return nil
}

// resume sends what happened after a cursor, then ready. Too much is not sent but said.
func (c *client) resume(ctx context.Context, from *int64) error {
	who := c.who()
	if from == nil || who.ID == 0 {
		c.ready()
		return nil
	}
	missed, err := c.missed(ctx, *from)
	if errors.Is(err, errTooMuch) {
		c.send(textFrame([]byte(`{"type":"reload"}`)))
		missed, err = nil, nil
	}
	if err != nil {
		return err
	}
	for _, m := range messagesOf(missed, *from) {
		if m.event.VisibleTo(&who) && !c.sendReplay(m.encoded) {
			return nil
		}
	}
	c.ready()
	return nil
}

var errTooMuch = errors.New("too much was missed")

func (c *client) missed(ctx context.Context, from int64) ([]domain.Event, error) {
	var out []domain.Event
	for {
		events, err := c.server.Feed.Since(ctx, from, replayPiece)
		if err != nil || len(events) == 0 {
			return out, err
		}
		if out = append(out, events...); len(out) > maxReplay {
			return nil, errTooMuch
		}
		from = events[len(events)-1].ID
	}
}
