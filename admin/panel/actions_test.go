package panel_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"chamados/admin/session"
	"chamados/domain"
)

func TestLoginAndLogout(t *testing.T) {
	h := newHouse(t)
	v := h.as(t, domain.User{})
	if got := v.get("/chamados?q=x"); got.status != 303 || got.location != "/entrar?proximo=%2Fchamados%3Fq%3Dx" {
		t.Fatalf("a stranger gets %d %q", got.status, got.location)
	}
	wrong := v.post("/entrar", "email", "ana@exemplo.com.br", "senha", "nope", "proximo", "/chamados")
	if wrong.status != 401 || !strings.Contains(wrong.body, "E-mail ou senha incorretos") || !strings.Contains(wrong.body, `value="ana@exemplo.com.br"`) {
		t.Errorf("wrong password: %d", wrong.status)
	}
	right := v.post("/entrar", "email", "ana@exemplo.com.br", "senha", password, "proximo", "/chamados")
	if right.status != 303 || right.location != "/chamados" || !strings.Contains(right.header.Get("Set-Cookie"), session.CookieName+"=ey") {
		t.Fatalf("login: %d %q %v", right.status, right.location, right.header)
	}
	for _, next := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "javascript:alert(1)"} {
		if got := v.post("/entrar", "email", "ana@exemplo.com.br", "senha", password, "proximo", next); got.location != "/" {
			t.Errorf("login leads to %q", got.location)
		}
	}
	if got := h.as(t, h.ana).post("/sair"); got.status != 303 || !strings.Contains(got.header.Get("Set-Cookie"), session.CookieName+"=;") {
		t.Errorf("logout: %d %v", got.status, got.header["Set-Cookie"])
	}
}

func TestOtherSitesCannotSendForms(t *testing.T) {
	h := newHouse(t)
	tk := h.ticket(t, h.caio, "Mouse")
	got := h.as(t, h.ana).ask(http.MethodPost, fmt.Sprintf("/chamados/%d/excluir", tk.ID), nil, "Sec-Fetch-Site", "cross-site")
	if got.status != 403 {
		t.Errorf("status %d", got.status)
	}
	if _, err := h.desk.Ticket(t.Context(), actor(h.ana), tk.ID); err != nil {
		t.Errorf("the ticket is gone: %v", err)
	}
}

func TestMoveRefusesWhatIsStaleAndSaysWhoWasFaster(t *testing.T) {
	h := newHouse(t)
	tk := h.ticket(t, h.caio, "Mouse")
	h.move(t, h.bia, tk.ID, domain.StatusWaiting)
	path := fmt.Sprintf("/chamados/%d/status", tk.ID)
	form := map[string][]string{"status": {"resolvido"}, "versao": {strconv.FormatInt(tk.Version, 10)}}
	got := h.as(t, h.ana).ask(http.MethodPost, path, form, "X-Fragment", "parte")
	var body struct {
		Erro   string
		Versao int64
		Status domain.Status
	}
	if err := json.Unmarshal([]byte(got.body), &body); err != nil {
		t.Fatal(err, got.body)
	}
	if got.status != 412 || body.Status != domain.StatusWaiting || !strings.Contains(body.Erro, "Bia Rocha foi mais rápido: moveu para Aguardando") {
		t.Errorf("%d %+v", got.status, body)
	}
	page := h.as(t, h.ana).ask(http.MethodPost, path, form)
	if page.status != 412 || !strings.Contains(page.body, "Bia Rocha foi mais rápido") {
		t.Errorf("without scripts: %d", page.status)
	}
	form["versao"] = []string{strconv.FormatInt(body.Versao, 10)}
	if got := h.as(t, h.ana).ask(http.MethodPost, path, form); got.status != 303 {
		t.Errorf("with the right version: %d", got.status)
	}
}

