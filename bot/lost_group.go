package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"chamados/bot/card"
	"chamados/bot/chat"
	"chamados/domain"
	"chamados/domain/i18n"
)

// GroupLost notes that the bot cannot write to a group any more, and tells IT once: in their
// private chats, or where the group's tickets go now if nobody can be told there. It reports
// whether the group was one of IT's that could be written to until now.
func (r *Router) GroupLost(ctx context.Context, tx domain.Tx, chatID int64) (bool, error) {
	lost, ok, err := r.Desk.In(tx).GroupLost(ctx, chatID)
	if !ok || err != nil {
		return ok, err
	}
	for _, u := range lost.Team {
		lang := u.Lang
		if lang == "" {
			lang = r.DefaultLang
		}
		if err := r.tellLost(ctx, tx, domain.Outgoing{ChatID: u.TelegramID}, lang, lost); err != nil {
			return true, err
		}
	}
	if to := lost.Instead; len(lost.Team) == 0 && to.ChatID != 0 {
		return true, r.tellLost(ctx, tx, domain.Outgoing{ChatID: to.ChatID, ThreadID: to.ThreadID}, r.DefaultLang, lost)
	}
	return true, nil
}

func (r *Router) tellLost(ctx context.Context, tx domain.Tx, m domain.Outgoing, lang domain.Lang, lost domain.LostGroup) error {
	instead := card.Text(lang, "bot.group.lost_nowhere", nil)
	if lost.Instead.ChatID != 0 {
		instead = card.Text(lang, "bot.group.lost_instead", i18n.Args{"Group": groupName(lost.Instead)})
	}
	text := card.Text(lang, "bot.group.lost", i18n.Args{"Group": groupName(lost.Group)}) + "\n\n" + instead +
		"\n\n" + card.Text(lang, "bot.group.lost_back", nil)
	payload, err := json.Marshal(chat.Outgoing{Text: text})
	if err != nil {
		return err
	}
	m.Payload, m.Key = payload, fmt.Sprintf("grupo:%d:%d:%d", lost.ChatID, lost.LostAt.UnixMicro(), m.ChatID)
	return tx.Enqueue(ctx, m)
}

// groupName is what a group is called; one of the settings that has not been heard of has only
// its id.
func groupName(g domain.Group) string {
	const titleInLine = 80
	if g.Title == "" {
		return strconv.FormatInt(g.ChatID, 10)
	}
	return card.Shorten(g.Title, titleInLine)
}
