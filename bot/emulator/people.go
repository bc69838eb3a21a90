package emulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// anonymousAdmin is who Telegram names as the author of an anonymous administrator's message.
var anonymousAdmin = User{ID: 1087968824, IsBot: true, FirstName: "Group", Username: "GroupAnonymousBot"}

// Draft is a message that a person sends. At most one of the media is set.
type Draft struct {
	Text     string // the caption, with media
	ReplyTo  int
	Thread   int // topic of a forum
	Photo    *File
	Document *File
	Voice    *File
	Video    *File
	Audio    *File
	Contact  *Contact
	Location *Location

	ForwardedFrom *User // the original author
	Anonymous     bool  // as an anonymous administrator of the group
	album         string
}

// CallbackAnswer is what a person sees after a tap.
type CallbackAnswer struct {
	Text      string `json:"text,omitempty"`
	ShowAlert bool   `json:"show_alert,omitempty"`
	URL       string `json:"url,omitempty"`
}

// Errors of acting as a person.
var (
	ErrUnknownUser = errors.New("emulator: unknown user")
	ErrUnknownChat = errors.New("emulator: no such chat for this user")
	ErrNoMessage   = errors.New("emulator: no such message")
	ErrNoButton    = errors.New("emulator: no such button")
)

// Start presses START, with the parameter of a deep link or "".
func (s *Server) Start(userID int64, parameter string) (Message, error) {
	return s.Send(userID, userID, strings.TrimSpace("/start "+parameter))
}

// Send writes a text. The private chat with the bot has the user's own id.
func (s *Server) Send(userID, chatID int64, text string) (Message, error) {
	return s.Post(userID, chatID, Draft{Text: text})
}

// Reply writes a text as an answer to a message.
func (s *Server) Reply(userID, chatID int64, messageID int, text string) (Message, error) {
	return s.Post(userID, chatID, Draft{Text: text, ReplyTo: messageID})
}

// SendPhoto sends a photo with a caption.
func (s *Server) SendPhoto(userID, chatID int64, photo File, caption string) (Message, error) {
	return s.Post(userID, chatID, Draft{Photo: &photo, Text: caption})
}

// SendDocument sends a file with a caption.
func (s *Server) SendDocument(userID, chatID int64, document File, caption string) (Message, error) {
	return s.Post(userID, chatID, Draft{Document: &document, Text: caption})
}

// SendAlbum sends several media as one album: separate messages with one media_group_id.
func (s *Server) SendAlbum(userID, chatID int64, parts ...Draft) ([]Message, error) {
	s.mu.Lock()
	group := strconv.FormatInt(s.serial(), 10)
	s.mu.Unlock()
	var out []Message
	for _, d := range parts {
		d.album = group
		m, err := s.Post(userID, chatID, d)
		if err != nil {
			return out, err
		}
		out = append(out, m)
	}
	return out, nil
}

// Post sends any message. Writing to the bot for the first time, or after blocking it, starts it.
func (s *Server) Post(userID, chatID int64, d Draft) (Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, c, err := s.actor(userID, chatID)
	if err != nil {
		return Message{}, err
	}
	m := &Message{From: &p.User, Chat: c.Chat, Date: s.now().Unix(), MediaGroupID: d.album}
	if err := s.fill(m, c, d); err != nil {
		return Message{}, err
	}
	if c.private() {
		s.begin(p)
	}
	s.post(m)
	if s.botSees(c, m) {
		s.queue("message", lane(c.ID), m)
	}
	return *m, nil
}

// actor returns the person and a chat that they take part in; a migrated group leads to its successor.
func (s *Server) actor(userID, chatID int64) (*person, *chat, error) {
	p, c := s.world.people[userID], s.world.chats[chatID]
	if p == nil {
		return nil, nil, fmt.Errorf("%w: %d", ErrUnknownUser, userID)
	}
	if c != nil && c.MigratedTo != 0 {
		c = s.world.chats[c.MigratedTo]
	}
	if c == nil || c.private() && c.ID != userID || !c.private() && c.Members[userID] == "" {
		return nil, nil, fmt.Errorf("%w: %d", ErrUnknownChat, chatID)
	}
	return p, c, nil
}