func TestEmployeesAreRefusedByTheDesk(t *testing.T) {
	h := newHouse(t)
	mine, other := h.ticket(t, h.caio, "Meu"), h.ticket(t, h.du, "Segredo da Duda")
	v := h.as(t, h.caio)
	for path, want := range map[string]int{
		fmt.Sprintf("/chamados/%d", other.ID): 404, fmt.Sprintf("/fragmentos/cartao/%d", other.ID): 404,
		fmt.Sprintf("/chamados/%d/editar", other.ID): 404,
	} {
		if got := v.get(path); got.status != want || strings.Contains(got.body, "Segredo") {
			t.Errorf("%s: %d", path, got.status)
		}
	}
	for _, c := range []struct {
		path string
		form []string
	}{
		{"/chamados/%d/status", []string{"status", "resolvido"}}, {"/chamados/%d/prioridade", []string{"prioridade", "urgente"}},
		{"/chamados/%d/responsavel", []string{"atribuido_para", "1"}}, {"/chamados/%d/assumir", nil}, {"/chamados/%d/excluir", nil},
	} {
		if got := v.post(fmt.Sprintf(c.path, mine.ID), c.form...); got.status != 403 {
			t.Errorf("%s: %d, want 403", c.path, got.status)
		}
	}
	if got := v.get("/chamados.csv"); got.status != 200 || strings.Contains(got.body, "Segredo") || !strings.Contains(got.body, "Meu") {
		t.Errorf("export: %d %q", got.status, got.body)
	}
	page := v.get(fmt.Sprintf("/chamados/%d", mine.ID)).body
	for _, control := range []string{"/prioridade\"", "/responsavel\"", "/assumir\"", "/excluir\"", `name="interno"`} {
		if strings.Contains(page, control) {
			t.Errorf("an employee is offered %s", control)
		}
	}
	if !strings.Contains(page, `value="cancelado"`) {
		t.Error("an employee is not offered to cancel")
	}
}

// upload posts a form with one file.
func (v *visitor) upload(path string, fields map[string]string, name string, content []byte) answer {
	v.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for key, value := range fields {
		_ = w.WriteField(key, value)
	}
	if name != "" {
		part, err := w.CreateFormFile("arquivo", name)
		if err != nil {
			v.t.Fatal(err)
		}
		_, _ = part.Write(content)
	}
	_ = w.Close()
	req, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, v.base+path, &body)
	if err != nil {
		v.t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.AddCookie(&http.Cookie{Name: session.CookieName, Value: v.token})
	res, err := v.http.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	var text bytes.Buffer
	_, _ = text.ReadFrom(res.Body)
	return answer{res.StatusCode, res.Header, text.String(), res.Header.Get("Location")}
}

func TestNewTicketKeepsWhatWasTypedAndSaysWhatIsMissing(t *testing.T) {
	h := newHouse(t)
	v := h.as(t, h.ana)
	fields := map[string]string{"titulo": "Chegada de <Zé>", "categoria": "novo_colaborador", "colaborador_nome": "Zé", "data_inicio": "amanhã", "solicitante": "ninguem@x.com"}
	got := v.upload("/chamados/novo", fields, "", nil)
	if got.status != 422 || !strings.Contains(got.body, "Chegada de &lt;Zé&gt;") || !strings.Contains(got.body, "não é o e-mail de ninguém") {
		t.Fatalf("%d", got.status)
	}
	fields["solicitante"] = "caio@exemplo.com.br"
	got = v.upload("/chamados/novo", fields, "", nil)
	for _, id := range []string{"problem-descricao", "problem-colaborador_data_nascimento", "problem-data_inicio"} {
		if got.status != 422 || !strings.Contains(got.body, `class="problem" id="`+id+`"`) {
			t.Errorf("%d: nothing said at %s", got.status, id)
		}
	}
	if got := v.upload("/chamados/novo", fields, "a.txt", []byte("a")); !strings.Contains(got.body, "Escolha os anexos de novo") {
		t.Error("it is not said that the files are gone")
	}
	fields["descricao"], fields["data_inicio"], fields["colaborador_data_nascimento"], fields["notebook"] = "Precisa de tudo", "2026-12-01", "1999-01-31", "1"
	got = v.upload("/chamados/novo", fields, "<b>.png", []byte("\x89PNG\r\n\x1a\nrest"))
	if got.status != 303 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	id, _ := strconv.ParseInt(strings.TrimPrefix(got.location, "/chamados/"), 10, 64)
	view, err := h.desk.Ticket(t.Context(), actor(h.caio), id)
	if err != nil {
		t.Fatal(err)
	}
	n, err := domain.ParseNewCollaborator(view.Extra)
	if err != nil || !n.Equipment.Laptop || n.Equipment.Phone || n.StartDate != "2026-12-01" || len(view.Attachments) != 1 {
		t.Errorf("%+v %v %+v", n, err, view.Attachments)
	}
	file := h.as(t, h.caio).get(fmt.Sprintf("/anexos/%d", view.Attachments[0].ID))
	if file.status != 200 || file.header.Get("Content-Type") != "image/png" || file.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("picture: %d %v", file.status, file.header)
	}
	if got := h.as(t, h.du).get(fmt.Sprintf("/anexos/%d", view.Attachments[0].ID)); got.status != 404 {
		t.Errorf("somebody else's picture: %d", got.status)
	}
}

