package flow

import (
	"time"

	"chamados/domain"
)

// Input is one thing that the person did: a tap (Action set), or a message.
type Input struct {
	Message    int64 // the message written, or the one with the tapped button
	Action     Action
	Value      string // of the action
	Text       string
	Files      []domain.NewAttachment
	TooLarge   []domain.NewAttachment
	Album      string
	Edited     bool // an earlier message was changed
	Unreadable bool // a kind of message that cannot be kept
	Lang       domain.Lang
	Today      time.Time
}

// Action is the word of a draft's button.
type Action string

const (
	ActCategory Action = "cat"   // Value: the category
	ActUrgency  Action = "urg"   // Value: the priority
	ActToggle   Action = "tog"   // Value: one of [Toggles]
	ActDone     Action = "ok"    // toggles are set
	ActSkip     Action = "pular" // leave an optional field empty
	ActBack     Action = "volta"
	ActEdit     Action = "editar"
	ActField    Action = "campo" // Value: the step
	ActSend     Action = "envia"
	ActCancel   Action = "cancela"
	ActAbout    Action = "sobre" // Value: the id of a candidate
)

// Effect is what is to be done after an input.
type Effect interface{ effect() }

// Show draws the draft's step: in place of message Edit, or, if that is 0, as the draft's
// message Number, counted from 1: a new one, or Again the one that is there.
type Show struct {
	Edit   int64
	Number int
	Again  bool
}

// Settle takes the buttons from the message of an earlier question and leaves its answer, if the
// question of a Step was answered. Where Message is not known (0) it is the draft's message Number.
type Settle struct {
	Message int64
	Number  int
	Step    Step
}

// Say tells something: the text of a catalog key.
type Say struct {
	Key  string
	Args map[string]any
}

// Submit opens the ticket. Message is the preview.
type Submit struct {
	Ticket  domain.NewTicket
	Message int64
}

// Attach makes the draft a comment on a ticket. Message is the one with the button.
type Attach struct {
	Ticket  int64
	Message int64
}

// Cancelled ends the draft without a ticket. Message is the one with the button, 0 if unknown.
type Cancelled struct{ Message int64 }

func (Show) effect()      {}
func (Settle) effect()    {}
func (Say) effect()       {}
func (Submit) effect()    {}
func (Attach) effect()    {}
func (Cancelled) effect() {}
