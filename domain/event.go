package domain

import (
	"slices"
	"strconv"
	"time"
)

// EventKind is what happened to a ticket. Its value is the word in eventos.tipo.
type EventKind string

const (
	EventCreated     EventKind = "criado"
	EventStatus      EventKind = "status"
	EventPriority    EventKind = "prioridade"
	EventAssignee    EventKind = "atribuicao"
	EventTitle       EventKind = "titulo"
	EventDescription EventKind = "descricao"
	EventCategory    EventKind = "categoria"
	EventExtra       EventKind = "dados_extras"
	EventComment     EventKind = "comentario"
	EventNote        EventKind = "nota"
	EventCommentEdit EventKind = "comentario_editado"
	EventCommentUndo EventKind = "comentario_desfeito"
	EventAttachment  EventKind = "anexo"
	EventSeen        EventKind = "visto" // by IT, for the first time
	EventDeleted     EventKind = "excluido"
	EventRestored    EventKind = "restaurado"
	EventSLAWarning  EventKind = "sla_aviso"   // From: due (RFC 3339), To: which target
	EventSLABreach   EventKind = "sla_estouro" // likewise

	EventRated    EventKind = "avaliacao" // From: the sentence, To: the stars
	EventRatedLow EventKind = "avaliacao_baixa"

	EventCloseSoon    EventKind = "lembrete_fechamento" // resolved, and nobody says otherwise
	EventWaitReminder EventKind = "lembrete_resposta"   // waiting for the requester
	EventNoAnswer     EventKind = "sem_resposta"        // who did not answer the reminders
	EventAnswered     EventKind = "respondido"          // who did, and the ticket still waits
	EventNobody       EventKind = "sem_responsavel"     // urgent, and nobody has it
)

// Event is one entry of a ticket's history, appended in the transaction that made it
// true, and what live views and notices are made from. From and To are the old and new
// value as stored; for an assignment, user ids ("" for nobody).
type Event struct {
	ID          int64
	TicketID    int64
	Kind        EventKind
	ActorID     int64 // 0 for the desk itself
	Channel     Channel
	From, To    string
	CommentID   int64
	Internal    bool // never shown to employees
	At          time.Time
	RequesterID int64  // of the ticket, so that a live view can filter without a look-up
	Status      Status // of the ticket after the event
	ActorName   string // filled when read
}

// VisibleTo reports whether a may learn of the event.
func (e *Event) VisibleTo(a *Actor) bool {
	if a.IsIT() {
		return true
	}
	return a.Active && !e.Internal && e.RequesterID == a.ID
}

// Overtaken reports whether a person has changed the status themselves since e set it: by the ticket's history
// there is nothing to tell or to ask them about e any more.
func (e Event) Overtaken(person int64, history []Event) bool {
	return e.Kind == EventStatus && slices.ContainsFunc(history, func(later Event) bool {
		return later.ID > e.ID && later.Kind == EventStatus && later.ActorID == person
	})
}

// event starts an entry about t by a.
func (t Ticket) event(a Actor, kind EventKind, from, to string, now time.Time) Event {
	return Event{
		TicketID: t.ID, Kind: kind, ActorID: a.ID, ActorName: a.Name, Channel: a.Channel,
		From: from, To: to, At: now, RequesterID: t.RequesterID, Status: t.Status,
	}
}

func idWord(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}
