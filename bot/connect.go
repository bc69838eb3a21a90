package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"chamados/bot/callback"
	"chamados/bot/card"
	"chamados/bot/chat"
	"chamados/domain"
	"chamados/domain/i18n"
)

// connect makes the group, or the topic in which it is said, one of IT's: for the categories
// named, or those it had, or all (/conectar rede hardware).
func (v *visit) connect(ctx context.Context, m *chat.Message) error {
	switch {
	case v.isPrivate():
		return v.tell(ctx, "bot.group.connect_in_group", nil)
	case m.Anonymous || m.From.ID == chat.Anonymous:
		return v.tell(ctx, "bot.group.anonymous", nil)
	case !v.actor.IsIT():
		return v.tell(ctx, "bot.group.connect_it_only", nil)
	}
	named, unknown := categoriesIn(m.Args)
	if len(unknown) > 0 {
		return v.tell(ctx, "bot.group.unknown_category", i18n.Args{
			"Words": strings.Join(unknown, ", "), "Known": v.categoryNames(domain.Categories),
		})
	}
	ch := domain.GroupChange{Title: &v.chat.Title}
	if len(named) > 0 {
		ch.Categories = &named
	}
	g, err := v.desk.UpdateGroup(ctx, v.actor, v.chat.ID, v.thread, ch)
	if err != nil {
		return err
	}
	return v.send(ctx, v.connectedCard(g), post{})
}

// connectedCard says what the group receives, with a button for each category.
func (v *visit) connectedCard(g domain.Group) chat.Outgoing {
	key := "bot.group.connected"
	if g.ThreadID != 0 {
		key = "bot.group.connected_topic"
	}
	what := v.text("bot.group.takes_all", nil)
	if len(g.Categories) > 0 {
		what = v.text("bot.group.takes", i18n.Args{"Categories": v.categoryNames(g.Categories)})
	}
	var all []chat.Button
	for _, c := range domain.Categories {
		box := "⬜ "
		if g.Takes(c) {
			box = "✅ "
		}
		all = append(all, chat.Button{
			Text: card.Shorten(box+i18n.Category(v.lang, c), maxButtonText),
			Data: callback.Must(callback.Data{Verb: callback.Takes, Word: string(c)}),
		})
	}
	return chat.Outgoing{
		Text:     v.text(key, nil) + "\n\n" + what + "\n" + v.text("bot.group.choose", nil),
		Keyboard: slices.Collect(slices.Chunk(all, 2)),
	}
}

func (v *visit) categoryNames(list []domain.Category) string {
	names := make([]string, len(list))
	for i, c := range list {
		names[i] = c.Emoji() + " " + i18n.Category(v.lang, c)
	}
	return strings.Join(names, ", ")
}

// takesTap makes the group receive a category, or receive it no more.
func (v *visit) takesTap(ctx context.Context, t *chat.Tap, d callback.Data) error {
	c := domain.Category(d.Word)
	g, ok, err := v.desk.Place(ctx, v.chat.ID, t.Thread)
	switch {
	case err != nil:
		return err
	case !c.Valid():
		v.alertKey("bot.tap.unknown", nil)
		return nil
	case !ok:
		v.alertKey("bot.tap.not_connected", nil)
		return nil
	}
	var next []domain.Category
	for _, known := range domain.Categories {
		if g.Takes(known) != (known == c) {
			next = append(next, known)
		}
	}
	if len(next) == 0 {
		v.alertKey("bot.tap.last_category", nil)
		return nil
	}
	if g, err = v.desk.UpdateGroup(ctx, v.actor, g.ChatID, g.ThreadID, domain.GroupChange{Categories: &next}); err != nil {
		return err
	}
	return v.send(ctx, v.connectedCard(g), post{edit: t.Message})
}

// disconnect ends that the group, or the topic in which it is said, is one of IT's (/desconectar).
func (v *visit) disconnect(ctx context.Context, _ *chat.Message) error {
	if v.isPrivate() {
		return v.tell(ctx, "bot.group.connect_in_group", nil)
	}
	key, end := "bot.group.disconnected", func() error { return v.desk.DisconnectGroup(ctx, v.actor, v.chat.ID) }
	if _, here, err := v.desk.Place(ctx, v.chat.ID, v.thread); err != nil {
		return err
	} else if here && v.thread != 0 {
		key, end = "bot.group.disconnected_topic", func() error { return v.desk.DisconnectTopic(ctx, v.actor, v.chat.ID, v.thread) }
	}
	err := end()
	if errors.Is(err, domain.ErrITOnly) {
		return v.tell(ctx, "bot.group.connect_it_only", nil)
	}
	if err != nil {
		return err
	}
	return v.tell(ctx, key, nil)
}

// categoriesIn returns the categories that a text names in any language, and the words that
// name none. "All" is a name of all of them.
func categoriesIn(text string) (named []domain.Category, unknown []string) {
	words := strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == ';' })
	names := categoryWords()
	for len(words) > 0 {
		length := min(3, len(words))
		for length > 1 && names[plain(strings.Join(words[:length], ""))] == nil {
			length--
		}
		found, ok := names[plain(strings.Join(words[:length], ""))]
		if !ok {
			unknown = append(unknown, words[0])
		}
		named, words = append(named, found...), words[length:]
	}
	return named, unknown
}

// categoryWords maps the plain forms of what people call categories, in every language, to
// the categories that they mean.
func categoryWords() map[string][]domain.Category {
	out := map[string][]domain.Category{}
	for _, lang := range domain.Langs {
		for _, word := range strings.Fields(i18n.Text(lang, "bot.words.all", nil)) {
			out[word] = domain.Categories
		}
		for _, word := range strings.Fields(i18n.Text(lang, "bot.words.and", nil)) {
			out[word] = []domain.Category{}
		}
	}
	for _, c := range domain.Categories {
		out[plain(string(c))] = []domain.Category{c}
		for _, lang := range domain.Langs {
			out[plain(i18n.Category(lang, c))] = []domain.Category{c}
		}
	}
	return out
}

// plain returns the letters of a text, lower case and without accents.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s))
}
