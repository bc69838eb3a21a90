// Package chat is Telegram in the bot's own words: what comes in, what goes out and how
// that can fail. It does no I/O.
package chat

import "chamados/domain"

// Anonymous is the account as which anonymous group administrators write
// (GroupAnonymousBot). It is never a user of ours.
const Anonymous = 1087968824

// What begins a line of a message's text that stands for something sent beside words.
const (
	PlaceMark   = "📍 "
	ContactMark = "👤 "
)

// Update is one decoded update. Exactly one of the pointers is set; all are nil for an
// update of a kind that the bot does not handle.
type Update struct {
	ID         int64
	Message    *Message
	Edited     *Message
	Tap        *Tap
	Membership *Membership
}

// Person is whoever did something.
type Person struct {
	ID       int64
	Bot      bool
	Name     string // first and last name
	Username string // without @
	Lang     domain.Lang
}

// ChatKind tells private chats from groups and channels.
type ChatKind string

const (
	Private    ChatKind = "private"
	BasicGroup ChatKind = "group"
	Supergroup ChatKind = "supergroup"
	Channel    ChatKind = "channel"
)

// Chat is where something happened.
type Chat struct {
	ID    int64
	Kind  ChatKind
	Title string
	Forum bool
}

// IsGroup reports whether several people share the chat.
func (c Chat) IsGroup() bool { return c.Kind == BasicGroup || c.Kind == Supergroup }

// Message is a message that somebody wrote.
type Message struct {
	ID         int64
	Chat       Chat
	From       Person // zero when there is no author
	Anonymous  bool   // written in the name of the group or a channel
	Text       string // text or caption, as typed
	Command    string // "novo" for "/novo@bot …", lower case; "" if it is no command, or one for another bot
	Args       string // what follows the command, trimmed
	ForOther   bool   // it is a command, addressed to another bot
	Files      []domain.NewAttachment
	TooLarge   []domain.NewAttachment // files beyond what a bot may download
	AlbumID    string                 // the album that the message is a part of
	ThreadID   int64                  // forum topic, 0 for none or General
	ReplyTo    *Message               // the message answered, if it can be seen
	Forwarded  bool
	MigratedTo int64 // the group's new id
	Unreadable bool  // of a kind that cannot be kept (sticker, poll …)
	Service    bool  // nobody said anything: members, pins, topics
}

// Tap is a press on an inline button.
type Tap struct {
	ID      string
	From    Person
	Chat    Chat
	Message int64 // the message with the button
	Thread  int64
	Data    string
	Stale   bool // the message can no longer be read or edited
}

// Membership is a change of what the bot may do in a chat.
type Membership struct {
	Chat    Chat
	From    Person
	Present bool // the bot is in the chat, or the person has not blocked it
	Admin   bool
}
