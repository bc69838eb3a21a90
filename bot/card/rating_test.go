package card_test

import (
	"strings"
	"testing"

	"chamados/bot/card"
	"chamados/domain"
)

// A mark and the reason that comes after it are one piece of news.
func TestAMarkWithItsReasonIsToldOnce(t *testing.T) {
	mark := domain.NoticeEventView{Event: domain.Event{Kind: domain.EventRatedLow, To: "1", At: at, ActorName: "Ana"}}
	reason := mark
	reason.From = "Esperei três dias"
	other := domain.NoticeEventView{Event: domain.Event{Kind: domain.EventComment, At: at, ActorName: "Ana"}, CommentText: "oi"}
	out := card.Notice(domain.LangPortuguese, sample().Ticket, []domain.NoticeEventView{mark, other, reason}, it())
	if strings.Count(out.Text, "não gostou") != 1 || !strings.Contains(out.Text, "Esperei três dias") || !strings.Contains(out.Text, "oi") {
		t.Errorf("%s", out.Text)
	}
}
