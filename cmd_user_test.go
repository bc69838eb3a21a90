package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"chamados/domain"
	"chamados/internal/config"
)

// desk opens the desk of a terminal's installation.
func (x *terminal) desk() *Program {
	x.t.Helper()
	settings, err := config.Load(x.file, false)
	if err != nil {
		x.t.Fatal(err)
	}
	p := NewProgram(settings, config.Log{Level: "warn"}.Logger())
	p.cost = bcrypt.MinCost
	if err := p.openBeside(x.t.Context()); err != nil {
		x.t.Fatal(err)
	}
	x.t.Cleanup(func() {
		if err := p.Stop(); err != nil {
			x.t.Error(err)
		}
	})
	return p
}

// loggedIn reports whether a password is the account's.
func (x *terminal) loggedIn(p *Program, email, password string) bool {
	_, err := p.desk.Authenticate(x.t.Context(), email, password)
	return err == nil
}

func TestUserAddGivesTheAccessThatWasAskedFor(t *testing.T) {
	x := newTerminal(t, "PUBLIC_URL", "https://ti.example.com/")
	out := x.must("user", "add", "Ana@Example.com", "--name", "Ana Ribeiro", "--role", "it", "--generate")
	password := lastWord(t, out)
	p := x.desk()
	if !x.loggedIn(p, "ana@example.com", password) {
		t.Errorf("cannot log in with what was printed: %s", out)
	}
	x.in = "uma frase bem minha\n"
	out = x.must("user", "add", "eva@example.com", "--name", "Eva", "--password-stdin")
	if strings.Contains(out, "frase") || !x.loggedIn(p, "eva@example.com", "uma frase bem minha") {
		t.Error(out)
	}
	out = x.must("user", "add", "davi@example.com", "--name", "Davi", "--link")
	link := regexp.MustCompile(`https://ti\.example\.com/senha\?convite=(\S+)`).FindStringSubmatch(out)
	if link == nil {
		t.Fatal(out)
	}
	if u, err := p.desk.SetPasswordByInvite(t.Context(), link[1], "outra frase bem minha"); err != nil || u.Email != "davi@example.com" {
		t.Errorf("the link gives %+v, %v", u, err)
	}
	if out = x.must("user", "add", "fabio@example.com", "--name", "Fabio"); strings.Contains(out, "http") || !strings.Contains(out, "reset-password fabio@example.com --link") {
		t.Error(out)
	}
	for _, email := range []string{"davi@example.com", "fabio@example.com"} {
		if u, err := p.desk.AccountByEmail(t.Context(), email); err != nil || u.Role != domain.RoleEmployee {
			t.Errorf("%s: %+v %v", email, u, err)
		}
	}
}

func lastWord(t *testing.T, s string) string {
	t.Helper()
	fields := strings.Fields(s)
	if len(fields) == 0 {
		t.Fatal("nothing was printed")
	}
	return fields[len(fields)-1]
}

func TestUserAddRefusesWhatTheDomainRefuses(t *testing.T) {
	x := newTerminal(t)
	x.must("user", "add", "ana@example.com", "--name", "Ana")
	x.refused("já está cadastrado", "user", "add", "ana@example.com", "--name", "Ana")
	x.refused("already", "user", "add", "ana@example.com", "--name", "Ana", "--lang", "en")
	x.refused("não é um e-mail", "user", "add", "ana", "--name", "Ana")
	x.refused("não é um tipo de conta", "user", "add", "eva@example.com", "--name", "Eva", "--role", "chefe")
	x.refused("e-mail não está configurado", "user", "add", "eva@example.com", "--name", "Eva", "--mail")
	x.refused("name", "user", "add", "eva@example.com")
	x.in = "123\n"
	x.refused("caracteres", "user", "add", "gil@example.com", "--name", "Gil", "--password-stdin")
}

func TestUserMailQueuesTheLinks(t *testing.T) {
	x := newTerminal(t, "SMTP_URL", "smtp://127.0.0.1:9", "EMAIL_FROM", "ti@example.com")
	out := x.must("user", "add", "ana@example.com", "--name", "Ana", "--mail")
	if !strings.Contains(out, "na fila") {
		t.Error(out)
	}
	traffic, err := x.desk().desk.Traffic(t.Context(), domain.System)
	if err != nil || traffic.Mail.Waiting != 1 {
		t.Errorf("%+v %v", traffic.Mail, err)
	}
}

