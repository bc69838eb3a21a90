package main

import (
	"context"
	"slices"

	"chamados/domain"
	"chamados/internal/config"
)

// configuredGroups connects the groups of the settings: that of TELEGRAM_CHAT_ID unless it
// is known already, those of config.yaml as it says, with no other topics than it names. Groups
// that moved keep their new id.
func (p *Program) configuredGroups(ctx context.Context) error {
	known, err := p.db.Groups(ctx)
	if err != nil {
		return err
	}
	chats, places := map[int64]bool{}, map[[2]int64]bool{}
	for _, c := range p.config.Telegram.Groups {
		g := placeOf(c, known)
		if err := p.desk.ConnectGroup(ctx, domain.System, g); err != nil {
			return err
		}
		chats[g.ChatID], places[[2]int64{g.ChatID, g.ThreadID}] = true, true
	}
	for _, g := range known {
		if chats[g.ChatID] && !places[[2]int64{g.ChatID, g.ThreadID}] {
			if err := p.desk.DisconnectTopic(ctx, domain.System, g.ChatID, g.ThreadID); err != nil {
				return err
			}
		}
	}
	id := p.config.Telegram.ChatID
	if id == 0 || chats[id] || slices.ContainsFunc(known, is(id)) {
		return nil
	}
	return p.desk.ConnectGroup(ctx, domain.System, domain.Group{ChatID: id})
}

// is finds a group by an id that it has or had.
func is(id int64) func(domain.Group) bool {
	return func(g domain.Group) bool { return g.ChatID == id || g.MovedFrom == id }
}

// placeOf returns what the settings say of a group, with what is known of it.
func placeOf(c config.Group, known []domain.Group) domain.Group {
	g := domain.Group{ChatID: c.ChatID}
	if i := slices.IndexFunc(known, is(c.ChatID)); i >= 0 {
		g = known[i]
	}
	g.ThreadID, g.Categories = c.Topic, nil
	for _, word := range c.Categories {
		g.Categories = append(g.Categories, domain.Category(word))
	}
	return g
}

// topicGone forgets a topic that was deleted, so that no message tries it again.
func (p *Program) topicGone(ctx context.Context, chatID, threadID int64) {
	if err := p.desk.TopicGone(ctx, chatID, threadID); err != nil {
		p.log.Warn("a deleted topic was not forgotten", "chat", chatID, "topic", threadID, "error", err)
	}
}
