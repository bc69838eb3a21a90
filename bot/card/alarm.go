package card

import (
	"slices"
	"time"

	"chamados/bot/callback"
	"chamados/bot/chat"
	"chamados/domain"
	"chamados/domain/i18n"
)

// Alarm is a warning about a ticket; Settled is what made it moot, nil while it stands.
type Alarm struct {
	Ticket  domain.Ticket
	Event   domain.NoticeEventView
	Settled *domain.Event
}

// Bounds of a message that warns of several tickets.
const (
	maxAlarms       = 20
	maxAlarmButtons = 8
	titleInAlarm    = 48
)

// Alarms warns of one ticket or of several. What has settled says by whom and when, and has
// no buttons any more.
func Alarms(lang domain.Lang, list []Alarm, o Options) chat.Outgoing {
	if len(list) == 0 {
		return chat.Outgoing{}
	}
	o.Copy = true
	several := slices.ContainsFunc(list, func(a Alarm) bool { return a.Ticket.ID != list[0].Ticket.ID })
	if several {
		return manyAlarms(lang, list, o)
	}
	parts := []string{heading(list[0].Ticket)}
	var standing []Alarm
	for _, a := range list {
		parts = append(parts, a.line(lang, o))
		if a.Settled == nil {
			standing = append(standing, a)
		}
	}
	out := chat.Outgoing{Text: lines(parts...)}
	if len(standing) > 0 {
		last := standing[len(standing)-1]
		out.Keyboard, _ = careKeyboard(lang, last.Ticket, last.Event.Event, o)
	}
	return out
}

// line says what an alarm is about; one that has settled is struck out.
func (a Alarm) line(lang domain.Lang, o Options) string {
	line, _ := careLine(lang, a.Event.Event, o)
	if a.Settled == nil {
		return line
	}
	return "<s>" + line + "</s>\n" + a.settled(lang, o)
}

// settled says who made an alarm moot, and when.
func (a Alarm) settled(lang domain.Lang, o Options) string {
	e := *a.Settled
	key := string(e.Kind)
	if e.Kind == domain.EventStatus {
		key += "_" + e.To
	}
	return Text(lang, "sla.settled."+key, i18n.Args{"Name": actorName(lang, e), "When": o.local(lang, e.At)})
}

// manyAlarms lists tickets, those that still stand first and the earliest due first; buttons
// open those.
func manyAlarms(lang domain.Lang, list []Alarm, o Options) chat.Outgoing {
	list = onePerTicket(list)
	standing := 0
	var rows []string
	var buttons []chat.Button
	for _, a := range list {
		if a.Settled == nil {
			standing++
		}
	}
	for i, a := range list {
		if i == maxAlarms {
			rows = append(rows, Count(lang, "sla.many.more", len(list)-maxAlarms, nil))
			break
		}
		rows = append(rows, a.short(lang, o))
		if a.Settled == nil && len(buttons) < maxAlarmButtons {
			d := callback.Data{Verb: callback.Open, Ticket: a.Ticket.ID}
			buttons = append(buttons, chat.Button{Text: "#" + number(a.Ticket.ID), Data: callback.Must(d)})
		}
	}
	title := Count(lang, "sla.many.title", standing, nil)
	if standing == 0 {
		title = Text(lang, "sla.many.settled", nil)
	}
	out := chat.Outgoing{Text: blocks(title, lines(rows...)), Keyboard: inRows(buttons, 4)}
	if standing > 0 {
		queue := callback.Must(callback.Data{Verb: callback.Digest, Word: DigestQueue})
		out.Keyboard = append(out.Keyboard, []chat.Button{{Text: i18n.Text(lang, "digest.button.queue", nil), Data: queue}})
	}
	return out
}

// onePerTicket keeps the worst alarm of each ticket.
func onePerTicket(list []Alarm) []Alarm {
	at := map[int64]int{}
	var out []Alarm
	for _, a := range list {
		i, known := at[a.Ticket.ID]
		switch {
		case !known:
			at[a.Ticket.ID] = len(out)
			out = append(out, a)
		case out[i].Settled != nil && a.Settled == nil, out[i].Event.Kind != domain.EventSLABreach && (a.Settled == nil) == (out[i].Settled == nil):
			out[i] = a
		}
	}
	slices.SortStableFunc(out, func(a, b Alarm) int {
		if (a.Settled == nil) != (b.Settled == nil) {
			if a.Settled == nil {
				return -1
			}
			return 1
		}
		return a.due().Compare(b.due())
	})
	return out
}

// due is when the target of an alarm is missed; for an urgent ticket that nobody has, when
// that was said.
func (a Alarm) due() time.Time {
	if due, err := time.Parse(time.RFC3339, a.Event.From); err == nil {
		return due
	}
	return a.Event.At
}

// short is a ticket's line in a list.
func (a Alarm) short(lang domain.Lang, o Options) string {
	sign := Text(lang, "sla.many.sign_"+string(a.Event.Kind), nil)
	name := "#" + number(a.Ticket.ID) + " " + cut(a.Ticket.Title, titleInAlarm)
	if a.Settled != nil {
		return "✔️ <s>" + name + "</s> · " + Escape(actorName(lang, *a.Settled))
	}
	line := sign + " " + a.Ticket.Priority.Emoji() + " " + name
	if a.Event.From == "" {
		return line
	}
	return line + " · " + Escape(o.local(lang, a.due()))
}
