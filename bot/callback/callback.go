// Package callback is the data of the bot's buttons: typed, versioned and at most 64 bytes.
//
// It comes back from the reader's app and can be forged: it says what somebody wants, never
// who they are or that they may.
package callback

import (
	"errors"
	"strconv"
	"strings"

	"chamados/domain"
)

// MaxSize is Telegram's limit for a button's data, in bytes.
const MaxSize = 64

// Verb is what a button does.
type Verb string

// Verbs on a ticket, with the fields that they carry beside Ticket.
const (
	Take         Verb = "t"
	Release      Verb = "l"
	SetStatus    Verb = "s" // Status
	SetPriority  Verb = "p" // Priority
	Assign       Verb = "a" // User; 0 for nobody
	PriorityMenu Verb = "P"
	AssignMenu   Verb = "A" // Page
	History      Verb = "h"
	Back         Verb = "c" // from a menu to IT's card
	Open         Verb = "o" // the card as a new message
	OpenMine     Verb = "O" // the requester's
	Reply        Verb = "k" // asks for a comment
	Note         Verb = "n" // asks for an internal note
	MyCard       Verb = "C" // from a menu to the requester's card
	MyHistory    Verb = "H"
	AskCancel    Verb = "x" // asks whether to cancel
	Confirm      Verb = "y" // the requester: solved
	Reopen       Verb = "r" // the requester: not solved
	Files        Verb = "z" // Comment: whose files; 0 for all of the ticket's
	Rate         Verb = "v" // Page: the stars
	RateText     Verb = "V" // asks for the sentence that goes with them
)

// Other verbs.
const (
	Undo     Verb = "u" // Comment
	Mine     Verb = "m" // Page
	Queue    Verb = "q" // Page
	Assigned Verb = "i" // Page
	Draft    Verb = "d" // Nonce, Word, Value
	Behalf   Verb = "b" // User: whom a ticket is opened for
	Language Verb = "g" // Word
	Unlink   Verb = "X"
	Digest   Verb = "D" // Word, Value: what a digest offers
	Prefs    Verb = "N" // Word, Value: one of the choices about notices
	Shortcut Verb = "e" // Word: one of the Shortcut… words
	Search   Verb = "f" // Nonce of the search, Page
	AddEdit  Verb = "w" // Nonce of the edit: what was corrected too late becomes a comment
	Move     Verb = "M" // Nonce of the question: the chat becomes somebody else's
	Takes    Verb = "G" // Word: a category that the group takes, or takes no more
)

// Words of [Shortcut].
const (
	ShortcutMine = "meus"
	ShortcutNew  = "novo"
	ShortcutStay = "fica"
)

// Data is one button's data. Only the fields of its verb are carried.
type Data struct {
	Verb     Verb
	Copy     bool // the button is on a copy of a card, not on the live one
	Ticket   int64
	Comment  int64
	User     int64
	Page     int64
	Status   domain.Status
	Priority domain.Priority
	Nonce    string // of a draft
	Word     string // [a-z0-9_-], at most 16 bytes
	Value    string // likewise, at most 20 bytes; may be empty
}

// Failures of decoding, matched with errors.Is.
var (
	ErrUnknown = errors.New("callback: unknown button")
	ErrVersion = errors.New("callback: button of another version")
)

const (
	version     = "1"
	versionCopy = "1c"
	separator   = ":"
	maxWord     = 16
	maxValue    = 20 // an id fits
)

// Encode returns d's data. It fails when a field of the verb has a value that cannot be
// carried; every other value fits [MaxSize].
func Encode(d Data) (string, error) {
	fields, ok := layouts[d.Verb]
	if !ok {
		return "", ErrUnknown
	}
	parts := []string{version, string(d.Verb)}
	if d.Copy {
		parts[0] = versionCopy
	}
	for _, f := range fields {
		s := f.get(&d)
		var probe Data
		if !f.set(&probe, s) {
			return "", ErrUnknown
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, separator), nil
}

// Must is Encode for values that the bot itself made; it panics on one that cannot be
// carried.
func Must(d Data) string {
	s, err := Encode(d)
	if err != nil {
		panic("callback: cannot encode " + string(d.Verb))
	}
	return s
}

// Decode reads a button's data: [ErrVersion] for one of another version of the bot,
// [ErrUnknown] for what never was one.
func Decode(s string) (Data, error) {
	if len(s) > MaxSize {
		return Data{}, ErrUnknown
	}
	parts := strings.Split(s, separator)
	if parts[0] != version && parts[0] != versionCopy {
		if isVersion(parts[0]) && len(parts) > 1 {
			return Data{}, ErrVersion
		}
		return Data{}, ErrUnknown
	}
	if len(parts) < 2 {
		return Data{}, ErrUnknown
	}
	d := Data{Verb: Verb(parts[1]), Copy: parts[0] == versionCopy}
	fields, ok := layouts[d.Verb]
	if !ok || len(fields) != len(parts)-2 {
		return Data{}, ErrUnknown
	}
	for i, f := range fields {
		if !f.set(&d, parts[i+2]) {
			return Data{}, ErrUnknown
		}
	}
	return d, nil
}

func isVersion(s string) bool {
	n, err := strconv.ParseUint(strings.TrimSuffix(s, "c"), 10, 16)
	return err == nil && n > 0
}
