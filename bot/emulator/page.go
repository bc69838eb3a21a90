package emulator

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed static
var static embed.FS

const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Page serves the page on which a human is any of the people, its API, and under /control what breaks
// Telegram on purpose. Whoever reaches it can act as anybody: listen on a loopback address only.
func (s *Server) Page() http.Handler {
	files, err := fs.Sub(static, "static")
	if err != nil {
		panic(err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(files))
	mux.HandleFunc("GET /api/state", s.pageState)
	mux.HandleFunc("GET /api/messages", s.pageMessages)
	mux.HandleFunc("GET /api/events", s.pageEvents)
	mux.HandleFunc("GET /api/file/{id}", s.pageFile)
	mux.HandleFunc("POST /api/send", act(s.pageSend))
	mux.HandleFunc("POST /api/edit", act(s.pageEdit))
	mux.HandleFunc("POST /api/tap", act(s.pageTap))
	mux.HandleFunc("POST /api/block", act(s.pageBlock))
	mux.HandleFunc("POST /api/upload", s.pageUpload)
	mux.HandleFunc("POST /control/faults", act(s.controlFault))
	mux.HandleFunc("DELETE /control/faults", act(func(context.Context, struct{}) (any, error) { s.ClearFaults(); return true, nil }))
	mux.HandleFunc("POST /control/limits", act(func(_ context.Context, l Limits) (any, error) { s.SetLimits(l); return true, nil }))
	mux.HandleFunc("POST /control/inject", act(func(_ context.Context, raw json.RawMessage) (any, error) { return true, s.Inject(raw) }))
	return http.NewCrossOriginProtection().Handler(secured(mux))
}

func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-cache")
		next.ServeHTTP(w, r)
	})
}

// act decodes a JSON body, runs and answers with JSON or a problem in plain text.
func act[In any](run func(context.Context, In) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in In
		if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&in); err != nil && !errors.Is(err, io.EOF) {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		out, err := run(r.Context(), in)
		writeJSON(w, out, err)
	}
}

func writeJSON(w http.ResponseWriter, out any, err error) {
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		http.Error(w, err.Error(), http.StatusGatewayTimeout)
	case err != nil:
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
	default:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(out)
	}
}

type pageChat struct {
	ID       int64           `json:"id"`
	Type     string          `json:"type"`
	Title    string          `json:"title"`
	Members  []string        `json:"members,omitempty"`
	Topics   []pageTopic     `json:"topics,omitempty"`
	Started  bool            `json:"started"`
	Blocked  bool            `json:"blocked"`
	Last     *Message        `json:"last,omitempty"`
	Keyboard json.RawMessage `json:"keyboard,omitempty"`
	Commands []Command       `json:"commands"`
	Pinned   *Message        `json:"pinned,omitempty"`
}

type pageTopic struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

type pagePerson struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Role string `json:"role"`
}

func (s *Server) pageState(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	people := []pagePerson{}
	for _, p := range s.world.people {
		people = append(people, pagePerson{p.User.ID, p.User.Name(), p.Role})
	}
	slices.SortFunc(people, func(a, b pagePerson) int { return int(a.ID - b.ID) })
	as, _ := strconv.ParseInt(r.URL.Query().Get("as"), 10, 64)
	if s.world.people[as] == nil && len(people) > 0 {
		as = people[0].ID
	}
	chats := []pageChat{}
	if p := s.world.people[as]; p != nil {
		chats = append(chats, s.pageChat(s.world.chats[as], p))
		for _, c := range s.memberChats(as) {
			chats = append(chats, s.pageChat(c, p))
		}
	}
	writeJSON(w, map[string]any{
		"bot": s.bot, "as": as, "people": people, "chats": chats,
		"about": s.world.settings.Description["description|"],
	}, nil)
}

func (s *Server) pageChat(c *chat, p *person) pageChat {
	out := pageChat{
		ID: c.ID, Type: c.Type, Title: c.Title, Started: p.Started, Blocked: p.Blocked,
		Keyboard: c.ReplyKeyboard, Commands: s.commandsFor(c, p.User), Pinned: s.world.message(c.ID, c.Pinned),
	}
	if c.private() {
		out.Title = s.bot.FirstName
	}
	for id := range c.Members {
		if m := s.world.people[id]; m != nil {
			out.Members = append(out.Members, m.User.Name())
		}
	}
	slices.Sort(out.Members)
	for id, t := range c.Topics {
		out.Topics = append(out.Topics, pageTopic{id, t.Name})
	}
	slices.SortFunc(out.Topics, func(a, b pageTopic) int { return a.ID - b.ID })
	if list := s.world.messages[c.ID]; len(list) > 0 {
		out.Last = list[len(list)-1]
	}
	return out
}

const pageMessageLimit = 300

