package config

import (
	"strings"

	"chamados/domain"
)

// Group is an IT group of config.yaml: where in it, and for which categories (none:
// all). What is said here holds again at each start.
type Group struct {
	ChatID     int64    `mapstructure:"chat_id"`
	Topic      int64    `mapstructure:"topic"`
	Categories []string `mapstructure:"categories"`
}

func (t Telegram) validateGroups(reject func(key, format string, args ...any)) {
	seen := map[[2]int64]bool{}
	for _, g := range t.Groups {
		if g.ChatID >= 0 {
			reject("telegram.groups", "chat_id %d is not the id of a group, a negative number", g.ChatID)
		}
		place := [2]int64{g.ChatID, g.Topic}
		if seen[place] {
			reject("telegram.groups", "chat_id %d is there twice with topic %d", g.ChatID, g.Topic)
		}
		seen[place] = true
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
