package panel_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"chamados/domain"
)

const peopleFile = "Nome;E-mail;Setor\r\nZélia Duarte;zelia@exemplo.com.br;TI\r\n<b>Hostil</b>;hostil@exemplo.com.br;\r\nAna de Novo;ANA@exemplo.com.br;\r\nSem Endereço;x;\r\n"

func TestImportWithoutScripts(t *testing.T) {
	h := newHouse(t)
	it, employee := h.as(t, h.ana), h.as(t, h.caio)
	if got := employee.get("/pessoas/importar"); got.status != http.StatusForbidden {
		t.Errorf("an employee: %d", got.status)
	}
	checkPage(t, "importar", it.get("/pessoas/importar"))
	if got := it.upload("/pessoas/importar", nil, "foto.png", []byte("\x89PNG\x00\x00")); got.status != 422 || !strings.Contains(got.body, "CSV") {
		t.Errorf("a picture: %d", got.status)
	}
	sent := it.upload("/pessoas/importar", nil, "pessoas.csv", []byte(peopleFile))
	if sent.status != http.StatusSeeOther {
		t.Fatalf("%d %s", sent.status, sent.body)
	}
	path := sent.location
	preview := it.get(path)
	checkPage(t, "conferir", preview)
	for _, want := range []string{"2 pessoas serão criadas", "2 linhas com problema", "já está cadastrado", "não é um e-mail válido", "&lt;b&gt;Hostil", "pessoas.csv"} {
		if !strings.Contains(preview.body, want) {
			t.Errorf("the preview lacks %q", want)
		}
	}
	if mapped := it.get(path + "?nome=0&email=1&tipo=2"); !strings.Contains(mapped.body, "badge") || !strings.Contains(mapped.body, ">TI<") {
		t.Error("the chosen column of types is not read")
	}
	if swapped := it.get(path + "?nome=1&email=0"); !strings.Contains(swapped.body, "4 linhas com problema") {
		t.Error("columns cannot be mapped anew")
	}
	if got := employee.get(path); got.status != http.StatusForbidden {
		t.Errorf("an employee sees the file: %d", got.status)
	}
	for range 2 { // pressing twice imports once
		if got := it.post(path+"/aplicar", "nome", "0", "email", "1", "tipo", "2"); got.status != http.StatusSeeOther {
			t.Fatalf("%d %s", got.status, got.body)
		}
	}
	h.imported(t, path)
	done := it.get(path)
	checkPage(t, "relatório", done)
	for _, want := range []string{"2 contas criadas", "2 linhas não entraram"} {
		if !strings.Contains(done.body, want) {
			t.Errorf("the report lacks %q", want)
		}
	}
	report := it.get(path + "/relatorio.csv")
	if !strings.Contains(report.body, "zelia@exemplo.com.br") || !strings.Contains(report.body, "já está cadastrado") {
		t.Errorf("%s", report.body)
	}
	u, err := h.desk.AccountByEmail(t.Context(), "zelia@exemplo.com.br")
	if err != nil || u.Role != domain.RoleIT || u.HasPassword {
		t.Errorf("%+v %v", u, err)
	}
	if got := it.get("/pessoas/importar/xxx"); got.status != http.StatusNotFound {
		t.Errorf("unknown import: %d", got.status)
	}
}

// imported waits until an import has ended.
func (h *house) imported(t *testing.T, path string) {
	t.Helper()
	for {
		j, err := h.desk.Import(t.Context(), actor(h.ana), filepath.Base(path))
		if err != nil || j.State == domain.ImportFailed {
			t.Fatalf("%s: %v", j.State, err)
		}
		if j.State == domain.ImportDone {
			return
		}
	}
}

func TestImportInABrowser(t *testing.T) {
	h := newHouse(t)
	b := newBrowser(t, h, h.ana)
	file := filepath.Join(t.TempDir(), "pessoas.csv")
	if err := os.WriteFile(file, []byte(peopleFile), 0o600); err != nil {
		t.Fatal(err)
	}
	b.open("/pessoas/importar")
	b.live()
	b.do(chromedp.SetUploadFiles(`input[type="file"]`, []string{file}))
	b.reach(`document.querySelector('.list.import') !== null`)
	if got := b.text(`document.querySelectorAll('tr.wrong').length`); got != "2" {
		t.Errorf("%s rows are marked", got)
	}
	b.run(`const s = document.querySelector('select[name="tipo"]'); s.value = '2'; s.dispatchEvent(new Event('change', {bubbles: true}))`)
	b.reach(`location.search.includes('tipo=2') && document.querySelector('select[name="tipo"]')?.value === '2'`)
	b.run(`document.querySelector('.import-sum .primary').click()`)
	b.reach(`document.querySelector('[data-import="concluida"]') !== null`)
	if got := b.text(`document.querySelector('[data-import] .good').textContent`); !strings.Contains(got, "2") {
		t.Errorf("made %s", got)
	}
	b.quiet()
}

// reach waits for a condition of the page that the browser is on its way to.
func (b *browser) reach(condition string) {
	b.t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); {
		ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](condition))
		if err == nil && ok {
			return
		}
	}
	b.t.Fatalf("never reached: %s", condition)
}

func TestAnonymisingAsksFirst(t *testing.T) {
	h := newHouse(t)
	it := h.as(t, h.ana)
	path := personAddress(h.caio.ID) + "/anonimizar"
	if got := it.post(path); got.status != 422 || !strings.Contains(got.body, "Marque a caixa") {
		t.Errorf("without a word: %d", got.status)
	}
	if got := h.as(t, h.du).post(path, "confirmo", "sim"); got.status != http.StatusForbidden {
		t.Errorf("an employee: %d", got.status)
	}
	if got := it.post(path, "confirmo", "sim"); got.status != http.StatusSeeOther {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if u, _ := h.desk.Account(t.Context(), h.caio.ID); u.Email == h.caio.Email || u.Active {
		t.Errorf("%+v", u)
	}
}

func personAddress(id int64) string { return "/pessoas/" + strconv.FormatInt(id, 10) }