func (s *Server) fill(m *Message, c *chat, d Draft) error {
	if d.ReplyTo != 0 {
		quoted := s.world.message(c.ID, d.ReplyTo)
		if quoted == nil {
			return fmt.Errorf("%w: %d", ErrNoMessage, d.ReplyTo)
		}
		m.ReplyToMessage = flat(quoted)
		if d.Thread == 0 {
			d.Thread = quoted.ThreadID
		}
	}
	if d.Thread != 0 {
		if _, ok := c.Topics[d.Thread]; !ok {
			return fmt.Errorf("%w: topic %d", ErrUnknownChat, d.Thread)
		}
		m.ThreadID, m.IsTopicMessage = d.Thread, true
	}
	if d.Anonymous {
		m.From, m.SenderChat = &anonymousAdmin, &c.Chat
	}
	if d.ForwardedFrom != nil {
		m.ForwardOrigin = rawJSON(map[string]any{"type": "user", "date": m.Date, "sender_user": d.ForwardedFrom})
	}
	m.Contact, m.Location = d.Contact, d.Location
	return s.fillContent(m, d)
}

func (s *Server) fillContent(m *Message, d Draft) error {
	files := map[string]*File{"photo": d.Photo, "document": d.Document, "voice": d.Voice, "video": d.Video, "audio": d.Audio}
	for kind, f := range files {
		if f == nil {
			continue
		}
		stored, err := s.store(kind, *f)
		if err != nil {
			return err
		}
		s.attach(m, kind, stored)
	}
	text, _ := trimFormatted(d.Text, nil)
	switch {
	case m.hasMedia():
		if text != "" {
			m.Caption, m.CaptionEntities = text, detect(text, nil)
		}
	case m.Contact == nil && m.Location == nil:
		if text == "" || utf16Len(text) > maxText {
			return errors.New("emulator: Telegram's apps send texts of 1 to 4096 characters")
		}
		m.Text, m.Entities = text, detect(text, nil)
	}
	return nil
}

// begin marks the bot as started, and tells it if it had been blocked.
func (s *Server) begin(p *person) {
	if p.Started && !p.Blocked {
		return
	}
	next := *p
	next.Started, next.Blocked = true, false
	s.commit(record{Person: &next})
	if p.Blocked {
		s.queueMember(privateChat(p.User), p.User, "kicked", "member")
	}
	s.tell(event{Type: "chat", ChatID: p.User.ID})
}

// botSees applies membership and privacy mode.
func (s *Server) botSees(c *chat, m *Message) bool {
	if c.private() || c.Bot == "administrator" {
		return true
	}
	if c.Bot != "member" {
		return false
	}
	if !s.opt.Privacy || m.ReplyToMessage != nil && m.ReplyToMessage.From.ID == s.bot.ID {
		return true
	}
	for _, e := range slices.Concat(m.Entities, m.CaptionEntities) {
		if e.Type == "bot_command" && e.Offset == 0 {
			command, _, _ := strings.Cut(m.Content(), " ")
			_, to, named := strings.Cut(command, "@")
			return !named || strings.EqualFold(to, s.bot.Username)
		}
	}
	return false
}

// EditMessage changes the text or caption of the person's own message.
func (s *Server) EditMessage(userID, chatID int64, messageID int, text string) (Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, c, err := s.actor(userID, chatID)
	if err != nil {
		return Message{}, err
	}
	old := s.world.message(c.ID, messageID)
	if old == nil || old.From.ID != userID {
		return Message{}, fmt.Errorf("%w: %d", ErrNoMessage, messageID)
	}
	m := *old
	if m.hasMedia() {
		m.Caption, m.CaptionEntities = text, detect(text, nil)
	} else {
		m.Text, m.Entities = text, detect(text, nil)
	}
	m.EditDate = s.now().Unix()
	s.commit(record{Message: &m})
	s.tell(event{Type: "message", ChatID: c.ID, Message: &m})
	if s.botSees(c, &m) {
		s.queue("edited_message", lane(c.ID), &m)
	}
	return m, nil
}

// DeleteMessage removes a message for everyone; Telegram does not tell the bot.
func (s *Server) DeleteMessage(userID, chatID int64, messageID int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, c, err := s.actor(userID, chatID)
	if err != nil {
		return err
	}
	if s.world.message(c.ID, messageID) == nil {
		return fmt.Errorf("%w: %d", ErrNoMessage, messageID)
	}
	s.remove(messageRef{c.ID, messageID})
	return nil
}

