package domain

import (
	"context"
	"encoding/json"
	"time"
)

// Update is one raw Telegram update. Lane is its chat (or the person, where there is no
// chat): updates of one lane are handled in the order of their ids.
type Update struct {
	BotID      int64
	UpdateID   int64
	Lane       int64
	Payload    []byte
	ReceivedAt time.Time
	Attempts   int
}

// Inbox keeps updates from before they are acknowledged until they are handled.
type Inbox interface {
	// Receive stores updates; one that is known already is left as it is. When it returns
	// nil they are safe and may be acknowledged to Telegram.
	Receive(ctx context.Context, updates []Update) error
	// NextOffset returns the update id to ask Telegram for next, 0 if none is known.
	NextOffset(ctx context.Context, botID int64) (int64, error)
	// DueLanes returns lanes with an update that can be handled now.
	DueLanes(ctx context.Context, limit int) ([]int64, error)
	// Work gives handle the first waiting updates of a lane one by one, at most so many and no
	// more once they have taken a while, in one transaction with all that handle does with
	// tx; it keeps other workers out of the lane meanwhile. It returns those that were
	// given: none when the lane has nothing due or somebody else has it. An error of handle
	// ends this, rolls everything back and is returned.
	Work(ctx context.Context, lane int64, most int, handle func(ctx context.Context, tx Tx, u Update) error) ([]Update, error)
	// Fail counts a failed attempt: the update is tried again at retry, or parked for
	// good if retry is zero.
	Fail(ctx context.Context, u Update, cause string, retry time.Time) error
}

// Tx is one transaction of the bot: the use-cases' store, the conversation, and what is
// to be sent, committed together.
type Tx interface {
	Store
	// Conversation returns the stored state of a chat, nil if there is none.
	Conversation(ctx context.Context, chatID int64) (json.RawMessage, error)
	// SaveConversation stores the state of a chat; nil forgets it.
	SaveConversation(ctx context.Context, chatID int64, state json.RawMessage) error
	// Enqueue adds a message to the outbox.
	Enqueue(ctx context.Context, m Outgoing) error
	// Unsend gives up the message with this key unless it is sent already.
	Unsend(ctx context.Context, key string) error
	// TicketOfMessage returns what a message of a chat is about; ok is false when it is
	// about no ticket.
	TicketOfMessage(ctx context.Context, o Origin) (l MessageLink, ok bool, err error)
	// AdoptCard makes a message of a chat the chat's live card of a ticket.
	AdoptCard(ctx context.Context, o Origin, ticketID int64) error
	// MessagesOfComment returns the messages that are or brought a comment, also one that
	// was taken back since.
	MessagesOfComment(ctx context.Context, commentID int64) ([]Origin, error)
}

// MessageLink says what a Telegram message is about.
type MessageLink struct {
	TicketID  int64
	CommentID int64 // the comment that the message is, 0 if none
	Internal  bool  // the message is or shows an internal note
}

// Outgoing is a message ready to be sent to a chat.
type Outgoing struct {
	ChatID   int64
	ThreadID int64
	Payload  json.RawMessage // a rendered card.Message
	Edit     int64           // the message to edit; 0 to send a new one
	EditKey  string          // the message to edit is the one that was sent with this key; if none was, nothing is
	ReplyTo  int64
	TicketID int64     // links the sent message to a ticket, so that a reply to it comments
	Internal bool      // a reply to it is an internal note
	Key      string    // idempotency: a second one with the same key is not written
	At       time.Time `json:",omitzero"` // when to send it, without holding up what comes after it; zero for at once
}

// DeliveryKind is what an outbox row holds.
type DeliveryKind string

const (
	DeliverMessage DeliveryKind = "mensagem" // a ready [Outgoing]
	DeliverCard    DeliveryKind = DeliveryKind(NoticeCard)
	DeliverNotice  DeliveryKind = DeliveryKind(NoticeEvent)
	DeliverAlarm   DeliveryKind = DeliveryKind(NoticeAlarm)
	DeliverSettle  DeliveryKind = DeliveryKind(NoticeSettle)
)

