package card

import (
	"strconv"
	"strings"

	"chamados/bot/callback"
	"chamados/bot/chat"
	"chamados/domain"
	"chamados/domain/i18n"
)

// stars draws a number of stars.
func stars(n int) string {
	n = min(max(n, 0), domain.MaxStars)
	return strings.Repeat("★", n) + strings.Repeat("☆", domain.MaxStars-n)
}

// StarsRow has a button for each mark.
func StarsRow(ticketID int64) []chat.Button {
	var row []chat.Button
	for n := 1; n <= domain.MaxStars; n++ {
		row = append(row, chat.Button{
			Text: strconv.Itoa(n) + " ⭐", Data: callback.Must(callback.Data{Verb: callback.Rate, Ticket: ticketID, Page: int64(n)}),
		})
	}
	return row
}

// AskRating asks the requester for a mark.
func AskRating(lang domain.Lang, t domain.Ticket) chat.Outgoing {
	return chat.Outgoing{
		Text: lines(heading(t), Text(lang, "rating.ask", nil)), Keyboard: [][]chat.Button{StarsRow(t.ID)},
	}
}

// Rated thanks for a mark, which can be changed and explained.
func Rated(lang domain.Lang, t domain.Ticket, r domain.Rating) chat.Outgoing {
	key := "rating.thanks"
	if r.Low() {
		key = "rating.sorry"
	}
	more := chat.Button{
		Text: i18n.Text(lang, "rating.button.more", nil), Data: callback.Must(callback.Data{Verb: callback.RateText, Ticket: t.ID}),
	}
	said := ""
	if r.Text != "" {
		said = quote(lang, r.Text, maxComment)
	}
	return chat.Outgoing{
		Text:     lines(heading(t), Text(lang, key, i18n.Args{"Stars": stars(r.Stars)}), said),
		Keyboard: [][]chat.Button{StarsRow(t.ID), {more}},
	}
}

// lastMark leaves out marks before the last: whoever gives one and then says why has given one.
func lastMark(events []domain.NoticeEventView) []domain.NoticeEventView {
	last := -1
	for i, e := range events {
		if isMark(e.Kind) {
			last = i
		}
	}
	out := make([]domain.NoticeEventView, 0, len(events))
	for i, e := range events {
		if !isMark(e.Kind) || i == last {
			out = append(out, e)
		}
	}
	return out
}

func isMark(k domain.EventKind) bool { return k == domain.EventRated || k == domain.EventRatedLow }

// ratedLine tells of a mark, with the sentence that came with it; ok is false for all else.
func ratedLine(lang domain.Lang, e domain.Event) (line string, ok bool) {
	if !isMark(e.Kind) {
		return "", false
	}
	n, err := strconv.Atoi(e.To)
	if err != nil {
		return "", false
	}
	line = Text(lang, "rating.event."+string(e.Kind), i18n.Args{"Stars": stars(n), "Name": actorName(lang, e)})
	if e.From != "" {
		line = lines(line, quote(lang, e.From, maxComment))
	}
	return line, true
}
