package bot_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"chamados/bot"
	"chamados/bot/card"
	"chamados/bot/chat"
	"chamados/domain"
	"chamados/storage"
	"chamados/storage/pgtest"
)

// world is a desk on a real database with the router on top, and the chats of Telegram as
// people see them. What the outbox holds is delivered before anybody looks.
type world struct {
	testing.TB
	db     *storage.DB
	desk   *domain.Desk
	router *bot.Router
	mu     sync.Mutex
	now    time.Time
	nextID int64
	chats  map[int64][]*message
	admin  domain.Actor

	lenient bool // an edit of a message that a chat does not have is one more message
}

// message is one message in a chat as it looks now.
type message struct {
	id      int64
	from    int64 // 0: the bot
	out     chat.Outgoing
	replyTo int64
	thread  int64
	edits   int
}

const groupID = -1001

var brasilia = time.FixedZone("BRT", -3*3600)

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{
		TB: t, now: time.Date(2026, 11, 23, 14, 30, 0, 0, time.UTC), nextID: 100, chats: map[int64][]*message{},
		admin: domain.System,
	}
	db, err := storage.Open(t.Context(), pgtest.URL(t), storage.Options{Now: w.clock, Log: slog.New(slog.DiscardHandler)})
	w.must(err)
	t.Cleanup(db.Close)
	w.db, w.desk = db, domain.NewDesk(db, nil, w.clock)
	w.restart()
	w.must(w.desk.ConnectGroup(t.Context(), domain.System, domain.Group{ChatID: groupID, Title: "TI"}))
	return w
}

