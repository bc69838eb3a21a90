package card

import (
	"chamados/bot/callback"
	"chamados/bot/chat"
	"chamados/domain"
)

// PageSize is how many tickets a list shows at once.
const PageSize = 6

// List is one page of tickets.
type List struct {
	Title   string // catalog key of the heading
	Empty   string // catalog key of the text when there is none
	Tickets []domain.Ticket
	Page    int64
	More    bool
	Turn    callback.Verb // turns the page; "" if the list has one page only
	Nonce   string        // names what Turn turns, where that is needed
	For     Reader
}

// Tickets returns a list: a line each, a button with its number each.
func Tickets(lang domain.Lang, l List, o Options) chat.Outgoing {
	o.Copy = false
	if len(l.Tickets) == 0 && l.Page == 0 {
		return chat.Outgoing{Text: Text(lang, l.Empty, nil)}
	}
	open := callback.Open
	if l.For != IT {
		open = callback.OpenMine
	}
	var parts []string
	var buttons []chat.Button
	for _, t := range l.Tickets {
		parts = append(parts, listed(lang, t, l.For, o))
		buttons = append(buttons, o.button(t.Status.Emoji()+" #"+number(t.ID), callback.Data{Verb: open, Ticket: t.ID}))
	}
	rows := inRows(buttons, 3)
	if l.Turn != "" {
		to := func(p int64) callback.Data { return callback.Data{Verb: l.Turn, Nonce: l.Nonce, Page: p} }
		if row := turnRow(o, l.Page, l.More, to); row != nil {
			rows = append(rows, row)
		}
	}
	if len(parts) == 0 {
		parts = []string{Text(lang, "bot.list.end", nil)}
	}
	return chat.Outgoing{Text: blocks(append([]string{Text(lang, l.Title, nil)}, parts...)...), Keyboard: rows}
}

// listed is one ticket in a list.
func listed(lang domain.Lang, t domain.Ticket, r Reader, o Options) string {
	const titleInList = 120
	head := t.Status.Emoji() + " <b>#" + number(t.ID) + "</b> " + cut(t.Title, titleInList)
	if r != IT {
		return lines(head, "<i>"+progress(lang, t)+"</i>")
	}
	who := cut(refName(lang, t.Requester), maxName)
	if t.Assignee != nil {
		who += " → " + cut(t.Assignee.Name, maxName)
	}
	return lines(t.Priority.Emoji()+" "+head, "<i>"+who+" · "+Escape(o.local(lang, t.CreatedAt))+"</i>")
}
