package config

import (
	"slices"
	"strings"
	"testing"

	"chamados/internal/config/configtest"
)

func TestGroupsFromTheFile(t *testing.T) {
	c, err := Load(configtest.File(t, `
telegram:
  groups:
    - {chat_id: -1001, topic: 5, categories: [rede, email]}
    - {chat_id: -1001, topic: 6, categories: [hardware]}
    - {chat_id: -1002}
`, ""), false)
	if err != nil {
		t.Fatal(err)
	}
	want := []Group{
		{ChatID: -1001, Topic: 5, Categories: []string{"rede", "email"}},
		{ChatID: -1001, Topic: 6, Categories: []string{"hardware"}},
		{ChatID: -1002},
	}
	same := func(a, b Group) bool {
		return a.ChatID == b.ChatID && a.Topic == b.Topic && slices.Equal(a.Categories, b.Categories)
	}
	if !slices.EqualFunc(c.Telegram.Groups, want, same) {
		t.Errorf("got %+v", c.Telegram.Groups)
	}
}

func TestBadGroupsAreNamed(t *testing.T) {
	for groups, want := range map[string]string{
		"{chat_id: 1001}":                    "chat_id 1001 is not the number of a group",
		"{topic: 5}":                         "chat_id 0 is not the number of a group",
		"{chat_id: -1001, topic: -5}":        "topic -5 is not the number of a topic",
		"{chat_id: -1001}, {chat_id: -1001}": "chat_id -1001 is there twice with topic 0",
		"{chat_id: -1, topic: 5}, {chat_id: -1, topic: 5, categories: [rede]}": "chat_id -1 is there twice with topic 5",
		"{chat_id: -1001, categories: [rede, casa]}":                           `"casa" is none of`,
		"{chat_id: -1001, categories: [Rede]}":                                 `"Rede" is none of`,
		"{chat_id: TI}":                                                        "chat_id",
		"{chat_id: -1001, topics: [5]}":                                        "topics",
	} {
		_, err := Load(configtest.File(t, "telegram: {groups: ["+groups+"]}", ""), false)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", groups, err)
		}
	}
}
