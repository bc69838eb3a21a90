package admin

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/coder/websocket"

	"chamados/admin/cookie"
	"chamados/admin/session"
	"chamados/domain"
)

// hub brings committed events to the WebSocket clients that may hear of them. A message is
// encoded once, however many receive it, and a client that does not read is dropped.
type hub struct {
	server *Server

	mu      sync.RWMutex
	clients map[*client]struct{}
	listed  []*client // all of them, until one comes or goes; never changed in place
	cursor  int64     // up to here nothing is missing
	closed  bool
	started chan struct{} // closed when the cursor is known: what happens from then on is heard

	reserved     map[int64]int // connections that are just being opened, by account
	reservations int           // all of them
}

func newHub(s *Server) *hub {
	return &hub{server: s, clients: map[*client]struct{}{}, reserved: map[int64]int{}, started: make(chan struct{})}
}

// run follows the feed until ctx ends or the feed fails.
func (h *hub) run(ctx context.Context) error {
	return h.server.Feed.Follow(ctx, func(events []domain.Event, cursor int64) error {
		h.publish(events, cursor)
		return nil
	})
}

func (h *hub) publish(events []domain.Event, cursor int64) {
	h.mu.Lock()
	before := h.cursor
	if before == 0 && len(events) > 0 {
		before = events[0].ID - 1
	}
	h.cursor = cursor
	select {
	case <-h.started:
	default:
		close(h.started)
	}
	clients := h.list()
	h.mu.Unlock()
	spread(clients, messagesOf(events, before))
}

// list returns the clients; the caller holds mu and changes nothing in it.
func (h *hub) list() []*client {
	if h.listed == nil {
		h.listed = slices.Collect(maps.Keys(h.clients))
	}
	return h.listed
}

// share is how many clients are told by one goroutine before it looks what is left: to tell one takes some ten microseconds,
// all of it the system's work for its socket.
const share = 32

// spread tells clients from as many goroutines as can run at once. Who is held up, by whatever else the machine does, takes
// fewer of them.
func spread(clients []*client, messages []prepared) {
	var taken atomic.Int64
	work := func() {
		for {
			from := int(taken.Add(share)) - share
			if from >= len(clients) {
				return
			}
			tell(clients[from:min(from+share, len(clients))], messages)
		}
	}
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (len(clients)+share-1)/share) - 1 {
		group.Go(work)
	}
	work()
	group.Wait()
}

// tell sends to clients what they may hear, to each in order.
func tell(clients []*client, messages []prepared) {
	for i := range messages {
		for _, c := range clients {
			if messages[i].event.VisibleTo(c.viewer()) {
				c.send(messages[i].encoded)
			}
		}
	}
}

func (h *hub) position() int64 {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.cursor
}

// maxSockets is how many connections there may be when nothing else is said.
const maxSockets = 10_000

// Nobody may take all connections: those that have not said whose they are have a tenth, those of one
// account a fifth.
const (
	strangersShare = 10
	accountsShare  = 5
)

// Reasons for which there is no room for one more connection.
var (
	errSocketsFull = &domain.Error{Code: domain.CodeUnavailable, Key: "unavailable"}
	errTooManyOwn  = &domain.Error{Code: domain.CodeThrottled, Key: "too_many_connections", Args: map[string]any{"Seconds": 30}}
)

// reserve keeps room for one more connection of an account, 0 for a stranger's, until release.
func (h *hub) reserve(userID int64) (release func(), err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.room(userID); err != nil {
		return nil, err
	}
	h.reserved[userID]++
	h.reservations++
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.reservations--
		if h.reserved[userID]--; h.reserved[userID] == 0 {
			delete(h.reserved, userID)
		}
	}, nil
}

func (h *hub) room(userID int64) error {
	most, all := h.server.MaxSockets, len(h.clients)+h.reservations
	share := max(1, most/accountsShare)
	if userID == 0 {
		share = max(1, most/strangersShare)
	}
	switch {
	case all >= most:
		return errSocketsFull
	case all < share:
		return nil
	}
	same := h.reserved[userID]
	for c := range h.clients {
		if c.who().ID == userID {
			same++
		}
	}
	switch {
	case same < share:
		return nil
	case userID == 0:
		return errSocketsFull
	}
	return errTooManyOwn
}

