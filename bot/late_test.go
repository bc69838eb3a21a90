package bot_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestACorrectionThatComesTooLateBecomesAComment(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	ana.opens("impressora do 2 andar")
	ana.edits("impressora do 3º andar")
	_, old := ana.dataOf("Acrescentar ao #1")
	ana.edits("impressora do 4º andar")
	message, data := ana.dataOf("Acrescentar ao #1")
	ana.press(message, old)
	ana.answered("trocada por outra")
	ana.press(message, data)
	ana.sees("Acrescentado ao chamado <b>#1</b>")
	ana.press(message, data)
	ana.answered("já foi acrescentada")
	bruno.inGroup().seesLast("4º andar")
	if v := w.ticket(1); len(v.Comments) != 1 || v.Description != "impressora do 2 andar" {
		t.Errorf("got %+v", v)
	}
}

func TestEditedCommentsKeepTheirVersions(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	ana.opens("sem internet")
	ana.replies("#1 · sem internet", "ramal 10")
	ana.edits("ramal 20")
	ana.edits("ramal 30")
	g := bruno.inGroup()
	g.seesLast("ramal 30")
	g.taps("Ver chamado")
	g.taps("Histórico")
	g.sees("<s>ramal 10</s>", "<s>ramal 20</s>")
	g.replies("#1 · sem internet", "/nota desconfio dela")
	g.edits("/nota desconfio do roteador")
	ana.seesNothingOf("desconfio")
	g.replies("#1 · sem internet", "já vou")
	g.edits("já vou aí")
	ana.seesLast("já vou aí")
	ana.command("chamado", "1")
	ana.taps("Histórico")
	ana.seesNothingOf("<s>")
}

func TestSearchesHavePages(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	for i := range 8 {
		ana.opens(fmt.Sprintf("teclado número %d", i+1))
	}
	for _, p := range []*person{ana, bruno, bruno.inGroup()} {
		p.command("buscar", "teclado")
		p.seesLast("teclado número 8")
		p.taps("▶")
		p.seesLast("teclado número 1")
		if strings.Contains(p.find("Resultado").out.Text, "número 8") {
			t.Error("the second page shows the first")
		}
	}
	message, data := ana.dataOf("◀")
	for range 6 {
		ana.command("buscar", "nada assim")
	}
	ana.press(message, data)
	ana.answered("saiu da memória")
	bruno.press(message, data)
	bruno.answered("saiu da memória")
	for _, m := range w.chats[ana.where.ID] {
		if strings.Contains(m.out.Text, "número 9") {
			t.Error("found what is not there")
		}
	}
}