// Delivery is one claimed piece of the outbox. IDs has more than one element when
// neighbouring rows are delivered as one message (several events of a ticket; several
// card updates).
type Delivery struct {
	IDs       []int64
	Lane      int64 // the chat
	Kind      DeliveryKind
	ChatID    int64
	ThreadID  int64
	UserID    int64 // the account it is for; 0 for a group or a stranger
	Message   *Outgoing
	TicketID  int64   // of alarms, that of the first
	EventIDs  []int64 // of alarms, those that are shown
	Alarm     int64   // the message whose alarms are to be brought up to date
	Settled   bool    // none of them stands any more
	Awaited   bool    // somebody is looking at the chat for it
	Attempts  int     // earlier attempts that count
	Uncertain bool    // an earlier attempt may have reached Telegram
	Aside     bool    // what comes after it need not wait for it any more
	Alone     bool    // nothing comes after it, unless its process is told so from now on
	CreatedAt time.Time
}

// CardRef is the live card of a ticket in a chat.
type CardRef struct {
	MessageID int64  // 0 when none was sent yet
	Hash      []byte // of what it shows
	ThreadID  *int64 // the topic that it is in; nil if that is not known
}

// Outbox keeps what must be delivered until it is.
type Outbox interface {
	// DueLanes returns chats with something that can be sent now, the urgent first.
	DueLanes(ctx context.Context, limit int) ([]int64, error)
	// Claim takes the next delivery of a lane for lease; ok is false when nothing is due
	// or another process has the lane. A lease that ends without a word, by time or because
	// its process died, makes the delivery claimable again, as Uncertain.
	Claim(ctx context.Context, lane int64, lease time.Duration) (d Delivery, ok bool, err error)
	// ClaimAnswer is Claim for nothing but what is awaited.
	ClaimAnswer(ctx context.Context, lane int64, lease time.Duration) (d Delivery, ok bool, err error)
	// Sent finishes a delivery and links the message to its ticket. messageID is 0 when
	// nothing had to be sent. hash is that of a card.
	Sent(ctx context.Context, d Delivery, messageID int64, hash []byte) error
	// Retry puts a delivery back until at; counted says whether the attempt counts.
	// d.Uncertain and d.Aside are remembered.
	Retry(ctx context.Context, d Delivery, at time.Time, counted bool, cause string) error
	// Dead gives a delivery up; it stays visible with its cause. What has another lane by now waits there instead.
	Dead(ctx context.Context, d Delivery, cause string) error
	// Card returns the live card of a ticket in a chat.
	Card(ctx context.Context, ticketID, chatID int64) (CardRef, error)
	// ForgetCard drops a card whose message is gone, so that the next one is sent anew.
	ForgetCard(ctx context.Context, ticketID, chatID int64) error
	// Alarms returns what a message warned of, oldest first.
	Alarms(ctx context.Context, chatID, messageID int64) ([]Alarm, error)
	// NoticeEvents returns events by id, oldest first, with the text of their comments.
	NoticeEvents(ctx context.Context, ids []int64) ([]NoticeEventView, error)
}

// NoticeEventView is an event with what a notice shows of it.
type NoticeEventView struct {
	Event
	CommentText string
	ToName      string // the new assignee's name
	Attachments int    // files that came with the comment
}

// FileJob is an attachment whose content is still with Telegram.
type FileJob struct {
	AttachmentID int64
	TicketID     int64
	Name         string
	FileID       string
	Attempts     int
	ChatID       int64 // of whoever sent it, 0 if they have none
	Lang         Lang
}

// FileStore keeps the contents that come from Telegram.
type FileStore interface {
	// DueFiles returns attachments whose content is to be fetched now.
	DueFiles(ctx context.Context, limit int) ([]FileJob, error)
	// StoreFile keeps a content and its sniffed type.
	StoreFile(ctx context.Context, attachmentID int64, mime string, content []byte) error
	// FailFile counts a failed attempt; a zero retry gives the file up.
	FailFile(ctx context.Context, attachmentID int64, cause string, retry time.Time) error
}

// Feed is the stream of committed events, for live views.
type Feed interface {
	// Follow calls yield with events as they commit, at least once each, until ctx ends
	// or yield fails. It starts at the present. cursor is the position up to which
	// nothing is missing: whoever has seen it goes on with Since.
	Follow(ctx context.Context, yield func(events []Event, cursor int64) error) error
	// Since returns up to limit events after a cursor, in order.
	Since(ctx context.Context, cursor int64, limit int) ([]Event, error)
}

// Look is somebody looking at a ticket right now. Nothing of it is kept.
type Look struct {
	TicketID    int64  `json:"t"`
	RequesterID int64  `json:"r"` // of the ticket
	UserID      int64  `json:"u"`
	Name        string `json:"n"`
}
