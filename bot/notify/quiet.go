package notify

import "sync"

// quiet remembers of chats that have messages whether any of those may answer a person.
type quiet struct {
	mu    sync.Mutex
	chats map[int64]bool // true: none does; a chat without an entry has nothing, or is not known yet
}

// noticed says that something was written that answers nobody.
func (q *quiet) noticed(chatIDs []int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, id := range chatIDs {
		if _, known := q.chats[id]; !known {
			q.set(id, true)
		}
	}
}

// answered says that there may be answers.
func (q *quiet) answered(chatIDs ...int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, id := range chatIDs {
		q.set(id, false)
	}
}

// look reports whether a chat is worth a look for answers, and notes it as quiet before that is done:
// whatever is written from now on ends it.
func (q *quiet) look(chatID int64) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.chats[chatID] {
		return false
	}
	q.set(chatID, true)
	return true
}

// empty says that there was nothing at all.
func (q *quiet) empty(chatID int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.chats, chatID)
}

// doubt says that there may be answers anywhere.
func (q *quiet) doubt() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for id := range q.chats {
		q.chats[id] = false
	}
}

func (q *quiet) set(chatID int64, none bool) {
	if q.chats == nil {
		q.chats = map[int64]bool{}
	}
	q.chats[chatID] = none
}
