package bot_test

import (
	"testing"

	"chamados/domain"
)

func TestInvitations(t *testing.T) {
	w := newWorld(t)
	u := w.account("Ana Souza", domain.RoleEmployee)
	ana := w.stranger(501, "Ana")
	ana.writes("oi")
	ana.seesLast("link de convite")
	ana.command("start", "")
	ana.seesLast("link de convite")
	ana.command("start", "isso-nao-existe")
	ana.seesLast("não é válido")

	token := w.invite(u)
	ana.command("start", token)
	ana.seesLast("Pronto, <b>Ana Souza</b>")
	ana.command("start", token)
	ana.seesLast("já está ligado")
	other := w.stranger(502, "Outra")
	other.command("start", token)
	other.seesLast("já foi usado")

	late := w.invite(u)
	w.wait(domain.InviteTTL)
	other.command("start", late)
	other.seesLast("venceu")

	ana.writes("minha tela piscou")
	other.command("start", w.invite(u))
	other.seesLast("Pronto, <b>Ana Souza</b>")
	ana.seesLast("ligada a outro Telegram")
	ana.writes("alguém?")
	ana.seesLast("link de convite")
}

func TestAChatIsNotTakenFromItsOwnerUnasked(t *testing.T) {
	w := newWorld(t)
	ana := w.employee("Ana Souza")
	helena := w.account("Helena <Dias> & Cia", domain.RoleEmployee)
	owner := func() int64 {
		u, err := w.desk.AccountByTelegram(t.Context(), ana.ID)
		w.must(err)
		return u.ID
	}
	token := w.invite(helena)
	ana.writes("minha tela piscou")
	ana.command("start", token)
	ana.seesLast("Este chat é de <b>Ana Souza</b>, e o convite é de <b>Helena &lt;Dias&gt; &amp; Cia</b>")
	asked, yes := ana.dataOf("Trocar para Helena")
	ana.taps("Continuar com Ana")
	ana.sees("Tudo continua como estava")
	ana.press(asked, yes)
	ana.answered("já foi respondido")
	ana.writes("e o teclado também")
	ana.seesLast("Sobre o que é?")
	if owner() != ana.account.ID {
		t.Fatal("the chat is no longer Ana's")
	}

	ana.command("start", token)
	w.restart()
	asked, yes = ana.dataOf("Trocar para Helena")
	ana.press(asked, yes)
	ana.press(asked, yes)
	ana.answered("já foi respondido")
	ana.sees("não é mais de <b>Ana Souza</b>", "Pronto, <b>Helena &lt;Dias&gt; &amp; Cia</b>")
	if owner() != helena.ID {
		t.Fatal("the chat is not Helena's")
	}
	ana.writes("preciso de um mouse")
	ana.seesLast("Sobre o que é?")
	ana.seesLast("preciso de um mouse")

	ana.command("start", w.invite(ana.account))
	w.wait(domain.InviteTTL)
	ana.taps("Trocar para Ana")
	ana.answered("venceu")
}

func TestLanguageAndLeaving(t *testing.T) {
	w := newWorld(t)
	ana, _ := w.employee("Ana Souza"), w.technician("Bruno Lima")
	ana.command("idioma", "")
	ana.taps("English")
	ana.sees("I speak English now")
	ana.writes("no internet")
	ana.seesLast("What is it about?")
	ana.command("cancel", "")
	ana.seesLast("Draft discarded")
	ana.command("sair", "")
	ana.taps("No, stay")
	ana.sees("Everything stays")
	ana.command("leave", "")
	ana.taps("Yes, unlink")
	ana.sees("This Telegram was unlinked")
	ana.Lang = domain.LangEnglish
	ana.writes("hello?")
	ana.seesLast("invitation link")
}
