package domain

import (
	"slices"
	"strconv"
)

// Audience is who a notice is for, relative to a ticket. Storage resolves it to chats
// (or an address) when the notice is written, because only it knows the links.
type Audience string

const (
	AudienceGroup     Audience = "grupo"       // the IT groups that the ticket's category goes to
	AudienceRequester Audience = "solicitante" // whoever asked
	AudienceAssignee  Audience = "responsavel" // whoever has the ticket
	AudienceFormer    Audience = "anterior"    // whoever had it before an assignment
	AudienceOwner     Audience = "dono"        // whoever has the ticket, or the group if nobody has
	AudienceLead      Audience = "lider"       // whoever the settings name for bad news
)

// NoticeKind is what is delivered.
type NoticeKind string

const (
	// NoticeCard brings the ticket's one live card in a chat up to date, sending it
	// first where there is none.
	NoticeCard NoticeKind = "cartao"
	// NoticeEvent tells of an event with a message of its own.
	NoticeEvent NoticeKind = "aviso"
)

// NoticeTogether is how many events of a ticket one message tells of.
const NoticeTogether = 6

// Notice is one thing somebody must be told. It is written in the transaction of the
// event and rendered when it is delivered, so that it shows the state of that moment.
type Notice struct {
	Kind       NoticeKind
	Audience   Audience
	UserID     int64 // the person; 0 for the group
	Event      int   // index of the event in its [Record]
	ExceptChat int64 // the chat in which it happened and can be seen anyway; 0 for none
	Urgent     bool  // goes before ordinary notices
	Topic      Topic // whoever has switched it off is not told; "" for what everybody is told
	Gather     bool  // may wait a moment for what follows, to become one message with it
	Here       int64 // of a card: the chat in which somebody waits to see it change; 0 for none
}

// telling is the table of who is told what: for each event, the audiences and the kind
// of message. Notes and deletions never reach the requester. A card for the group is also
// one for whoever has the ticket, see [itCards].
var telling = map[EventKind][]Notice{
	EventCreated: {
		{Kind: NoticeCard, Audience: AudienceRequester}, {Kind: NoticeCard, Audience: AudienceGroup},
	},
	EventStatus: {
		{Kind: NoticeCard, Audience: AudienceRequester}, {Kind: NoticeCard, Audience: AudienceGroup},
		{Kind: NoticeEvent, Audience: AudienceRequester}, {Kind: NoticeEvent, Audience: AudienceAssignee},
		{Kind: NoticeEvent, Audience: AudienceGroup},
	},
	EventAssignee: {
		{Kind: NoticeCard, Audience: AudienceRequester}, {Kind: NoticeCard, Audience: AudienceGroup},
		{Kind: NoticeEvent, Audience: AudienceRequester}, {Kind: NoticeEvent, Audience: AudienceAssignee},
		{Kind: NoticeEvent, Audience: AudienceGroup},
	},
	EventPriority: {
		{Kind: NoticeCard, Audience: AudienceRequester}, {Kind: NoticeCard, Audience: AudienceGroup},
	},
	EventTitle: {
		{Kind: NoticeCard, Audience: AudienceRequester}, {Kind: NoticeCard, Audience: AudienceGroup},
	},
	EventDescription: {{Kind: NoticeCard, Audience: AudienceGroup}},
	EventCategory: {
		{Kind: NoticeCard, Audience: AudienceRequester}, {Kind: NoticeCard, Audience: AudienceGroup},
	},
	EventExtra: {{Kind: NoticeCard, Audience: AudienceGroup}},
	EventComment: {
		{Kind: NoticeCard, Audience: AudienceGroup}, {Kind: NoticeEvent, Audience: AudienceRequester},
		{Kind: NoticeEvent, Audience: AudienceAssignee}, {Kind: NoticeEvent, Audience: AudienceGroup},
	},
	EventNote: {
		{Kind: NoticeCard, Audience: AudienceGroup}, {Kind: NoticeEvent, Audience: AudienceAssignee},
		{Kind: NoticeEvent, Audience: AudienceGroup},
	},
	EventSeen: {{Kind: NoticeCard, Audience: AudienceRequester}},
	EventCommentEdit: {
		{Kind: NoticeCard, Audience: AudienceGroup}, {Kind: NoticeEvent, Audience: AudienceRequester},
		{Kind: NoticeEvent, Audience: AudienceAssignee}, {Kind: NoticeEvent, Audience: AudienceGroup},
	},
	EventCommentUndo: {{Kind: NoticeCard, Audience: AudienceGroup}},
	EventAttachment:  {{Kind: NoticeCard, Audience: AudienceGroup}},
	EventDeleted:     {{Kind: NoticeCard, Audience: AudienceGroup}, {Kind: NoticeCard, Audience: AudienceRequester}},
	EventRestored:    {{Kind: NoticeCard, Audience: AudienceGroup}, {Kind: NoticeCard, Audience: AudienceRequester}},
	EventSLAWarning:  {{Kind: NoticeCard, Audience: AudienceGroup}, {Kind: NoticeEvent, Audience: AudienceOwner}},
	EventSLABreach: {
		{Kind: NoticeCard, Audience: AudienceGroup}, {Kind: NoticeEvent, Audience: AudienceAssignee},
		{Kind: NoticeEvent, Audience: AudienceGroup}, {Kind: NoticeEvent, Audience: AudienceLead},
	},
	EventRated: {{Kind: NoticeCard, Audience: AudienceGroup}, {Kind: NoticeEvent, Audience: AudienceAssignee}},
	EventRatedLow: {
		{Kind: NoticeCard, Audience: AudienceGroup}, {Kind: NoticeEvent, Audience: AudienceAssignee},
		{Kind: NoticeEvent, Audience: AudienceGroup}, {Kind: NoticeEvent, Audience: AudienceLead},
	},
	EventCloseSoon:    {{Kind: NoticeEvent, Audience: AudienceRequester}},
	EventWaitReminder: {{Kind: NoticeEvent, Audience: AudienceRequester}},
	EventNoAnswer:     {{Kind: NoticeEvent, Audience: AudienceOwner}},
	EventAnswered:     {{Kind: NoticeEvent, Audience: AudienceOwner}},
	EventNobody:       {{Kind: NoticeEvent, Audience: AudienceGroup}},
}

