package storage_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"chamados/domain"
)

func TestOneClaimerHasALane(t *testing.T) {
	h := newHouse(t)
	for range 100 {
		h.enqueue(domain.Outgoing{ChatID: 1})
	}
	var mu sync.Mutex
	holding, seen := 0, []int64{}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for {
				d, ok, err := h.Outbox().Claim(t.Context(), 1, time.Hour)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if ok {
					holding++
					seen = append(seen, d.IDs...)
				}
				if holding > 1 {
					t.Error("two claimers hold one lane")
				}
				done := len(seen) >= 100 || t.Failed()
				mu.Unlock()
				if ok {
					mu.Lock()
					holding--
					mu.Unlock()
					if err := h.Outbox().Sent(t.Context(), d, 0, nil); err != nil {
						t.Error(err)
					}
				}
				if done {
					return
				}
			}
		})
	}
	all.Wait()
	if !slices.IsSorted(seen) || len(slices.Compact(seen)) != 100 {
		t.Errorf("order %v", seen)
	}
}

func TestLeaseThatRunsOutIsUncertain(t *testing.T) {
	h := newHouse(t)
	h.enqueue(domain.Outgoing{ChatID: 1})
	lost := h.claim(1)
	if lost.Uncertain || lost.Attempts != 0 {
		t.Errorf("%+v", lost)
	}
	h.nothing(1)
	h.expireLeases()
	again := h.claim(1)
	if !again.Uncertain || again.Attempts != 1 {
		t.Errorf("%+v", again)
	}
	// The first sender comes back late: it must not take the lane from the second.
	h.must(h.Outbox().Retry(t.Context(), lost, h.clock.Now(), true, "late"))
	h.nothing(1)
	h.must(h.Outbox().Retry(t.Context(), again, h.clock.Now().Add(time.Second), true, "429"))
	h.nothing(1)
	h.clock.Add(time.Second)
	third := h.claim(1)
	if third.Attempts != 2 || !third.Uncertain {
		t.Errorf("%+v", third)
	}
	h.must(h.Outbox().Retry(t.Context(), third, h.clock.Now(), false, "pause"))
	if fourth := h.claim(1); fourth.Attempts != 2 {
		t.Errorf("an attempt that does not count was counted: %+v", fourth)
	} else {
		h.must(h.Outbox().Dead(t.Context(), fourth, "chat not found"))
	}
	h.nothing(1)
	if h.count("SELECT count(*) FROM saida WHERE erro = 'chat not found' AND terminado_em IS NOT NULL") != 1 {
		t.Error("the dead message does not show its cause")
	}
}

func TestRetryHoldsTheLane(t *testing.T) {
	h := newHouse(t)
	h.enqueue(domain.Outgoing{ChatID: 1, ReplyTo: 1})
	h.enqueue(domain.Outgoing{ChatID: 1, ReplyTo: 2})
	d := h.claim(1)
	h.must(h.Outbox().Retry(t.Context(), d, h.clock.Now().Add(time.Second), true, "rede"))
	h.nothing(1)
	if lanes := must2(h.Outbox().DueLanes(t.Context(), 9))(t); len(lanes) != 0 {
		t.Errorf("due %v", lanes)
	}
	h.clock.Add(time.Second)
	if lanes := must2(h.Outbox().DueLanes(t.Context(), 9))(t); len(lanes) != 1 {
		t.Errorf("due %v", lanes)
	}
	if got := h.drain(1); got[0].Message.ReplyTo != 1 || got[1].Message.ReplyTo != 2 {
		t.Errorf("overtaken: %+v", got)
	}
}

