// Package admin is the desk's door for browsers and scripts: the JSON API of the contract,
// the WebSocket, and the place where the panel is mounted.
//
// Every operation is an [endpoint]: one value says how it is called, how it is documented and
// who may come in; what is allowed beyond that the domain decides. Errors become HTTP in
// respond.go and nowhere else.
package admin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"chamados/admin/proxy"
	"chamados/admin/session"
	"chamados/domain"
)

// ServiceName is how the service calls itself in /health and in the API's document.
const ServiceName = "chamados"

// Options are what a Server is made of. Desk, Sessions and Feed are required.
type Options struct {
	Desk     *domain.Desk
	Sessions *session.Keeper
	Feed     domain.Feed
	Panel    http.Handler     // answers all that is not the API's; nil: 404
	Now      func() time.Time // nil for time.Now
	Log      *slog.Logger     // nil for slog.Default()
	Location *time.Location   // in which statistics count days; nil for UTC
	Version  string
	// Ready says whether the process can serve: database, migrations, Telegram intake. nil: always.
	Ready func(ctx context.Context) error
	// InviteLink returns the deep link that carries an invitation's token, "" while the
	// bot's name is not known. nil: there are no links.
	InviteLink func(token string) string
	// PasswordLink returns the address at which the owner of an invitation's token sets a password. nil:
	// there are no links.
	PasswordLink func(token string) string
	// Look tells every process that somebody looks at a ticket, each of which calls [Server.Looked]. nil: only
	// the clients of this process hear of it.
	Look func(domain.Look)
	// MaxSockets bounds the WebSocket connections; 0 for 10,000.
	MaxSockets int
	// PerPerson bounds the requests that one person has under way; what is beyond waits. 0 for 32.
	PerPerson int
	// AnswerTime bounds how long an operation may take that is no stream; 0 for 30 s.
	AnswerTime time.Duration
	// Throttle slows down whoever guesses passwords and codes. nil: nobody is slowed down.
	Throttle domain.Throttle
	// Codes make a new password by code possible. nil: codes are never sent and never right.
	Codes domain.Codes
	// CodeKey keys the hashes of codes, so that six digits cannot be guessed from a hash.
	CodeKey []byte
	// Proxies are ours: what they say of their clients is believed.
	Proxies proxy.Trusted
	// PublicURL is the address that browsers show, where it is not the host that requests name.
	PublicURL string
	// Observe hears of every answered request: by the pattern of its route, not its path.
	// nil: nobody does.
	Observe func(method, route string, status int, took time.Duration)
	// Metrics answers /metrics for programs of this machine and for those that bring
	// MetricsToken. nil: there are none.
	Metrics      http.Handler
	MetricsToken string
}

// Server answers HTTP and WebSocket requests.
type Server struct {
	Options
	mux     *http.ServeMux
	doc     *huma.OpenAPI
	hub     *hub
	later   *background
	uploads *uploadSlots
	turns   *turns[asker]
}

// New returns a server, or an error that says which option is missing.
func New(o Options) (*Server, error) {
	if o.Desk == nil || o.Sessions == nil || o.Feed == nil {
		return nil, errors.New("admin: Desk, Sessions and Feed are required")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Location == nil {
		o.Location = time.UTC
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.AnswerTime <= 0 {
		o.AnswerTime = answerTime
	}
	if o.PerPerson <= 0 {
		o.PerPerson = requestsPerPerson
	}
	if o.MaxSockets <= 0 {
		o.MaxSockets = maxSockets
	}
	s := &Server{
		Options: o, mux: http.NewServeMux(), doc: newDocument(o.Version),
		later: newBackground(), uploads: newUploadSlots(), turns: newTurns[asker](o.PerPerson, turnPatience),
	}
	s.hub = newHub(s)
	if s.Look == nil {
		s.Look = s.Looked
	}
	s.routes()
	return s, nil
}

func (s *Server) routes() {
	s.authRoutes()
	s.codeRoutes()
	s.passwordRoutes()
	s.ticketRoutes()
	s.commentRoutes()
	s.attachmentRoutes()
	s.deliveryRoutes()
	s.userRoutes()
	s.groupRoutes()
	s.noticeRoutes()
	s.importRoutes()
	s.exportRoutes()
	s.statsRoutes()
	s.seriesRoutes()
	s.socketRoutes()
	s.healthRoutes()
	s.metricsRoutes()
	s.documentRoutes()
	s.refuseTheRest()
	if s.Panel != nil {
		s.mux.Handle("/", s.Panel)
	}
}

// Handler returns the whole surface: API, WebSocket, documents and panel.
func (s *Server) Handler() http.Handler {
	var once sync.Once
	return s.Proxies.Handler(s.identify(s.observe(secureHeaders(s.inTurn(s.mux)))), func(peer netip.Addr) {
		once.Do(func() {
			s.Log.Warn("requests come through a proxy that is not trusted: all its clients count as one address, and "+
				"cookies are not for TLS alone; set http.trusted_proxies (TRUSTED_PROXIES)", "proxy", peer.String())
		})
	})
}

// answerTime is the default of [Options].AnswerTime: less than any proxy's patience.
const answerTime = 30 * time.Second

// readTime bounds how long a request may take to arrive.
const readTime = 2 * time.Minute

// HTTPServer returns a handler in a server with limits on time and headers; the caller sets where it listens.
func HTTPServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       readTime,
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// Run does what goes on behind the requests, until ctx ends: it brings committed events to
// the WebSocket clients and finishes what was started for later. It returns nil when ctx
// ended, else what broke.
func (s *Server) Run(ctx context.Context) error {
	defer s.later.wait()
	defer s.hub.closeAll()
	if err := s.hub.run(ctx); err != nil && ctx.Err() == nil {
		return fmt.Errorf("admin: live events: %w", err)
	}
	return nil
}

// Clients returns how many WebSocket connections are open.
func (s *Server) Clients() int { return s.hub.count() }

// Looked tells the clients of this process who may know of it that somebody looks at a ticket.
func (s *Server) Looked(l domain.Look) { s.hub.looked(l) }

// AccountsChanged forgets what is remembered of these accounts and ends the connections
// that they may no longer have; without ids, of all. To be called after every change of an
// account, whichever process made it. It does not block.
func (s *Server) AccountsChanged(userIDs ...int64) {
	s.Sessions.Invalidate(userIDs...)
	s.hub.recheck(userIDs)
}
