package card

import (
	"slices"

	"chamados/bot/callback"
	"chamados/bot/chat"
	"chamados/domain"
	"chamados/domain/i18n"
)

// anyIT stands for whoever of IT presses: the group's card is the same for all of them,
// and each press is judged by the presser's own account.
var anyIT = domain.Actor{User: domain.User{Role: domain.RoleIT, Active: true}}

// itKeyboard has the next steps of a ticket first, rarer ones below; two a row, so that
// every label can be read on a phone.
func itKeyboard(lang domain.Lang, v domain.TicketView, o Options) [][]chat.Button {
	var rows [][]chat.Button
	t := v.Ticket
	all := statusButtons(lang, t, o)
	if !t.Status.Done() {
		rows = append(rows, []chat.Button{takeButton(lang, t, o)})
		all = append(all,
			o.labelled(lang, "priority", callback.Data{Verb: callback.PriorityMenu, Ticket: t.ID}),
			o.labelled(lang, "assign", callback.Data{Verb: callback.AssignMenu, Ticket: t.ID}),
		)
	}
	all = append(all,
		o.labelled(lang, "history", callback.Data{Verb: callback.History, Ticket: t.ID}),
		o.labelled(lang, "reply", callback.Data{Verb: callback.Reply, Ticket: t.ID}),
		o.labelled(lang, "note", callback.Data{Verb: callback.Note, Ticket: t.ID}),
	)
	if len(Files(v, IT, 0)) > 0 {
		all = append(all, o.filesRow(lang, t.ID, 0)...)
	}
	return withPanel(append(rows, inRows(all, 2)...), lang, t, o)
}

func withPanel(rows [][]chat.Button, lang domain.Lang, t domain.Ticket, o Options) [][]chat.Button {
	if row := o.panelButton(lang, t.ID); row != nil {
		rows = append(rows, row)
	}
	return rows
}

func takeButton(lang domain.Lang, t domain.Ticket, o Options) chat.Button {
	if t.AssigneeID != 0 {
		return o.labelled(lang, "release", callback.Data{Verb: callback.Release, Ticket: t.ID})
	}
	b := o.labelled(lang, "take", callback.Data{Verb: callback.Take, Ticket: t.ID})
	b.Style = chat.Primary
	return b
}

// statusButtons has a button for each status that IT can move the ticket to.
func statusButtons(lang domain.Lang, t domain.Ticket, o Options) []chat.Button {
	var all []chat.Button
	for _, s := range t.StatusesFor(anyIT) {
		all = append(all, o.statusButton(lang, t.ID, s))
	}
	return all
}

func (o Options) statusButton(lang domain.Lang, ticket int64, s domain.Status) chat.Button {
	b := o.button(s.Emoji()+" "+i18n.Status(lang, s), callback.Data{Verb: callback.SetStatus, Ticket: ticket, Status: s})
	if s == domain.StatusResolved {
		b.Style = chat.Success
	}
	return b
}

// inRows lays buttons out, n a row.
func inRows(all []chat.Button, n int) [][]chat.Button {
	return slices.Collect(slices.Chunk(all, n))
}

// requesterKeyboard has what the requester may do now.
func requesterKeyboard(lang domain.Lang, v domain.TicketView, o Options) [][]chat.Button {
	var rows [][]chat.Button
	t := v.Ticket
	may := t.StatusesFor(domain.Actor{User: domain.User{ID: t.RequesterID, Role: domain.RoleEmployee, Active: true}})
	if slices.Contains(may, domain.StatusClosed) {
		rows = append(rows, SolvedRow(lang, t, o))
	}
	rows = append(rows, []chat.Button{
		o.labelled(lang, "comment", callback.Data{Verb: callback.Reply, Ticket: t.ID}),
		o.labelled(lang, "history", callback.Data{Verb: callback.MyHistory, Ticket: t.ID}),
	})
	if len(Files(v, Requester, 0)) > 0 {
		rows = append(rows, o.filesRow(lang, t.ID, 0))
	}
	if slices.Contains(may, domain.StatusCancelled) {
		rows = append(rows, []chat.Button{o.labelled(lang, "cancel", callback.Data{Verb: callback.AskCancel, Ticket: t.ID})})
	}
	return withPanel(rows, lang, t, o)
}

// SolvedRow asks the requester whether the problem is gone.
func SolvedRow(lang domain.Lang, t domain.Ticket, o Options) []chat.Button {
	yes := o.labelled(lang, "solved", callback.Data{Verb: callback.Confirm, Ticket: t.ID})
	yes.Style = chat.Success
	return []chat.Button{yes, o.labelled(lang, "not_solved", callback.Data{Verb: callback.Reopen, Ticket: t.ID})}
}
