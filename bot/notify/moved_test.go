package notify

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"chamados/bot/chat"
	"chamados/domain"
)

func TestUnreachablePersonIsNoted(t *testing.T) {
	inOffice(t, func(o *office) {
		var told []domain.Delivery
		o.relay.o.Undelivered = func(_ context.Context, d domain.Delivery) { told = append(told, d) }
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
