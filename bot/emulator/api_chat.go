package emulator

import (
	"maps"
	"slices"
)

func (s *Server) getChat(p params) (any, error) {
	c, err := s.chatOf(p)
	if err != nil {
		return nil, err
	}
	full := struct {
		Chat
		AccentColorID    int             `json:"accent_color_id"`
		MaxReactionCount int             `json:"max_reaction_count"`
		PinnedMessage    *Message        `json:"pinned_message,omitempty"`
		Permissions      map[string]bool `json:"permissions,omitempty"`
		Gifts            map[string]bool `json:"accepted_gift_types"`
	}{Chat: c.Chat, MaxReactionCount: 11, PinnedMessage: flat(s.world.message(c.ID, c.Pinned)), Gifts: map[string]bool{}}
	if !c.private() {
		full.Permissions = map[string]bool{"can_send_messages": true}
	}
	return full, nil
}

func (s *Server) getChatMember(p params) (any, error) {
	c, err := s.chatOf(p)
	if err != nil {
		return nil, err
	}
	id, err := p.int("user_id")
	if err != nil {
		return nil, err
	}
	if id == s.bot.ID {
		return member(s.bot, c.Bot), nil
	}
	who := s.world.people[id]
	switch {
	case who == nil:
		return nil, badRequest("invalid user_id specified")
	case c.private() && c.ID == id:
		return member(who.User, "member"), nil
	case c.Members[id] == "":
		return member(who.User, "left"), nil
	}
	return member(who.User, c.Members[id]), nil
}

// member returns a ChatMember object.
func member(u User, status string) map[string]any {
	m := map[string]any{"user": u, "status": status}
	switch status {
	case "administrator":
		for _, right := range []string{"can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members", "can_change_info", "can_invite_users", "can_pin_messages", "can_manage_topics"} {
			m[right] = true
		}
		m["can_be_edited"], m["is_anonymous"], m["can_promote_members"] = false, false, false
	case "creator":
		m["is_anonymous"] = false
	case "kicked":
		m["until_date"] = 0
	}
	return m
}

func (s *Server) getChatMemberCount(p params) (any, error) {
	c, err := s.chatOf(p)
	if err != nil {
		return nil, err
	}
	if c.private() {
		return 2, nil
	}
	return len(c.Members) + 1, nil
}

func (s *Server) getChatAdministrators(p params) (any, error) {
	c, err := s.chatOf(p)
	if err != nil {
		return nil, err
	}
	if c.private() {
		return nil, badRequest("there are no administrators in the private chat")
	}
	out := []map[string]any{}
	for _, id := range slices.Sorted(maps.Keys(c.Members)) {
		if c.admin(id) {
			out = append(out, member(s.world.people[id].User, c.Members[id]))
		}
	}
	if c.Bot == "administrator" {
		out = append(out, member(s.bot, c.Bot))
	}
	return out, nil
}

func (s *Server) leaveChat(p params) (any, error) {
	c, err := s.chatOf(p)
	if err != nil {
		return nil, err
	}
	if c.private() {
		return nil, badRequest("chat member status can't be changed in private chats")
	}
	d := c.clone()
	d.Bot = "left"
	s.commit(record{Chat: d})
	service := &Message{From: &s.bot, Chat: c.Chat, Date: s.now().Unix(), LeftChatMember: &s.bot}
	s.post(service)
	s.queueMember(c.Chat, s.bot, c.Bot, "left")
	return true, nil
}

// managedForum returns the forum in which the bot may manage topics.
func (s *Server) managedForum(p params) (*chat, error) {
	c, err := s.chatOf(p)
	switch {
	case err != nil:
		return nil, err
	case !c.IsForum:
		return nil, badRequest("the chat is not a forum")
	case c.Bot != "administrator":
		return nil, badRequest("not enough rights to manage topics")
	}
	return c, nil
}

func (s *Server) createForumTopic(p params) (any, error) {
	c, err := s.managedForum(p)
	if err != nil {
		return nil, err
	}
	name := p.get("name")
	if n := utf16Len(name); n < 1 || n > 128 {
		return nil, badRequest("TOPIC_TITLE_EMPTY")
	}
	m := s.openTopic(c, s.bot, name)
	return map[string]any{"message_thread_id": m.ID, "name": name, "icon_color": m.ForumTopicCreated.IconColor}, nil
}

// openTopic posts the service message whose number is the topic's; the bot hears of it, of its own too.
func (s *Server) openTopic(c *chat, by User, name string) *Message {
	m := &Message{From: &by, Chat: c.Chat, Date: s.now().Unix(), IsTopicMessage: true}
	m.ForumTopicCreated = &TopicCreated{Name: name, IconColor: 7322096}
	m.ThreadID = s.world.counters.Message[s.world.box(c.ID)] + 1
	d := c.clone()
	if d.Topics == nil {
		d.Topics = map[int]topic{}
	}
	d.Topics[m.ThreadID] = topic{Name: name}
	s.commit(record{Chat: d})
	s.post(m)
	s.queue("message", lane(c.ID), m)
	s.tell(event{Type: "chat", ChatID: c.ID})
	return m
}

func (s *Server) changeTopic(p params, change func(*chat, int, topic)) (any, error) {
	c, err := s.managedForum(p)
	if err != nil {
		return nil, err
	}
	id, err := p.int("message_thread_id")
	if err != nil {
		return nil, err
	}
	t, ok := c.Topics[int(id)]
	if !ok {
		return nil, badRequest("message thread not found")
	}
	d := c.clone()
	change(d, int(id), t)
	s.commit(record{Chat: d})
	s.tell(event{Type: "chat", ChatID: c.ID})
	return true, nil
}

func (s *Server) editForumTopic(p params) (any, error) {
	return s.changeTopic(p, func(c *chat, id int, t topic) {
		if name := p.get("name"); name != "" {
			t.Name = name
		}
		c.Topics[id] = t
	})
}

// closeForumTopic serves reopenForumTopic too: whether a topic is open changes nothing for an administrator.
func (s *Server) closeForumTopic(p params) (any, error) {
	return s.changeTopic(p, func(*chat, int, topic) {})
}

func (s *Server) deleteForumTopic(p params) (any, error) {
	return s.changeTopic(p, func(c *chat, id int, _ topic) { s.dropTopic(c, id) })
}

func (s *Server) dropTopic(c *chat, id int) {
	delete(c.Topics, id)
	for _, m := range s.world.messages[c.ID] {
		if m.ThreadID == id {
			s.remove(messageRef{c.ID, m.ID})
		}
	}
}
