package domain

import (
	"time"
	"unicode/utf8"
)

// MaxComment bounds a comment's length in characters: more than two Telegram messages
// hold, few enough that a ticket stays readable.
const MaxComment = 10_000

// UndoWindow is how long an IT reply sent from chat can be taken back.
const UndoWindow = 30 * time.Second

// Comment is a reply on a ticket, or an internal note of IT.
type Comment struct {
	ID        int64
	TicketID  int64
	Text      string
	Internal  bool
	CreatedAt time.Time
	EditedAt  time.Time // zero if never edited
	Author    *UserRef
	Channel   Channel
}

// VisibleTo reports whether a may read the comment of a ticket that a may see.
func (c Comment) VisibleTo(a Actor) bool { return !c.Internal || a.IsIT() }

// Origin is the Telegram message something was written in; zero elsewhere.
type Origin struct {
	ChatID    int64
	MessageID int64
}

// NewComment is the input for a comment. Text may be empty when attachments come with it.
type NewComment struct {
	Text        string
	Internal    bool
	Origin      Origin
	Attachments []NewAttachment
}

// validate checks the text and that the role may write such a comment on t.
func (n *NewComment) validate(a Actor, t Ticket) error {
	if err := t.visible(a); err != nil {
		return err
	}
	if n.Internal {
		if err := a.requireIT(); err != nil {
			return Forbidden("interno")
		}
	}
	n.Text = paragraphs(n.Text)
	return checkComment(n.Text, len(n.Attachments) > 0)
}

func checkComment(text string, emptyAllowed bool) error {
	var c checks
	switch l := utf8.RuneCountInString(text); {
	case l == 0 && !emptyAllowed:
		c.add("comentario", "required")
	case l > MaxComment:
		c.add("comentario", "too_long", "Max", MaxComment)
	case hasControl(text):
		c.add("comentario", "control_characters")
	}
	return c.err()
}

// respondsTo reports whether the comment is the first public reply of IT.
func (c Comment) respondsTo(t Ticket, a Actor) bool {
	return a.IsIT() && a.Channel != ChannelSystem && !c.Internal && a.ID != t.RequesterID && t.SLA.RespondedAt.IsZero()
}
