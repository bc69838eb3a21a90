package notify

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"chamados/bot/chat"
	"chamados/domain"
)

func TestOrderWithinAChatAndParallelChats(t *testing.T) {
	inOffice(t, func(o *office) {
		for i := range 30 {
			for c := range int64(4) {
				o.outbox.add(message(10+c, fmt.Sprint(i)))
			}
		}
		o.open(time.Minute)
		seen := map[int64]int{}
		for _, c := range o.sender.sent() {
			if c.text != fmt.Sprint(seen[c.to.ChatID]) {
				t.Fatalf("chat %d got %s after %d", c.to.ChatID, c.text, seen[c.to.ChatID]-1)
			}
			seen[c.to.ChatID]++
		}
		if len(o.sender.sent()) != 120 {
			t.Errorf("%d calls", len(o.sender.sent()))
		}
	})
}

func TestRatesAreKept(t *testing.T) {
	inOffice(t, func(o *office) {
		start := time.Now()
		o.outbox.events[1] = domain.NoticeEventView{Event: domain.Event{ID: 1, Kind: domain.EventComment}}
		for i := range 60 {
			o.outbox.add(message(group, fmt.Sprint(i)))
		}
		for i := range 400 {
			id := int64(1000 + i)
			o.desk.users[id] = domain.User{ID: id, Active: true, Role: domain.RoleIT, TelegramID: id}
			o.outbox.add(noticeFor(id, id, 1))
		}
		o.open(10 * time.Minute)
		calls := o.sender.sent()
		if len(calls) != 460 {
			t.Fatalf("%d calls", len(o.sender.sent()))
		}
		within := func(window time.Duration, of func(call) bool) int {
			most := 0
			for i, a := range calls {
				n := 0
				for _, b := range calls[i:] {
					if of(b) && b.at.Sub(a.at) < window {
						n++
					}
				}
				most = max(most, n)
			}
			return most
		}
		if n := within(time.Minute, func(c call) bool { return c.to.ChatID == group }); n > 20 {
			t.Errorf("%d a minute to a group", n)
		}
		if n := within(time.Second, func(call) bool { return true }); n > 45 {
			t.Errorf("%d a second in all", n)
		}
		last := calls[len(calls)-1].at.Sub(start)
		if last > 3*time.Minute {
			t.Errorf("took %v: slower than the limits ask for", last)
		}
	})
}

func TestAnswersDoNotWaitForOtherChats(t *testing.T) {
	inOffice(t, func(o *office) {
		l := newLimits(Limits{})
		now := time.Now()
		for l.take(rand.Int64(), false, now) == 0 {
		}
		for i := range 200 {
			if wait := l.take(int64(1000+i), true, now); wait != 0 {
				t.Fatalf("answer %d waits %v", i, wait)
			}
		}
		notices := 0
		for at := now; at.Before(now.Add(3 * time.Second)); at = at.Add(10 * time.Millisecond) {
			if l.take(rand.Int64(), false, at) == 0 {
				notices++
				if at.Before(now.Add(time.Second)) {
					t.Error("a notice goes while answers have used up the second")
				}
			}
		}
		if notices < 50 || notices > 60 {
			t.Errorf("%d notices in the two seconds after", notices)
		}
	})
}

// Far more notices than may be sent: what must wait is not looked for again and again, and an answer
// to somebody whose notices wait goes at once.
func TestFloodOfNoticesCostsLittle(t *testing.T) {
	inOffice(t, func(o *office) {
		o.outbox.events[1] = domain.NoticeEventView{Event: domain.Event{ID: 1, Kind: domain.EventComment}}
		const people, each = 300, 3
		var chats []int64
		for i := range int64(people) {
			chat := 1000 + i
			chats = append(chats, chat)
			o.desk.users[chat] = domain.User{ID: chat, Active: true, Role: domain.RoleIT, TelegramID: chat}
			for range each {
				o.outbox.add(noticeFor(chat, chat, 1))
			}
		}
		for range 50 {
			o.relay.WakeForNotices(chats)
			o.open(100 * time.Millisecond)
		}
		sent := len(o.sender.sent())
		if sent < 150 || sent > 200 {
			t.Fatalf("%d sent in 5 s", sent)
		}
		if n := o.outbox.searches.Load(); n > int64(people+2*sent) {
			t.Errorf("%d claims for %d messages to %d chats", n, sent, people)
		}
		waiting := chats[slices.IndexFunc(chats, func(c int64) bool { return o.outbox.first(c) != nil && !o.outbox.first(c).finished })]
		o.outbox.add(message(waiting, "here you are"))
		o.relay.Wake([]int64{waiting})
		o.open(10 * time.Millisecond)
		if !slices.Contains(o.sender.texts(), "here you are") {
			t.Error("an answer waits behind notices")
		}
	})
}

func TestWakeAllFindsAnswersOfOthers(t *testing.T) {
	inOffice(t, func(o *office) {
		o.outbox.events[1] = domain.NoticeEventView{Event: domain.Event{ID: 1, Kind: domain.EventComment}}
		for range 8 {
			o.outbox.add(noticeFor(tech, tech, 1))
		}
		o.open(500 * time.Millisecond)
		o.outbox.add(message(tech, "from another process"))
		o.open(time.Millisecond)
		if slices.Contains(o.sender.texts(), "from another process") {
			t.Fatal("nothing waits")
		}
		o.relay.WakeAll()
		o.open(time.Millisecond)
		if !slices.Contains(o.sender.texts(), "from another process") {
			t.Error("an answer is not found")
		}
	})
}

func TestNoticesLeaveTheBurstToAnswers(t *testing.T) {
	inOffice(t, func(o *office) {
		l := newLimits(Limits{})
		now := time.Now()
		sent := 0
		for l.take(employee, false, now) == 0 {
			sent++
		}
		if sent != 3 {
			t.Errorf("%d notices at once", sent)
		}
		for range 2 {
			if wait := l.take(employee, true, now); wait != 0 {
				t.Errorf("an answer waits %v", wait)
			}
		}
		if wait := l.take(employee, true, now); wait <= 0 {
			t.Error("no limit for answers")
		}
		l.chat(1, now.Add(time.Hour))
		if len(l.chats) != 1 {
			t.Errorf("%d idle chats are kept", len(l.chats))
		}
	})
}

func TestFloodStopsEverything(t *testing.T) {
	inOffice(t, func(o *office) {
		o.sender.fail = once(3, chat.RetryAfter{Wait: 40 * time.Second})
		for c := range int64(3) {
			o.outbox.add(message(10+c, "x"))
		}
		o.open(2 * time.Second)
		o.outbox.add(message(99, "y"))
		o.open(30 * time.Second)
		if n := len(o.sender.sent()); n != 3 {
			t.Errorf("%d calls during the flood", n)
		}
		o.open(20 * time.Second)
		if n := len(o.sender.sent()); n != 7 {
			t.Errorf("%d calls after it", n)
		}
	})
}

func TestClockThatIsSetBackSilencesNobody(t *testing.T) {
	inOffice(t, func(o *office) {
		l := newLimits(Limits{})
		now := time.Now()
		for range 30 {
			l.take(group, true, now)
		}
		l.pause(group, now.Add(time.Minute), now)
		if wait := l.delay(group, now.Add(-3*time.Hour)); wait > time.Second {
			t.Errorf("waits %v", wait)
		}
	})
}
