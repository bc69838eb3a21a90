package emulator

import (
	"encoding/json"
	"reflect"
	"strconv"
	"time"
)

const notModified = "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message"

// queryLifetime is how long a tap can be answered.
const queryLifetime = 30 * time.Second

// editable returns a copy of the bot's own message that the parameters name.
func (s *Server) editable(p params) (*Message, error) {
	if p.get("inline_message_id") != "" {
		return nil, badRequest("message to edit not found")
	}
	c, err := s.chatOf(p)
	if err != nil {
		return nil, err
	}
	id, err := p.int("message_id")
	if err != nil {
		return nil, err
	}
	if id == 0 {
		return nil, badRequest("message identifier is not specified")
	}
	m := s.world.message(c.ID, int(id))
	switch {
	case m == nil:
		return nil, badRequest("message to edit not found")
	case m.From == nil || m.From.ID != s.bot.ID:
		return nil, badRequest("message can't be edited")
	}
	edited := *m
	return &edited, nil
}

// finishEdit takes the keyboard (an absent one is removed) and refuses an edit that changes nothing.
func (s *Server) finishEdit(p params, m *Message) (any, error) {
	k, err := parseMarkup(p.get("reply_markup"))
	if err != nil {
		return nil, err
	}
	if k.reply != nil {
		return nil, badRequest("inline keyboard expected")
	}
	m.ReplyMarkup = k.inline
	old := s.world.message(m.Chat.ID, m.ID)
	same := old.Text == m.Text && old.Caption == m.Caption && reflect.DeepEqual(old.ReplyMarkup, m.ReplyMarkup) &&
		sameEntities(old.Entities, m.Entities) && sameEntities(old.CaptionEntities, m.CaptionEntities)
	if same {
		return nil, badRequest(notModified)
	}
	m.EditDate = s.now().Unix()
	s.commit(record{Message: m})
	s.tell(event{Type: "message", ChatID: m.Chat.ID, Message: m})
	return m, nil
}

func sameEntities(a, b []Entity) bool { return len(a) == 0 && len(b) == 0 || reflect.DeepEqual(a, b) }

func (s *Server) editMessageText(p params) (any, error) {
	text, entities, err := s.textOf(p)
	if err != nil {
		return nil, err
	}
	m, err := s.editable(p)
	if err != nil {
		return nil, err
	}
	if m.Text == "" {
		return nil, badRequest("there is no text in the message to edit")
	}
	m.Text, m.Entities = text, entities
	return s.finishEdit(p, m)
}

func (s *Server) editMessageCaption(p params) (any, error) {
	text, entities, err := s.captionOf(p)
	if err != nil {
		return nil, err
	}
	m, err := s.editable(p)
	if err != nil {
		return nil, err
	}
	if !m.hasMedia() {
		return nil, badRequest("there is no caption in the message to edit")
	}
	m.Caption, m.CaptionEntities = text, entities
	return s.finishEdit(p, m)
}

func (s *Server) editMessageReplyMarkup(p params) (any, error) {
	m, err := s.editable(p)
	if err != nil {
		return nil, err
	}
	return s.finishEdit(p, m)
}

func (s *Server) deleteMessage(p params) (any, error) {
	c, err := s.chatOf(p)
	if err != nil {
		return nil, err
	}
	id, err := p.int("message_id")
	if err != nil {
		return nil, err
	}
	m := s.world.message(c.ID, int(id))
	if m == nil {
		return nil, badRequest("message to delete not found")
	}
	own := m.From != nil && m.From.ID == s.bot.ID
	old := s.now().Sub(time.Unix(m.Date, 0)) > 48*time.Hour
	if old || !own && !c.private() && c.Bot != "administrator" {
		return nil, badRequest("message can't be deleted")
	}
	s.remove(messageRef{c.ID, m.ID})
	return true, nil
}

func (s *Server) remove(ref messageRef) {
	s.commit(record{Deleted: &ref})
	s.tell(event{Type: "deleted", ChatID: ref.ChatID, MessageID: ref.ID})
}

func (s *Server) answerCallbackQuery(p params) (any, error) {
	q := s.world.queries[p.get("callback_query_id")]
	if q == nil || q.Answered != nil || s.now().Sub(time.Unix(q.At, 0)) > queryLifetime {
		return nil, badRequest("query is too old and response timeout expired or query ID is invalid")
	}
	a := CallbackAnswer{Text: p.get("text"), ShowAlert: p.bool("show_alert"), URL: p.get("url")}
	if utf16Len(a.Text) > 200 {
		return nil, badRequest("MESSAGE_TOO_LONG")
	}
	answered := *q
	answered.Answered = &a
	s.commit(record{Query: &answered})
	return true, nil
}

func (s *Server) setMessageReaction(p params) (any, error) {
	c, err := s.chatOf(p)
	if err != nil {
		return nil, err
	}
	id, err := p.int("message_id")
	if err != nil {
		return nil, err
	}
	if s.world.message(c.ID, int(id)) == nil {
		return nil, badRequest("message to react not found")
	}
	var reactions []struct {
		Type  string `json:"type"`
		Emoji string `json:"emoji"`
	}
	if _, err := p.json("reaction", &reactions); err != nil {
		return nil, err
	}
	if len(reactions) > 1 {
		return nil, badRequest("REACTIONS_TOO_MANY")
	}
	emoji := ""
	for _, r := range reactions {
		if r.Type != "emoji" || r.Emoji == "" {
			return nil, badRequest("REACTION_INVALID")
		}
		emoji = r.Emoji
	}
	s.tell(event{Type: "reaction", ChatID: c.ID, MessageID: int(id), Text: emoji})
	return true, nil
}

func (s *Server) pinChatMessage(p params) (any, error) { return s.pin(p, true) }

func (s *Server) unpinChatMessage(p params) (any, error) { return s.pin(p, false) }

func (s *Server) pin(p params, on bool) (any, error) {
	c, err := s.chatOf(p)
	if err != nil {
		return nil, err
	}
	if !c.private() && c.Bot != "administrator" {
		return nil, badRequest("not enough rights to manage pinned messages in the chat")
	}
	id, err := p.int("message_id")
	if err != nil {
		return nil, err
	}
	d := c.clone()
	d.Pinned = 0
	if on {
		m := s.world.message(c.ID, int(id))
		if m == nil {
			return nil, badRequest("message to pin not found")
		}
		d.Pinned = m.ID
		service := &Message{From: &s.bot, Chat: c.Chat, Date: s.now().Unix(), PinnedMessage: flat(m)}
		s.post(service)
		s.queue("message", lane(c.ID), service)
	}
	s.commit(record{Chat: d})
	s.tell(event{Type: "chat", ChatID: c.ID})
	return true, nil
}

func lane(chatID int64) string { return strconv.FormatInt(chatID, 10) }

func rawJSON(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		panic("emulator: marshal: " + err.Error())
	}
	return data
}
