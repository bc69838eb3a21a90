package bot_test

import (
	"strings"
	"testing"
	"time"

	"chamados/bot/callback"
	"chamados/bot/chat"
	"chamados/domain"
)

// in is the same person in another chat, or topic of it.
func (p *person) in(c chat.Chat) *person {
	q := *p
	q.where = c
	return &q
}

func (w *world) group(id int64) domain.Group {
	w.Helper()
	g, _, err := w.desk.Group(w.Context(), id)
	w.must(err)
	return g
}

func TestGroupsTakeTheirCategories(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	networks := chat.Chat{ID: -1002, Kind: chat.Supergroup, Title: "Redes", Forum: true}
	b := bruno.in(networks)
	b.command("conectar", "redes e hardwear")
	b.seesLast("redes, hardwear")
	if w.group(-1002).ChatID != 0 {
		t.Error("connected for unknown categories")
	}
	b = b.inTopic(12)
	b.command("conectar", "Network, e-mail e novo colaborador")
	b.seesLast("neste tópico")
	b.seesLast("🌐 Rede, 📧 E-mail, 👤 Novo colaborador")
	if g := w.group(-1002); g.ThreadID != 12 || len(g.Categories) != 3 || g.Title != "Redes" {
		t.Errorf("got %+v", g)
	}
	ana.opens("sem internet")
	b.seesNothingOf("sem internet")
	b.taps("⬜ Hardware")
	ana.opens("sem teclado")
	b.seesLast("sem teclado")
	message, data := b.dataOf("✅ Hardware")
	for _, label := range []string{"✅ Rede", "✅ E-mail", "✅ Novo colaborador"} {
		b.taps(label)
	}
	b.press(message, data)
	b.answered("Falta ao menos uma categoria")
	forged := callback.Must(callback.Data{Verb: callback.Takes, Word: "redes"})
	b.press(message, forged)
	b.answered("Não conheço")
	ana.in(networks).press(message, data)
	bruno.press(message, data)
	if g := w.group(-1002); len(g.Categories) != 1 || g.Categories[0] != domain.CategoryHardware {
		t.Errorf("got %+v", g)
	}
	b.command("connect", "all")
	b.seesLast("Todas as categorias")
	ana.in(networks).command("desconectar", "")
	if w.group(-1002).ChatID == 0 {
		t.Error("an employee disconnected it")
	}
	b.command("desconectar", "")
	b.seesLast("Tópico desconectado")
	b.press(message, data)
	b.answered("não está conectado")
}

func TestTwoTopicsOfAGroup(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	forum := bruno.in(chat.Chat{ID: -1002, Kind: chat.Supergroup, Title: "Suporte", Forum: true})
	networks, machines := forum.inTopic(12), forum.inTopic(13)
	networks.command("conectar", "rede")
	machines.command("conectar", "hardware e rede")
	machines.taps("✅ Rede")
	networks.command("conectar", "rede, e-mail")
	ana.opens("sem teclado")
	cardIn := func(title string, thread int64) {
		t.Helper()
		if m := forum.find("🟡 <b>" + title); m.thread != thread {
			t.Errorf("the card of %s is in topic %d, not %d", title, m.thread, thread)
		}
	}
	cardIn("#1 · sem teclado", 13)
	machines.taps("Assumir")
	category := domain.CategoryNetwork
	_, err := w.desk.Change(t.Context(), domain.Actor{User: bruno.account, Channel: domain.ChannelPanel}, 1, domain.TicketChange{Category: &category}, 0)
	w.must(err)
	w.deliver()
	cardIn("#1 · sem teclado", 12)
	forum.sees("Agora em outro tópico deste grupo")

	general := forum.inTopic(0)
	general.command("conectar", "")
	general.seesLast("Todas as categorias")
	machines.command("desconectar", "")
	machines.seesLast("Tópico desconectado")
	ana.opens("sem mouse")
	cardIn("#2 · sem mouse", 0)
	general.command("desconectar", "")
	general.seesLast("Grupo desconectado")
	if g := w.group(-1002); g.ChatID != 0 {
		t.Errorf("still there: %+v", g)
	}
}

// removed is Telegram telling that the bot was thrown out of a group, or is back.
func (p *person) removes(present bool) {
	p.Helper()
	p.handle(chat.Update{Membership: &chat.Membership{Chat: p.where, From: p.Person, Present: present}})
}

func TestALostGroupIsToldOnceAndComesBack(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	emma := w.linked(602, "Emma Stone", domain.RoleIT)
	english := domain.LangEnglish
	_, err := w.desk.UpdateUser(t.Context(), domain.System, emma.account.ID, domain.UserChange{Lang: &english})
	w.must(err)
	networks := bruno.in(chat.Chat{ID: -1002, Kind: chat.Supergroup, Title: "Redes & <Cabos>"})
	networks.command("conectar", "hardware")
	bruno.inGroup().command("conectar", "software")

	networks.removes(false)
	networks.removes(false)
	bruno.seesLast("Perdi o acesso ao grupo Redes &amp; &lt;Cabos&gt;")
	bruno.seesLast("agora chega em <b>TI</b>")
	emma.seesLast("I lost access to the group Redes &amp; &lt;Cabos&gt;")
	ana.seesNothingOf("Redes")
	told := 0
	for _, m := range w.chats[bruno.ID] {
		if strings.Contains(m.out.Text, "Perdi o acesso") {
			told++
		}
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
	ana.opens("sem teclado")
	bruno.inGroup().seesLast("sem teclado")
	networks.seesNothingOf("sem teclado")
	networks.command("fila", "")
	networks.seesNothingNew()

	networks.removes(true)
	networks.seesLast("Este grupo estava sem acesso")
	networks.command("conectar", "")
	networks.seesLast("🖥️ Hardware")
	ana.opens("sem mouse")
	networks.seesLast("sem mouse")
	bruno.inGroup().seesNothingOf("sem mouse")

	w.wait(time.Hour)
	bruno.inGroup().removes(false)
	bruno.seesLast("agora chega em <b>Redes")
	networks.removes(false)
	bruno.seesLast("em nenhum grupo")
}

func TestCardsSayWhetherTheRequesterCanBeReached(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	ana.opens("sem internet")
	g := bruno.inGroup()
	g.taps("Assumir")
	present := func(yes bool) {
		w.handle(chat.Update{Membership: &chat.Membership{Chat: ana.where, From: ana.Person, Present: yes}})
	}
	check := func(want bool) {
		t.Helper()
		for _, p := range []*person{g, bruno} {
			m := p.find("<b>#1 · sem internet</b>")
			if got := !strings.Contains(m.out.Text, "📵"); got != want {
				t.Errorf("chat %d: reachable %v, want %v\n%s", p.where.ID, got, want, m.out.Text)
			}
		}
	}
	check(true)
	present(false)
	check(false)
	edits := g.find("<b>#1 · sem internet</b>").edits
	present(false)
	if g.find("<b>#1 · sem internet</b>").edits != edits {
		t.Error("the same news twice")
	}
	present(true)
	check(true)
	present(false)
	ana.writes("oi")
	check(true)
	ana.command("sair", "")
	ana.taps("Sim, desvincular")
	check(false)
	ana.command("start", w.invite(ana.account))
	check(true)
}
