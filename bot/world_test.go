package bot_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
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

// person is somebody with Telegram in one of their chats.
type person struct {
	*world
	chat.Person
	where   chat.Chat
	thread  int64 // the topic that they write in
	hurries bool  // sends one message right after the other
	account domain.User
	after   bot.After
	last    int64 // the last message written
}

func (w *world) stranger(id int64, name string) *person {
	return &person{
		world: w, Person: chat.Person{ID: id, Name: name, Lang: domain.LangPortuguese},
		where: chat.Chat{ID: id, Kind: chat.Private},
	}
}

// linked makes an account and links it by its invitation.
func (w *world) linked(id int64, name string, role domain.Role) *person {
	w.Helper()
	u := w.account(name, role)
	p := w.stranger(id, name)
	p.command("start", w.invite(u))
	p.sees("Este chat está ligado à sua conta")
	var err error
	p.account, err = w.desk.Account(w.Context(), u.ID)
	w.must(err)
	return p
}

func (w *world) employee(name string) *person { return w.linked(501, name, domain.RoleEmployee) }
func (w *world) technician(name string) *person {
	return w.linked(601, name, domain.RoleIT)
}

// inGroup is the same person in IT's group.
func (p *person) inGroup() *person {
	q := *p
	q.where = chat.Chat{ID: groupID, Kind: chat.Supergroup, Title: "TI"}
	return &q
}

// inTopic is the same person in a topic of the chat.
func (p *person) inTopic(thread int64) *person {
	q := *p
	q.thread = thread
	return &q
}

// typing is how long people take for a message, unless they hurry.
const typing = 6 * time.Second

// compose starts a message.
func (p *person) compose(text string) *chat.Message {
	if !p.hurries {
		p.wait(typing)
	}
	p.nextID++
	p.last = p.nextID
	return &chat.Message{ID: p.last, Chat: p.where, From: p.Person, Text: text, ThreadID: p.thread}
}

func (p *person) deliverMessage(m *chat.Message) {
	p.Helper()
	p.chats[p.where.ID] = append(p.chats[p.where.ID], &message{id: m.ID, from: p.ID, out: chat.Outgoing{Text: m.Text}})
	p.handle(chat.Update{Message: m})
}

func (p *person) writes(text string) { p.Helper(); p.deliverMessage(p.compose(text)) }

func (p *person) command(name, args string) {
	p.Helper()
	m := p.compose("/" + name + " " + args)
	m.Command, m.Args = name, args
	p.deliverMessage(m)
}

// replies answers the newest message of the bot that has fragment in it.
func (p *person) replies(fragment, text string) {
	p.Helper()
	m := p.compose(text)
	m.ReplyTo = &chat.Message{ID: p.find(fragment).id, Chat: p.where}
	if name, ok := strings.CutPrefix(text, "/"); ok {
		m.Command, m.Args, _ = strings.Cut(name, " ")
	}
	p.deliverMessage(m)
}

// sends sends files, with a caption, as a part of an album if it has one.
func (p *person) sends(caption, albumID string, names ...string) {
	p.Helper()
	m := p.compose(caption)
	m.AlbumID = albumID
	for _, n := range names {
		m.Files = append(m.Files, domain.NewAttachment{Name: n, MIME: "image/jpeg", Size: 1000, FileID: "file-" + n})
	}
	p.deliverMessage(m)
}

// edits changes the text of the last message written.
func (p *person) edits(text string) {
	p.Helper()
	p.handle(chat.Update{Edited: &chat.Message{ID: p.last, Chat: p.where, From: p.Person, Text: text}})
}

// taps presses the newest button with label in it.
func (p *person) taps(label string) {
	p.Helper()
	for _, m := range slices.Backward(p.chats[p.where.ID]) {
		for _, b := range slices.Concat(m.out.Keyboard...) {
			if strings.Contains(b.Text, label) && b.Data != "" {
				p.press(m.id, b.Data)
				return
			}
		}
	}
	p.Fatalf("no button %q in\n%s", label, p.transcript())
}