// A browser shows no answer before it has sent everything: what is too large is read to the end, and then refused in words.
func TestWhatIsTooLargeIsRefusedInWords(t *testing.T) {
	h := newHouse(t)
	tk := h.ticket(t, h.caio, "Mouse")
	large := bytes.Repeat([]byte("x"), 9<<20)
	got := h.as(t, h.ana).upload("/pessoas/importar", nil, "a.csv", large)
	if got.status != http.StatusRequestEntityTooLarge || !strings.Contains(got.body, "Isto passa de 8.0 MB e não foi guardado") {
		t.Errorf("an import: %d", got.status)
	}
	if got := h.as(t, h.ana).post(fmt.Sprintf("/chamados/%d/prioridade", tk.ID), "prioridade", strings.Repeat("x", 1<<20)); got.status != http.StatusRequestEntityTooLarge {
		t.Errorf("a small form: %d", got.status)
	}
	if got := h.as(t, domain.User{}).upload("/chamados/novo", nil, "a.bin", large); got.status != http.StatusSeeOther {
		t.Errorf("a stranger: %d", got.status)
	}
}

func TestHostileFileIsOnlyEverDownloaded(t *testing.T) {
	h := newHouse(t)
	id := fill(t, h)
	n, _ := strconv.ParseInt(id, 10, 64)
	view, err := h.desk.Ticket(t.Context(), actor(h.ana), n)
	if err != nil {
		t.Fatal(err)
	}
	got := h.as(t, h.ana).get(fmt.Sprintf("/anexos/%d", view.Attachments[0].ID))
	if d := got.header.Get("Content-Disposition"); got.body != hostile || !strings.HasPrefix(d, "attachment;") {
		t.Errorf("%q %q", d, got.body)
	}
	if got.header.Get("Content-Type") != "application/octet-stream" || !strings.Contains(got.header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("%v", got.header)
	}
}

// A form that is sent twice, by a double click or a browser that repeats it, opens one ticket.
func TestNewTicketSentTwiceIsOne(t *testing.T) {
	h := newHouse(t)
	v := h.as(t, h.caio)
	envio := regexp.MustCompile(`name="envio" value="([^"]+)"`).FindStringSubmatch(v.get("/chamados/novo").body)
	if envio == nil {
		t.Fatal("the form does not name its sending")
	}
	send := func(title string) answer {
		return h.as(t, h.caio).upload("/chamados/novo",
			map[string]string{"envio": envio[1], "titulo": title, "descricao": "d", "categoria": "outro"}, "a.txt", []byte("a"))
	}
	var again answer
	var both sync.WaitGroup
	both.Go(func() { again = send("Mouse") })
	first := send("Mouse")
	both.Wait()
	if first.status != 303 || again.status != 303 || first.location != again.location {
		t.Errorf("%d %q and %d %q", first.status, first.location, again.status, again.location)
	}
	if got := send("Outro mouse"); got.status != 303 || got.location == first.location {
		t.Errorf("another ticket from the same page: %d %q", got.status, got.location)
	}
}

func TestCommentsAndNotes(t *testing.T) {
	h := newHouse(t)
	tk := h.ticket(t, h.caio, "Mouse")
	path := fmt.Sprintf("/chamados/%d/comentarios", tk.ID)
	empty := h.as(t, h.ana).upload(path, map[string]string{"comentario": "  ", "interno": "1"}, "", nil)
	if empty.status != 422 || !strings.Contains(empty.body, `id="problem-comentario"`) {
		t.Errorf("empty: %d", empty.status)
	}
	for _, internal := range []string{"", "1"} {
		if got := h.as(t, h.ana).upload(path, map[string]string{"comentario": "texto" + internal, "interno": internal}, "", nil); got.status != 303 {
			t.Errorf("%d", got.status)
		}
	}
	if got := h.as(t, h.caio).upload(path, map[string]string{"comentario": "x", "interno": "1"}, "", nil); got.status != 403 {
		t.Errorf("an employee's note: %d", got.status)
	}
	mine := h.as(t, h.caio).get(fmt.Sprintf("/chamados/%d", tk.ID)).body
	if !strings.Contains(mine, ">texto<") || strings.Contains(mine, "texto1") || strings.Contains(mine, "nota interna") {
		t.Error("an employee sees the wrong comments")
	}
}