func TestUserResetPasswordEndsSessions(t *testing.T) {
	x := newTerminal(t)
	x.must("user", "add", "ana@example.com", "--name", "Ana", "--generate")
	p := x.desk()
	before, err := p.desk.AccountByEmail(t.Context(), "ana@example.com")
	if err != nil {
		t.Fatal(err)
	}
	password := lastWord(t, x.must("user", "reset-password", "ana@example.com", "--generate"))
	after, err := p.desk.AccountByEmail(t.Context(), "ana@example.com")
	if err != nil || after.TokenVersion <= before.TokenVersion || !x.loggedIn(p, "ana@example.com", password) {
		t.Errorf("before %+v, after %+v, %v", before, after, err)
	}
	x.refused("não existe", "user", "reset-password", "ninguem@example.com", "--link")
	x.refused("diga uma destas opções", "user", "reset-password", "ana@example.com")
	if out := x.must("user", "reset-password", "ana@example.com", "--link"); !strings.Contains(out, "http://127.0.0.1:8000/senha?convite=") {
		t.Error(out)
	}
}

func TestUserPromoteAndDemote(t *testing.T) {
	x := newTerminal(t)
	x.must("user", "add", "ana@example.com", "--name", "Ana", "--role", "ti")
	x.must("user", "add", "eva@example.com", "--name", "Eva")
	x.must("user", "promote", "eva@example.com")
	if out := x.must("user", "list", "--role", "ti"); !strings.Contains(out, "eva@example.com") || !strings.Contains(out, "2 contas") {
		t.Error(out)
	}
	x.must("user", "demote", "eva@example.com")
	x.refused("última conta ativa", "user", "demote", "ana@example.com")
	var listed []listedUser
	lines := json.NewDecoder(strings.NewReader(x.must("user", "list", "--json", "--search", "eva")))
	for lines.More() {
		var u listedUser
		if err := lines.Decode(&u); err != nil {
			t.Fatal(err)
		}
		listed = append(listed, u)
	}
	if len(listed) != 1 || listed[0].Role != domain.RoleEmployee || listed[0].Password || !listed[0].Active {
		t.Errorf("%+v", listed)
	}
}

// A running program hears at once of what a command changed.
func TestCommandsWakeTheRunningProgram(t *testing.T) {
	x := newTerminal(t)
	x.must("user", "add", "ana@example.com", "--name", "Ana", "--role", "ti")
	x.must("user", "add", "eva@example.com", "--name", "Eva")
	p := x.desk()
	heard := make(chan []int64, 16)
	p.background("signals", p.db.Run)
	listening := make(chan struct{}, 16)
	stop := p.db.OnWake(func(w storageWake) {
		if w.Missed {
			listening <- struct{}{}
		}
		heard <- w.Users
	})
	defer stop()
	<-listening
	eva, err := p.desk.AccountByEmail(t.Context(), "eva@example.com")
	if err != nil {
		t.Fatal(err)
	}
	x.must("user", "promote", "eva@example.com")
	for users := range heard {
		for _, id := range users {
			if id == eva.ID {
				return
			}
		}
	}
}

func TestImportTellsOfEachRow(t *testing.T) {
	x := newTerminal(t)
	x.must("user", "add", "ana@example.com", "--name", "Ana")
	list := filepath.Join(t.TempDir(), "pessoas.csv")
	text := "Nome;E-mail;Tipo\nEva Lima;eva@example.com;\nAna;ana@example.com;TI\nSem Endereço;nada;\nDavi;davi@example.com;técnico\n"
	if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errors, code := x.run("import", list, "--dry-run")
	for _, part := range []string{"linha 2: eva@example.com: seria criada", "linha 3: ana@example.com: Este e-mail já está cadastrado.", "linha 4: nada: ", "seriam criadas: 2; com erro: 2"} {
		if !strings.Contains(out, part) {
			t.Errorf("lacks %q: %s", part, out)
		}
	}
	if code != 1 || errors != "" || strings.Contains(x.must("user", "list"), "eva@") {
		t.Errorf("status %d, %q", code, errors)
	}
	if out, _, code = x.run("import", list, "--json"); code != 1 || !strings.Contains(out, `{"linha":5,"email":"davi@example.com","status":"criado"`) {
		t.Errorf("status %d: %s", code, out)
	}
	if out = x.must("user", "list", "--role", "ti"); !strings.Contains(out, "davi@example.com") {
		t.Error(out)
	}
	x.in = "nome,email\nGil,gil@example.com\n"
	if out = x.must("import", "-"); !strings.Contains(out, "criadas: 1; com erro: 0") || !strings.Contains(out, "não está configurado") {
		t.Error(out)
	}
	x.refused("nada.csv", "import", "nada.csv")
}
