package mail

import (
	"strconv"
	"strings"
	"time"

	"chamados/domain"
	"chamados/domain/i18n"
)

// event tells of one event as its reader may know it; nothing if there is nothing to tell.
func (w writer) event(lang domain.Lang, u domain.User, t domain.Ticket, e domain.NoticeEventView) []block {
	asIT := u.IsIT() && t.RequesterID != u.ID
	if e.Internal && !asIT {
		return nil
	}
	args := i18n.Args{"Who": w.who(lang, e)}
	text := func(key string) []block { return []block{{Text: say(lang, "notice."+key, args)}} }
	switch e.Kind {
	case domain.EventStatus:
		return w.status(lang, t, e, asIT, args)
	case domain.EventAssignee:
		return w.assignment(lang, u, e, args)
	case domain.EventComment:
		return w.comment(lang, e, args)
	case domain.EventNote: // what it says stays inside
		return text("note")
	case domain.EventSLAWarning, domain.EventSLABreach:
		due, err := time.Parse(time.RFC3339, e.From)
		if err != nil {
			return nil
		}
		args["When"] = i18n.DateTime(lang, due.In(w.zone()))
		return text(string(e.Kind) + "_" + e.To)
	case domain.EventRatedLow:
		args["Stars"] = e.To
		return append(text("rated_low"), quoted(e.From)...)
	case domain.EventCloseSoon, domain.EventWaitReminder, domain.EventNoAnswer, domain.EventAnswered:
		return text(string(e.Kind))
	}
	return nil
}

func (w writer) zone() *time.Location {
	if w.location == nil {
		return time.UTC
	}
	return w.location
}

func (w writer) who(lang domain.Lang, e domain.NoticeEventView) string {
	if e.ActorName == "" {
		return say(lang, "notice.desk", nil)
	}
	return e.ActorName
}

// status tells the requester what they can do next, too.
func (w writer) status(lang domain.Lang, t domain.Ticket, e domain.NoticeEventView, asIT bool, args i18n.Args) []block {
	to := domain.Status(e.To)
	args["Status"] = to.Emoji() + " " + i18n.Status(lang, to)
	out := []block{{Text: say(lang, "notice.status", args)}}
	if e.Channel == domain.ChannelSystem && to == domain.StatusClosed {
		out = []block{{Text: say(lang, "notice.closed_by_desk", args)}}
	}
	if !asIT && t.Status == to && (to == domain.StatusResolved || to == domain.StatusWaiting) {
		out = append(out, block{Text: say(lang, "notice.next_"+string(to), args)})
	}
	return out
}

func (w writer) assignment(lang domain.Lang, u domain.User, e domain.NoticeEventView, args i18n.Args) []block {
	args["Name"] = e.ToName
	key := "assigned"
	switch e.To {
	case "":
		key = "released"
	case strconv.FormatInt(u.ID, 10):
		key = "yours"
	case strconv.FormatInt(e.ActorID, 10):
		key = "taken"
	}
	return []block{{Text: say(lang, "notice."+key, args)}}
}

func (w writer) comment(lang domain.Lang, e domain.NoticeEventView, args i18n.Args) []block {
	if e.CommentText == "" && e.Attachments == 0 {
		return nil // it was taken back
	}
	out := append([]block{{Text: say(lang, "notice.comment", args)}}, quoted(e.CommentText)...)
	if e.Attachments > 0 {
		out = append(out, block{Text: i18n.Count(lang, "mail.notice.files", e.Attachments, nil)})
	}
	return out
}

func quoted(text string) []block {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	return []block{{Quote: cut(text, maxQuote)}}
}
