package storage_test

import (
	"testing"
	"time"

	"chamados/domain"
)

func TestUnreadIsWhatOthersDidSinceOneLooked(t *testing.T) {
	h, ana, ti := staffed(t)
	id := h.open(ana, "a").ID
	var other int64
	unread := func(a domain.Actor) []bool {
		t.Helper()
		got := must2(h.desk.Unread(t.Context(), a, []int64{id, other}))(t)
		return []bool{got[id], got[other]}
	}
	expect := func(what string, got []bool, first, second bool) {
		t.Helper()
		if got[0] != first || got[1] != second {
			t.Errorf("%s: %v", what, got)
		}
	}
	expect("what was there before the first visit", unread(ti), false, false)
	expect("one's own", unread(ana), false, false)
	h.clock.Add(time.Minute)
	other = h.open(ana, "b").ID
	expect("a new one", unread(ti), false, true)
	h.comment(ana, id, domain.NewComment{Text: "ainda"})
	expect("news of an old one", unread(ti), true, true)
	expect("one's own", unread(ana), false, false)
	look := func(a domain.Actor, id int64) {
		t.Helper()
		h.must(h.desk.Seen(t.Context(), a, must2(h.desk.Ticket(t.Context(), a, id))(t)))
	}
	old := must2(h.desk.Ticket(t.Context(), ti, id))(t)
	look(ti, id)
	expect("looked at", unread(ti), false, true)
	h.comment(ti, id, domain.NewComment{Text: "nota", Internal: true})
	expect("an internal note", unread(ana), false, false)
	h.comment(ti, id, domain.NewComment{Text: "oi"})
	expect("a reply", unread(ana), true, false)
	expect("one's own reply", unread(ti), false, true)
	look(ana, id)
	expect("read", unread(ana), false, false)
	h.comment(ana, id, domain.NewComment{Text: "obrigada"})
	expect("an answer", unread(ti), true, true)
	look(ti, id)
	h.must(h.desk.Seen(t.Context(), ti, old))
	expect("an older look", unread(ti), false, true)
	h.clock.Add(domain.UnreadWindow + time.Hour)
	expect("long ago", unread(ti), false, false)
}
