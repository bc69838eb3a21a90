package main

import (
	"slices"
	"strings"
	"testing"

	"chamados/domain"
)

func TestGroupsFromTheFile(t *testing.T) {
	c, err := LoadConfig(settings(t, `
telegram:
  groups:
    - {chat_id: -1001, topic: 5, categories: [rede, email]}
    - {chat_id: -1001, topic: 6, categories: [hardware]}
    - {chat_id: -1002}
`, ""), false)
	if err != nil {
		t.Fatal(err)
	}
	want := []GroupConfig{
		{ChatID: -1001, Topic: 5, Categories: []string{"rede", "email"}},
		{ChatID: -1001, Topic: 6, Categories: []string{"hardware"}},
		{ChatID: -1002},
	}
	same := func(a, b GroupConfig) bool {
		return a.ChatID == b.ChatID && a.Topic == b.Topic && slices.Equal(a.Categories, b.Categories)
	}
	if !slices.EqualFunc(c.Telegram.Groups, want, same) {
		t.Errorf("got %+v", c.Telegram.Groups)
	}
}

func TestBadGroupsAreNamed(t *testing.T) {
	for groups, want := range map[string]string{
		"{chat_id: 1001}":                    "chat_id 1001 is not the id of a group",
		"{topic: 5}":                         "chat_id 0 is not the id of a group",
		"{chat_id: -1001, topic: -5}":        "topic -5 is not the id of a topic",
		"{chat_id: -1001}, {chat_id: -1001}": "chat_id -1001 is there twice with topic 0",
		"{chat_id: -1, topic: 5}, {chat_id: -1, topic: 5, categories: [rede]}": "chat_id -1 is there twice with topic 5",
		"{chat_id: -1001, categories: [rede, casa]}":                           `"casa" is none of`,
		"{chat_id: -1001, categories: [Rede]}":                                 `"Rede" is none of`,
		"{chat_id: TI}":                                                        "chat_id",
		"{chat_id: -1001, topics: [5]}":                                        "topics",
	} {
		_, err := LoadConfig(settings(t, "telegram: {groups: ["+groups+"]}", ""), false)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", groups, err)
		}
	}
}

// What config.yaml says of a group's topics holds at each start, whatever was said in chat since; a topic
// that it names no more is forgotten, and other groups are left alone.
func TestTopicsOfTheFileHoldAtEachStart(t *testing.T) {
	o := newOffice(t)
	carla, forum := o.speakers()[0], o.telegram.Talk(t, anaChat, forumTeam)
	forum.Send("bom dia") // a topic numbered 1 would be the general one
	topic := func(name string) int64 {
		id, err := o.telegram.CreateTopic(anaChat, forumTeam, name)
		o.must(err)
		return int64(id)
	}
	cables, machines := topic("Cabos"), topic("Máquinas")
	o.config.Telegram.Groups = []GroupConfig{
		{ChatID: forumTeam, Topic: cables, Categories: []string{"rede"}},
		{ChatID: forumTeam, Topic: machines, Categories: []string{"hardware", "software"}},
	}
	o.restart()
	o.cardIn(carla, "cabo solto", domain.CategoryNetwork, forumTeam, cables)
	o.cardIn(carla, "mouse quebrado", domain.CategoryHardware, forumTeam, machines)
	o.cardIn(carla, "caixa postal cheia", domain.CategoryEmail, e2eGroup, 0)

	forum.InThread(int(cables)).Send("/conectar e-mail")
	forum.Expect("neste tópico", "E-mail")
	o.cardIn(carla, "caixa postal vazia", domain.CategoryEmail, forumTeam, cables)
	o.restart()
	o.cardIn(carla, "caixa postal errada", domain.CategoryEmail, e2eGroup, 0)

	o.config.Telegram.Groups = o.config.Telegram.Groups[:1]
	o.restart()
	o.cardIn(carla, "teclado quebrado", domain.CategoryHardware, e2eGroup, 0)
	o.cardIn(carla, "cabo partido", domain.CategoryNetwork, forumTeam, cables)
	for _, m := range o.telegram.Messages(forumTeam) { // the cards come in the tickets' order
		for _, other := range []string{"caixa postal cheia", "caixa postal errada", "teclado quebrado"} {
			if strings.Contains(m.Content(), other) {
				t.Errorf("the card of %q is in topic %d", other, m.ThreadID)
			}
		}
	}
}

// cardIn opens a ticket and expects its card in a group's topic, 0 for none.
func (o *office) cardIn(s speaker, text string, c domain.Category, group, topic int64) {
	o.t.Helper()
	s.sends(text, c)
	if m := o.waitFor(group, text); int64(m.ThreadID) != topic {
		o.t.Errorf("the card of %q is in topic %d, not %d", text, m.ThreadID, topic)
	}
}
