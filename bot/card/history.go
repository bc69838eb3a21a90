package card

import (
	"strconv"
	"strings"

	"chamados/bot/chat"
	"chamados/domain"
	"chamados/domain/i18n"
)

// maxHistory is how many entries of a ticket's history are shown; the panel has all.
const maxHistory = 15

// History returns a ticket's last events, oldest first, with a way back to the card.
func History(lang domain.Lang, v domain.TicketView, o Options) chat.Outgoing {
	names := map[int64]string{}
	for _, u := range []*domain.UserRef{v.Requester, v.Assignee} {
		if u != nil {
			names[u.ID] = u.Name
		}
	}
	for _, e := range v.Events {
		if e.ActorName != "" {
			names[e.ActorID] = e.ActorName
		}
	}
	var shown []string
	for _, e := range v.Events {
		if e.Internal && o.For != IT {
			continue
		}
		to, _ := strconv.ParseInt(e.To, 10, 64)
		view := domain.NoticeEventView{Event: e, ToName: names[to]}
		shown = append(shown, "<i>"+Escape(o.local(lang, e.At))+"</i> "+happened(lang, view, o)+replaced(e, o))
	}
	more := ""
	if len(shown) > maxHistory {
		shown = shown[len(shown)-maxHistory:]
		more = "…"
	}
	return chat.Outgoing{
		Text: blocks(
			"🕘 "+heading(v.Ticket),
			lines(append([]string{more}, shown...)...),
		),
		Keyboard: [][]chat.Button{backRow(lang, v.ID, o)},
	}
}

// replaced shows IT what a comment said before it was edited.
func replaced(e domain.Event, o Options) string {
	const shown = 60
	if e.Kind != domain.EventCommentEdit || o.For != IT || e.From == "" {
		return ""
	}
	return ": <s>" + cut(strings.Join(strings.Fields(e.From), " "), shown) + "</s>"
}

// happened tells of one event in a line.
func happened(lang domain.Lang, e domain.NoticeEventView, o Options) string {
	if line, ok := careLine(lang, e.Event, o); ok {
		return line
	}
	args := i18n.Args{"Name": actorName(lang, e.Event)}
	switch e.Kind {
	case domain.EventStatus:
		s := domain.Status(e.To)
		if key := verdict(e.Event); key != "" {
			return s.Emoji() + " " + Text(lang, key, args)
		}
		args["To"] = i18n.Status(lang, s)
		return s.Emoji() + " " + Text(lang, "bot.event.status", args)
	case domain.EventPriority:
		p := domain.Priority(e.To)
		args["To"] = i18n.Priority(lang, p)
		return p.Emoji() + " " + Text(lang, "bot.event.prioridade", args)
	case domain.EventCategory:
		c := domain.Category(e.To)
		args["To"] = i18n.Category(lang, c)
		return c.Emoji() + " " + Text(lang, "bot.event.categoria", args)
	case domain.EventAssignee:
		return "🙋 " + assigned(lang, e, args)
	case domain.EventAttachment:
		args["To"] = Shorten(e.To, maxName)
	}
	return eventSign(e.Kind) + " " + Text(lang, "bot.event."+string(e.Kind), args)
}

// verdict is the key of what a new status means when somebody reopens a ticket or its requester says
// that it is solved; "" for all others.
func verdict(e domain.Event) string {
	from, to := domain.Status(e.From), domain.Status(e.To)
	switch {
	case from.Done() && !to.Done():
		return "bot.event.reaberto"
	case from == domain.StatusResolved && to == domain.StatusClosed && e.ActorID == e.RequesterID && e.ActorID != 0:
		return "bot.event.confirmado"
	}
	return ""
}

func actorName(lang domain.Lang, e domain.Event) string {
	if e.ActorID == 0 {
		return i18n.Text(lang, "bot.card.desk", nil)
	}
	if e.ActorName == "" {
		return i18n.Text(lang, "bot.card.someone", nil)
	}
	return Shorten(e.ActorName, maxName)
}

// assigned tells who has got the ticket, from whom.
func assigned(lang domain.Lang, e domain.NoticeEventView, args i18n.Args) string {
	switch {
	case e.To == "":
		return Text(lang, "bot.event.devolvido", args)
	case e.To == strconv.FormatInt(e.ActorID, 10):
		return Text(lang, "bot.event.assumido", args)
	}
	args["To"] = Shorten(e.ToName, maxName)
	if e.ToName == "" {
		args["To"] = i18n.Text(lang, "bot.card.someone", nil)
	}
	return Text(lang, "bot.event.atribuicao", args)
}

func eventSign(k domain.EventKind) string {
	switch k {
	case domain.EventCreated:
		return "🆕"
	case domain.EventNote:
		return "🔒"
	case domain.EventComment:
		return "💬"
	case domain.EventSeen:
		return "👀"
	case domain.EventCommentUndo:
		return "↩️"
	case domain.EventAttachment:
		return "📎"
	case domain.EventDeleted:
		return "🗑️"
	case domain.EventRestored:
		return "♻️"
	}
	return "✏️"
}
