package card

import (
	"chamados/bot/callback"
	"chamados/bot/chat"
	"chamados/domain"
	"chamados/domain/i18n"
)

// AssigneesPerPage is how many people the menu of assignees shows at once.
const AssigneesPerPage = 8

// PriorityMenu returns the card with the priorities as its buttons.
func PriorityMenu(lang domain.Lang, v domain.TicketView, o Options) chat.Outgoing {
	var all []chat.Button
	for _, p := range domain.Priorities {
		text := p.Emoji() + " " + i18n.Priority(lang, p)
		if p == v.Priority {
			text = "• " + text
		}
		all = append(all, o.button(text, callback.Data{Verb: callback.SetPriority, Ticket: v.ID, Priority: p}))
	}
	rows := append(inRows(all, 2), backRow(lang, v.ID, o))
	return chat.Outgoing{Text: TicketText(lang, v, o), Keyboard: rows}
}

// AssignMenu returns the card with one page of the people who can have the ticket. page
// counts from 0 and is brought into range.
func AssignMenu(lang domain.Lang, v domain.TicketView, people []domain.User, page int64, o Options) chat.Outgoing {
	pages := int64((len(people) + AssigneesPerPage - 1) / AssigneesPerPage)
	page = max(0, min(page, pages-1))
	var all []chat.Button
	from := int(page) * AssigneesPerPage
	for _, u := range people[min(from, len(people)):min(from+AssigneesPerPage, len(people))] {
		text := u.Name
		if u.ID == v.AssigneeID {
			text = "• " + text
		}
		all = append(all, o.button(text, callback.Data{Verb: callback.Assign, Ticket: v.ID, User: u.ID}))
	}
	rows := inRows(all, 2)
	turn := func(to int64) callback.Data { return callback.Data{Verb: callback.AssignMenu, Ticket: v.ID, Page: to} }
	if row := turnRow(o, page, page < pages-1, turn); row != nil {
		rows = append(rows, row)
	}
	if v.AssigneeID != 0 {
		rows = append(rows, []chat.Button{o.labelled(lang, "nobody", callback.Data{Verb: callback.Assign, Ticket: v.ID})})
	}
	return chat.Outgoing{Text: TicketText(lang, v, o), Keyboard: append(rows, backRow(lang, v.ID, o))}
}

// turnRow has the arrows to the pages before and after; nil if there are neither.
func turnRow(o Options, page int64, more bool, to func(int64) callback.Data) []chat.Button {
	var row []chat.Button
	if page > 0 {
		row = append(row, o.button("◀", to(page-1)))
	}
	if more {
		row = append(row, o.button("▶", to(page+1)))
	}
	return row
}

func backRow(lang domain.Lang, ticketID int64, o Options) []chat.Button {
	verb := callback.Back
	if o.For != IT {
		verb = callback.MyCard
	}
	return []chat.Button{o.labelled(lang, "back", callback.Data{Verb: verb, Ticket: ticketID})}
}

// CancelMenu returns the requester's card asking whether to cancel.
func CancelMenu(lang domain.Lang, v domain.TicketView, o Options) chat.Outgoing {
	yes := o.labelled(lang, "cancel_yes", callback.Data{
		Verb: callback.SetStatus, Ticket: v.ID, Status: domain.StatusCancelled,
	})
	yes.Style = chat.Danger
	return chat.Outgoing{
		Text:     blocks(TicketText(lang, v, o), Text(lang, "bot.card.cancel_sure", nil)),
		Keyboard: [][]chat.Button{{yes}, backRow(lang, v.ID, o)},
	}
}
