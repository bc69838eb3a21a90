// Package mail writes the desk's e-mails and sends them: through Microsoft Graph, through
// SMTP, or, in the sandbox, into a box that a page shows. What is to be sent waits in a
// queue; [Relay] empties it.
package mail

import (
	"context"
	"time"
)

// Message is an e-mail to one person.
type Message struct {
	ID      string // the same whenever the same mail is sent again; "" for none
	To      string
	ToName  string
	Subject string
	Text    string
	HTML    string
}

// Sender hands a message to a mail system. What may succeed later is a [*LaterError]; any
// other error is final.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// LaterError is a failure that may pass; After is how long to leave it alone (0: not said).
type LaterError struct {
	After time.Duration
	Busy  bool // the mail system asks for patience: the attempt does not count, and all mails wait
	Err   error
}

// Error returns the cause.
func (e *LaterError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *LaterError) Unwrap() error { return e.Err }