func (p *person) press(messageID int64, data string) {
	p.Helper()
	p.after = p.handle(chat.Update{Tap: &chat.Tap{
		ID: "tap", From: p.Person, Chat: p.where, Message: messageID, Data: data, Thread: p.thread,
	}})
	if p.after.TapID != "tap" {
		p.Error("the tap was not answered")
	}
}

// dataOf returns the data of the newest button with label in it, and its message.
func (p *person) dataOf(label string) (int64, string) {
	p.Helper()
	for _, m := range slices.Backward(p.chats[p.where.ID]) {
		for _, b := range slices.Concat(m.out.Keyboard...) {
			if strings.Contains(b.Text, label) {
				return m.id, b.Data
			}
		}
	}
	p.Fatalf("no button %q in\n%s", label, p.transcript())
	return 0, ""
}

// answered checks what the tap was answered with.
func (p *person) answered(fragment string) {
	p.Helper()
	if !strings.Contains(p.after.Answer.Text, fragment) {
		p.Errorf("the tap was answered %q, not %q", p.after.Answer.Text, fragment)
	}
}

// find returns the newest message of the bot with fragment in it.
func (p *person) find(fragment string) *message {
	p.Helper()
	for _, m := range slices.Backward(p.chats[p.where.ID]) {
		if m.from == 0 && strings.Contains(m.out.Text, fragment) {
			return m
		}
	}
	p.Fatalf("%s does not see %q in\n%s", p.Name, fragment, p.transcript())
	return nil
}

// newest returns the text of the bot's newest message.
func (p *person) newest() string {
	p.Helper()
	return p.find("").out.Text
}

// sees checks that the bot's newest message, or any with buttons after it, says fragment.
func (p *person) sees(fragments ...string) {
	p.Helper()
	for _, f := range fragments {
		p.find(f)
	}
}

// seesLast checks what the bot's newest message says.
func (p *person) seesLast(fragment string) {
	p.Helper()
	all := p.chats[p.where.ID]
	if len(all) == 0 || !strings.Contains(all[len(all)-1].out.Text, fragment) {
		p.Errorf("%s does not see %q last in\n%s", p.Name, fragment, p.transcript())
	}
}

func (p *person) seesNothingOf(fragment string) {
	p.Helper()
	for _, m := range p.chats[p.where.ID] {
		if m.from == 0 && strings.Contains(m.out.Text, fragment) {
			p.Errorf("%s sees %q in\n%s", p.Name, fragment, p.transcript())
		}
	}
}

// seesNothingNew checks that the newest message is the person's own.
func (p *person) seesNothingNew() {
	p.Helper()
	all := p.chats[p.where.ID]
	if len(all) > 0 && all[len(all)-1].from == 0 {
		p.Errorf("the bot said something:\n%s", p.transcript())
	}
}

// opens writes a ticket from its first message to its number.
func (p *person) opens(text string) {
	p.Helper()
	p.writes(text)
	p.taps("Hardware")
	p.taps("Incomoda, mas")
	p.taps("Enviar")
	p.sees("Enviado: <b>#")
}

// ticket returns a ticket as IT sees it.
func (w *world) ticket(id int64) domain.TicketView {
	w.Helper()
	v, err := w.db.TicketView(w.Context(), id, true)
	w.must(err)
	return v
}

// transcript is the chat as it looks now, for messages of failed tests.
func (p *person) transcript() string {
	var b strings.Builder
	for _, m := range p.chats[p.where.ID] {
		who := "bot"
		if m.from != 0 {
			who = "  >"
		}
		b.WriteString(who + ": " + m.out.Text + "\n")
		for _, row := range m.out.Keyboard {
			for _, button := range row {
				b.WriteString(" [" + button.Text + "]")
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}
