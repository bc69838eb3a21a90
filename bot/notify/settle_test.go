package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"chamados/bot/chat"
	"chamados/domain"
)

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

// What may have arrived is repeated until it is known to have, ever more rarely: it may be
// seen twice, but not be lost. Given up after a day, it is told otherwise.
func TestUncertainMessageIsRepeatedMoreAndMoreRarely(t *testing.T) {
	inOffice(t, func(o *office) {
		var told []domain.Delivery
		o.relay.o.Undelivered = func(_ context.Context, d domain.Delivery) { told = append(told, d) }
		o.sender.fail = once(99, fmt.Errorf("x: %w", chat.ErrUncertain))
		r := o.outbox.add(message(employee, "olá"))
		o.open(10 * time.Minute)
		o.want("olá", "olá", "olá", "olá")
		o.open(13 * time.Hour)
		if r := o.outbox.now(r); r.finished || !r.d.Uncertain {
			t.Errorf("given up after hours: %+v", r)
		}
		o.open(12 * time.Hour)
		if n := len(o.sender.sent()); r.dead == "" || len(told) != 1 || n > 30 {
			t.Errorf("%d calls, told %v, row %+v", n, told, r)
		}
	})
}

func TestUncertainMessageThatGoesThroughIsDone(t *testing.T) {
	inOffice(t, func(o *office) {
		o.sender.fail = once(3, fmt.Errorf("x: %w", chat.ErrUncertain))
		r := o.outbox.add(message(employee, "olá"))
		o.open(24 * time.Hour)
		o.want("olá", "olá", "olá", "olá")
		if r.sent == 0 || r.dead != "" {
			t.Errorf("row %+v", r)
		}
	})
}

// Telegram chokes on one message and takes the others.
func TestOneMessageDoesNotSilenceItsChat(t *testing.T) {
	inOffice(t, func(o *office) {
		o.sender.fail = func(c call) error {
			if c.text == "bad" {
				return errors.New("HTTP 500")
			}
			return nil
		}
		bad, good := o.outbox.add(message(employee, "bad")), o.outbox.add(message(employee, "good"))
		for range 60 {
			o.outbox.add(message(tech, "elsewhere"))
		}
		o.open(time.Minute)
		if bad.finished || good.sent == 0 {
			t.Errorf("bad %+v, good %+v", bad, good)
		}
	})
}

// An outage that pings do not notice changes no order.
func TestOutageOfSendingKeepsTheOrder(t *testing.T) {
	inOffice(t, func(o *office) {
		var away atomic.Bool
		away.Store(true)
		o.sender.fail = func(call) error {
			if away.Load() {
				return errors.New("HTTP 500")
			}
			return nil
		}
		var texts []string
		for i := range 6 {
			texts = append(texts, fmt.Sprint(i))
			o.outbox.add(message(employee, texts[i]))
			o.outbox.add(message(tech, "x"))
		}
		o.open(20 * time.Minute)
		o.sender.forget()
		away.Store(false)
		o.open(15 * time.Minute)
		var got []string
		for _, c := range o.sender.sent() {
			if c.to.ChatID == employee {
				got = append(got, c.text)
			}
		}
		if !slices.Equal(got, texts) {
			t.Errorf("got %v", got)
		}
	})
}

// The database goes away between sending and noting it: the message is not sent again.
func TestAcknowledgementWaitsForTheDatabase(t *testing.T) {
	inOffice(t, func(o *office) {
		o.outbox.ackFail = 600 // tries, one a second
		r := o.outbox.add(message(employee, "a"))
		o.open(12 * time.Minute)
		o.want("a")
		if r.sent == 0 {
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
		if o.outbox.now(r).finished {
			t.Fatal("gave up too early")
		}
		o.open(2 * time.Hour)
		if r.dead == "" || len(o.sender.sent()) > 200 {
			t.Errorf("%d calls, %+v", len(o.sender.sent()), r)
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
		if broken := o.outbox.now(broken); broken.counted != 0 || broken.finished {
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