func TestNoticesFollowAPersonToAnotherChat(t *testing.T) {
	h, ana, _ := staffed(t)
	h.open(ana, "a")
	h.link(ana, 701)
	h.nothing(private)
	if d := h.claim(701); d.UserID != ana.ID || d.ChatID != 701 {
		t.Errorf("%+v", d)
	}
	h.open(ana, "b")
	must2(h.UnlinkTelegram(t.Context(), ana.ID))(t)
	h.expireLeases()
	h.nothing(701)
	if h.count("SELECT count(*) FROM saida WHERE faixa = 701 AND terminado_em IS NOT NULL AND erro LIKE 'a pessoa%'") != 2 {
		t.Error("what nobody can receive is not marked")
	}
	h.open(ana, "c")
	if h.count("SELECT count(*) FROM saida WHERE usuario_id = $1 AND terminado_em IS NULL", ana.ID) != 0 {
		t.Error("written for somebody without a chat")
	}
}

func TestMovedGroupKeepsWhatWaits(t *testing.T) {
	h, ana, _ := staffed(t)
	id := h.open(ana, "a").ID
	h.sent(h.claim(group), 10)
	h.comment(ana, id, domain.NewComment{Text: "oi"})
	h.must(h.MoveGroup(t.Context(), group, -100500))
	h.nothing(group)
	if got := h.drain(-100500); len(got) != 2 || got[0].ChatID != -100500 {
		t.Errorf("%+v", got)
	}
	if ref := must2(h.Outbox().Card(t.Context(), id, group))(t); ref.MessageID != 0 {
		t.Errorf("a card of the old chat lives: %+v", ref)
	}
}

// A delivery that was under way when the group moved, and for which there is no place at the old one any more, goes to
// where the group is now instead of being given up.
func TestMovedGroupKeepsWhatIsUnderWay(t *testing.T) {
	h, ana, _ := staffed(t)
	h.open(ana, "a")
	d := h.claim(group)
	h.must(h.MoveGroup(t.Context(), group, -100500))
	h.must(h.Outbox().Dead(t.Context(), d, "the group is not connected"))
	again := h.drain(-100500)
	if len(again) != 1 || again[0].Kind != domain.DeliverCard || again[0].Uncertain {
		t.Errorf("%+v", again)
	}
	h.open(ana, "b") // while the group moved: written to where it was
	h.exec(`UPDATE saida SET faixa = $1 WHERE terminado_em IS NULL AND faixa = -100500`, group)
	h.must(h.Outbox().Dead(t.Context(), h.claim(group), "the group is not connected"))
	h.must(h.Outbox().Dead(t.Context(), h.claim(-100500), "x"))
	h.nothing(group)
	h.nothing(-100500)
}

func TestUndoneCommentIsNotTold(t *testing.T) {
	h, ana, ti := staffed(t)
	id := h.open(ana, "a").ID
	h.drain(private)
	c := h.comment(ti, id, domain.NewComment{Text: "ops"})
	h.must(h.desk.UndoComment(t.Context(), ti, c.ID))
	if got := h.drain(private); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestNoticeEventsShowWhatIsToldOfThem(t *testing.T) {
	h, ana, ti := staffed(t)
	id := h.open(ana, "a").ID
	must2(h.desk.Take(t.Context(), ti, id))(t)
	c := h.comment(ana, id, domain.NewComment{Text: "veja", Attachments: []domain.NewAttachment{{Name: "f", FileID: "x"}}})
	var all []int64
	for _, e := range h.view(id).Events {
		all = append(all, e.ID)
	}
	views := must2(h.Outbox().NoticeEvents(t.Context(), all))(t)
	for _, v := range views {
		switch v.Kind {
		case domain.EventAssignee:
			if v.ToName != "beto" {
				t.Errorf("%+v", v)
			}
		case domain.EventComment:
			if v.CommentID != c.ID || v.CommentText != "veja" || v.Attachments != 1 || v.ActorName != "ana" {
				t.Errorf("%+v", v)
			}
		default:
			if v.ToName != "" || v.CommentText != "" {
				t.Errorf("%+v", v)
			}
		}
	}
	if len(views) != 4 {
		t.Errorf("%d events", len(views))
	}
}
