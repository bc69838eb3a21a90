package bot

import (
	"context"
	"errors"

	"chamados/bot/callback"
	"chamados/bot/chat"
	"chamados/domain"
	"chamados/domain/i18n"
)

// start greets, and uses the invitation of a deep link (/start <token>).
func (v *visit) start(ctx context.Context, m *chat.Message) error {
	switch {
	case m.Args != "":
		return v.link(ctx, m.Args)
	case !v.known:
		return v.stranger(ctx, m)
	case !v.actor.Active:
		return v.tell(ctx, "bot.start.inactive", nil)
	}
	return v.greet(ctx, "bot.start.already")
}

// link ties the chat to the account that an invitation is for; if the chat is somebody else's
// already, it asks first.
func (v *visit) link(ctx context.Context, token string) error {
	if v.known && v.actor.Active {
		u, hash, err := v.desk.Invitation(ctx, token)
		switch {
		case errors.Is(err, domain.ErrInviteUsed):
			return v.greet(ctx, "bot.start.already")
		case err != nil:
			return err
		case u.ID != v.actor.ID:
			return v.askMove(ctx, u, hash)
		}
	}
	linked, err := v.desk.LinkTelegram(ctx, token, v.profile())
	if err != nil {
		return err
	}
	return v.nowLinked(ctx, linked)
}

// nowLinked greets somebody whose account was tied to the chat just now.
func (v *visit) nowLinked(ctx context.Context, linked domain.Linked) error {
	if linked.Previous != 0 {
		if err := v.tellMoved(ctx, linked); err != nil {
			return err
		}
	}
	if err := v.load(ctx); err != nil {
		return err
	}
	v.state = state{} // a draft of another account does not become this one's
	v.known = true
	v.actor = domain.Actor{User: linked.User, Channel: domain.ChannelChat, ChatID: v.chat.ID}
	if linked.User.Lang != "" {
		v.lang = linked.User.Lang
	}
	return v.greet(ctx, "bot.start.linked")
}

func (v *visit) profile() domain.TelegramProfile {
	p := domain.TelegramProfile{ID: v.from.ID, Name: v.from.Name, Lang: v.own}
	if v.from.Username != "" {
		p.Name = "@" + v.from.Username
	}
	return p
}

// tellMoved tells the chat that the account was linked to before.
func (v *visit) tellMoved(ctx context.Context, l domain.Linked) error {
	lang := l.User.Lang
	if lang == "" {
		lang = v.DefaultLang
	}
	if err := v.tx.SaveConversation(ctx, l.Previous, nil); err != nil {
		return err
	}
	return v.enqueue(ctx, domain.Outgoing{ChatID: l.Previous}, chat.Outgoing{Text: i18n.Text(lang, "bot.start.moved", nil)})
}

// greet says the text of a key and what one can do.
func (v *visit) greet(ctx context.Context, key string) error {
	intro := "bot.start.intro"
	if v.actor.IsIT() {
		intro = "bot.start.intro_it"
	}
	text := v.text(key, i18n.Args{"Name": v.actor.Name}) + "\n\n" + v.text(intro, nil)
	shortcut := func(word string) string {
		return callback.Must(callback.Data{Verb: callback.Shortcut, Word: word})
	}
	return v.say(ctx, text, []chat.Button{
		v.button("new", nil, shortcut(callback.ShortcutNew)), v.button("mine", nil, shortcut(callback.ShortcutMine)),
	})
}

// leave asks whether to unlink (/sair).
func (v *visit) leave(ctx context.Context, _ *chat.Message) error {
	return v.tell(ctx, "bot.help.unlink_sure", nil, []chat.Button{
		v.button("unlink_yes", nil, callback.Must(callback.Data{Verb: callback.Unlink})),
		v.button("unlink_no", nil, callback.Must(callback.Data{Verb: callback.Shortcut, Word: callback.ShortcutStay})),
	})
}

// unlink unties the chat from the account.
func (v *visit) unlink(ctx context.Context, t *chat.Tap) error {
	if _, err := v.desk.UnlinkTelegram(ctx, v.actor, v.actor.ID); err != nil {
		return err
	}
	v.state = state{}
	return v.send(ctx, chat.Outgoing{Text: v.text("bot.help.unlinked", nil)}, post{edit: t.Message})
}
