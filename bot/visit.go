package bot

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"chamados/bot/card"
	"chamados/bot/chat"
	"chamados/domain"
	"chamados/domain/i18n"
)

// visit is the handling of one update: who did something, where, and what comes of it.
type visit struct {
	*Router
	tx       domain.Tx
	desk     *domain.Desk
	chat     chat.Chat
	thread   int64
	replyTo  int64 // the message being handled
	from     chat.Person
	actor    domain.Actor
	known    bool        // from is linked to the actor's account
	lang     domain.Lang // of what is written to the chat
	own      domain.Lang // of what only the person sees
	state    state
	stored   []byte // the state as it was read
	loaded   bool
	outdated bool // a draft of another version was found, and dropped
	after    After
}

// enter finds out who is speaking and in which language to answer.
func (v *visit) enter(ctx context.Context, c chat.Chat, p chat.Person) error {
	v.chat, v.from, v.own = c, p, p.Lang
	if p.ID != 0 && p.ID != chat.Anonymous {
		u, err := v.desk.AccountByTelegram(ctx, p.ID)
		switch {
		case err == nil:
			v.known = true
			v.actor = domain.Actor{User: u, Channel: domain.ChannelChat, ChatID: c.ID}
		case !errors.Is(err, domain.ErrUserNotFound):
			return err
		}
	}
	if v.known && v.actor.Lang != "" {
		v.own = v.actor.Lang
	}
	if v.own == "" {
		v.own = v.DefaultLang
	}
	v.lang = v.own
	if c.IsGroup() {
		v.lang = v.DefaultLang
	}
	return nil
}

// isPrivate reports whether the person is alone with the bot.
func (v *visit) isPrivate() bool { return v.chat.Kind == chat.Private }

// post is how a message is sent; the zero value suits most.
type post struct {
	edit     int64  // the message to replace
	editKey  string // the same, by the key it was sent with
	ticket   int64  // what the message is about
	internal bool
	key      string
	at       time.Time // when; zero for now
}

// send enqueues a message to the chat.
func (v *visit) send(ctx context.Context, out chat.Outgoing, p post) error {
	m := domain.Outgoing{
		ChatID: v.chat.ID, ThreadID: v.thread, Edit: p.edit, EditKey: p.editKey, TicketID: p.ticket,
		Internal: p.internal, Key: p.key, At: p.at,
	}
	if v.chat.IsGroup() && p.edit == 0 {
		m.ReplyTo = v.replyTo
	}
	return v.enqueue(ctx, m, out)
}

func (v *visit) enqueue(ctx context.Context, m domain.Outgoing, out chat.Outgoing) error {
	payload, err := json.Marshal(out)
	if err != nil {
		return err
	}
	m.Payload = payload
	return v.tx.Enqueue(ctx, m)
}

// say sends a text in HTML.
func (v *visit) say(ctx context.Context, html string, rows ...[]chat.Button) error {
	return v.send(ctx, chat.Outgoing{Text: html, Keyboard: rows}, post{})
}

// tell sends the text of a catalog key.
func (v *visit) tell(ctx context.Context, key string, args i18n.Args, rows ...[]chat.Button) error {
	return v.say(ctx, v.text(key, args), rows...)
}

// text returns a catalog's HTML in the chat's language.
func (v *visit) text(key string, args i18n.Args) string { return card.Text(v.lang, key, args) }

// toast answers the tap with a short text that goes away by itself.
func (v *visit) toast(key string, args i18n.Args) {
	v.after.Answer = chat.Answer{Text: card.Shorten(i18n.Text(v.own, key, args), card.MaxAnswer)}
}

// alert answers the tap with a text that has to be read.
func (v *visit) alert(text string) {
	v.after.Answer = chat.Answer{Text: card.Shorten(text, card.MaxAnswer), Alert: true}
}

func (v *visit) alertKey(key string, args i18n.Args) { v.alert(i18n.Text(v.own, key, args)) }

// button returns a button with the text of a key below bot.button.
func (v *visit) button(key string, args i18n.Args, data string) chat.Button {
	return chat.Button{Text: card.Shorten(i18n.Text(v.lang, "bot.button."+key, args), maxButtonText), Data: data}
}

// maxButtonText is what a button shows on a phone, in UTF-16 units.
const maxButtonText = 48

// cardOptions returns how a ticket's card is drawn for the reader. isCopy says that it is not
// the chat's live card.
func (v *visit) cardOptions(ctx context.Context, t domain.Ticket, r card.Reader, isCopy bool) (card.Options, error) {
	o := card.Options{
		For: r, Now: v.Now(), PanelURL: v.PanelURL, Location: v.Location, Copy: isCopy, Reachable: true,
	}
	if r != card.IT {
		return o, nil
	}
	_, reachable, err := v.requester(ctx, t)
	o.Reachable = reachable
	return o, err
}

// requester returns who asked for a ticket and whether they can be written to in chat.
func (v *visit) requester(ctx context.Context, t domain.Ticket) (domain.User, bool, error) {
	u, err := v.desk.Account(ctx, t.RequesterID)
	return u, u.Active && u.TelegramID != 0 && u.ChatBlocked.IsZero(), err
}
