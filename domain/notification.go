package domain

// Audience is who a notice is for, relative to a ticket. Storage resolves it to chats
// (or an address) when the notice is written, because only it knows the links.
type Audience string

const (
	AudienceGroup     Audience = "grupo"       // the IT groups that the ticket's category goes to
	AudienceRequester Audience = "solicitante" // whoever asked
	AudienceAssignee  Audience = "responsavel" // whoever has the ticket
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

// Notice is one thing somebody must be told. It is written in the transaction of the
// event and rendered when it is delivered, so that it shows the state of that moment.
type Notice struct {
	Kind       NoticeKind
	Audience   Audience
	UserID     int64 // the person, for requester and assignee
	Event      int   // index of the event in its [Record]
	ExceptChat int64 // the chat in which it happened and can be seen anyway; 0 for none
	Urgent     bool  // goes before ordinary notices
}

// telling is the table of who is told what: for each event, the audiences and the kind
// of message. Notes and deletions never reach the requester.
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
	EventCommentEdit: {{Kind: NoticeCard, Audience: AudienceGroup}},
	EventCommentUndo: {{Kind: NoticeCard, Audience: AudienceGroup}},
	EventAttachment:  {{Kind: NoticeCard, Audience: AudienceGroup}},
	EventDeleted:     {{Kind: NoticeCard, Audience: AudienceGroup}, {Kind: NoticeCard, Audience: AudienceRequester}},
	EventRestored:    {{Kind: NoticeCard, Audience: AudienceGroup}, {Kind: NoticeCard, Audience: AudienceRequester}},
}

// notices returns who must be told of the events of one change of t, made by a from the
// chat origin (0 if not from a chat). Several events need a card only once; the actor is
// never told of their own doing; a person with two roles is told once.
func notices(t Ticket, a Actor, events []Event, origin int64) []Notice {
	type key struct {
		kind  NoticeKind
		aud   Audience
		event int
	}
	seen := map[key]bool{}
	var out []Notice
	for i, e := range events {
		for _, n := range telling[e.Kind] {
			n.Event = i
			if !n.address(t, a, origin) {
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

// address fills in the receiver; false means that nobody is to be told.
func (n *Notice) address(t Ticket, a Actor, origin int64) bool {
	n.Urgent = t.Priority == PriorityUrgent
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
	}
	if n.UserID == 0 {
		return false
	}
	return n.Kind == NoticeCard || n.UserID != a.ID
}
