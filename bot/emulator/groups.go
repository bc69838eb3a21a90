package emulator

import (
	"fmt"
	"slices"
)

// MigrateGroup turns a basic group into a supergroup and returns the new id. From then on the bot's calls
// with the old id fail with migrate_to_chat_id.
func (s *Server) MigrateGroup(chatID int64) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.world.chats[chatID]
	if c == nil || c.Type != "group" || c.MigratedTo != 0 {
		return 0, fmt.Errorf("%w: %d is no basic group", ErrUnknownChat, chatID)
	}
	next := c.clone()
	next.ID, next.Type = -1_000_000_000_000+chatID, "supergroup"
	s.commit(record{Chat: next})
	old := c.clone()
	old.MigratedTo = next.ID
	s.commit(record{Chat: old})
	for _, m := range []*Message{
		{Chat: old.Chat, MigrateToChatID: next.ID},
		{Chat: next.Chat, MigrateFromChatID: chatID},
	} {
		m.From, m.Date = s.ownerOf(c), s.now().Unix()
		s.post(m)
		s.queue("message", lane(m.Chat.ID), m)
	}
	s.tell(event{Type: "people"})
	return next.ID, nil
}

func (s *Server) ownerOf(c *chat) *User {
	var ids []int64
	for id := range c.Members {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		if p := s.world.people[id]; p != nil {
			return &p.User
		}
	}
	return &anonymousAdmin
}

// AddBot puts the bot into a group, as a member or administrator.
func (s *Server) AddBot(userID, chatID int64, admin bool) error {
	return s.changeBot(userID, chatID, map[bool]string{false: "member", true: "administrator"}[admin])
}

// RemoveBot throws the bot out of a group.
func (s *Server) RemoveBot(userID, chatID int64) error { return s.changeBot(userID, chatID, "kicked") }

func (s *Server) changeBot(userID, chatID int64, status string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, c, err := s.actor(userID, chatID)
	if err != nil {
		return err
	}
	was := c.Bot
	d := c.clone()
	d.Bot = status
	s.commit(record{Chat: d})
	s.queueMember(c.Chat, p.User, was, status)
	m := &Message{From: &p.User, Chat: c.Chat, Date: s.now().Unix()}
	switch {
	case !d.botPresent():
		m.LeftChatMember = &s.bot
	case !c.botPresent():
		m.NewChatMembers = []User{s.bot}
	default:
		return nil
	}
	s.post(m)
	if d.botPresent() {
		s.queue("message", lane(c.ID), m)
	}
	return nil
}

// Join lets a person enter a group.
func (s *Server) Join(userID, chatID int64) error { return s.changeMember(userID, chatID, true) }

// Leave lets a person leave a group.
func (s *Server) Leave(userID, chatID int64) error { return s.changeMember(userID, chatID, false) }

func (s *Server) changeMember(userID, chatID int64, in bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, c := s.world.people[userID], s.world.chats[chatID]
	switch {
	case p == nil:
		return fmt.Errorf("%w: %d", ErrUnknownUser, userID)
	case c == nil || c.private() || c.MigratedTo != 0 || in == (c.Members[userID] != ""):
		return fmt.Errorf("%w: %d", ErrUnknownChat, chatID)
	}
	d := c.clone()
	m := &Message{From: &p.User, Chat: c.Chat, Date: s.now().Unix()}
	before, after := "left", "member"
	if in {
		d.Members[userID] = after
		m.NewChatMembers = []User{p.User}
	} else {
		before, after = c.Members[userID], "left"
		delete(d.Members, userID)
		m.LeftChatMember = &p.User
	}
	s.commit(record{Chat: d})
	s.post(m)
	if c.botPresent() {
		s.queue("message", lane(c.ID), m)
		s.queue("chat_member", lane(c.ID), map[string]any{
			"chat": c.Chat, "from": p.User, "date": m.Date,
			"old_chat_member": member(p.User, before), "new_chat_member": member(p.User, after),
		})
	}
	s.tell(event{Type: "people"})
	return nil
}

// CreateTopic opens a topic in a forum and returns its thread id.
func (s *Server) CreateTopic(userID, chatID int64, name string) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, c, err := s.actor(userID, chatID)
	if err != nil {
		return 0, err
	}
	if !c.IsForum {
		return 0, fmt.Errorf("%w: %d is no forum", ErrUnknownChat, chatID)
	}
	return s.openTopic(c, p.User, name).ThreadID, nil
}

// DeleteTopic removes a topic with its messages; Telegram does not tell the bot.
func (s *Server) DeleteTopic(userID, chatID int64, thread int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, c, err := s.actor(userID, chatID)
	if err != nil {
		return err
	}
	if _, ok := c.Topics[thread]; !ok {
		return fmt.Errorf("%w: topic %d", ErrUnknownChat, thread)
	}
	d := c.clone()
	s.dropTopic(d, thread)
	s.commit(record{Chat: d})
	s.tell(event{Type: "chat", ChatID: c.ID})
	return nil
}