// add lets a client in; false when the server is ending.
func (h *hub) add(c *client) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	h.clients[c], h.listed = struct{}{}, nil
	return true
}

func (h *hub) count() int {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return len(h.clients)
}

func (h *hub) remove(c *client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.clients, c)
	h.listed = nil
}

func (h *hub) each(do func(*client)) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for c := range h.clients {
		do(c)
	}
}

// closeAll ends all connections; clients come back to another process or after the restart.
func (h *hub) closeAll() {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	h.each(func(c *client) { c.end(websocket.StatusGoingAway, "shutting down") })
}

// recheck asks the clients of these accounts, or all, for their proof again.
func (h *hub) recheck(userIDs []int64) {
	h.each(func(c *client) {
		if len(userIDs) == 0 || slices.Contains(userIDs, c.who().ID) {
			c.requestCheck()
		}
	})
}

// looked tells the others who see a ticket that somebody looks at it.
func (h *hub) looked(l domain.Look) {
	encoded := encodeMessage(viewedMessage{Type: "ticket_viewed", TicketID: l.TicketID, UserID: l.UserID, Name: l.Name})
	sight := domain.Event{RequesterID: l.RequesterID}
	h.each(func(c *client) {
		if who := c.who(); who.ID != 0 && who.ID != l.UserID && sight.VisibleTo(&who) {
			c.send(encoded)
		}
	})
}

// follow hands the connections of a browser whose person logs in anew to the new session:
// older clients keep the connection and expect the new account's events on it.
func (h *hub) follow(r *http.Request, token string) {
	old, _ := cookie.Get(r, session.CookieName)
	if old == "" {
		return
	}
	h.each(func(c *client) { c.replaceToken(old, token) })
}

type liveMessage struct {
	Type     string `json:"type"`
	TicketID int64  `json:"ticket_id"`
	Status   string `json:"status,omitempty"`
	EventID  int64  `json:"event_id"`
	Cursor   int64  `json:"cursor"`
	Kind     string `json:"evento"`
	ActorID  int64  `json:"usuario_id,omitempty"`
}

type viewedMessage struct {
	Type     string `json:"type"`
	TicketID int64  `json:"ticket_id"`
	UserID   int64  `json:"user_id"`
	Name     string `json:"nome"`
}

// prepared is a message with the event that decides who may have it.
type prepared struct {
	event   domain.Event
	encoded []byte
}

// messagesOf encodes events. Several changes of one ticket next to each other are one
// ticket_updated: it says only where to look. cursor is where a client that has seen
// nothing of these events goes on.
func messagesOf(events []domain.Event, cursor int64) []prepared {
	out := make([]prepared, 0, len(events))
	for i, e := range events {
		kind := messageType(e.Kind)
		if i+1 < len(events) && kind == "ticket_updated" {
			next := events[i+1]
			if next.TicketID == e.TicketID && next.Internal == e.Internal && messageType(next.Kind) == kind {
				continue
			}
		}
		out = append(out, prepared{event: e, encoded: encodeMessage(liveMessage{
			Type: kind, TicketID: e.TicketID, Status: string(e.Status), EventID: e.ID, Cursor: cursor,
			Kind: string(e.Kind), ActorID: e.ActorID,
		})})
	}
	return out
}

func messageType(kind domain.EventKind) string {
	switch kind {
	case domain.EventCreated:
		return "ticket_created"
	case domain.EventComment, domain.EventNote:
		return "comment_added"
	case domain.EventDeleted:
		return "ticket_deleted"
	}
	return "ticket_updated"
}

// encodeMessage returns a message as a frame.
func encodeMessage(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("ws: " + err.Error()) // strings and numbers only
	}
	return textFrame(raw)
}
