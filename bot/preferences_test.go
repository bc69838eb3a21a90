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
	ana.taps("🌙 Sem silêncio")
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

// Each of IT has the digest at an hour of their own, in chat and by a word; employees have none.
func TestChoosingOnesOwnDigest(t *testing.T) {
	w := newWorld(t)
	ana, bruno := w.employee("Ana Souza"), w.technician("Bruno Lima")
	choices := func(p *person) domain.Preferences {
		c, err := w.db.Preferences(t.Context(), p.account.ID)
		w.must(err)
		return c
	}
	bruno.command("avisos", "")
	bruno.seesLast("no horário da TI")
	bruno.taps("📊 09:00")
	bruno.seesLast("às 09:00, nos dias úteis")
	bruno.taps("📊 Sem resumo")
	if c := choices(bruno); !c.Mutes(domain.TopicDigests) || c.OwnHour {
		t.Errorf("kept %+v", c)
	}
	bruno.command("notices", "digest 7:35")
	if c := choices(bruno); c.Mutes(domain.TopicDigests) || !c.OwnHour || c.DigestAt != 7*60+35 {
		t.Errorf("kept %+v", c)
	}
	bruno.taps("📊 Horário da TI")
	bruno.taps("✉️ E-mail")
	if c := choices(bruno); c.OwnHour || c.Via != domain.ViaMail {
		t.Errorf("kept %+v", c)
	}
	bruno.command("avisos", "resumo de manhã")
	bruno.seesLast("Não entendi esse horário")
	ana.command("avisos", "resumo 8")
	ana.seesLast("Não entendi esse horário")
	message, _ := bruno.dataOf("📊 09:00")
	for _, forged := range []string{"1:N:canal:pombo", "1:N:resumo:9999", "1:N:resumo:x", "1:N:calar:999", "1:N:calar:x"} {
		ana.press(message, forged)
		bruno.press(message, forged)
	}
	if a, b := choices(ana), choices(bruno); a.OwnHour || b.OwnHour || a.Via != domain.ViaChat || b.Via != domain.ViaMail || len(b.Tickets) != 0 {
		t.Errorf("kept %+v, %+v", a, b)
	}
}

// A ticket is silenced by an answer or its number, and heard of again by a tap; nobody silences what they may
// not see.
func TestSilencingATicket(t *testing.T) {
	w := newWorld(t)
	ana, caio, bruno := w.employee("Ana Souza"), w.linked(502, "Caio Reis", domain.RoleEmployee), w.technician("Bruno Lima")
	ana.opens("Minha impressora não liga")
	silenced := func(p *person) int {
		c, err := w.db.Preferences(t.Context(), p.account.ID)
		w.must(err)
		return len(c.Tickets)
	}
	ana.command("silenciar", "")
	ana.seesLast("responda a uma mensagem dele")
	ana.command("silenciar", "#1")
	ana.seesLast("não recebe mais avisos do #1")
	bruno.command("mute", "1")
	caio.command("silenciar", "1")
	if silenced(ana) != 1 || silenced(bruno) != 1 || silenced(caio) != 0 {
		t.Errorf("silenced by %d, %d, %d", silenced(ana), silenced(bruno), silenced(caio))
	}
	ana.command("avisos", "")
	ana.seesLast("1 chamado silenciado")
	ana.taps("🔇 #1")
	ana.seesLast("volta a receber os avisos do #1")
	if silenced(ana) != 0 {
		t.Error("still silenced")
	}
	ana.taps("🔇 Silenciar de novo")
	if silenced(ana) != 1 {
		t.Error("not silenced again")
	}
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
