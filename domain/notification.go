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
	AudienceWarned    Audience = "avisados"    // the chats in which a warning about the ticket still stands
)

// NoticeKind is what is delivered.
type NoticeKind string

const (
	// NoticeCard brings the ticket's one live card in a chat up to date, sending it
	// first where there is none.
	NoticeCard NoticeKind = "cartao"
	// NoticeEvent tells of an event with a message of its own.
	NoticeEvent NoticeKind = "aviso"
	// NoticeAlarm warns of something that may settle by itself: alarms of several tickets
	// that wait for one chat become one message, and what has settled is edited away.
	NoticeAlarm NoticeKind = "alarme"
	// NoticeSettle brings the alarms of a ticket up to date, wherever they stand.
	NoticeSettle NoticeKind = "baixa"
	// NoticeLetter tells by mail alone what a card tells in chat.
	NoticeLetter NoticeKind = "carta"
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
	Flood      bool  // goes after all others, urgent or not: it is of somebody who does too much at once
	Topic      Topic // whoever has switched it off is not told; "" for what everybody is told
	Gather     bool  // may wait a moment for what follows, to become one message with it
	Here       int64 // of a card: the chat in which somebody waits to see it change; 0 for none
}

// telling is the table of who is told what: for each event, the audiences and the kind of
// message. What holds for all of it:
//
//   - nobody is told of their own doing, whatever their roles;
//   - a person with several roles is told once: as the requester rather than as IT, as the
//     one who has the ticket rather than as the lead;
//   - what is internal never reaches the requester, also when IT asked for themselves;
//   - a card for the group is also one for whoever has the ticket, see [itCards];
//   - whoever has the ticket hears of marks, low ones too: they are about their work. The
//     lead hears of a low mark as the lead, unless it is their own ticket or their own mark.
var telling = map[EventKind][]Notice{
	EventCreated: {cardTo(AudienceRequester), cardTo(AudienceGroup)},
	EventStatus: {
		cardTo(AudienceRequester), cardTo(AudienceGroup), settle,
		tell(AudienceRequester), tell(AudienceAssignee), tell(AudienceGroup),
	},
	EventAssignee: {
		cardTo(AudienceRequester), cardTo(AudienceGroup), settle,
		tell(AudienceRequester), tell(AudienceAssignee), tell(AudienceGroup),
	},
	EventPriority:    {cardTo(AudienceRequester), cardTo(AudienceGroup), settle},
	EventTitle:       {cardTo(AudienceRequester), cardTo(AudienceGroup)},
	EventDescription: {cardTo(AudienceGroup)},
	EventCategory:    {cardTo(AudienceRequester), cardTo(AudienceGroup), settle},
	EventExtra:       {cardTo(AudienceGroup)},
	EventComment: {
		cardTo(AudienceGroup), settle, tell(AudienceRequester), tell(AudienceAssignee), tell(AudienceGroup),
	},
	EventNote:         {cardTo(AudienceGroup), tell(AudienceAssignee), tell(AudienceGroup)},
	EventSeen:         {cardTo(AudienceRequester)},
	EventCommentEdit:  {cardTo(AudienceGroup), tell(AudienceRequester), tell(AudienceAssignee), tell(AudienceGroup)},
	EventCommentUndo:  {cardTo(AudienceGroup)},
	EventAttachment:   {cardTo(AudienceGroup)},
	EventDeleted:      {cardTo(AudienceGroup), cardTo(AudienceRequester), settle},
	EventRestored:     {cardTo(AudienceGroup), cardTo(AudienceRequester)},
	EventSLAWarning:   {cardTo(AudienceGroup), alarm(AudienceOwner)},
	EventSLABreach:    {cardTo(AudienceGroup), alarm(AudienceAssignee), alarm(AudienceGroup), alarm(AudienceLead)},
	EventRated:        {cardTo(AudienceGroup), tell(AudienceAssignee)},
	EventRatedLow:     {cardTo(AudienceGroup), tell(AudienceAssignee), tell(AudienceGroup), tell(AudienceLead)},
	EventCloseSoon:    {tell(AudienceRequester)},
	EventWaitReminder: {tell(AudienceRequester)},
	EventNoAnswer:     {tell(AudienceOwner)},
	EventAnswered:     {tell(AudienceOwner)},
	EventNobody:       {alarm(AudienceGroup)},
}

