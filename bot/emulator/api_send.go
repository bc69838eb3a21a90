package emulator

import (
	"slices"
	"strconv"
)

const (
	maxText    = 4096
	maxCaption = 1024
)

// chatOf returns the chat that the parameter chat_id names.
func (s *Server) chatOf(p params) (*chat, error) {
	raw := p.get("chat_id")
	if raw == "" {
		return nil, badRequest("chat_id is empty")
	}
	id, err := strconv.ParseInt(raw, 10, 64)
	if err != nil {
		return nil, badRequest("chat not found")
	}
	c := s.world.chats[id]
	if c == nil {
		return nil, badRequest("chat not found")
	}
	if c.MigratedTo != 0 {
		failure := badRequest("group chat was upgraded to a supergroup chat")
		failure.MigrateTo = c.MigratedTo
		return nil, failure
	}
	return c, s.mayUse(c)
}

func (s *Server) mayUse(c *chat) error {
	if !c.private() {
		switch c.Bot {
		case "left":
			return forbidden("bot is not a member of the %s chat", c.Type)
		case "kicked":
			return forbidden("bot was kicked from the %s chat", c.Type)
		}
		return nil
	}
	p := s.world.people[c.ID]
	switch {
	case p.Blocked:
		return forbidden("bot was blocked by the user")
	case p.Started:
		return nil
	case s.groupsShared(c.ID):
		return forbidden("bot can't initiate conversation with a user")
	}
	return badRequest("chat not found")
}

// draftOf fills what all messages of the bot have in common: chat, topic, quoted message, keyboard.
func (s *Server) draftOf(p params) (*Message, *chat, error) {
	c, err := s.chatOf(p)
	if err != nil {
		return nil, nil, err
	}
	m := &Message{From: &s.bot, Chat: c.Chat, Date: s.now().Unix()}
	thread, err := p.int("message_thread_id")
	if err != nil {
		return nil, nil, err
	}
	if thread != 0 {
		if _, ok := c.Topics[int(thread)]; !ok {
			return nil, nil, badRequest("message thread not found")
		}
		m.ThreadID, m.IsTopicMessage = int(thread), true
	}
	if err := s.quote(p, m); err != nil {
		return nil, nil, err
	}
	return m, c, nil
}

// quote resolves reply_parameters or the older reply_to_message_id.
func (s *Server) quote(p params, m *Message) error {
	var r struct {
		MessageID int   `json:"message_id"`
		ChatID    int64 `json:"chat_id"`
		Tolerant  bool  `json:"allow_sending_without_reply"`
	}
	if _, err := p.json("reply_parameters", &r); err != nil {
		return err
	}
	if r.MessageID == 0 {
		id, err := p.int("reply_to_message_id")
		if err != nil {
			return err
		}
		r.MessageID, r.Tolerant = int(id), p.bool("allow_sending_without_reply")
	}
	if r.MessageID == 0 {
		return nil
	}
	quoted := s.world.message(m.Chat.ID, r.MessageID)
	if quoted == nil && !r.Tolerant {
		return badRequest("message to be replied not found")
	}
	m.ReplyToMessage = flat(quoted)
	return nil
}

// flat copies a message without the one that it replies to, as Telegram nests only one level.
func flat(m *Message) *Message {
	if m == nil {
		return nil
	}
	c := *m
	c.ReplyToMessage, c.PinnedMessage = nil, nil
	return &c
}

// formatted parses text by parse_mode or takes the entities that were given.
func (s *Server) formatted(p params, textKey, entitiesKey string) (string, []Entity, error) {
	text := p.get(textKey)
	var entities []Entity
	var err error
	switch mode := p.get("parse_mode"); mode {
	case "HTML", "html", "Html":
		if text, entities, err = parseHTML(text); err != nil {
			return "", nil, badRequest("%v", err)
		}
	case "":
		if _, err = p.json(entitiesKey, &entities); err != nil {
			return "", nil, err
		}
		text, entities = trimFormatted(text, entities)
	default:
		return "", nil, badRequest("unsupported parse_mode")
	}
	return text, detect(text, entities), nil
}

func (s *Server) textOf(p params) (string, []Entity, error) {
	text, entities, err := s.formatted(p, "text", "entities")
	switch n := utf16Len(text); {
	case err != nil:
		return "", nil, err
	case n == 0:
		return "", nil, badRequest("message text is empty")
	case n > maxText:
		return "", nil, badRequest("message is too long")
	}
	return text, entities, nil
}

func (s *Server) captionOf(p params) (string, []Entity, error) {
	text, entities, err := s.formatted(p, "caption", "caption_entities")
	if err == nil && utf16Len(text) > maxCaption {
		err = badRequest("message caption is too long")
	}
	return text, entities, err
}

func (s *Server) sendMessage(p params) (any, error) {
	text, entities, err := s.textOf(p)
	if err != nil {
		return nil, err
	}
	m, c, err := s.draftOf(p)
	if err != nil {
		return nil, err
	}
	m.Text, m.Entities = text, entities
	if _, err := p.json("link_preview_options", &m.LinkPreview); err != nil {
		return nil, err
	}
	return s.sendWithKeyboard(p, m, c)
}

// sendWithKeyboard stores a message of the bot with its reply_markup.
func (s *Server) sendWithKeyboard(p params, m *Message, c *chat) (any, error) {
	markup, err := parseMarkup(p.get("reply_markup"))
	if err != nil {
		return nil, err
	}
	m.ReplyMarkup = markup.inline
	s.post(m)
	if markup.reply != nil {
		d := c.clone()
		d.ReplyKeyboard = markup.reply
		s.commit(record{Chat: d})
		s.tell(event{Type: "chat", ChatID: c.ID})
	}
	return s.world.message(m.Chat.ID, m.ID), nil
}

// post gives m its number, stores it and shows it.
func (s *Server) post(m *Message) {
	m.ID = s.world.counters.Message[s.world.box(m.Chat.ID)] + 1
	s.commit(record{Message: m})
	s.tell(event{Type: "message", ChatID: m.Chat.ID, Message: m})
}

func (s *Server) sendChatAction(p params) (any, error) {
	c, err := s.chatOf(p)
	if err != nil {
		return nil, err
	}
	known := []string{"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note"}
	action := p.get("action")
	if !slices.Contains(known, action) {
		return nil, badRequest("wrong parameter action in request")
	}
	s.tell(event{Type: "typing", ChatID: c.ID, Text: action})
	return true, nil
}
