package bot_test

import (
	"testing"

	"chamados/domain"
)

func TestChoosingWhatToHear(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	ana.command("avisos", "")
	ana.seesLast("Silêncio: desligado")
	ana.taps("🔔 Andamento")
	ana.sees("Avisos")
	ana.taps("20:00–08:00")
	ana.seesLast("das 20:00 às 08:00")
	ana.taps("Urgentes furam o silêncio: sim")
	ana.command("avisos", "21h - 7:15")
	ana.seesLast("das 21:00 às 07:15")
	p, err := w.db.Preferences(t.Context(), ana.account.ID)
	w.must(err)
	if !p.Mutes(domain.TopicStatus) || len(p.Muted) != 1 || p.QuietFrom != 21*60 || p.QuietTo != 7*60+15 || p.Urgent {
		t.Errorf("kept %+v", p)
	}
	ana.taps("🔕 Andamento")
	ana.taps("Sem silêncio")
	ana.seesLast("Silêncio: desligado")
	for _, bad := range []string{"tarde", "25:00-07:00", "8-8", "-", "<b>"} {
		ana.command("avisos", bad)
	}
	message, _ := ana.dataOf("20:00–08:00")
	for _, forged := range []string{"1:N:assunto:prazos", "1:N:assunto:tudo", "1:N:silencio:9999-1", "1:N:silencio:5", "1:N:x:y"} {
		ana.press(message, forged)
	}
	if p, err = w.db.Preferences(t.Context(), ana.account.ID); err != nil || len(p.Muted) != 0 || p.Quiet {
		t.Errorf("kept %+v (%v)", p, err)
	}
	bruno.command("notices", "")
	bruno.taps("🔔 Prazos")
	bruno.sees("🌙")
}

func TestTheDigestNow(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	bruno.command("resumo", "")
	bruno.seesLast("Nada em aberto")
	ana.opens("Minha impressora não liga")
	group := bruno.inGroup()
	group.command("resumo", "")
	group.seesLast("<b>1</b> em aberto")
	group.taps("Ver a fila")
	group.seesLast("Fila")
	group.taps("Assumir o #1")
	group.answered("Você assumiu o #1")
	group.sees("Resumo da TI") // it stays
	if v := w.ticket(1); v.AssigneeID != bruno.account.ID {
		t.Errorf("taken by %d", v.AssigneeID)
	}
	ana.command("resumo", "")
	ana.seesNothingOf("Resumo da TI")
	message, data := group.dataOf("Assumir o #1")
	ana.press(message, data)
	ana.press(message, "1:D:assumir:x")
	if v := w.ticket(1); v.AssigneeID != bruno.account.ID {
		t.Errorf("taken by %d", v.AssigneeID)
	}
}
