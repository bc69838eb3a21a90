package emulator

import (
	"context"
	"strings"
	"time"
)

// TB is what Talk needs of a testing.TB.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
	Context() context.Context
}

const talkTimeout = 15 * time.Second

// Talk is a person in a chat, for tests that read like a conversation: every method fails the test itself.
type Talk struct {
	t      TB
	s      *Server
	user   int64
	chat   int64
	seen   int // the last message of the bot that Expect returned
	thread int
}

// Talk lets a person talk in a chat; chatID is userID for the private chat with the bot. Expect begins with
// messages that come after this call.
func (s *Server) Talk(t TB, userID, chatID int64) *Talk {
	talk := &Talk{t: t, s: s, user: userID, chat: chatID}
	if shown := s.Messages(chatID); len(shown) > 0 {
		talk.seen = shown[len(shown)-1].ID
	}
	return talk
}

// InThread makes further messages go to a topic of a forum.
func (k *Talk) InThread(thread int) *Talk {
	k.thread = thread
	return k
}

// Send writes a text.
func (k *Talk) Send(text string) Message {
	k.t.Helper()
	return k.Post(Draft{Text: text, Thread: k.thread})
}

// Reply writes a text as an answer to a message.
func (k *Talk) Reply(to Message, text string) Message {
	k.t.Helper()
	return k.Post(Draft{Text: text, ReplyTo: to.ID})
}

// Post sends any message.
func (k *Talk) Post(d Draft) Message {
	k.t.Helper()
	m, err := k.s.Post(k.user, k.chat, d)
	if err != nil {
		k.t.Fatalf("user %d in chat %d: %v", k.user, k.chat, err)
	}
	return m
}

// Expect returns the bot's next message in the chat whose content has all the parts, skipping others; the
// test fails if none comes within 15 seconds.
func (k *Talk) Expect(parts ...string) Message {
	k.t.Helper()
	m := k.wait(parts, func(m Message) bool { return m.ID > k.seen && k.s.FromBot(m) && hasAll(m, parts) })
	k.seen = m.ID
	return m
}

// ExpectEdit waits until the message has been edited so that its content has all the parts.
func (k *Talk) ExpectEdit(of Message, parts ...string) Message {
	k.t.Helper()
	return k.wait(parts, func(m Message) bool { return m.ID == of.ID && m.EditDate != 0 && hasAll(m, parts) })
}

func (k *Talk) wait(parts []string, fits func(Message) bool) Message {
	k.t.Helper()
	ctx, cancel := context.WithTimeout(k.t.Context(), talkTimeout)
	defer cancel()
	var found Message
	err := k.s.await(ctx, func() bool {
		for _, m := range k.s.world.messages[k.chat] {
			if fits(*m) {
				found = *m
				return true
			}
		}
		return false
	})
	if err != nil {
		k.t.Fatalf("the bot did not write %q to chat %d; the chat ends with:\n%s", parts, k.chat, k.transcript())
	}
	return found
}

// Tap presses a button, named by label or data, and returns the bot's answer; the test fails without one.
func (k *Talk) Tap(under Message, button string) CallbackAnswer {
	k.t.Helper()
	ctx, cancel := context.WithTimeout(k.t.Context(), talkTimeout)
	defer cancel()
	a, err := k.s.Tap(ctx, k.user, k.chat, under.ID, button)
	if err != nil {
		k.t.Fatalf("user %d: %v", k.user, err)
	}
	return a
}

func hasAll(m Message, parts []string) bool {
	for _, p := range parts {
		if !strings.Contains(m.Content(), p) {
			return false
		}
	}
	return true
}

func (k *Talk) transcript() string {
	shown := k.s.Messages(k.chat)
	var b strings.Builder
	for _, m := range shown[max(0, len(shown)-8):] {
		if m.From != nil {
			b.WriteString("  " + m.From.Name() + ": " + m.Content() + "\n")
		}
	}
	return b.String()
}
