package domain

import (
	"context"
	"slices"
	"time"
)

// Causes for which a delivery ends without being a failure of ours. They stand, with more
// around them, in the cause that is stored.
const (
	// CauseUnreachable: the person blocked the bot, left, or unlinked their account.
	CauseUnreachable = "receiver cannot be reached"
	// CauseMoot: there was nothing to tell any more.
	CauseMoot = "no longer to be delivered"
)

// ReceiptState is what became of a message.
type ReceiptState string

const (
	ReceiptDelivered   ReceiptState = "entregue"
	ReceiptUnchanged   ReceiptState = "igual"      // it showed already what there was to show
	ReceiptWaiting     ReceiptState = "aguardando" // not tried yet
	ReceiptRetrying    ReceiptState = "tentando"   // tried, and will be again
	ReceiptUnreachable ReceiptState = "bloqueada"  // the receiver cannot be written to
	ReceiptDropped     ReceiptState = "dispensada" // taken back, or nothing to tell any more
	ReceiptFailed      ReceiptState = "falhou"     // given up; Cause says why
)

// Receipt says what became of one message to a chat, or of one e-mail.
type Receipt struct {
	Mail      bool // an e-mail: ChatID is 0, Kind is a [MailKind]
	ID        int64
	TicketID  int64 // 0 for none
	Kind      DeliveryKind
	Event     EventKind // that a notice tells of
	CommentID int64     // that it tells of; 0 for none
	ChatID    int64
	UserID    int64  // whose chat it is; 0 for a group or a stranger
	To        string // the person's name or the group's title, "" if neither is known
	State     ReceiptState
	Cause     string // for the eyes of IT; "" if nothing went wrong
	Attempts  int
	CreatedAt time.Time
	DoneAt    time.Time // zero while it waits
	Expired   bool      // no longer worth sending
}

// Retriable reports whether it was given up, so that it makes sense to try again.
func (r Receipt) Retriable() bool {
	return !r.Expired && (r.State == ReceiptFailed || r.State == ReceiptUnreachable)
}

// QueueState is how much of one kind waits to be delivered.
type QueueState struct {
	Kind    DeliveryKind
	Waiting int64
	Failing int64     // of those: tried in vain so far
	Oldest  time.Time // when the oldest was written; zero if nothing waits
}

// Traffic is the state of the queues: to and from Telegram, and of e-mails.
type Traffic struct {
	Outbox  []QueueState // kinds of which something waits
	Inbox   QueueState   // Failing: tried in vain so far
	Mail    QueueState
	Lost    int64     // messages given up within [TrafficMemory]
	Parked  int64     // updates that were put aside
	LastIn  time.Time // when the last update came in; zero if none did
	LastOut time.Time // when the last message was delivered
}

// TrafficMemory is how far back lost messages are counted and listed.
const TrafficMemory = 30 * 24 * time.Hour

// ParkedUpdate is an update that could not be handled and was put aside.
type ParkedUpdate struct {
	BotID, UpdateID int64
	ChatID          int64
	From            string // the name of whose chat it is, "" if nobody linked has it
	Cause           string
	Attempts        int
	ReceivedAt      time.Time
	ParkedAt        time.Time
}

// TrafficStore tells of the queues, and puts back what was given up.
type TrafficStore interface {
	// Receipts returns the newest messages about a ticket, newest first.
	Receipts(ctx context.Context, ticketID int64, limit int) ([]Receipt, error)
	// LostMessages returns the messages that were given up after a moment, newest first.
	LostMessages(ctx context.Context, after time.Time, limit int) ([]Receipt, error)
	// LastReceipts returns of each chat the newest message whose outcome is known; chats about which
	// nothing recent is known are left out.
	LastReceipts(ctx context.Context, chats []int64) ([]Receipt, error)
	// ParkedUpdates returns the updates that were put aside, newest first.
	ParkedUpdates(ctx context.Context, limit int) ([]ParkedUpdate, error)
	Traffic(ctx context.Context, lostAfter time.Time) (Traffic, error)
	// RetryDelivery puts a message that was given up back into its queue as if new, or
	// returns [ErrNothingToRetry].
	RetryDelivery(ctx context.Context, id int64) error
	// RetryMail does that for an e-mail that is still worth sending.
	RetryMail(ctx context.Context, id int64) error
	// RetryUpdate puts a parked update back into its queue, or returns [ErrNothingToRetry].
	RetryUpdate(ctx context.Context, botID, updateID int64) error
}

