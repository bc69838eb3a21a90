package bot_test

import (
	"testing"
	"time"

	"chamados/domain"
)

// solved is a ticket of ana's that she has called solved.
func solved(w *world) (ana, bruno *person) {
	ana, bruno = w.employee("Ana Souza"), w.technician("Bruno Lima")
	ana.opens("Minha impressora não liga")
	group := bruno.inGroup()
	group.taps("Assumir")
	group.taps("✅ Resolvido")
	ana.taps("✅ Resolveu")
	return ana, bruno
}

func TestAMarkWithASentence(t *testing.T) {
	w := newWorld(t)
	ana, bruno := solved(w)
	ana.seesLast("Que nota você dá")
	ana.taps("4 ⭐")
	ana.sees("★★★★☆ Obrigado pela nota!")
	bruno.sees("★★★★☆ <b>Ana Souza</b> avaliou o atendimento")
	w.wait(23 * time.Hour)
	ana.taps("5 ⭐")
	ana.sees("★★★★★ Obrigado pela nota!")
	ana.taps("Comentar a nota")
	ana.seesLast("Escreva em uma frase")
	ana.writes("Rápido & <b>gentil</b>")
	ana.seesLast("Anotei o seu comentário")
	bruno.sees("Rápido &amp; &lt;b&gt;gentil&lt;/b&gt;")
	r, err := w.db.Rating(t.Context(), 1)
	if err != nil || r.Stars != 5 || r.Text != "Rápido & <b>gentil</b>" || !r.UpdatedAt.After(r.CreatedAt) {
		t.Errorf("got %+v (%v)", r, err)
	}
	if v := w.ticket(1); len(v.Comments) != 0 || v.Status != domain.StatusClosed {
		t.Errorf("the sentence became a comment, or the ticket is %s", v.Status)
	}
	w.wait(2 * time.Hour)
	ana.taps("1 ⭐")
	ana.answered("só pode ser mudada por um dia")
	if r, _ := w.db.Rating(t.Context(), 1); r.Stars != 5 {
		t.Errorf("changed to %d after a day", r.Stars)
	}
}

func TestALowMarkReachesTheGroup(t *testing.T) {
	w := newWorld(t)
	ana, bruno := solved(w)
	ana.taps("2 ⭐")
	ana.sees("O que poderia ter sido melhor?")
	bruno.inGroup().sees("★★☆☆☆ <b>Ana Souza</b> não gostou do atendimento")
	ana.taps("2 ⭐") // the same again is no news
	if n := countKind(w, domain.EventRatedLow); n != 1 {
		t.Errorf("%d events of a low mark", n)
	}
	ana.writes("Esperei três dias")
	ana.seesLast("Anotei o seu comentário")
	bruno.inGroup().sees("Esperei três dias")
	ana.writes("e o mouse quebrou")
	ana.seesLast("Sobre o que é?")
	ana.command("cancelar", "")
	ana.taps("1 ⭐") // what was said of it stays
	ana.writes("o teclado também")
	ana.seesLast("Sobre o que é?")
}

func countKind(w *world, kind domain.EventKind) int {
	n := 0
	for _, e := range w.ticket(1).Events {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

func TestOnlyTheRequesterRatesWhatIsSolved(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	carla := w.linked(502, "Carla Dias", domain.RoleEmployee)
	ana.opens("Minha impressora não liga")
	ana.writes("oi")
	id := ana.find("").id
	ana.press(id, "1:v:1:5")
	ana.answered("quando o chamado estiver resolvido")
	bruno.inGroup().taps("✅ Resolvido")
	bruno.writes("oi")
	bruno.press(bruno.find("").id, "1:v:1:5")
	bruno.answered("Só quem abriu")
	carla.writes("oi")
	carla.press(carla.find("").id, "1:v:1:5")
	carla.press(carla.find("").id, "1:V:1")
	ana.press(id, "1:v:1:6")
	ana.press(id, "1:v:1:0")
	ana.press(id, "1:v:1:9223372036854775807")
	if r, err := w.db.Rating(t.Context(), 1); domain.CodeOf(err) != domain.CodeNotFound {
		t.Errorf("rated %+v (%v)", r, err)
	}
}
