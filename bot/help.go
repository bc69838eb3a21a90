package bot

import (
	"context"

	"chamados/bot/callback"
	"chamados/bot/chat"
	"chamados/domain"
)

// help explains what one can do here (/ajuda).
func (v *visit) help(ctx context.Context, _ *chat.Message) error {
	switch {
	case v.chat.IsGroup():
		return v.tell(ctx, "bot.help.group", nil)
	case v.actor.IsIT():
		return v.tell(ctx, "bot.help.it", nil)
	}
	return v.tell(ctx, "bot.help.employee", nil)
}

// Words of [callback.Language].
const wordPortuguese, wordEnglish = "pt", "en"

// language asks which language to speak (/idioma).
func (v *visit) language(ctx context.Context, _ *chat.Message) error {
	choice := func(key, word string) chat.Button {
		return v.button(key, nil, callback.Must(callback.Data{Verb: callback.Language, Word: word}))
	}
	return v.tell(ctx, "bot.help.language", nil,
		[]chat.Button{choice("portuguese", wordPortuguese), choice("english", wordEnglish)})
}

// languageTap speaks another language from now on.
func (v *visit) languageTap(ctx context.Context, t *chat.Tap, d callback.Data) error {
	lang := domain.ParseLang(d.Word)
	if _, err := v.desk.UpdateUser(ctx, v.actor, v.actor.ID, domain.UserChange{Lang: &lang}); err != nil {
		return err
	}
	v.lang, v.own = lang, lang
	return v.send(ctx, chat.Outgoing{Text: v.text("bot.help.language_set", nil)}, post{edit: t.Message})
}

// shortcutTap does what a command does that was offered as a button.
func (v *visit) shortcutTap(ctx context.Context, t *chat.Tap, d callback.Data) error {
	switch d.Word {
	case callback.ShortcutMine:
		return v.showList(ctx, callback.Mine, 0, 0)
	case callback.ShortcutNew:
		return v.emptyDraft(ctx, 0, domain.User{})
	case callback.ShortcutStay:
		v.state.Move = nil
		return v.send(ctx, chat.Outgoing{Text: v.text("bot.help.unlink_kept", nil)}, post{edit: t.Message})
	}
	v.alertKey("bot.tap.unknown", nil)
	return nil
}
