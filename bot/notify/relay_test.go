package notify

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"chamados/bot/chat"
	"chamados/domain"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// office is a relay with all its fakes, in a bubble where time passes when all wait.
type office struct {
	t      *testing.T
	outbox *fakeOutbox
	sender *fakeSender
	desk   *fakeDesk
	relay  *Relay
	cancel context.CancelFunc
	ended  chan struct{}
}

func inOffice(t *testing.T, test func(o *office)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o := &office{t: t, outbox: newOutbox(), sender: &fakeSender{}, desk: newDesk(), ended: make(chan struct{})}
		o.relay = New(Options{Outbox: o.outbox, Tickets: o.desk, Desk: o.desk, Sender: o.sender, Renderer: plain{}})
		test(o)
		if o.cancel != nil {
			o.cancel()
			<-o.ended
		}
	})
}

// open starts the relay and lets time pass.
func (o *office) open(d time.Duration) {
	if o.cancel == nil {
		var ctx context.Context
		ctx, o.cancel = context.WithCancel(o.t.Context())
		go func() {
			defer close(o.ended)
			_ = o.relay.Run(ctx)
		}()
	}
	time.Sleep(d)
	synctest.Wait()
}

func (o *office) want(texts ...string) {
	o.t.Helper()
	if got := o.sender.texts(); !slices.Equal(got, texts) {
		o.t.Errorf("sent %q, want %q", got, texts)
	}
}

func TestCardIsSentThenEditedThenLeftAlone(t *testing.T) {
	inOffice(t, func(o *office) {
		o.outbox.add(cardFor(group, 0))
		o.open(time.Second)
		o.desk.ticket.Version = 2
		o.outbox.add(cardFor(group, 0))
		o.outbox.add(cardFor(group, 0))
		o.open(10 * time.Second)
		o.want("card v1 pt-BR it=true notes=1", "card v2 pt-BR it=true notes=1")
		if o.sender.sent()[1].edit != o.outbox.rows[0].sent {
			t.Errorf("edited %d, sent %d", o.sender.sent()[1].edit, o.outbox.rows[0].sent)
		}
		if r := o.outbox.rows[2]; !r.finished || r.sent != 0 {
			t.Errorf("unchanged card: %+v", r)
		}
	})
}

func TestWhoSeesWhat(t *testing.T) {
	inOffice(t, func(o *office) {
		o.outbox.events[1] = domain.NoticeEventView{Event: domain.Event{ID: 1, Kind: domain.EventComment}}
		o.outbox.events[2] = domain.NoticeEventView{Event: domain.Event{ID: 2, Kind: domain.EventNote, Internal: true}}
		o.outbox.add(cardFor(employee, employee))
		o.outbox.add(noticeFor(employee, employee, 1, 2))
		only := o.outbox.add(noticeFor(employee, employee, 2))
		o.open(10 * time.Second)
		o.want("card v1 en it=false notes=0", "notice en it=false comentario")
		if !only.finished || only.sent != 0 {
			t.Errorf("a note alone: %+v", only)
		}
		o.sender.forget()
		o.outbox.add(cardFor(tech, tech))
		o.open(10 * time.Second)
		o.want("card v1 pt-BR it=true notes=1")
		o.sender.forget()
		o.desk.ticket.RequesterID, o.desk.ticket.Version = tech, 2
		o.outbox.add(cardFor(tech, tech))
		stranger := o.outbox.add(cardFor(employee, employee))
		o.open(10 * time.Second)
		o.want("card v2 pt-BR it=false notes=0")
		elsewhere := o.outbox.add(cardFor(999, tech))
		left := o.outbox.add(cardFor(-555, 0))
		o.open(10 * time.Second)
		for _, r := range []*row{stranger, elsewhere, left} {
			if r.dead == "" || r.sent != 0 {
				t.Errorf("went out: %+v", r)
			}
		}
		o.want("card v2 pt-BR it=false notes=0")
	})
}

// The card of whoever had the ticket says so once and is left alone; who gets it back gets a
// new one.
func TestCardOfAFormerAssigneeIsClosed(t *testing.T) {
	inOffice(t, func(o *office) {
		o.outbox.add(cardFor(tech, tech))
		o.open(time.Second)
		for version := int64(2); version <= 3; version++ {
			o.desk.ticket.Version, o.desk.ticket.AssigneeID = version, 99
			o.outbox.add(cardFor(tech, tech))
			o.open(time.Minute)
		}
		o.desk.ticket.Version, o.desk.ticket.AssigneeID = 4, tech
		o.outbox.add(cardFor(tech, tech))
		o.open(time.Minute)
		o.want("card v1 pt-BR it=true notes=1", "card v2 handed on", "card v4 pt-BR it=true notes=1")
		if calls := o.sender.sent(); calls[1].edit == 0 || calls[2].edit != 0 {
			t.Errorf("got %+v", calls)
		}
	})
}

