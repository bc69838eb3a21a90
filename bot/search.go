package bot

import (
	"context"

	"chamados/bot/callback"
	"chamados/bot/card"
	"chamados/bot/chat"
	"chamados/bot/flow"
	"chamados/domain"
)

// search is what somebody looked for; its pages name it by its nonce, because what people
// type does not fit into a button.
type search struct {
	Nonce string `json:"n"`
	Text  string `json:"texto"`
}

// maxSearches is how many of a chat can still be turned; maxSearch bounds a text.
const maxSearches, maxSearch = 5, 200

// find finds tickets that the person may see (/buscar texto).
func (v *visit) find(ctx context.Context, m *chat.Message) error {
	text := card.Shorten(flow.Clean(m.Args), maxSearch)
	if text == "" {
		return v.tell(ctx, "bot.help.search_usage", nil)
	}
	if err := v.load(ctx); err != nil {
		return err
	}
	s := search{Nonce: nonce(), Text: text}
	v.state.Searches = append(v.state.Searches, s)
	if n := len(v.state.Searches); n > maxSearches {
		v.state.Searches = v.state.Searches[n-maxSearches:]
	}
	return v.showFound(ctx, s, 0, 0)
}

// searchTap turns the page of a search.
func (v *visit) searchTap(ctx context.Context, t *chat.Tap, d callback.Data) error {
	if err := v.load(ctx); err != nil {
		return err
	}
	for _, s := range v.state.Searches {
		if s.Nonce == d.Nonce {
			return v.showFound(ctx, s, min(d.Page, lastPage), t.Message)
		}
	}
	v.alertKey("bot.tap.search_over", nil)
	return nil
}

// showFound shows a page of what the person may see of a search's tickets.
func (v *visit) showFound(ctx context.Context, s search, page, edit int64) error {
	need := int(page+1)*card.PageSize + 1
	found, err := v.tickets(ctx, domain.TicketFilter{Search: s.Text, Order: domain.OrderNewest, Limit: need})
	if err != nil {
		return err
	}
	l := card.List{
		Title: "bot.list.found", Empty: "bot.list.found_empty", For: card.Requester,
		Page: page, Turn: callback.Search, Nonce: s.Nonce, More: len(found) == need && page < lastPage,
	}
	if v.actor.IsIT() {
		l.For = card.IT
	}
	from := min(int(page)*card.PageSize, len(found))
	l.Tickets = found[from:min(from+card.PageSize, len(found))]
	return v.send(ctx, card.Tickets(v.lang, l, card.Options{Now: v.Now(), Location: v.Location}), post{edit: edit})
}
