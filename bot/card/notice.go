package card

import (
	"slices"
	"strconv"

	"chamados/bot/callback"
	"chamados/bot/chat"
	"chamados/domain"
	"chamados/domain/i18n"
)

// Notice returns a message that tells of events of one ticket, oldest first. A requester
// is told of nothing internal; if nothing is left to tell, the text is empty.
func Notice(lang domain.Lang, t domain.Ticket, events []domain.NoticeEventView, o Options) chat.Outgoing {
	told := lastMark(worthTelling(events, o.For))
	if len(told) == 0 {
		return chat.Outgoing{}
	}
	if len(told) > domain.NoticeTogether {
		told = told[len(told)-domain.NoticeTogether:]
	}
	parts := make([]string, 0, len(told))
	for _, e := range told {
		parts = append(parts, tell(lang, e, o, maxNotice/len(told)))
	}
	return chat.Outgoing{
		Text:     lines(append([]string{heading(t)}, parts...)...),
		Keyboard: noticeKeyboard(lang, t, told, o),
	}
}

// worthTelling leaves out what the reader may not know, and for a requester that somebody
// took the ticket when they are also told that work has begun.
func worthTelling(events []domain.NoticeEventView, r Reader) []domain.NoticeEventView {
	if r == IT {
		return events
	}
	begun := slices.ContainsFunc(events, func(e domain.NoticeEventView) bool {
		return e.Kind == domain.EventStatus && e.To == string(domain.StatusInProgress)
	})
	var out []domain.NoticeEventView
	for _, e := range events {
		took := e.Kind == domain.EventAssignee && e.To == strconv.FormatInt(e.ActorID, 10)
		if !e.Internal && !(begun && took) {
			out = append(out, e)
		}
	}
	return out
}

// tell tells of one event, with the comment that it brought.
func tell(lang domain.Lang, e domain.NoticeEventView, o Options, limit int) string {
	line := happened(lang, e, o)
	if o.For == Requester && e.Kind == domain.EventStatus {
		if text, ok := toRequester(lang, e); ok {
			line = text
		}
	}
	if e.Kind != domain.EventComment && e.Kind != domain.EventNote && e.Kind != domain.EventCommentEdit {
		return line
	}
	if e.Attachments > 0 {
		line += " · " + Count(lang, "bot.card.files", e.Attachments, nil)
	}
	if o.For == IT && idle(e) {
		line += " · " + e.Status.Emoji() + " " + i18n.Status(lang, e.Status) // which nobody works on
	}
	if e.CommentText == "" {
		return line
	}
	return lines(line, quote(lang, e.CommentText, limit))
}

// idle reports whether the requester wrote about a ticket that nobody works on.
func idle(e domain.NoticeEventView) bool {
	return e.Kind == domain.EventComment && e.ActorID == e.RequesterID && (e.Status.Done() || e.Status == domain.StatusWaiting)
}

// toRequester tells the requester of a new status in words of its own.
func toRequester(lang domain.Lang, e domain.NoticeEventView) (string, bool) {
	s := domain.Status(e.To)
	if s == domain.StatusOpen || !s.Valid() {
		return "", false
	}
	if s == domain.StatusClosed && e.Channel == domain.ChannelSystem {
		return s.Emoji() + " " + Text(lang, "sla.told.fechado", nil), true
	}
	return s.Emoji() + " " + Text(lang, "bot.told."+e.To, map[string]any{"Name": actorName(lang, e.Event)}), true
}

// noticeKeyboard has what makes sense after the news.
func noticeKeyboard(lang domain.Lang, t domain.Ticket, events []domain.NoticeEventView, o Options) [][]chat.Button {
	o.Copy = true
	if !t.DeletedAt.IsZero() {
		return nil
	}
	last := events[len(events)-1]
	rows := toldFiles(lang, t, events, o)
	if cared, ok := careKeyboard(lang, t, last.Event, o); ok {
		return append(rows, cared...)
	}
	if o.For == Requester {
		if t.Status == domain.StatusResolved && last.Kind == domain.EventStatus {
			return append(rows, SolvedRow(lang, t, o))
		}
		if last.Kind == domain.EventComment {
			return append(rows, []chat.Button{o.labelled(lang, "answer", callback.Data{Verb: callback.Reply, Ticket: t.ID})})
		}
		return rows
	}
	row := []chat.Button{o.labelled(lang, "open_card", callback.Data{Verb: callback.Open, Ticket: t.ID})}
	if last.Kind == domain.EventComment {
		row = append([]chat.Button{o.labelled(lang, "answer", callback.Data{Verb: callback.Reply, Ticket: t.ID})}, row...)
	}
	if last.Kind == domain.EventNote {
		row = append([]chat.Button{o.labelled(lang, "note", callback.Data{Verb: callback.Note, Ticket: t.ID})}, row...)
	}
	rows = append(rows, row)
	if idle(last) && slices.Contains(t.StatusesFor(anyIT), domain.StatusInProgress) {
		rows = append(rows, []chat.Button{o.statusButton(lang, t.ID, domain.StatusInProgress)})
	}
	return rows
}

// toldFiles is a row that brings the files of what is told, none if there are none.
func toldFiles(lang domain.Lang, t domain.Ticket, events []domain.NoticeEventView, o Options) [][]chat.Button {
	var with []int64
	for _, e := range events {
		if e.Attachments > 0 && !slices.Contains(with, e.CommentID) {
			with = append(with, e.CommentID)
		}
	}
	switch len(with) {
	case 0:
		return nil
	case 1:
		return [][]chat.Button{o.filesRow(lang, t.ID, with[0])}
	}
	return [][]chat.Button{o.filesRow(lang, t.ID, 0)}
}