// ErrNothingToRetry says that somebody was faster, or that it was never given up.
var ErrNothingToRetry = &Error{Code: CodeConflict, Key: "nothing_to_retry"}

const (
	receiptsPerTicket = 100
	trafficList       = 50
)

// Deliveries returns what became of the messages about a ticket, newest first; IT only. Of
// a chat's live card only the newest state counts.
func (d *Desk) Deliveries(ctx context.Context, a Actor, ticketID int64) ([]Receipt, error) {
	if err := a.requireIT(); err != nil {
		return nil, err
	}
	all, err := d.store.Receipts(ctx, ticketID, receiptsPerTicket)
	if err != nil {
		return nil, err
	}
	cards := map[int64]bool{}
	out := all[:0]
	for _, r := range all {
		if r.Kind == DeliverCard {
			if cards[r.ChatID] {
				continue
			}
			cards[r.ChatID] = true
		}
		out = append(out, r)
	}
	return out, nil
}

// Traffic returns the state of the queues; IT only.
func (d *Desk) Traffic(ctx context.Context, a Actor) (Traffic, error) {
	if err := a.requireIT(); err != nil {
		return Traffic{}, err
	}
	return d.store.Traffic(ctx, d.Now().Add(-TrafficMemory))
}

// LostMessages returns the newest messages that were given up; IT only.
func (d *Desk) LostMessages(ctx context.Context, a Actor) ([]Receipt, error) {
	if err := a.requireIT(); err != nil {
		return nil, err
	}
	return d.store.LostMessages(ctx, d.Now().Add(-TrafficMemory), trafficList)
}

// GroupState is a connected group with what became of the last message to it.
type GroupState struct {
	Group
	Last Receipt // zero if nothing is known
}

// GroupStates returns the connected groups and whether they are reached; IT only.
func (d *Desk) GroupStates(ctx context.Context, a Actor) ([]GroupState, error) {
	groups, err := d.Groups(ctx, a)
	if err != nil {
		return nil, err
	}
	chats := make([]int64, len(groups))
	for i, g := range groups {
		chats[i] = g.ChatID
	}
	last, err := d.store.LastReceipts(ctx, chats)
	out := make([]GroupState, len(groups))
	for i, g := range groups {
		out[i].Group = g
		if at := slices.IndexFunc(last, func(r Receipt) bool { return r.ChatID == g.ChatID }); at >= 0 {
			out[i].Last = last[at]
		}
	}
	return out, err
}

// ParkedUpdates returns the newest updates that were put aside; IT only.
func (d *Desk) ParkedUpdates(ctx context.Context, a Actor) ([]ParkedUpdate, error) {
	if err := a.requireIT(); err != nil {
		return nil, err
	}
	return d.store.ParkedUpdates(ctx, trafficList)
}

// RetryDelivery sends a message that was given up once more; IT only.
func (d *Desk) RetryDelivery(ctx context.Context, a Actor, id int64) error {
	if err := a.requireIT(); err != nil {
		return err
	}
	return d.store.RetryDelivery(ctx, id)
}

// RetryMailing sends an e-mail that was given up once more; IT only.
func (d *Desk) RetryMailing(ctx context.Context, a Actor, id int64) error {
	if err := a.requireIT(); err != nil {
		return err
	}
	return d.store.RetryMail(ctx, id)
}

// RetryUpdate handles an update that was put aside once more; IT only.
func (d *Desk) RetryUpdate(ctx context.Context, a Actor, botID, updateID int64) error {
	if err := a.requireIT(); err != nil {
		return err
	}
	return d.store.RetryUpdate(ctx, botID, updateID)
}
