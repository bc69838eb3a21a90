package storage

import (
	"slices"
	"sync"

	"chamados/domain"
)

// Wake says what was committed, here or in another process, that somebody may want to look at.
type Wake struct {
	OutboxLanes []int64        `json:"o,omitempty"` // chats with messages to send
	NoticeLanes []int64        `json:"n,omitempty"` // chats with messages of which none answers a person
	InboxLanes  []int64        `json:"i,omitempty"` // chats with updates to handle
	Users       []int64        `json:"u,omitempty"` // accounts whose role, state, tokens, language or link changed
	Events      bool           `json:"e,omitempty"` // tickets have new events
	Fresh       []domain.Event `json:"-"`           // these, where they are known; other processes read them
	Files       bool           `json:"f,omitempty"` // contents are to be fetched
	Mail        bool           `json:"c,omitempty"` // mails are to be sent
	Looks       []domain.Look  `json:"l,omitempty"` // who looks at a ticket; not all are told when there are many
	Missed      bool           `json:"m,omitempty"` // anything may have happened: look at all that is due, trust no cache
}

func (w *Wake) add(o Wake) {
	w.OutboxLanes = append(w.OutboxLanes, o.OutboxLanes...)
	w.NoticeLanes = append(w.NoticeLanes, o.NoticeLanes...)
	w.InboxLanes = append(w.InboxLanes, o.InboxLanes...)
	w.Users = append(w.Users, o.Users...)
	w.Looks = append(w.Looks, o.Looks...)
	w.Events = w.Events || o.Events
	w.Fresh = append(w.Fresh, o.Fresh...)
	w.Files = w.Files || o.Files
	w.Mail = w.Mail || o.Mail
	w.Missed = w.Missed || o.Missed
}

func (w *Wake) empty() bool {
	return w.named() == 0 && len(w.Looks) == 0 && !w.Events && !w.Files && !w.Mail && !w.Missed
}

// named counts chats and accounts.
func (w *Wake) named() int {
	return len(w.OutboxLanes) + len(w.NoticeLanes) + len(w.InboxLanes) + len(w.Users)
}

// Both keep a notification within PostgreSQL's 8000 bytes.
const (
	maxWake     = 300
	maxLooks    = 10
	maxLookName = 40
)

// compact drops repetitions; what is too much to name becomes Missed. Of looks the latest are kept.
func (w *Wake) compact() {
	w.Looks = w.Looks[max(0, len(w.Looks)-maxLooks):]
	for _, list := range []*[]int64{&w.OutboxLanes, &w.NoticeLanes, &w.InboxLanes, &w.Users} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	if w.named() > maxWake {
		*w = Wake{Missed: true}
	}
}

// wakes tells listeners of this process at once, and gathers what the other processes are to be told.
type wakes struct {
	mu        sync.Mutex
	listeners map[int]func(Wake)
	next      int
	first     func(Wake) // called before the listeners
	pending   Wake
	signal    chan struct{} // holds one token while pending is not empty
}

func newWakes(first func(Wake)) *wakes {
	return &wakes{first: first, listeners: map[int]func(Wake){}, signal: make(chan struct{}, 1)}
}

// OnWake calls f after each commit of this process that wrote something of a [Wake], and (while [DB.Run]
// runs) for what other processes committed. f is called on the committing goroutine, possibly by several
// at once: it must not block nor use the database; typically it notes the lanes and signals a channel.
// The returned function ends it.
func (db *DB) OnWake(f func(Wake)) (stop func()) {
	w := db.wake
	w.mu.Lock()
	defer w.mu.Unlock()
	id := w.next
	w.next++
	w.listeners[id] = f
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.listeners, id)
	}
}

// Look tells the live views of all processes, by way of [DB.OnWake], that somebody looks at a ticket.
// Nothing is written.
func (db *DB) Look(l domain.Look) {
	if name := []rune(l.Name); len(name) > maxLookName {
		l.Name = string(name[:maxLookName-1]) + "…"
	}
	db.wake.committed(Wake{Looks: []domain.Look{l}})
}

// committed tells of a commit of this process.
func (w *wakes) committed(what Wake) {
	w.others(what)
	if !what.empty() {
		w.tell(what)
	}
}

// others lets other processes be told of a commit of this one.
func (w *wakes) others(what Wake) {
	if what.empty() {
		return
	}
	others := what
	others.Fresh = nil
	w.mu.Lock()
	w.pending.add(others)
	if w.pending.named() > 10*maxWake || len(w.pending.Looks) > 10*maxLooks {
		w.pending.compact()
	}
	w.mu.Unlock()
	select {
	case w.signal <- struct{}{}:
	default:
	}
}

// tell calls the listeners of this process.
func (w *wakes) tell(what Wake) {
	w.first(what)
	w.announce(what)
}

func (w *wakes) announce(what Wake) {
	w.mu.Lock()
	listeners := make([]func(Wake), 0, len(w.listeners))
	for _, f := range w.listeners {
		listeners = append(listeners, f)
	}
	w.mu.Unlock()
	for _, f := range listeners {
		f(what)
	}
}

// take returns what other processes are to be told, and forgets it.
func (w *wakes) take() Wake {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.pending
	w.pending = Wake{}
	out.compact()
	return out
}