func TestDeleteCanBeUndone(t *testing.T) {
	h := newHouse(t)
	tk := h.ticket(t, h.caio, "Mouse")
	v := h.as(t, h.ana)
	if got := v.post(fmt.Sprintf("/chamados/%d/excluir", tk.ID), "voltar", "/"); got.status != 303 || got.location != "/" {
		t.Fatalf("%d %q", got.status, got.location)
	}
	if got := v.get(fmt.Sprintf("/chamados/%d", tk.ID)); got.status != 404 {
		t.Errorf("deleted: %d", got.status)
	}
	board := v.ask(http.MethodGet, "/", nil, "Cookie", fmt.Sprintf("aviso=deleted.%d; %s=%s", tk.ID, session.CookieName, v.token))
	if !strings.Contains(board.body, fmt.Sprintf(`action="/chamados/%d/restaurar"`, tk.ID)) {
		t.Error("no undo is offered")
	}
	if got := v.post(fmt.Sprintf("/chamados/%d/restaurar", tk.ID)); got.status != 303 {
		t.Errorf("restore: %d", got.status)
	}
	if got := v.get(fmt.Sprintf("/chamados/%d", tk.ID)); got.status != 200 {
		t.Errorf("restored: %d", got.status)
	}
}

func TestColumnsGoOnWhereTheyEnded(t *testing.T) {
	h := newHouse(t)
	for i := range 60 {
		h.ticket(t, h.caio, fmt.Sprintf("Chamado %d", i))
	}
	v := h.as(t, h.ana)
	seen := map[string]bool{}
	page := v.get("/").body
	for range 5 {
		for _, part := range strings.Split(page, `data-id="`)[1:] {
			id, _, _ := strings.Cut(part, `"`)
			if seen[id] {
				t.Errorf("card %s twice", id)
			}
			seen[id] = true
		}
		_, rest, more := strings.Cut(page, `data-next="`)
		if !more {
			break
		}
		next, _, _ := strings.Cut(rest, `"`)
		page = v.get(strings.ReplaceAll(next, "&amp;", "&")).body
	}
	if len(seen) != 60 {
		t.Errorf("%d cards, want 60", len(seen))
	}
}

func TestPeopleAndInvitations(t *testing.T) {
	h := newHouse(t)
	v := h.as(t, h.ana)
	if got := v.post("/pessoas/nova", "nome", "Zé", "email", "caio@exemplo.com.br", "tipo", "ti"); got.status != 409 || !strings.Contains(got.body, `id="problem-email"`) {
		t.Errorf("taken address: %d", got.status)
	}
	made := v.post("/pessoas/nova", "nome", "Zé Silva", "email", "ze@exemplo.com.br", "tipo", "funcionario")
	if made.status != 303 {
		t.Fatalf("create: %d %s", made.status, made.body)
	}
	invited := v.post(made.location + "/convite")
	_, link, ok := strings.Cut(invited.body, "https://t.me/chamados_bot?start=")
	if !ok || !strings.Contains(invited.body, "<path d=\"M") {
		t.Fatalf("no link: %d", invited.status)
	}
	token, _, _ := strings.Cut(link, `"`)
	if _, err := h.desk.LinkTelegram(t.Context(), token, domain.TelegramProfile{ID: 77, Name: "@ze"}); err != nil {
		t.Errorf("the link does not work: %v", err)
	}
	if got := v.get(made.location); !strings.Contains(got.body, "@ze") {
		t.Error("the link is not shown")
	}
	if got := v.post(made.location+"/ativo", "ativo", "nao"); got.status != 303 {
		t.Errorf("deactivate: %d", got.status)
	}
	if got := h.as(t, h.caio).post(made.location + "/convite"); got.status != 403 {
		t.Errorf("an employee invites: %d", got.status)
	}
}

