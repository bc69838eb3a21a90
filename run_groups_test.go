package main

import (
	"strings"
	"testing"

	"chamados/domain"
	"chamados/internal/config"
)

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
	o.config.Telegram.Groups = []config.Group{
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
