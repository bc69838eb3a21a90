package emulator

// event is what the page's tabs hear.
type event struct {
	Type      string   `json:"type"` // message, deleted, typing, reaction, chat, people, commands
	ChatID    int64    `json:"chat_id,omitempty"`
	MessageID int      `json:"message_id,omitempty"`
	Message   *Message `json:"message,omitempty"`
	Text      string   `json:"text,omitempty"`
}

// tab is one open page. Its channel is closed when the tab falls behind; it then loads everything anew.
type tab struct {
	userID int64
	events chan event
}

// tell sends an event to the tabs of those who are in the chat. The caller holds mu.
func (s *Server) tell(e event) {
	for t := range s.tabs {
		if e.ChatID != 0 && !s.inChat(t.userID, e.ChatID) {
			continue
		}
		select {
		case t.events <- e:
		default:
			delete(s.tabs, t)
			close(t.events)
		}
	}
}

func (s *Server) inChat(userID, chatID int64) bool {
	c := s.world.chats[chatID]
	return c != nil && (c.ID == userID || c.Members[userID] != "")
}

func (s *Server) openTab(userID int64) *tab {
	t := &tab{userID: userID, events: make(chan event, 256)}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tabs[t] = struct{}{}
	return t
}

func (s *Server) closeTab(t *tab) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tabs, t)
}