// Whoever is about to shut themselves out is asked.
func TestOnesOwnAccessIsTakenAfterAQuestion(t *testing.T) {
	h := newHouse(t)
	v, path := h.as(t, h.ana), personAddress(h.ana.ID)
	for _, form := range [][]string{{"/ativo", "ativo", "nao"}, {"", "nome", "Ana", "email", h.ana.Email, "tipo", "funcionario"}} {
		got := v.post(path+form[0], form[1:]...)
		if got.status != 422 || !strings.Contains(got.body, `name="confirmo"`) || !strings.Contains(got.body, "sua própria conta") {
			t.Errorf("%v: %d", form, got.status)
		}
		if u, _ := h.desk.Account(t.Context(), h.ana.ID); !u.Active || u.Role != domain.RoleIT {
			t.Fatalf("%v: done without an answer", form)
		}
	}
	if got := v.post(path+"/ativo", "ativo", "nao", "confirmo", "sim"); got.status != 303 {
		t.Errorf("confirmed: %d", got.status)
	}
	if u, _ := h.desk.Account(t.Context(), h.ana.ID); u.Active {
		t.Error("not deactivated")
	}
	if got := h.as(t, h.bia).post(personAddress(h.du.ID)+"/ativo", "ativo", "nao"); got.status != 303 {
		t.Errorf("somebody else: %d", got.status)
	}
}

func TestExportKeepsSpreadsheetsFromRunningText(t *testing.T) {
	h := newHouse(t)
	h.ticket(t, h.caio, "=1+1")
	if got := h.as(t, h.ana).get("/chamados.csv?status=abertos").body; !strings.Contains(got, ";'=1+1;") {
		t.Error(got)
	}
}

// Whoever saves over somebody else's change is told of it and sees the text that stands there.
func TestEditingWhatSomebodyElseEditedShowsBoth(t *testing.T) {
	h := newHouse(t)
	tk := h.ticket(t, h.caio, "Mouse")
	theirs := "Mouse sem fio <b>"
	if _, err := h.desk.Change(t.Context(), actor(h.bia), tk.ID, domain.TicketChange{Title: &theirs}, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := h.desk.Comment(t.Context(), actor(h.caio), tk.ID, domain.NewComment{Text: "oi"}); err != nil {
		t.Fatal(err)
	}
	v, path := h.as(t, h.ana), fmt.Sprintf("/chamados/%d/editar", tk.ID)
	mine := map[string]string{"titulo": "Mouse novo", "descricao": tk.Description, "categoria": "hardware", "versao": strconv.FormatInt(tk.Version, 10)}
	got := v.upload(path, mine, "", nil)
	for _, want := range []string{"Bia Rocha foi mais rápido: mudou o título", "Como está agora", "Mouse sem fio &lt;b&gt;", `value="Mouse novo"`} {
		if got.status != 412 || !strings.Contains(got.body, want) {
			t.Errorf("%d, not shown: %s", got.status, want)
		}
	}
	mine["versao"] = regexp.MustCompile(`name="versao" value="(\d+)"`).FindStringSubmatch(got.body)[1]
	if got := v.upload(path, mine, "", nil); got.status != 303 {
		t.Errorf("saving again: %d", got.status)
	}
	mine["versao"] = "1"
	if got := v.upload(path, mine, "", nil); got.status != 412 || !strings.Contains(got.body, "Você mesmo já mudou") {
		t.Errorf("one's own other window: %d", got.status)
	}
}

// IT sees what a comment said before it was edited and to whom it was brought; others do not.
func TestOldVersionsAndDeliveriesOfACommentAreForIT(t *testing.T) {
	h := newHouse(t)
	tk := h.told(t)
	c, err := h.desk.Comment(t.Context(), actor(h.ana), tk.ID, domain.NewComment{Text: "primeira"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.desk.EditComment(t.Context(), actor(h.ana), c.ID, "segunda"); err != nil {
		t.Fatal(err)
	}
	path := fmt.Sprintf("/chamados/%d", tk.ID)
	it, own := h.as(t, h.bia).get(path).body, h.as(t, h.caio).get(path).body
	if !strings.Contains(it, "1 versão anterior") || !strings.Contains(it, "primeira") {
		t.Error("IT does not see the old version")
	}
	if _, line, ok := strings.Cut(it, `class="sent-line"`); !ok || !strings.Contains(line[:400], "Caio Nunes") {
		t.Error("IT does not see to whom the comment went")
	}
	if strings.Contains(own, "primeira") || strings.Contains(own, "sent-line") || !strings.Contains(own, "segunda") {
		t.Error("an employee sees what is behind the stage")
	}
}
