package notify

import "sync"

// quiet are the chats of which it is known that nothing waiting there answers a person.
type quiet struct {
	mu    sync.Mutex
	chats map[int64]struct{}
}

// begin notes a chat, before it is looked at: whatever is written from now on ends it. It reports
// whether the chat was not noted yet.
func (q *quiet) begin(chatID int64) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, ok := q.chats[chatID]; ok {
		return false
	}
	if q.chats == nil {
		q.chats = map[int64]struct{}{}
	}
	q.chats[chatID] = struct{}{}
	return true
}

func (q *quiet) end(chatIDs []int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, id := range chatIDs {
		delete(q.chats, id)
	}
}

func (q *quiet) endAll() {
	q.mu.Lock()
	defer q.mu.Unlock()
	clear(q.chats)
}