var settle = Notice{Kind: NoticeSettle, Audience: AudienceWarned}

func cardTo(a Audience) Notice { return Notice{Kind: NoticeCard, Audience: a} }
func tell(a Audience) Notice   { return Notice{Kind: NoticeEvent, Audience: a} }
func alarm(a Audience) Notice  { return Notice{Kind: NoticeAlarm, Audience: a} }

// notices returns who must be told of the events of one change of t, made by a from the
// chat origin (0 if not from a chat). Several events need a card only once; the actor is
// never told of their own doing; a person with two roles is told once.
func notices(t Ticket, a Actor, events []Event, origin int64) []Notice {
	return noticesAndLead(t, a, events, origin, 0)
}

// noticesAndLead is notices for events that also the lead hears of; lead is 0 for nobody.
func noticesAndLead(t Ticket, a Actor, events []Event, origin, lead int64) []Notice {
	handed := slices.ContainsFunc(events, func(e Event) bool { return e.Kind == EventAssignee })
	out := make([]Notice, 0, 8)
	for i, e := range events {
		for _, n := range itCards(e) {
			n.Event = i
			if n.redundant(handed) {
				n.Kind = NoticeLetter
			}
			if e.Internal && n.Audience == AudienceRequester || n.routine(a, e) || !n.address(t, a, e, origin, lead) {
				continue
			}
			if !slices.ContainsFunc(out, n.said) {
				out = append(out, n)
			}
		}
	}
	return out
}

// said reports whether another notice says the same: of several events a card or an end of alarms is one.
func (n Notice) said(o Notice) bool {
	once := n.Kind == NoticeCard || n.Kind == NoticeSettle
	return o.Kind == n.Kind && o.Audience == n.Audience && (once || o.Event == n.Event)
}

// routine reports whether IT need not be told in a message of its own: the card shows what
// the desk has closed by itself.
func (n Notice) routine(a Actor, e Event) bool {
	return a.Channel == ChannelSystem && e.Kind == EventStatus && n.Kind == NoticeEvent && n.Audience != AudienceRequester
}

// itCards returns what telling says of an event, and IT's other live cards: that of whoever
// has the ticket and, after an assignment, that of whoever had it.
func itCards(e Event) []Notice {
	out := tellingIT[e.Kind]
	if e.Kind != EventAssignee {
		return out
	}
	if former, err := strconv.ParseInt(e.From, 10, 64); err == nil {
		return append(slices.Clip(out), Notice{Kind: NoticeCard, Audience: AudienceFormer, UserID: former})
	}
	return out
}

// tellingIT is telling with the card of whoever has the ticket.
var tellingIT = func() map[EventKind][]Notice {
	out := map[EventKind][]Notice{}
	for kind, notices := range telling {
		if slices.Contains(notices, cardTo(AudienceGroup)) {
			notices = append(slices.Clip(notices), cardTo(AudienceAssignee))
		}
		out[kind] = notices
	}
	return out
}()

// redundant reports whether the card that a new assignee is sent tells them already; only a
// mail has to say it.
func (n Notice) redundant(handed bool) bool {
	return handed && n.Kind == NoticeEvent && n.Audience == AudienceAssignee
}

// SettlingEvents returns the kinds of events that may make an alarm moot.
func SettlingEvents() []EventKind {
	var out []EventKind
	for kind, notices := range telling {
		if slices.Contains(notices, settle) {
			out = append(out, kind)
		}
	}
	slices.Sort(out)
	return out
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
	switch n.Kind {
	case NoticeSettle:
		return t.warned(e)
	case NoticeCard:
		n.Here = a.ChatID
	default:
		n.Topic = topics[e.Kind]
		n.Gather = n.Kind == NoticeAlarm || !n.Urgent && n.Topic != TopicComments
	}
	if n.Audience == AudienceOwner {
		if n.Audience = AudienceAssignee; t.AssigneeID == 0 || t.AssigneeID == t.RequesterID {
			n.Audience = AudienceGroup
		}
	}
	switch n.Audience {
	case AudienceGroup:
		if n.Kind != NoticeCard {
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
		if lead == t.AssigneeID || lead == t.RequesterID {
			return false
		}
	}
	if n.UserID == 0 {
		return false
	}
	return n.Kind == NoticeCard || n.UserID != a.ID
}
