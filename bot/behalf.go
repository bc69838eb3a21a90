package bot

import (
	"context"

	"chamados/bot/callback"
	"chamados/bot/card"
	"chamados/bot/chat"
	"chamados/bot/flow"
	"chamados/domain"
)

// behalf lets IT open a ticket for somebody, found by name or address (/abrir nome).
func (v *visit) behalf(ctx context.Context, m *chat.Message) error {
	const most = 8
	text := flow.Clean(m.Args)
	if text == "" {
		return v.tell(ctx, "bot.help.behalf_usage", nil)
	}
	active := true
	people, err := v.desk.Users(ctx, v.actor, domain.UserFilter{Search: text, Active: &active, Limit: most + 1})
	if err != nil {
		return err
	}
	switch {
	case len(people) == 0:
		return v.tell(ctx, "bot.help.behalf_none", nil)
	case len(people) == 1:
		return v.emptyDraft(ctx, m.ID, people[0])
	}
	key := "bot.help.behalf_choose"
	if len(people) > most {
		key, people = "bot.help.behalf_many", people[:most]
	}
	var rows [][]chat.Button
	for _, u := range people {
		rows = append(rows, []chat.Button{{
			Text: card.Shorten(u.Name+" · "+u.Email, maxButtonText),
			Data: callback.Must(callback.Data{Verb: callback.Behalf, User: u.ID}),
		}})
	}
	return v.tell(ctx, key, nil, rows...)
}

// behalfTap starts the ticket of the person chosen.
func (v *visit) behalfTap(ctx context.Context, _ *chat.Tap, d callback.Data) error {
	if !v.actor.IsIT() {
		return domain.ErrITOnly
	}
	u, err := v.desk.SeesUser(ctx, v.actor, d.User)
	if err != nil {
		return err
	}
	return v.emptyDraft(ctx, 0, u)
}