// restart replaces the router, as a new process would.
func (w *world) restart() {
	w.router = bot.NewRouter(bot.Options{
		Desk: w.desk, Now: w.clock, BotUsername: "chamados_bot", DefaultLang: domain.LangPortuguese,
		Location: brasilia,
	})
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) wait(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// handle gives an update to the router in one transaction and delivers what follows.
func (w *world) handle(u chat.Update) bot.After {
	w.Helper()
	after, err := w.try(u)
	w.must(err)
	return after
}

func (w *world) try(u chat.Update) (after bot.After, err error) {
	w.Helper()
	w.nextID++
	lane := laneOf(u)
	ctx := w.Context()
	w.must(w.db.Inbox().Receive(ctx, []domain.Update{{BotID: 1, UpdateID: w.nextID, Lane: lane, Payload: []byte("{}"), ReceivedAt: w.clock()}}))
	list, err := w.db.Inbox().Work(ctx, lane, 1, func(ctx context.Context, tx domain.Tx, _ domain.Update) (err error) {
		after, err = w.router.Handle(ctx, tx, u)
		return err
	})
	if err == nil && len(list) != 1 {
		w.Fatal("the update was not handled")
	}
	w.deliver()
	return after, err
}

func laneOf(u chat.Update) int64 {
	switch {
	case u.Message != nil:
		return u.Message.Chat.ID
	case u.Edited != nil:
		return u.Edited.Chat.ID
	case u.Tap != nil:
		return u.Tap.Chat.ID
	case u.Membership != nil:
		return u.Membership.Chat.ID
	}
	return 0
}

// deliver does what the relay does, at once and without a network.
func (w *world) deliver() {
	w.Helper()
	ctx, outbox := w.Context(), w.db.Outbox()
	for {
		lanes, err := outbox.DueLanes(ctx, 100)
		w.must(err)
		if len(lanes) == 0 {
			return
		}
		for _, lane := range lanes {
			d, ok, err := outbox.Claim(ctx, lane, time.Minute)
			w.must(err)
			if ok {
				w.deliverOne(d)
			}
		}
	}
}

func (w *world) deliverOne(d domain.Delivery) {
	w.Helper()
	ctx, outbox := w.Context(), w.db.Outbox()
	switch d.Kind {
	case domain.DeliverMessage:
		var out chat.Outgoing
		w.must(json.Unmarshal(d.Message.Payload, &out))
		var id int64
		if d.Message.EditKey == "" || d.Message.Edit != 0 {
			id = w.show(d, d.Message.Edit, out, d.Message.ReplyTo)
		}
		w.must(outbox.Sent(ctx, d, id, nil))
	case domain.DeliverCard:
		reader, v := w.audience(d)
		ref, err := outbox.Card(ctx, d.TicketID, d.ChatID)
		w.must(err)
		if at := ref.ThreadID; d.ChatID < 0 && ref.MessageID != 0 && at != nil && *at != d.ThreadID {
			moved := reader.o
			moved.Moved = true
			w.show(d, ref.MessageID, card.Ticket(reader.lang, v, moved), 0)
			w.must(outbox.ForgetCard(ctx, d.TicketID, d.ChatID))
			ref = domain.CardRef{}
		}
		out := card.Ticket(reader.lang, v, reader.o)
		hash, err := json.Marshal(out)
		w.must(err)
		id := ref.MessageID
		if reader.o.Former {
			if id != 0 {
				w.show(d, id, out, 0)
				w.must(outbox.ForgetCard(ctx, d.TicketID, d.ChatID))
			}
			w.must(outbox.Sent(ctx, d, 0, nil))
			return
		}
		if string(ref.Hash) != string(hash) {
			id = w.show(d, ref.MessageID, out, 0)
		}
		w.must(outbox.Sent(ctx, d, id, hash))
	case domain.DeliverNotice:
		reader, v := w.audience(d)
		events, err := outbox.NoticeEvents(ctx, d.EventIDs)
		w.must(err)
		out := card.Notice(reader.lang, v.Ticket, events, reader.o)
		var id int64
		if out.Text != "" {
			id = w.show(d, 0, out, 0)
		}
		w.must(outbox.Sent(ctx, d, id, nil))
	}
}

// reader is for whom a card or notice is drawn.
type reader struct {
	lang domain.Lang
	o    card.Options
}

func (w *world) audience(d domain.Delivery) (reader, domain.TicketView) {
	w.Helper()
	r := reader{domain.LangPortuguese, card.Options{For: card.IT, Now: w.clock(), Location: brasilia}}
	if d.UserID != 0 {
		u, err := w.db.User(w.Context(), d.UserID)
		w.must(err)
		if u.Lang != "" {
			r.lang = u.Lang
		}
		if t, err := w.db.Ticket(w.Context(), d.TicketID); err != nil || !u.IsIT() || t.RequesterID == u.ID {
			w.must(err)
			r.o.For = card.Requester
		}
	}
	v, err := w.db.TicketView(w.Context(), d.TicketID, r.o.For == card.IT)
	w.must(err)
	r.o.Former = r.o.For == card.IT && d.UserID != 0 && d.UserID != v.AssigneeID
	requester, err := w.db.User(w.Context(), v.RequesterID)
	w.must(err)
	r.o.Reachable = requester.TelegramID != 0 && requester.ChatBlocked.IsZero()
	return r, v
}

// show puts a message into a chat, or replaces one.
func (w *world) show(d domain.Delivery, edit int64, out chat.Outgoing, replyTo int64) int64 {
	w.Helper()
	chatID := d.ChatID
	checkMessage(w.TB, out)
	for _, m := range w.chats[chatID] {
		if edit != 0 && m.id == edit {
			m.out, m.edits = out, m.edits+1
			return edit
		}
	}
	if edit != 0 && !w.lenient {
		w.Fatalf("edit of message %d, which chat %d does not have", edit, chatID)
	}
	w.nextID++
	w.chats[chatID] = append(w.chats[chatID], &message{id: w.nextID, out: out, replyTo: replyTo, thread: d.ThreadID})
	return w.nextID
}

// account makes an account without Telegram.
func (w *world) account(name string, role domain.Role) domain.User {
	w.Helper()
	w.nextID++
	email := fmt.Sprintf("pessoa%d@exemplo.com.br", w.nextID)
	u, err := w.desk.CreateUser(w.Context(), w.admin, domain.NewUser{Name: name, Email: email, Role: role})
	w.must(err)
	return u
}

func (w *world) invite(u domain.User) string {
	w.Helper()
	token, err := w.desk.Invite(w.Context(), w.admin, u.ID, domain.InviteTelegram)
	w.must(err)
	return token
}

// ticket returns a ticket as IT sees it.
func (w *world) ticket(id int64) domain.TicketView {
	w.Helper()
	v, err := w.db.TicketView(w.Context(), id, true)
	w.must(err)
	return v
}
