package chat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"chamados/domain"
)

// Outgoing is what is sent: text in Telegram's HTML and buttons beneath it. With a photo or a file
// the text is its caption, which may be shorter than a text; a chat that takes no photos gets the
// text alone.
type Outgoing struct {
	Text     string     `json:"text"`
	Photo    []byte     `json:"photo,omitempty"` // PNG or JPEG; sent, never edited
	File     *File      `json:"file,omitempty"`  // sent, never edited
	Keyboard [][]Button `json:"keyboard,omitempty"`
	Silent   bool       `json:"silent,omitempty"`
	Force    string     `json:"force,omitempty"` // placeholder of a forced reply; "" for none
}

// File is an attachment of a ticket, for somebody who asked for it.
type File struct {
	Attachment int64  `json:"attachment"`
	Reader     int64  `json:"reader,omitempty"` // the account that asked for it in a private chat; 0 in a group
	Name       string `json:"name"`
	MIME       string `json:"mime,omitempty"`
	Size       int64  `json:"size,omitempty"`    // bytes, as far as they are known
	FileID     string `json:"file_id,omitempty"` // Telegram's, with which nothing has to be uploaded
	Instead    string `json:"instead"`           // said where it cannot be sent, in HTML

	// Open opens the content, which the caller closes; set by whoever delivers. What is not stored, or no
	// longer, is [domain.ErrAttachmentNotFound] or [domain.ErrContentMissing].
	Open func(context.Context) (io.ReadCloser, error) `json:"-"`
}

// Button is one inline button. Exactly one of Data, URL and Copy is set.
type Button struct {
	Text  string `json:"text"`
	Data  string `json:"data,omitempty"`
	URL   string `json:"url,omitempty"`
	Copy  string `json:"copy,omitempty"`
	Style Style  `json:"style,omitempty"`
}

// Style colours a button where the reader's app can.
type Style string

const (
	Primary Style = "primary"
	Success Style = "success"
	Danger  Style = "danger"
)

// Target is where a message goes.
type Target struct {
	ChatID   int64
	ThreadID int64
	ReplyTo  int64 // answered if it still exists
}

// Answer is the reply to a tap: a short text, shown as an alert if Alert; "" only stops
// the button's spinner.
type Answer struct {
	Text  string
	Alert bool
}

// Failures of sending, matched with errors.Is and errors.As. What is none of them may be
// tried again.
var (
	// ErrUnreachable: the person blocked the bot, never started it, or the chat is gone.
	ErrUnreachable = errors.New("chat: " + domain.CauseUnreachable)
	// ErrMessageGone: the message to edit no longer exists or cannot be edited.
	ErrMessageGone = errors.New("chat: message is gone")
	// ErrThreadGone: the forum topic no longer exists.
	ErrThreadGone = errors.New("chat: topic is gone")
	// ErrNotModified: the message shows this already.
	ErrNotModified = errors.New("chat: message is not modified")
	// ErrRefused: Telegram will never take this request.
	ErrRefused = errors.New("chat: request refused")
	// ErrUncertain: the request may or may not have been carried out.
	ErrUncertain = errors.New("chat: outcome unknown")
	// ErrBusy: too much is being sent at this moment; nothing was.
	ErrBusy = errors.New("chat: too many uploads at once")
	// ErrTooOld: the tap can no longer be answered.
	ErrTooOld = errors.New("chat: tap is too old")
)

// RetryAfter is Telegram's demand to wait.
type RetryAfter struct{ Wait time.Duration }

func (e RetryAfter) Error() string { return fmt.Sprintf("chat: wait %s", e.Wait) }

// Migrated says that a group has a new id.
type Migrated struct{ To int64 }

func (e Migrated) Error() string { return fmt.Sprintf("chat: group moved to %d", e.To) }
