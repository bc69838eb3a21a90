package config

import "chamados/domain"

// Group is an IT group of config.yaml: where in it, and for which categories (none:
// all). What is said here holds again at each start.
type Group struct {
	ChatID     int64    `mapstructure:"chat_id"`
	Topic      int64    `mapstructure:"topic"`
	Categories []string `mapstructure:"categories"`
}

func (t Telegram) validateGroups(reject rejecter) {
	seen := map[[2]int64]bool{}
	for _, g := range t.Groups {
		if g.ChatID >= 0 {
			reject("telegram.groups", "group_id", "Value", g.ChatID)
		}
		place := [2]int64{g.ChatID, g.Topic}
		if seen[place] {
			reject("telegram.groups", "group_twice", "Value", g.ChatID, "Topic", g.Topic)
		}
		seen[place] = true
		if g.Topic < 0 {
			reject("telegram.groups", "topic", "Value", g.Topic)
		}
		for _, c := range g.Categories {
			oneOf(reject, "telegram.groups", c, categoryWords()...)
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
