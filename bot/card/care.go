package card

import (
	"time"

	"chamados/bot/callback"
	"chamados/bot/chat"
	"chamados/domain"
	"chamados/domain/i18n"
)

// deadline tells IT how a ticket stands to its targets; "" while there is nothing to tell.
func deadline(lang domain.Lang, t domain.Ticket, o Options) string {
	state := t.SLAState(o.Now)
	if state == domain.SLANone || state == domain.SLAMet || state == domain.SLABreached && t.Status.Done() {
		return ""
	}
	key := "sla.card." + string(state)
	due := t.SLA.Due()
	if due.IsZero() {
		if state == domain.SLABreached {
			return Text(lang, key+"_parado", nil)
		}
		if state != domain.SLAPaused {
			return ""
		}
	}
	return Text(lang, key, i18n.Args{"When": o.local(lang, due)})
}

// careLine tells of what the desk did by itself, or of a mark, in a line; ok is false for all else.
func careLine(lang domain.Lang, e domain.Event, o Options) (line string, ok bool) {
	if line, ok := ratedLine(lang, e); ok {
		return line, true
	}
	switch e.Kind {
	case domain.EventSLAWarning, domain.EventSLABreach:
		due, err := time.Parse(time.RFC3339, e.From)
		if err != nil {
			return "", false
		}
		return Text(lang, "sla.event."+string(e.Kind)+"_"+e.To, i18n.Args{"When": o.local(lang, due)}), true
	case domain.EventCloseSoon, domain.EventWaitReminder, domain.EventNoAnswer, domain.EventAnswered, domain.EventNobody:
		return Text(lang, "sla.event."+string(e.Kind), nil), true
	}
	return "", false
}

// careKeyboard has the buttons that act on what the desk tells by itself.
func careKeyboard(lang domain.Lang, t domain.Ticket, e domain.Event, o Options) (rows [][]chat.Button, ok bool) {
	open := o.labelled(lang, "open_card", callback.Data{Verb: callback.Open, Ticket: t.ID})
	reply := o.labelled(lang, "answer", callback.Data{Verb: callback.Reply, Ticket: t.ID})
	switch e.Kind {
	case domain.EventSLAWarning, domain.EventSLABreach, domain.EventNobody:
		if t.Status.Done() {
			return [][]chat.Button{{open}}, true
		}
		act := reply
		if t.AssigneeID == 0 {
			act = o.labelled(lang, "take", callback.Data{Verb: callback.Take, Ticket: t.ID})
			act.Style = chat.Primary
		}
		return [][]chat.Button{{act, o.labelled(lang, "assign", callback.Data{Verb: callback.AssignMenu, Ticket: t.ID})}, {open}}, true
	case domain.EventNoAnswer, domain.EventAnswered:
		return [][]chat.Button{{reply, open}}, true
	case domain.EventStatus:
		if o.For == Requester && t.Status == domain.StatusClosed && e.To == string(t.Status) {
			return [][]chat.Button{StarsRow(t.ID)}, true
		}
	case domain.EventWaitReminder:
		return [][]chat.Button{{reply}}, true
	case domain.EventCloseSoon:
		if t.Status == domain.StatusResolved {
			return [][]chat.Button{SolvedRow(lang, t, o)}, true
		}
		return nil, true
	}
	return nil, false
}