func TestGroupNoticeAnswersTheCard(t *testing.T) {
	inOffice(t, func(o *office) {
		o.outbox.events[1] = domain.NoticeEventView{Event: domain.Event{Kind: domain.EventNote, Internal: true}}
		c := o.outbox.add(cardFor(group, 0))
		o.outbox.add(noticeFor(group, 0, 1))
		o.open(10 * time.Second)
		o.want("card v1 pt-BR it=true notes=1", "notice pt-BR it=true nota")
		if got := o.sender.sent()[1].to.ReplyTo; got != c.sent {
			t.Errorf("answers %d, want %d", got, c.sent)
		}
	})
}

// Each class of failure for each kind of delivery, sending and editing.
func TestFailures(t *testing.T) {
	type outcome struct {
		calls   int
		counted int
		dead    bool
	}
	wrap := func(err error) error { return fmt.Errorf("telegram: %w", err) }
	for _, c := range []struct {
		what       string
		err        error
		send, edit outcome
	}{
		{"wait", wrap(chat.RetryAfter{Wait: 5 * time.Second}), outcome{calls: 2}, outcome{calls: 2}},
		{"trouble", wrap(errors.New("HTTP 502")), outcome{calls: 2, counted: 1}, outcome{calls: 2, counted: 1}},
		{"uncertain", wrap(chat.ErrUncertain), outcome{calls: 2, counted: 1}, outcome{calls: 2, counted: 1}},
		{"unreachable", wrap(chat.ErrUnreachable), outcome{calls: 1, dead: true}, outcome{calls: 1, dead: true}},
		{"refused", wrap(chat.ErrRefused), outcome{calls: 1, dead: true}, outcome{calls: 1, dead: true}},
		{"not modified", wrap(chat.ErrNotModified), outcome{calls: 2, counted: 1}, outcome{calls: 1}},
		{"gone", wrap(chat.ErrMessageGone), outcome{calls: 2, counted: 1}, outcome{calls: 2}},
		{"moved", wrap(chat.Migrated{To: -777}), outcome{calls: 2}, outcome{calls: 2}},
	} {
		for kind, d := range map[string]domain.Delivery{"message": message(group, "x"), "card": cardFor(group, 0), "notice": noticeFor(group, 0, 1)} {
			for _, editing := range []bool{false, true} {
				if editing && kind == "notice" {
					continue
				}
				t.Run(fmt.Sprintf("%s %s edit=%v", c.what, kind, editing), func(t *testing.T) {
					inOffice(t, func(o *office) {
						want := c.send
						if editing {
							want = c.edit
							if d.Message != nil {
								m := *d.Message
								m.Edit = 5
								d.Message = &m
							}
							o.outbox.cards[[2]int64{1, group}] = domain.CardRef{MessageID: 5, Hash: []byte("old")}
						}
						o.sender.fail = once(1, c.err)
						r := o.outbox.add(d)
						after := o.outbox.add(message(group, "next"))
						o.open(time.Minute)
						calls := len(o.sender.sent()) - 1
						if calls != want.calls || r.counted != want.counted || (r.dead != "") != want.dead || !r.finished {
							t.Errorf("%d calls, row %+v; want %+v", calls, r, want)
						}
						if last := o.sender.texts(); last[len(last)-1] != "next" || after.sent == 0 {
							t.Errorf("the next one did not follow: %q", last)
						}
					})
				})
			}
		}
	}
}

func TestUncertainMessageIsRepeatedOnce(t *testing.T) {
	inOffice(t, func(o *office) {
		o.sender.fail = once(99, fmt.Errorf("x: %w", chat.ErrUncertain))
		r := o.outbox.add(message(employee, "olá"))
		o.open(time.Hour)
		o.want("olá", "olá")
		if r.dead == "" {
			t.Errorf("row %+v", r)
		}
	})
}

func TestUncertainEditIsRepeated(t *testing.T) {
	inOffice(t, func(o *office) {
		o.outbox.cards[[2]int64{1, group}] = domain.CardRef{MessageID: 5}
		o.sender.fail = once(6, fmt.Errorf("x: %w", chat.ErrUncertain))
		r := o.outbox.add(cardFor(group, 0))
		o.open(time.Hour)
		if len(o.sender.sent()) != 7 || r.sent != 5 {
			t.Errorf("%d calls, row %+v", len(o.sender.sent()), r)
		}
	})
}

// An outage takes no attempts: nothing is tried until Telegram answers a ping.
func TestOutageCostsNothing(t *testing.T) {
	inOffice(t, func(o *office) {
		var away atomic.Bool
		away.Store(true)
		down := func(call) error {
			if away.Load() {
				return fmt.Errorf("x: %w", chat.ErrUncertain)
			}
			return nil
		}
		o.sender.fail = down
		o.sender.ping = func() error { return down(call{}) }
		r := o.outbox.add(message(employee, "olá"))
		o.open(3 * time.Hour)
		if n := len(o.sender.sent()); n != 1 {
			t.Errorf("%d calls during the outage", n)
		}
		away.Store(false)
		o.open(time.Minute)
		o.want("olá", "olá")
		if r.sent == 0 {
			t.Errorf("row %+v", r)
		}
	})
}