// Tap presses an inline button, named by its data or label, and waits for the bot's answer.
func (s *Server) Tap(ctx context.Context, userID, chatID int64, messageID int, button string) (CallbackAnswer, error) {
	s.mu.Lock()
	_, c, err := s.actor(userID, chatID)
	var m *Message
	if err == nil {
		m = s.world.message(c.ID, messageID)
	}
	s.mu.Unlock()
	switch {
	case err != nil:
		return CallbackAnswer{}, err
	case m == nil:
		return CallbackAnswer{}, fmt.Errorf("%w: %d", ErrNoMessage, messageID)
	}
	b, ok := m.Button(button)
	if !ok || b.Data == "" {
		return CallbackAnswer{}, fmt.Errorf("%w: %q under message %d", ErrNoButton, button, messageID)
	}
	return s.TapForged(ctx, userID, c.ID, messageID, b.Data)
}

// TapForged sends any callback data, as a modified client can, also for a message that is gone, and waits
// for the bot's answer.
func (s *Server) TapForged(ctx context.Context, userID, chatID int64, messageID int, data string) (CallbackAnswer, error) {
	s.mu.Lock()
	p, c, err := s.actor(userID, chatID)
	if err != nil {
		s.mu.Unlock()
		return CallbackAnswer{}, err
	}
	id := strconv.FormatInt(s.bot.ID<<20+s.serial(), 10)
	s.commit(record{Query: &query{ID: id, UserID: userID, ChatID: c.ID, At: s.now().Unix()}})
	var shown any = map[string]any{"chat": c.Chat, "message_id": messageID, "date": 0}
	if m := s.world.message(c.ID, messageID); m != nil {
		shown = m
	}
	s.queue("callback_query", "user"+strconv.FormatInt(userID, 10), map[string]any{
		"id": id, "from": p.User, "message": shown, "chat_instance": strconv.FormatInt(c.ID*7919, 10), "data": data,
	})
	s.mu.Unlock()
	var answer CallbackAnswer
	err = s.await(ctx, func() bool {
		q := s.world.queries[id]
		if q.Answered != nil {
			answer = *q.Answered
		}
		return q.Answered != nil
	})
	if err != nil {
		return answer, fmt.Errorf("emulator: the tap on %q was not answered: %w", data, err)
	}
	return answer, nil
}

// Block stops the bot in the person's private chat.
func (s *Server) Block(userID int64) error { return s.setBlocked(userID, true) }

// Unblock lets the bot write again.
func (s *Server) Unblock(userID int64) error { return s.setBlocked(userID, false) }

func (s *Server) setBlocked(userID int64, blocked bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.world.people[userID]
	if p == nil {
		return fmt.Errorf("%w: %d", ErrUnknownUser, userID)
	}
	if p.Blocked == blocked {
		return nil
	}
	if !blocked {
		s.begin(p)
		return nil
	}
	next := *p
	next.Blocked = true
	s.commit(record{Person: &next})
	s.queueMember(privateChat(p.User), p.User, "member", "kicked")
	s.tell(event{Type: "chat", ChatID: userID})
	return nil
}

// queueMember tells the bot that its own status in a chat changed.
func (s *Server) queueMember(c Chat, by User, from, to string) {
	s.queue("my_chat_member", lane(c.ID), map[string]any{
		"chat": c, "from": by, "date": s.now().Unix(),
		"old_chat_member": member(s.bot, from), "new_chat_member": member(s.bot, to),
	})
}

// Inject delivers a forged update, a JSON object without or with update_id, exactly as it is.
func (s *Server) Inject(raw json.RawMessage) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return fmt.Errorf("emulator: inject: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u := &update{ID: s.world.counters.Update + 1, Kind: "injected", Lane: "injected", At: s.now().Unix()}
	if given, ok := fields["update_id"]; ok {
		if err := json.Unmarshal(given, &u.ID); err != nil {
			return fmt.Errorf("emulator: inject: %w", err)
		}
	}
	fields["update_id"] = rawJSON(u.ID)
	u.Body = rawJSON(fields)
	s.deliver(u)
	return nil
}
