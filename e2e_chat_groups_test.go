package main

import (
	"fmt"
	"strings"
	"testing"

	"chamados/domain"
)

// Groups: categories, topics, a topic that is deleted, a group that becomes a supergroup.
func TestChatGroups(t *testing.T) {
	o := newOffice(t)
	carla := o.speakers()[0]
	small, forum := o.telegram.Talk(t, anaChat, smallTeam), o.telegram.Talk(t, anaChat, forumTeam)
	small.Send("/conectar impressoras")
	small.Expect("impressoras")
	small.Send("/conectar hardware")
	connected := small.Expect("Grupo conectado", "Hardware")
	forum.Send("bom dia") // a topic numbered 1 would be the general one
	topic, err := o.telegram.CreateTopic(anaChat, forumTeam, "Rede")
	o.must(err)
	forum.InThread(topic).Send("/conectar rede")
	forum.Expect("neste tópico", "Rede")

	id, _ := carla.sends("cabo solto", domain.CategoryNetwork)
	in := o.waitFor(forumTeam, fmt.Sprintf("#%d", id), "cabo solto")
	if in.ThreadID != topic {
		t.Errorf("the card is in topic %d, not %d", in.ThreadID, topic)
	}
	o.must(o.telegram.DeleteTopic(anaChat, forumTeam, topic))
	id, _ = carla.sends("cabo partido", domain.CategoryNetwork)
	if in = o.waitFor(forumTeam, fmt.Sprintf("#%d", id), "cabo partido"); in.ThreadID != 0 {
		t.Errorf("the card is in topic %d, which was deleted", in.ThreadID)
	}
	o.until(func() bool {
		g, _, err := o.program.desk.Group(t.Context(), forumTeam)
		return err == nil && g.ThreadID == 0
	})

	small.Tap(connected, "⬜ Rede")
	small.ExpectEdit(connected, "🌐 Rede")
	id, _ = carla.sends("roteador desligado", domain.CategoryNetwork)
	before := o.waitFor(smallTeam, fmt.Sprintf("#%d", id))
	small.Tap(before, label("bot.button.take"))
	large, err := o.telegram.MigrateGroup(smallTeam)
	o.must(err)
	o.until(func() bool { _, ok, err := o.program.desk.Group(t.Context(), large); return ok && err == nil })
	o.restart()
	moved := o.telegram.Talk(t, anaChat, large)
	id, _ = carla.sends("mouse quebrado", domain.CategoryHardware)
	card := o.waitFor(large, fmt.Sprintf("#%d", id), "mouse quebrado")
	moved.Tap(card, label("bot.button.take"))
	moved.ExpectEdit(card, "🙋 Ana Ribeiro")
	moved.Send("/desconectar")
	moved.Expect("Grupo desconectado")
}

// Whoever blocks the bot is shown as such to IT, at once, and no more when they are back.
func TestChatBlockedAndBack(t *testing.T) {
	o := newOffice(t)
	davi := speaker{o.telegram.Talk(t, daviChat, daviChat), o, domain.LangPortuguese, daviChat, o.davi}
	id, _ := davi.sends("sem som", domain.CategoryHardware)
	group := o.telegram.Talk(t, anaChat, e2eGroup)
	card := o.waitFor(e2eGroup, fmt.Sprintf("#%d", id))
	o.must(o.telegram.Block(daviChat))
	card = group.ExpectEdit(card, label("bot.card.unreachable"))
	group.Reply(card, "está ouvindo?")
	group.Expect("não está no chat agora")
	o.must(o.telegram.Unblock(daviChat))
	o.until(func() bool {
		for _, m := range o.telegram.Messages(e2eGroup) {
			if m.ID == card.ID {
				return !strings.Contains(m.Content(), label("bot.card.unreachable"))
			}
		}
		return false
	})
	group.Reply(card, "e agora?")
	davi.Expect("e agora?")
}

// A group that throws the bot out is parked: IT hears of it in private, another group takes over.
func TestChatLostGroup(t *testing.T) {
	o := newOffice(t)
	carla, ana := o.speakers()[0], o.telegram.Talk(t, anaChat, anaChat)
	small := o.telegram.Talk(t, anaChat, smallTeam)
	small.Send("/conectar rede")
	small.Expect("Grupo conectado")
	small.Send("/desconectar")
	small.Expect("Grupo desconectado")
	small.Send("/conectar hardware")
	small.Expect("Grupo conectado", "Hardware")
	o.must(o.telegram.RemoveBot(anaChat, e2eGroup))
	ana.Expect("Perdi o acesso ao grupo", "Suporte", "/conectar")
	o.restart()
	id, _ := carla.sends("sem rede no galpão", domain.CategoryNetwork)
	o.waitFor(smallTeam, fmt.Sprintf("#%d", id), "sem rede no galpão")

	o.must(o.telegram.AddBot(anaChat, e2eGroup, true))
	group := o.telegram.Talk(t, anaChat, e2eGroup)
	o.waitFor(e2eGroup, "Este grupo estava sem acesso")
	group.Send("/conectar")
	group.Expect("Grupo conectado", "Todas as categorias")
	id, _ = carla.sends("rede lenta", domain.CategoryNetwork)
	o.waitFor(e2eGroup, fmt.Sprintf("#%d", id), "rede lenta")
}

// Whoever leaves takes IT's menu of commands along, and a chat changes hands only when asked.
func TestChatChangesHands(t *testing.T) {
	o := newOffice(t)
	has := func(name string) func() bool {
		return func() bool {
			for _, c := range o.telegram.Commands(brunoChat, brunoChat) {
				if c.Command == name {
					return true
				}
			}
			return false
		}
	}
	o.until(has("fila"))
	bruno := o.telegram.Talk(t, brunoChat, brunoChat)
	helena, err := o.program.desk.CreateUser(t.Context(), domain.System, domain.NewUser{Name: "Helena Dias", Email: "helena@exemplo.com.br", Role: domain.RoleEmployee})
	o.must(err)
	token, err := o.program.desk.Invite(t.Context(), domain.System, helena.ID, domain.InviteTelegram)
	o.must(err)
	_, err = o.telegram.Start(brunoChat, token)
	o.must(err)
	ask := bruno.Expect("Este chat é de Bruno Lima", "Helena Dias")
	if u, err := o.program.desk.AccountByTelegram(t.Context(), brunoChat); err != nil || u.ID != o.bruno.ID {
		t.Fatalf("the chat is %+v's, %v", u, err)
	}
	o.restart()
	bruno.Tap(ask, "🔁 Trocar para Helena")
	bruno.Expect("Pronto, Helena Dias")
	o.until(func() bool { return !has("fila")() && has("meus")() })
	bruno.Send("/sair")
	bruno.Tap(bruno.Expect("Desvincular"), label("bot.button.unlink_yes"))
	o.until(func() bool { _, err := o.program.desk.AccountByTelegram(t.Context(), brunoChat); return err != nil })
}
