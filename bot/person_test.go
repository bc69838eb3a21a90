package bot_test

import (
	"slices"
	"strings"
	"time"

	"chamados/bot"
	"chamados/bot/chat"
	"chamados/domain"
)

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
	p.answers(p.find(fragment), text, "")
}

// answers replies to a message, also with files, as one album.
func (p *person) answers(to *message, text, albumID string, names ...string) {
	p.Helper()
	m := p.compose(text)
	m.ReplyTo = &chat.Message{ID: to.id, Chat: p.where, From: chat.Person{ID: to.from, Bot: to.from == 0}}
	m.AlbumID, m.Files = albumID, photos(names)
	if name, ok := strings.CutPrefix(text, "/"); ok {
		m.Command, m.Args, _ = strings.Cut(name, " ")
	}
	p.deliverMessage(m)
}

// sends sends files, with a caption, as a part of an album if it has one.
func (p *person) sends(caption, albumID string, names ...string) {
	p.Helper()
	m := p.compose(caption)
	m.AlbumID, m.Files = albumID, photos(names)
	p.deliverMessage(m)
}

func photos(names []string) (out []domain.NewAttachment) {
	for _, n := range names {
		out = append(out, domain.NewAttachment{Name: n, MIME: "image/jpeg", Size: 1000, FileID: "file-" + n})
	}
	return out
}

// saidLast is the last message that p has written.
func (p *person) saidLast() *message {
	p.Helper()
	for _, m := range p.chats[p.where.ID] {
		if m.id == p.last {
			return m
		}
	}
	p.Fatal("nothing was said")
	return nil
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
