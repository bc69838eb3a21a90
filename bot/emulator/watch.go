package emulator

import (
	"context"
	"fmt"
	"slices"
)

// Messages returns what a chat shows, oldest first; of a group that migrated, what it showed until then.
func (s *Server) Messages(chatID int64) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shown(chatID)
}

func (s *Server) shown(chatID int64) []Message {
	out := make([]Message, 0, len(s.world.messages[chatID]))
	for _, m := range s.world.messages[chatID] {
		out = append(out, *m)
	}
	return out
}

// Message returns one message of a chat as it is now.
func (s *Server) Message(chatID int64, messageID int) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.world.message(chatID, messageID)
	if m == nil {
		return Message{}, false
	}
	return *m, true
}

// WaitMessage returns the newest message of the chat that fits, waiting for one to come or to be edited so.
func (s *Server) WaitMessage(ctx context.Context, chatID int64, fits func(Message) bool) (Message, error) {
	var found Message
	err := s.await(ctx, func() bool {
		for _, m := range slices.Backward(s.world.messages[chatID]) {
			if fits(*m) {
				found = *m
				return true
			}
		}
		return false
	})
	if err != nil {
		return Message{}, fmt.Errorf("emulator: no such message came to chat %d: %w", chatID, err)
	}
	return found, nil
}

// FromBot tells whether the bot wrote the message.
func (s *Server) FromBot(m Message) bool { return m.From != nil && m.From.ID == s.bot.ID }

// Calls returns the bot's calls so far, oldest first.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// WaitCall returns the first recorded call that fits, waiting for it.
func (s *Server) WaitCall(ctx context.Context, fits func(Call) bool) (Call, error) {
	var found Call
	err := s.await(ctx, func() bool {
		i := slices.IndexFunc(s.calls, fits)
		if i >= 0 {
			found = s.calls[i]
		}
		return i >= 0
	})
	return found, err
}

// Pending returns how many updates the bot has not confirmed yet.
func (s *Server) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.world.updates) + len(s.held)
}

// WaitDrained waits until the bot has confirmed every update.
func (s *Server) WaitDrained(ctx context.Context) error {
	return s.await(ctx, func() bool { return len(s.world.updates)+len(s.held) == 0 })
}

// File returns the content of a file by its file_id.
func (s *Server) File(fileID string) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.fileByID(fileID)
	if f == nil {
		return nil, false
	}
	data, err := s.journal.blob(f.Blob)
	return data, err == nil
}

// Commands returns the command menu that a person sees in a chat.
func (s *Server) Commands(userID, chatID int64) []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, c, err := s.actor(userID, chatID)
	if err != nil {
		return nil
	}
	return s.commandsFor(c, p.User)
}