func (s *Server) pageMessages(w http.ResponseWriter, r *http.Request) {
	as, _ := strconv.ParseInt(r.URL.Query().Get("as"), 10, 64)
	id, _ := strconv.ParseInt(r.URL.Query().Get("chat"), 10, 64)
	s.mu.Lock()
	_, c, err := s.actor(as, id)
	shown := []Message{}
	if err == nil {
		shown = s.shown(c.ID)
	}
	s.mu.Unlock()
	writeJSON(w, shown[max(0, len(shown)-pageMessageLimit):], err)
}

// pageEvents streams what happens in a person's chats.
func (s *Server) pageEvents(w http.ResponseWriter, r *http.Request) {
	as, _ := strconv.ParseInt(r.URL.Query().Get("as"), 10, 64)
	t := s.openTab(as)
	defer s.closeTab(t)
	w.Header().Set("Content-Type", "text/event-stream")
	control := http.NewResponseController(w)
	_, _ = fmt.Fprint(w, "retry: 1000\n\n")
	if control.Flush() != nil {
		return
	}
	beat := time.NewTicker(20 * time.Second)
	defer beat.Stop()
	for {
		select {
		case e, open := <-t.events:
			if !open {
				return
			}
			_, _ = fmt.Fprintf(w, "data: %s\n\n", rawJSON(e))
		case <-beat.C:
			_, _ = fmt.Fprint(w, ": beat\n\n")
		case <-r.Context().Done():
			return
		case <-s.ctx.Done():
			return
		}
		if control.Flush() != nil {
			return
		}
	}
}

// pageFile shows photos and lets everything else only be saved.
func (s *Server) pageFile(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	f := s.fileByID(r.PathValue("id"))
	var data []byte
	if f != nil {
		data, _ = s.journal.blob(f.Blob)
	}
	s.mu.Unlock()
	if f == nil {
		http.NotFound(w, r)
		return
	}
	if f.Width > 0 && slices.Contains([]string{"image/png", "image/jpeg", "image/gif"}, f.MIME) {
		w.Header().Set("Content-Type", f.MIME)
	} else {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Disposition", "attachment")
	}
	w.Header().Set("Cache-Control", "private, max-age=86400")
	_, _ = w.Write(data)
}

type pageAction struct {
	As      int64    `json:"as"`
	Chat    int64    `json:"chat"`
	Message int      `json:"message"`
	Thread  int      `json:"thread"`
	ReplyTo int      `json:"reply_to"`
	Text    string   `json:"text"`
	Data    string   `json:"data"`
	Contact *Contact `json:"contact"`
	Blocked bool     `json:"blocked"`
}

func (s *Server) pageSend(_ context.Context, a pageAction) (any, error) {
	if a.Contact != nil {
		a.Contact.UserID = a.As
	}
	return s.Post(a.As, a.Chat, Draft{Text: a.Text, ReplyTo: a.ReplyTo, Thread: a.Thread, Contact: a.Contact})
}

func (s *Server) pageEdit(_ context.Context, a pageAction) (any, error) {
	return s.EditMessage(a.As, a.Chat, a.Message, a.Text)
}

func (s *Server) pageTap(ctx context.Context, a pageAction) (any, error) {
	ctx, cancel := context.WithTimeout(ctx, queryLifetime)
	defer cancel()
	return s.Tap(ctx, a.As, a.Chat, a.Message, a.Data)
}

func (s *Server) pageBlock(_ context.Context, a pageAction) (any, error) {
	return true, s.setBlocked(a.As, a.Blocked)
}

func (s *Server) controlFault(_ context.Context, f Fault) (any, error) {
	s.Fault(f)
	return true, nil
}

// pageUpload sends one file, or several as an album; images go as photos.
func (s *Server) pageUpload(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	if err := r.ParseMultipartForm(8 << 20); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	number := func(name string) int64 {
		n, _ := strconv.ParseInt(r.FormValue(name), 10, 64)
		return n
	}
	var parts []Draft
	for i, header := range r.MultipartForm.File["file"] {
		in, err := header.Open()
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		data, err := io.ReadAll(in)
		_ = in.Close()
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		f := &File{Name: header.Filename, MIME: header.Header.Get("Content-Type"), Data: data}
		d := Draft{ReplyTo: int(number("reply_to")), Thread: int(number("thread"))}
		if i == 0 {
			d.Text = r.FormValue("caption")
		}
		if strings.HasPrefix(f.MIME, "image/") && f.MIME != "image/svg+xml" {
			d.Photo = f
		} else {
			d.Document = f
		}
		parts = append(parts, d)
	}
	if len(parts) == 1 {
		m, err := s.Post(number("as"), number("chat"), parts[0])
		writeJSON(w, m, err)
		return
	}
	album, err := s.SendAlbum(number("as"), number("chat"), parts...)
	writeJSON(w, album, err)
}
