package storage

import (
	"cmp"
	"slices"
	"sync"

	"chamados/domain"
)

// news is what this process has committed since a follower last asked. It saves the follower a look, which takes longer
// than telling everybody does.
type news struct {
	mu     sync.Mutex
	events []domain.Event
	others bool          // there may be events that only a look finds
	signal chan struct{} // holds a token after something came
}

// hear is called after commits. What is too much to keep is read instead.
func (n *news) hear(w Wake) {
	if !w.Events && !w.Missed {
		return
	}
	n.mu.Lock()
	if len(n.events)+len(w.Fresh) <= feedPage {
		n.events = append(n.events, w.Fresh...)
		n.others = n.others || w.Missed || len(w.Fresh) == 0
	} else {
		n.events, n.others = nil, true
	}
	n.mu.Unlock()
	select {
	case n.signal <- struct{}{}:
	default:
	}
}

// accept returns what was handed over and has not been seen, in order.
func (f *follower) accept() []domain.Event {
	n := &f.news
	n.mu.Lock()
	events := n.events
	f.due = f.due || n.others
	n.events, n.others = nil, false
	n.mu.Unlock()
	slices.SortFunc(events, func(a, b domain.Event) int { return cmp.Compare(a.ID, b.ID) })
	return slices.DeleteFunc(events, func(e domain.Event) bool { return !f.isNew(e.ID) })
}

// isNew reports whether an id was not seen before, and notes that it is now.
func (f *follower) isNew(id int64) bool {
	if id > f.last {
		f.see(id)
		return true
	}
	missing := slices.ContainsFunc(f.gaps, func(g gap) bool { return g.from <= id && id <= g.to })
	if missing {
		f.gaps = filled(f.gaps, id)
	}
	return missing
}
