package main

import (
	"context"
	"slices"
	"strings"

	"chamados/domain"
)

// GroupConfig is an IT group of config.yaml: where in it, and for which categories (none:
// all). What is said here holds again at each start.
type GroupConfig struct {
	ChatID     int64    `mapstructure:"chat_id"`
	Topic      int64    `mapstructure:"topic"`
	Categories []string `mapstructure:"categories"`
}

func (t TelegramConfig) validateGroups(reject func(key, format string, args ...any)) {
	seen := map[int64]bool{}
	for _, g := range t.Groups {
		if g.ChatID >= 0 {
			reject("telegram.groups", "chat_id %d is not the id of a group, a negative number", g.ChatID)
		}
		if seen[g.ChatID] {
			reject("telegram.groups", "chat_id %d is there twice", g.ChatID)
		}
		seen[g.ChatID] = true
		if g.Topic < 0 {
			reject("telegram.groups", "topic %d is not the id of a topic", g.Topic)
		}
		for _, c := range g.Categories {
			if !domain.Category(c).Valid() {
				reject("telegram.groups", "%q is none of %s", c, strings.Join(categoryWords(), ", "))
			}
		}
	}
}

func categoryWords() []string {
	var out []string
	for _, c := range domain.Categories {
		out = append(out, string(c))
	}
	return out
}

// configuredGroups connects the groups of the settings: that of TELEGRAM_CHAT_ID unless it
// is known already, those of config.yaml as it says. Groups that moved keep their new id.
func (p *Program) configuredGroups(ctx context.Context) error {
	known, err := p.db.Groups(ctx)
	if err != nil {
		return err
	}
	find := func(id int64) int {
		return slices.IndexFunc(known, func(g domain.Group) bool { return g.ChatID == id || g.MovedFrom == id })
	}
	for _, c := range p.config.Telegram.Groups {
		g := domain.Group{ChatID: c.ChatID}
		if i := find(c.ChatID); i >= 0 {
			g = known[i]
		}
		g.ThreadID, g.Categories = c.Topic, nil
		for _, word := range c.Categories {
			g.Categories = append(g.Categories, domain.Category(word))
		}
		if err := p.desk.ConnectGroup(ctx, domain.System, g); err != nil {
			return err
		}
		known = append(known, g)
	}
	id := p.config.Telegram.ChatID
	if id == 0 || find(id) >= 0 {
		return nil
	}
	return p.desk.ConnectGroup(ctx, domain.System, domain.Group{ChatID: id})
}

// topicGone forgets a topic that was deleted, so that no message tries it again.
func (p *Program) topicGone(ctx context.Context, chatID, threadID int64) {
	if err := p.desk.TopicGone(ctx, chatID, threadID); err != nil {
		p.log.Warn("a deleted topic was not forgotten", "chat", chatID, "topic", threadID, "error", err)
	}
}
