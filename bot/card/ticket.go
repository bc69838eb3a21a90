package card

import (
	"chamados/bot/callback"
	"chamados/bot/chat"
	"chamados/domain"
	"chamados/domain/i18n"
)

// Ticket returns a ticket's card. v holds what the reader may see; a requester is shown
// nothing internal even if v has it.
func Ticket(lang domain.Lang, v domain.TicketView, o Options) chat.Outgoing {
	if !v.DeletedAt.IsZero() {
		return chat.Outgoing{Text: lines("🗑️ "+heading(v.Ticket), Text(lang, "bot.card.deleted", nil))}
	}
	if o.Former || o.Moved {
		return handedOn(lang, v.Ticket, o)
	}
	out := chat.Outgoing{Text: TicketText(lang, v, o)}
	if o.For == IT {
		out.Keyboard = itKeyboard(lang, v, o)
	} else {
		out.Keyboard = requesterKeyboard(lang, v, o)
	}
	return out
}

// handedOn is what is left of the card of somebody who had the ticket, or of a topic that did.
func handedOn(lang domain.Lang, t domain.Ticket, o Options) chat.Outgoing {
	line := Text(lang, "bot.card.released", nil)
	switch {
	case o.Moved:
		line = Text(lang, "bot.card.moved", nil)
	case t.Assignee != nil:
		line = Text(lang, "bot.card.handed_on", i18n.Args{"Name": Shorten(t.Assignee.Name, maxName)})
	}
	o.Copy = true
	open := o.labelled(lang, "open_card", callback.Data{Verb: callback.Open, Ticket: t.ID})
	return chat.Outgoing{Text: lines(heading(t), line), Keyboard: [][]chat.Button{{open}}}
}

// TicketText returns the card's text alone, for menus that only change the buttons.
func TicketText(lang domain.Lang, v domain.TicketView, o Options) string {
	if o.For == IT {
		return blocks(
			lines(v.Priority.Emoji()+" "+heading(v.Ticket), facts(lang, v.Ticket)),
			people(lang, v, o), form(lang, v.Ticket), description(lang, v.Ticket),
			lastComment(lang, v, o),
		)
	}
	return blocks(
		lines(v.Status.Emoji()+" "+heading(v.Ticket), standing(lang, v)),
		lines(requesterFacts(lang, v.Ticket), opened(lang, v, o), files(lang, v, o)),
		form(lang, v.Ticket), description(lang, v.Ticket), lastComment(lang, v, o),
	)
}

// description quotes what is said beside the title.
func description(lang domain.Lang, t domain.Ticket) string {
	if !t.DescriptionAdds() {
		return ""
	}
	return quote(lang, t.Description, maxDescription)
}

// heading is a ticket's number and title, bold.
func heading(t domain.Ticket) string {
	return "<b>" + Name(t) + "</b>"
}

// Name is a ticket's number and title, escaped.
func Name(t domain.Ticket) string {
	return "#" + number(t.ID) + " · " + cut(t.Title, maxTitle)
}

// facts are status, category and priority on one line.
func facts(lang domain.Lang, t domain.Ticket) string {
	return t.Status.Emoji() + " " + Escape(i18n.Status(lang, t.Status)) + " · " +
		t.Category.Emoji() + " " + Escape(i18n.Category(lang, t.Category)) + " · " +
		Escape(i18n.Priority(lang, t.Priority))
}

func requesterFacts(lang domain.Lang, t domain.Ticket) string {
	return t.Category.Emoji() + " " + Escape(i18n.Category(lang, t.Category)) + " · " +
		t.Priority.Emoji() + " " + Escape(i18n.Priority(lang, t.Priority))
}

// people are who asked, who has it, since when, and with how many files.
func people(lang domain.Lang, v domain.TicketView, o Options) string {
	requester := "👤 <b>" + cut(refName(lang, v.Requester), maxName) + "</b>"
	if !o.Reachable {
		requester += " · " + Text(lang, "bot.card.unreachable", nil)
	}
	return lines(requester, assignee(lang, v.Ticket), opened(lang, v, o), deadline(lang, v.Ticket, o), finished(lang, v, o), files(lang, v, o))
}

func assignee(lang domain.Lang, t domain.Ticket) string {
	if t.Assignee == nil {
		return Text(lang, "bot.card.nobody", nil)
	}
	return "🙋 " + cut(t.Assignee.Name, maxName)
}

func opened(lang domain.Lang, v domain.TicketView, o Options) string {
	return Text(lang, "bot.card.opened", i18n.Args{"When": o.local(lang, v.CreatedAt)})
}

func finished(lang domain.Lang, v domain.TicketView, o Options) string {
	if v.FinishedAt.IsZero() {
		return ""
	}
	return Text(lang, "bot.card.finished", i18n.Args{"When": o.local(lang, v.FinishedAt)})
}

func files(lang domain.Lang, v domain.TicketView, o Options) string {
	n := len(Files(v, o.For, 0))
	if n == 0 {
		return ""
	}
	return Count(lang, "bot.card.files", n, nil)
}

// standing is progress, and whether somebody has seen what nobody has taken yet.
func standing(lang domain.Lang, v domain.TicketView) string {
	if v.Status == domain.StatusOpen && v.Assignee == nil && v.Seen() {
		return Text(lang, "bot.progress.visto", nil)
	}
	return progress(lang, v.Ticket)
}

// progress tells the requester in a sentence where the ticket stands.
func progress(lang domain.Lang, t domain.Ticket) string {
	key := "bot.progress." + string(t.Status)
	if t.Assignee == nil {
		return Text(lang, key, nil)
	}
	return Text(lang, key+"_por", i18n.Args{"Name": Shorten(t.Assignee.Name, maxName)})
}

// lastComment shows the newest comment that the reader may see.
func lastComment(lang domain.Lang, v domain.TicketView, o Options) string {
	for i := len(v.Comments) - 1; i >= 0; i-- {
		c := v.Comments[i]
		if c.Internal && o.For != IT {
			continue
		}
		sign := "💬"
		if c.Internal {
			sign = "🔒"
		}
		text := c.Text
		if text == "" {
			text = "📎"
		}
		return lines(
			sign+" <b>"+cut(refName(lang, c.Author), maxName)+"</b> · "+Escape(o.local(lang, c.CreatedAt)),
			quote(lang, text, maxComment),
		)
	}
	return ""
}

func refName(lang domain.Lang, u *domain.UserRef) string {
	if u == nil {
		return i18n.Text(lang, "bot.card.someone", nil)
	}
	return u.Name
}
