package bot_test

import (
	"strings"
	"testing"

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
	topic := b.compose("/conectar")
	topic.Command, topic.Args, topic.ThreadID = "conectar", "Network, e-mail e novo colaborador", 12
	b.deliverMessage(topic)
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
	b.seesLast("Grupo desconectado")
	b.press(message, data)
	b.answered("não está conectado")
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