func TestGivesUpAfterADay(t *testing.T) {
	inOffice(t, func(o *office) {
		o.sender.fail = once(100000, errors.New("HTTP 500"))
		r := o.outbox.add(message(employee, "x"))
		o.open(23 * time.Hour)
		if r.finished {
			t.Fatal("gave up too early")
		}
		o.open(2 * time.Hour)
		if r.dead == "" || len(o.sender.sent()) > 200 {
			t.Errorf("%d calls, %+v", len(o.sender.sent()), r)
		}
	})
}

func TestUnreachablePersonIsNoted(t *testing.T) {
	inOffice(t, func(o *office) {
		var told []domain.Delivery
		o.relay.o.Unreachable = func(_ context.Context, d domain.Delivery) { told = append(told, d) }
		o.sender.fail = once(1, fmt.Errorf("x: %w", chat.ErrUnreachable))
		o.outbox.add(cardFor(employee, employee))
		o.open(time.Second)
		if !slices.Equal(o.desk.blocked, []int64{employee}) || len(told) != 1 {
			t.Errorf("blocked %v, told %v", o.desk.blocked, told)
		}
	})
}

func TestDeletedTopicSwallowsNothing(t *testing.T) {
	inOffice(t, func(o *office) {
		o.sender.fail = func(c call) error {
			if c.to.ThreadID != 0 {
				return fmt.Errorf("x: %w", chat.ErrThreadGone)
			}
			return nil
		}
		d := cardFor(group, 0)
		d.ThreadID = 9
		r := o.outbox.add(d)
		o.open(time.Second)
		if r.sent == 0 || len(o.sender.sent()) != 2 {
			t.Errorf("%d calls, %+v", len(o.sender.sent()), r)
		}
	})
}

func TestGroupThatMoved(t *testing.T) {
	inOffice(t, func(o *office) {
		o.sender.fail = func(c call) error {
			if c.to.ChatID == group {
				return chat.Migrated{To: -777}
			}
			return nil
		}
		o.outbox.cards[[2]int64{1, group}] = domain.CardRef{MessageID: 5}
		r := o.outbox.add(cardFor(group, 0))
		o.open(time.Second)
		if r.sent == 0 || o.desk.moved[0] != [2]int64{group, -777} || o.outbox.cards[[2]int64{1, -777}].MessageID != r.sent {
			t.Errorf("row %+v, moved %v, cards %v", r, o.desk.moved, o.outbox.cards)
		}
	})
}

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

func TestStopFinishesWhatIsUnderWay(t *testing.T) {
	inOffice(t, func(o *office) {
		o.sender.enter, o.sender.leave = make(chan struct{}), make(chan struct{})
		first := o.outbox.add(message(employee, "a"))
		second := o.outbox.add(message(employee, "b"))
		o.open(0)
		<-o.sender.enter
		o.cancel()
		synctest.Wait()
		o.sender.leave <- struct{}{}
		<-o.ended
		if first.sent == 0 || second.finished || !second.leased.IsZero() {
			t.Errorf("first %+v, second %+v", first, second)
		}
	})
}

func TestAcknowledgementIsInsistedOn(t *testing.T) {
	inOffice(t, func(o *office) {
		o.outbox.ackFail = 5
		r := o.outbox.add(message(employee, "a"))
		o.open(10 * time.Minute)
		o.want("a")
		if r.sent == 0 {
			t.Errorf("row %+v", r)
		}
	})
}

func TestUnreadableRowIsGivenUp(t *testing.T) {
	inOffice(t, func(o *office) {
		bad := o.outbox.add(domain.Delivery{Kind: domain.DeliverMessage, ChatID: employee, Awaited: true, Message: &domain.Outgoing{Payload: []byte("{")}})
		odd := o.outbox.add(domain.Delivery{Kind: "pombo", ChatID: employee})
		missing := o.outbox.add(domain.Delivery{Kind: domain.DeliverCard, ChatID: group, TicketID: 404})
		o.open(10 * time.Second)
		for _, r := range []*row{bad, odd, missing} {
			if r.dead == "" {
				t.Errorf("row %+v", r)
			}
		}
		o.want()
	})
}

// A message that can never be made does not silence its chat; a database that is away costs
// it nothing.
func TestBrokenMessageStepsAside(t *testing.T) {
	inOffice(t, func(o *office) {
		o.desk.broken = &domain.Error{Code: domain.CodeUnavailable, Key: "unavailable"}
		broken := o.outbox.add(cardFor(group, 0))
		o.outbox.add(message(group, "after"))
		o.open(time.Hour)
		if broken.counted != 0 || broken.finished {
			t.Errorf("an absent database counted: %+v", broken)
		}
		o.desk.mu.Lock()
		o.desk.broken = errors.New("invalid input syntax")
		o.desk.mu.Unlock()
		o.open(10 * time.Minute)
		if broken.dead == "" || broken.counted != unpreparedTries-1 {
			t.Errorf("the broken one: %+v", broken)
		}
		o.want("after")
	})
}
