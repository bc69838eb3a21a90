package bot_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"chamados/bot"
	"chamados/bot/callback"
	"chamados/bot/chat"
	"chamados/domain"
)

// hostileName breaks whatever is not escaped.
const hostileName = `<b>&"_*[ "Zé" </a> 👩‍👩‍👧‍👦`

// Every message that is shown on the way is checked against Telegram's rules.
func TestHostileTextsEverywhere(t *testing.T) {
	w := newWorld(t)
	zed, it := w.linked(501, hostileName, domain.RoleEmployee), w.linked(601, hostileName+" TI", domain.RoleIT)
	zed.writes(hostileName + "\x00\x07 " + strings.Repeat(hostileName, 80))
	zed.sends(hostileName, "", hostileName+".jpg")
	zed.taps("Rede")
	zed.taps("Pode esperar")
	zed.taps("Editar")
	zed.taps("Título")
	zed.writes(strings.Repeat("𝕏", 501))
	zed.seesLast("501 caracteres e o limite é 500")
	zed.writes(strings.Repeat("𝕏", 500))
	zed.taps("Enviar")
	group := it.inGroup()
	group.taps("Assumir")
	group.replies("#1", strings.Repeat(hostileName, 80))
	group.taps("Histórico")
	group.taps("Voltar")
	group.taps("Atribuir")
	group.taps("Voltar")
	zed.command("meus", "")
	zed.taps("#1")
	zed.command("buscar", hostileName)
	it.command("abrir", "zé")
	it.command("buscar", `%_\'"`)
	if v := w.ticket(1); len([]rune(v.Title)) != 500 || len(v.Attachments) != 1 || v.Attachments[0].Name == "" {
		t.Errorf("got %q, %+v", v.Title, v.Attachments)
	}
}

func TestWhatCannotBeKept(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	sticker := func() {
		m := ana.compose("")
		m.Unreadable = true
		ana.deliverMessage(m)
	}
	sticker()
	ana.seesLast("Não consigo guardar")
	film := func(caption string) *chat.Message {
		m := ana.compose(caption)
		m.TooLarge = []domain.NewAttachment{{Name: "filme <1>.mp4", Size: 30 << 20}}
		return m
	}
	ana.deliverMessage(film("o vídeo mostra a falha"))
	ana.seesLast("filme &lt;1&gt;.mp4 passa de 20 MB")
	sticker()
	ana.seesLast("Não consigo guardar")
	ana.taps("Rede")
	ana.taps("Pode esperar")
	ana.taps("Enviar")
	if v := w.ticket(1); v.Description != "o vídeo mostra a falha" {
		t.Errorf("got %q", v.Description)
	}
	reply := film("")
	reply.ReplyTo = &chat.Message{ID: ana.find("#1").id}
	ana.deliverMessage(reply)
	ana.seesLast("passa de 20 MB")
	bruno.inGroup().replies("#1", "   ")
	bruno.inGroup().seesLast("Não consigo guardar")
	w.handle(chat.Update{Message: &chat.Message{ID: 5, Chat: ana.where, From: ana.Person, Service: true}})
	w.handle(chat.Update{})
	w.handle(chat.Update{Message: &chat.Message{ID: 6, Chat: chat.Chat{ID: -9, Kind: chat.Channel}, Text: "x"}})
}

func TestADraftOfAnotherVersionSaysSo(t *testing.T) {
	w := newWorld(t)
	ana := w.employee("Ana Souza")
	ana.writes("sem internet")
	w.must(w.db.Atomically(t.Context(), func(s domain.Store) error {
		return s.(domain.Tx).SaveConversation(t.Context(), ana.ID, json.RawMessage(`{"v":1,"rascunho":{"v":99,"n":"abc"}}`))
	}))
	ana.taps("Rede")
	ana.answered("já foi enviado ou descartado")
	w.must(w.db.Atomically(t.Context(), func(s domain.Store) error {
		return s.(domain.Tx).SaveConversation(t.Context(), ana.ID, json.RawMessage(`{"v":1,"rascunho":{"v":99,"n":"abc"}}`))
	}))
	ana.writes("sem internet ainda")
	ana.seesLast("versão anterior")
	ana.writes("sem internet ainda")
	ana.seesLast("Sobre o que é?")
}

func TestAQuestionDoesNotWaitForEver(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	ana.opens("sem internet")
	ana.opens("tela preta")
	bruno.command("chamado", "1")
	bruno.taps("💬 Responder")
	bruno.seesLast("Comentário no #1")
	bruno.writes("já vou")
	bruno.seesLast("Enviado a <b>Ana Souza</b>")
	ana.seesLast("já vou")

	bruno.taps("💬 Responder")
	bruno.command("cancelar", "")
	bruno.seesLast("deixei como estava")
	bruno.writes("isto é outra coisa")
	bruno.seesLast("Sobre o que é?")
	bruno.taps("Descartar")

	bruno.taps("💬 Responder")
	w.wait(time.Hour)
	bruno.writes("isto também")
	bruno.seesLast("Sobre o que é?")
	bruno.taps("Descartar")

	bruno.command("chamado", "1")
	bruno.taps("💬 Responder")
	bruno.command("chamado", "2")
	bruno.taps("Assumir")
	bruno.writes("e isto")
	bruno.seesLast("Sobre o que é?")
	if v := w.ticket(1); len(v.Comments) != 1 {
		t.Errorf("got %+v", v.Comments)
	}
}

