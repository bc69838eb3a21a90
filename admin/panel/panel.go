// Package panel is the helpdesk in the browser: pages and fragments rendered on the
// server, made lively by a few small modules. It is a thin door to [domain.Desk]: what is
// offered and what is refused is decided there.
package panel

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"chamados/domain"

	"github.com/klauspost/compress/gzhttp"
)

// Sessions says who is asking and remembers who has logged in.
type Sessions interface {
	// Authenticate returns who makes the request; an error of [domain.CodeUnauthorized]
	// when nobody proved it.
	Authenticate(r *http.Request, ch domain.Channel) (domain.Actor, error)
	// Issue returns a token that proves to be u.
	Issue(u domain.User) (string, error)
	SetCookie(w http.ResponseWriter, r *http.Request, token string)
	ClearCookie(w http.ResponseWriter, r *http.Request)
	// End makes the session of the request worth nothing from now on, wherever its token is.
	End(r *http.Request) error
}

// Options are what the panel needs. Desk and Sessions are required.
type Options struct {
	Desk     *domain.Desk
	Sessions Sessions
	// Login checks an address and a password; nil for the desk's own Authenticate. The
	// server gives one that counts failed attempts.
	Login func(ctx context.Context, r *http.Request, email, password string) (domain.User, error)
	// Door returns what new passwords go through; nil: there are no pages for them. It is
	// called by requests, so that the server may be made after the panel.
	Door func() Door
	// InviteLink makes the deep link into Telegram from an invitation's token, "" while the
	// bot's name is not known. nil: there is no bot. Without a link no invitation is offered.
	InviteLink  func(token string) string
	Now         func() time.Time // nil: time.Now
	Location    *time.Location   // in which times are shown; nil: UTC
	Log         *slog.Logger     // nil: slog.Default
	DefaultLang domain.Lang      // of people who have not chosen; "": the browser's
	System      func() System    // of the running program; nil: its page tells only of the queues
}

// Panel serves the pages.
type Panel struct {
	Options
	views  views
	seen   chan struct{} // holds one token for each look that is being noted
	assets *assets
}

// New returns the panel's handler, to be mounted at "/".
func New(o Options) (http.Handler, error) {
	if o.Desk == nil || o.Sessions == nil {
		return nil, errors.New("panel: Desk and Sessions are required")
	}
	p := &Panel{Options: o, seen: make(chan struct{}, seenAtOnce)}
	p.fillDefaults()
	var err error
	if p.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	p.views = p.newViews()
	return compressed(p.protect(p.routes()))
}

// compressedTypes are what gets smaller. Files that people attached go out as they are.
var compressedTypes = []string{"text/html", "text/css", "text/javascript", "text/csv", "image/svg+xml", "application/json"}

// compressed packs answers for browsers that unpack them. Another site cannot learn from the length of a page:
// its requests come without the session.
func compressed(next http.Handler) (http.Handler, error) {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(1024), gzhttp.ContentTypes(compressedTypes))
	if err != nil {
		return nil, err
	}
	return wrap(next), nil
}

func (p *Panel) fillDefaults() {
	if p.Now == nil {
		p.Now = time.Now
	}
	if p.Location == nil {
		p.Location = time.UTC
	}
	if p.Log == nil {
		p.Log = slog.Default()
	}
	if p.Login == nil {
		p.Login = func(ctx context.Context, _ *http.Request, email, password string) (domain.User, error) {
			return p.Desk.Authenticate(ctx, email, password)
		}
	}
}

func (p *Panel) routes() http.Handler {
	mux := http.NewServeMux()
	open := func(pattern string, h handler) { mux.Handle(pattern, p.serve(h)) }
	page := func(pattern string, h handler) { open(pattern, p.loggedIn(h)) }

	mux.Handle("GET /assets/", p.assets)
	mux.HandleFunc("GET /favicon.ico", p.assets.favicon)
	open("GET /entrar", p.loginPage)
	open("POST /entrar", p.login)
	open("POST /sair", p.logout)
	open("POST /preferencias", p.preferences)

	page("GET /{$}", p.board)
	page("GET /fragmentos/coluna/{status}", p.columnFragment)
	page("GET /fragmentos/cartao/{id}", p.cardFragment)
	page("GET /fragmentos/contagens", p.countsFragment)
	page("GET /fragmentos/pessoas", p.peopleFragment)
	page("GET /estatisticas", p.statistics)
	page("GET /sistema", p.system)
	page("POST /sistema/mensagens/{id}/repetir", p.retryDelivery)
	page("POST /sistema/emails/{id}/repetir", p.retryMail)
	page("POST /sistema/entrada/{bot}/{id}/repetir", p.retryUpdate)
	p.passwordRoutes(open, page)
	p.ticketRoutes(page)
	p.peopleRoutes(page)
	p.importRoutes(page)

	page("/", func(http.ResponseWriter, *http.Request, *visit) error { return errNoPage })
	return mux
}

func (p *Panel) ticketRoutes(page func(string, handler)) {
	page("GET /chamados", p.list)
	page("GET /chamados.csv", p.export)
	page("GET /chamados/novo", p.newTicketPage)
	page("POST /chamados/novo", p.openTicket)
	page("GET /chamados/{id}", p.ticketPage)
	page("GET /chamados/{id}/editar", p.editPage)
	page("POST /chamados/{id}/editar", p.edit)
	page("POST /chamados/{id}/status", p.setStatus)
	page("POST /chamados/{id}/prioridade", p.setPriority)
	page("POST /chamados/{id}/responsavel", p.setAssignee)
	page("POST /chamados/{id}/assumir", p.take)
	page("POST /chamados/{id}/devolver", p.release)
	page("POST /chamados/{id}/comentarios", p.comment)
	page("POST /chamados/{id}/excluir", p.deleteTicket)
	page("POST /chamados/{id}/restaurar", p.restoreTicket)
	page("POST /comentarios/{id}/editar", p.editComment)
	page("GET /anexos/{id}", p.attachment)
}

func (p *Panel) peopleRoutes(page func(string, handler)) {
	page("GET /pessoas", p.people)
	page("GET /pessoas/nova", p.newPersonPage)
	page("POST /pessoas/nova", p.createPerson)
	page("GET /pessoas/{id}", p.personPage)
	page("POST /pessoas/{id}", p.updatePerson)
	page("POST /pessoas/{id}/ativo", p.setActive)
	page("POST /pessoas/{id}/convite", p.invite)
	page("POST /pessoas/{id}/desvincular", p.unlink)

	page("GET /conta", p.account)
	page("GET /conta/avisos", p.notices)
	page("POST /conta/avisos", p.saveNotices)
	page("POST /conta/convite", p.ownInvite)
	page("POST /conta/desvincular", p.ownUnlink)
	page("POST /conta/sair", p.logoutEverywhere)
}