// notices returns who must be told of the events of one change of t, made by a from the
// chat origin (0 if not from a chat). Several events need a card only once; the actor is
// never told of their own doing; a person with two roles is told once.
func notices(t Ticket, a Actor, events []Event, origin int64) []Notice {
	return noticesAndLead(t, a, events, origin, 0)
}

// noticesAndLead is notices for events that also the lead hears of; lead is 0 for nobody.
func noticesAndLead(t Ticket, a Actor, events []Event, origin, lead int64) []Notice {
	type key struct {
		kind  NoticeKind
		aud   Audience
		event int
	}
	seen := map[key]bool{}
	handed := slices.ContainsFunc(events, func(e Event) bool { return e.Kind == EventAssignee })
	var out []Notice
	for i, e := range events {
		for _, n := range itCards(e) {
			n.Event = i
			if e.Internal && n.Audience == AudienceRequester || n.routine(a, e) || n.redundant(handed) || !n.address(t, a, e, origin, lead) {
				continue
			}
			k := key{n.Kind, n.Audience, i}
			if n.Kind == NoticeCard {
				k.event = -1
			}
			if !seen[k] {
				seen[k] = true
				out = append(out, n)
			}
		}
	}
	return out
}

// routine reports whether IT need not be told in a message of its own: the card shows what
// the desk has closed by itself.
func (n Notice) routine(a Actor, e Event) bool {
	return a.Channel == ChannelSystem && e.Kind == EventStatus && n.Kind == NoticeEvent && n.Audience != AudienceRequester
}

// itCards returns what telling says of an event, and IT's other live cards: that of whoever
// has the ticket and, after an assignment, that of whoever had it.
func itCards(e Event) []Notice {
	out := slices.Clone(telling[e.Kind])
	if !slices.Contains(out, Notice{Kind: NoticeCard, Audience: AudienceGroup}) {
		return out
	}
	out = append(out, Notice{Kind: NoticeCard, Audience: AudienceAssignee})
	if former, err := strconv.ParseInt(e.From, 10, 64); err == nil && e.Kind == EventAssignee {
		out = append(out, Notice{Kind: NoticeCard, Audience: AudienceFormer, UserID: former})
	}
	return out
}

// redundant reports whether the card that a new assignee is sent tells them already.
func (n Notice) redundant(handed bool) bool {
	return handed && n.Kind == NoticeEvent && n.Audience == AudienceAssignee
}

// reachLead reports whether the lead has to hear of any of the events.
func reachLead(events []Event) bool {
	return slices.ContainsFunc(events, func(e Event) bool {
		return slices.ContainsFunc(telling[e.Kind], func(n Notice) bool { return n.Audience == AudienceLead })
	})
}

// address fills in the receiver; false means that nobody is to be told.
func (n *Notice) address(t Ticket, a Actor, e Event, origin, lead int64) bool {
	n.Urgent = t.Priority == PriorityUrgent
	if n.Kind == NoticeCard {
		n.Here = a.ChatID
	} else {
		n.Topic = topics[e.Kind]
		n.Gather = !n.Urgent && n.Topic != TopicComments
	}
	if n.Audience == AudienceOwner {
		if n.Audience = AudienceAssignee; t.AssigneeID == 0 {
			n.Audience = AudienceGroup
		}
	}
	switch n.Audience {
	case AudienceGroup:
		if n.Kind == NoticeEvent {
			n.ExceptChat = origin
		}
		return true
	case AudienceRequester:
		n.UserID = t.RequesterID
	case AudienceAssignee:
		n.UserID = t.AssigneeID
		if t.AssigneeID == t.RequesterID {
			return false
		}
	case AudienceFormer:
		if n.UserID == t.RequesterID {
			return false
		}
	case AudienceLead:
		n.UserID = lead
		if lead == t.AssigneeID {
			return false
		}
	}
	if n.UserID == 0 {
		return false
	}
	return n.Kind == NoticeCard || n.UserID != a.ID
}