func TestWhoIsSwitchedOffIsOutAtOnce(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	w.linked(602, "Carla Dias", domain.RoleIT)
	ana.opens("sem internet")
	message, take := bruno.inGroup().dataOf("Assumir")
	no := false
	for _, p := range []*person{ana, bruno} {
		_, err := w.desk.UpdateUser(t.Context(), w.admin, p.account.ID, domain.UserChange{Active: &no})
		w.must(err)
	}
	group := bruno.inGroup()
	group.press(message, take)
	group.answered("desativada")
	ana.writes("oi?")
	ana.seesLast("desativada")
	ana.command("start", "")
	ana.seesLast("desativada")
	if w.ticket(1).AssigneeID != 0 {
		t.Error("taken")
	}
}

func TestRequesterOutOfReach(t *testing.T) {
	w := newWorld(t)
	bruno := w.technician("Bruno Lima")
	u := w.account("Dora", domain.RoleEmployee)
	_, err := w.desk.Open(t.Context(), domain.Actor{User: u, Channel: domain.ChannelPanel}, domain.NewTicket{
		Title: "do painel", Description: "x", Category: domain.CategoryOther,
	})
	w.must(err)
	w.deliver()
	g := bruno.inGroup()
	g.seesLast("sem contato pelo chat")
	g.replies("do painel", "já vi")
	g.seesLast("não está no chat agora")
}

func TestBlockingAndComingBack(t *testing.T) {
	w := newWorld(t)
	ana := w.employee("Ana Souza")
	block := func(present bool) domain.User {
		w.handle(chat.Update{Membership: &chat.Membership{Chat: ana.where, From: ana.Person, Present: present}})
		u, err := w.desk.Account(t.Context(), ana.account.ID)
		w.must(err)
		return u
	}
	if block(false).ChatBlocked.IsZero() {
		t.Error("not noted that she blocked the bot")
	}
	if !block(true).ChatBlocked.IsZero() {
		t.Error("not noted that she is back")
	}
}

// A forged button, whoever presses it and wherever, changes nothing that the presser may not
// change, and is always answered.
func TestForgedButtons(t *testing.T) {
	w := newWorld(t)
	ana, _ := w.employee("Ana Souza"), w.technician("Bruno Lima")
	eva := w.linked(503, "Eva", domain.RoleEmployee)
	ana.opens("sem internet")
	before, err := json.Marshal(w.ticket(1))
	w.must(err)
	verbs := []callback.Verb{
		"t", "l", "s", "p", "a", "P", "A", "h", "c", "o", "O", "k", "n", "C", "H", "x", "y", "r", "u", "m", "q", "i", "d", "b", "e",
		"v", "V", "f", "w", "M", "G", "D",
	}
	stranger := w.stranger(999, "Zé")
	rapid.Check(t, func(r *rapid.T) {
		presser := rapid.SampledFrom([]*person{eva, stranger, eva.inGroup(), stranger.inGroup(), ana.inGroup()}).Draw(r, "presser")
		data, err := callback.Encode(callback.Data{
			Verb: rapid.SampledFrom(verbs).Draw(r, "verb"), Copy: rapid.Bool().Draw(r, "copy"),
			Ticket: rapid.Int64Range(1, 2).Draw(r, "ticket"), Comment: 1, User: rapid.Int64Range(0, 4).Draw(r, "user"),
			Page: rapid.Int64Range(0, 1<<62).Draw(r, "page"), Status: rapid.SampledFrom(domain.Statuses).Draw(r, "status"),
			Priority: domain.PriorityUrgent, Nonce: "abc", Word: rapid.SampledFrom([]string{"envia", "novo", "meus", "sobre"}).Draw(r, "word"),
		})
		w.must(err)
		if rapid.Bool().Draw(r, "raw") {
			data = rapid.StringN(0, 64, 64).Draw(r, "data")
		}
		after, err := w.tryPress(presser, data)
		if err != nil || after.TapID == "" {
			r.Fatalf("%q: %v", data, err)
		}
	})
	if after, _ := json.Marshal(w.ticket(1)); string(after) != string(before) {
		t.Errorf("changed from\n%s\nto\n%s", before, after)
	}
	eva.seesNothingOf("sem internet")
	stranger.seesNothingOf("sem internet")
}

// tryPress presses a forged button on some message of the chat.
func (w *world) tryPress(p *person, data string) (bot.After, error) {
	if len(w.chats[p.where.ID]) == 0 {
		w.show(domain.Delivery{ChatID: p.where.ID}, 0, chat.Outgoing{Text: "…"}, 0)
	}
	message := w.chats[p.where.ID][0].id
	return w.try(chat.Update{Tap: &chat.Tap{ID: "tap", From: p.Person, Chat: p.where, Message: message, Data: data}})
}

func TestInEnglishThroughout(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	for _, p := range []*person{ana, bruno} {
		p.command("idioma", "")
		p.taps("English")
	}
	ana.writes("Hello! My printer is dead. It was fine yesterday.")
	ana.taps("Hardware")
	ana.taps("It can wait")
	ana.seesLast("My printer is dead")
	ana.taps("Send")
	ana.answered("Ticket #1 sent")
	ana.sees("Sent: <b>#1 · My printer is dead</b>", "in IT's queue")
	bruno.command("queue", "")
	bruno.taps("#1")
	bruno.taps("Take")
	bruno.answered("You took #1")
	bruno.taps("Priority ▸")
	bruno.taps("Urgent")
	bruno.taps("Resolved")
	ana.seesLast("resolved your ticket")
	ana.writes("thank you!")
	ana.seesLast("You are welcome")
	ana.taps("Not solved")
	ana.seesLast("What does not work yet?")
	ana.writes("no light")
	ana.seesLast("Comment sent to IT")
	bruno.replies("no light", "/note she is right")
	bruno.seesLast("Internal note kept")
	ana.command("help", "")
	ana.seesLast("How it works")
	ana.command("nonsense", "")
	ana.seesLast("I do not know this command")
	bruno.command("connect", "")
	bruno.seesLast("inside the group")
}
