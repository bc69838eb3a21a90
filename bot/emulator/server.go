package emulator

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options configures New. Token and BotUsername are required.
type Options struct {
	Token       string // "123456:abc": the bot's id is the number before the colon
	BotUsername string // without @
	BotName     string // default: BotUsername
	Dir         string // keeps chats, updates and files here; empty: in memory only
	Privacy     bool   // privacy mode: in groups without admin rights the bot sees commands, replies to it, service messages
	Clock       func() time.Time
	Log         *slog.Logger

	// WebhookBackoff is the wait before the first repeated delivery, doubled up to a minute; default 1s.
	WebhookBackoff time.Duration
}

// Server is one bot's Telegram. Create it with New.
type Server struct {
	opt Options
	bot User

	mu      sync.Mutex
	world   *world
	journal *journal
	changed chan struct{} // closed and replaced at every change
	faults  []*Fault
	held    []*update // by FaultReorder
	limiter limiter
	calls   []Call
	links   map[string]fileLink // download path → file
	poller  *poll
	tabs    map[*tab]struct{}
	lanes   map[string]bool // lanes of the webhook that are busy

	stop    context.CancelFunc
	ctx     context.Context
	running sync.WaitGroup
}

// New returns a running server, with the chats of an earlier one if Options.Dir has them. Close stops it.
func New(opt Options) (*Server, error) {
	id, _, ok := strings.Cut(opt.Token, ":")
	botID, err := strconv.ParseInt(id, 10, 64)
	if !ok || err != nil || opt.BotUsername == "" {
		return nil, errors.New("emulator: need a token like 123:abc and the bot's user name")
	}
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.WebhookBackoff == 0 {
		opt.WebhookBackoff = time.Second
	}
	if opt.BotName == "" {
		opt.BotName = opt.BotUsername
	}
	s := &Server{
		opt: opt, world: newWorld(), changed: make(chan struct{}),
		bot:   User{ID: botID, IsBot: true, FirstName: opt.BotName, Username: opt.BotUsername},
		links: map[string]fileLink{}, tabs: map[*tab]struct{}{}, lanes: map[string]bool{},
	}
	if s.journal, err = openJournal(opt.Dir, s.world); err != nil {
		return nil, err
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.mu.Lock()
	s.dispatch()
	s.mu.Unlock()
	return s, nil
}

// Close ends long polls, event streams and webhook deliveries and closes the journal.
func (s *Server) Close() error {
	s.stop()
	s.running.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.journal.close()
}

// Bot returns the bot's own user.
func (s *Server) Bot() User { return s.bot }

// Handler serves the Bot API: /bot<token>/<method> and /file/bot<token>/<path>.
func (s *Server) Handler() http.Handler { return http.HandlerFunc(s.serveAPI) }

// AddUser makes a person known, or updates their names and role. It may be repeated at every start.
func (s *Server) AddUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u.IsBot = false
	p := person{User: u, Role: u.Role}
	if old := s.world.people[u.ID]; old != nil {
		p.Started, p.Blocked = old.Started, old.Blocked
	}
	s.commit(record{Person: &p})
	c := &chat{}
	if old := s.world.chats[u.ID]; old != nil {
		c = old.clone()
	}
	c.Chat = privateChat(u)
	s.commit(record{Chat: c})
	s.tell(event{Type: "people"})
}

// AddGroup makes a group, or adds what an existing one lacks of members and updates its title. It may be
// repeated at every start. A group that has migrated stays migrated. The bot gets no update of it.
func (s *Server) AddGroup(g Group) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.world.chats[g.ID]
	if c == nil {
		c = &chat{Chat: Chat{ID: g.ID, Type: "group"}, Bot: botStatus(g), Members: map[int64]string{}}
		if isSupergroup(g.ID) {
			c.Type = "supergroup"
		}
	}
	c = c.clone()
	c.Title = g.Title
	c.IsForum = g.Forum && isSupergroup(g.ID)
	for _, id := range g.Members {
		if c.Members[id] == "" {
			c.Members[id] = "member"
		}
	}
	for _, id := range g.Admins {
		c.Members[id] = "administrator"
	}
	s.commit(record{Chat: c})
	s.tell(event{Type: "people"})
}

func botStatus(g Group) string {
	switch {
	case g.BotAbsent:
		return "left"
	case g.BotAdmin:
		return "administrator"
	}
	return "member"
}

func privateChat(u User) Chat {
	return Chat{ID: u.ID, Type: "private", FirstName: u.FirstName, LastName: u.LastName, Username: u.Username}
}

// commit applies and records a change and wakes who waits. The caller holds mu.
func (s *Server) commit(r record) {
	s.world.apply(r)
	if err := s.journal.write(r); err != nil {
		s.opt.Log.Error("emulator: journal", "error", err)
	}
	s.wake()
}

func (s *Server) wake() {
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Server) now() time.Time { return s.opt.Clock() }

func (s *Server) serial() int64 {
	s.world.counters.Serial++
	c := s.world.counters
	s.commit(record{Counters: &c})
	return c.Serial
}

// await runs check under the lock, now and after every change, until it reports true.
func (s *Server) await(ctx context.Context, check func() bool) error {
	for {
		s.mu.Lock()
		done, changed := check(), s.changed
		s.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		case <-s.ctx.Done():
			return errClosed
		}
	}
}

var errClosed = errors.New("emulator: closed")

// groupsShared tells whether the bot meets the user in some group.
func (s *Server) groupsShared(userID int64) bool {
	return slices.ContainsFunc(s.memberChats(userID), (*chat).botPresent)
}

func (s *Server) memberChats(userID int64) []*chat {
	var out []*chat
	for _, c := range s.world.chats {
		if c.Members[userID] != "" && c.MigratedTo == 0 {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b *chat) int { return int(b.ID - a.ID) })
	return out
}
