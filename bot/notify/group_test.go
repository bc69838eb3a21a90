package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"chamados/bot/chat"
)

func TestLostGroupIsToldOf(t *testing.T) {
	inOffice(t, func(o *office) {
		var lost []int64
		trouble := errors.New("the database is away")
		o.relay.o.GroupLost = func(_ context.Context, id int64) (bool, error) {
			if lost = append(lost, id); len(lost) == 1 {
				return false, trouble
			}
			// What storage does: the rows of the group go elsewhere.
			o.outbox.mu.Lock()
			defer o.outbox.mu.Unlock()
			for _, r := range o.outbox.rows {
				r.d.Lane, r.d.ChatID, r.leased = group-1, group-1, time.Time{}
			}
			o.desk.moved = [][2]int64{{group, group - 1}}
			return true, nil
		}
		o.sender.fail = func(c call) error {
			if c.to.ChatID == group {
				return fmt.Errorf("x: %w", chat.ErrUnreachable)
			}
			return nil
		}
		card := o.outbox.add(cardFor(group, 0))
		o.open(time.Minute)
		if !slices.Equal(lost, []int64{group, group}) {
			t.Errorf("told of %v", lost)
		}
		if card.dead != "" || card.sent == 0 {
			t.Errorf("the card was not taken elsewhere: %+v", card)
		}
	})
}

func TestAGroupThatIsNotOursIsGivenUp(t *testing.T) {
	inOffice(t, func(o *office) {
		o.sender.fail = once(1, fmt.Errorf("x: %w", chat.ErrUnreachable))
		hello := o.outbox.add(message(-7, "hello"))
		o.open(time.Minute)
		if hello.dead == "" {
			t.Error("it is tried for ever")
		}
	})
}

func TestCardFollowsItsTicketToAnotherTopic(t *testing.T) {
	inOffice(t, func(o *office) {
		in := func(thread int64) {
			d := cardFor(group, 0)
			d.ThreadID = thread
			o.outbox.add(d)
			o.open(time.Minute)
		}
		in(7)
		in(7)
		o.desk.ticket.Version++
		in(8)
		calls := o.sender.sent()
		if len(calls) != 3 || calls[1].edit != 1001 || calls[1].text != "card in another topic" || calls[2].to.ThreadID != 8 {
			t.Errorf("got %+v", calls)
		}
		o.desk.ticket.Version++
		in(8)
		if calls = o.sender.sent()[3:]; len(calls) != 1 || calls[0].edit != 1003 {
			t.Errorf("then %+v", calls)
		}
	})
}

func TestACardThatSomebodyTappedDoesNotWaitItsTurn(t *testing.T) {
	inOffice(t, func(o *office) {
		for i := range 3 {
			o.outbox.add(message(group, fmt.Sprint(i)))
		}
		o.open(10 * time.Millisecond)
		o.outbox.add(cardFor(group, 0))
		tapped := cardFor(group, 0)
		o.relay.Wake([]int64{group})
		o.open(10 * time.Millisecond)
		if n := len(o.sender.sent()); n != 3 {
			t.Fatalf("%d sent: a card that nobody waits for takes what is left for answers", n)
		}
		tapped.Awaited = true
		o.outbox.add(tapped)
		o.relay.Wake([]int64{group})
		o.open(10 * time.Millisecond)
		if n := len(o.sender.sent()); n != 4 {
			t.Errorf("%d sent: the card that was tapped waits", n)
		}
	})
}
