package panel_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"chamados/domain"
)

// tabTo presses Tab until the focus is where it is wanted, and fails when it is ever invisible on the way.
func (b *browser) tabTo(selector string, options ...chromedp.KeyOption) {
	b.t.Helper()
	for range 60 {
		b.do(chromedp.KeyEvent(kb.Tab, options...))
		state := b.text(fmt.Sprintf(`(() => { const a = document.activeElement; if (a.matches(%q)) return 'there';
			return a === document.body || a.matches(':focus-visible') ? '' : a.outerHTML.slice(0, 80); })()`, selector))
		switch state {
		case "there":
			return
		case "":
		default:
			b.t.Errorf("focus does not show on %s", state)
		}
	}
	b.t.Fatalf("Tab never reaches %s", selector)
}

// The job of a day without a mouse: find the ticket in the list, answer, note, assign, resolve.
func TestADaysWorkByKeyboard(t *testing.T) {
	chromium(t)
	h := newHouse(t)
	first, second := h.ticket(t, h.caio, "Primeiro"), h.ticket(t, h.du, "Segundo")
	b := newBrowser(t, h, h.ana)
	b.open("/chamados")
	b.live()
	b.do(chromedp.KeyEvent("?"))
	b.until(`document.querySelector('[data-keys]').open`)
	b.do(chromedp.KeyEvent(kb.Escape))
	b.until(`!document.querySelector('[data-keys]').open`)
	b.do(chromedp.KeyEvent("/"))
	b.until(`document.activeElement.matches('[data-search]')`)
	b.run(`document.activeElement.blur()`)
	b.do(chromedp.KeyEvent("j"), chromedp.KeyEvent("j"))
	b.until(fmt.Sprintf(`document.activeElement.getAttribute('href') === '/chamados/%d'`, first.ID))
	b.do(chromedp.KeyEvent("k"))
	b.until(fmt.Sprintf(`document.activeElement.getAttribute('href') === '/chamados/%d'`, second.ID))
	b.do(chromedp.KeyEvent("j"), chromedp.KeyEvent(kb.Enter))
	b.until(fmt.Sprintf(`location.pathname === '/chamados/%d'`, first.ID))
	b.live()

	b.tabTo("#comentario")
	b.do(chromedp.KeyEvent("Ja vou"), chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(kb.ModifierCtrl)))
	b.until(`[...document.querySelectorAll('.entry:not(.note) .prose')].some((e) => e.textContent === 'Ja vou')`)
	b.until(`document.activeElement.id === 'comentario' && document.activeElement.value === ''`)
	b.do(chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(kb.ModifierShift)), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.Tab),
		chromedp.KeyEvent("So para nos"), chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(kb.ModifierCtrl)))
	b.until(`document.querySelector('.entry.note .prose')?.textContent === 'So para nos'`)
	b.tabTo(`[name="atribuido_para"]`)
	b.do(chromedp.KeyEvent("B"))
	b.until(fmt.Sprintf(`document.querySelector('[name="atribuido_para"]').value === '%d'`, h.bia.ID))
	b.until(`document.querySelector('.deeds').textContent.includes('Bia Rocha')`)
	b.tabTo(`.chip[value="resolvido"]`, chromedp.KeyModifiers(kb.ModifierShift))
	b.do(chromedp.KeyEvent(kb.Enter))
	b.until(`document.querySelector('.ticket-head .status.is-resolvido') !== null`)
	got, err := h.desk.Visible(t.Context(), actor(h.ana), first.ID)
	if err != nil || got.AssigneeID != h.bia.ID || got.Status != domain.StatusResolved {
		t.Errorf("%+v %v", got, err)
	}
	b.quiet()
}

// Until the modules have come, or where they never do, forms are forms.
func TestFormsWorkWithoutScripts(t *testing.T) {
	chromium(t)
	h := newHouse(t)
	b := newBrowser(t, h, h.ana)
	b.cookie("chamados_sessao", "none")
	if _, err := chromedp.Call(b.ctx, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{
		{URLPattern: b.base + "/assets/*/*.js", Block: true},
	}}); err != nil {
		t.Fatal(err)
	}
	b.open("/chamados/novo")
	b.until(`location.pathname === '/entrar'`)
	b.do(chromedp.SendKeys(chromedp.CSS(`[name="email"]`), h.ana.Email), chromedp.SendKeys(chromedp.CSS(`[name="senha"]`), password+kb.Enter))
	b.until(`location.pathname === '/chamados/novo' && document.querySelector('.ticket-form') !== null`)
	if b.text(`document.documentElement.classList.contains('scripted')`) != "false" {
		t.Fatal("scripts ran")
	}
	b.do(chromedp.SendKeys(chromedp.CSS(`[name="titulo"]`), hostile), chromedp.Click(chromedp.CSS(`[value="rede"] + span`)),
		chromedp.SendKeys(chromedp.CSS(`[name="descricao"]`), "sem scripts"), chromedp.Click(chromedp.CSS(`.ticket-form .primary`)))
	b.until(`document.querySelector('article.ticket h1')?.textContent.startsWith('<script>')`)
	b.do(chromedp.SendKeys(chromedp.CSS(`#comentario`), "resposta"), chromedp.Click(chromedp.CSS(`.composer .primary`)))
	b.until(`document.querySelector('.entry .prose')?.textContent === 'resposta'`)
	b.do(chromedp.Click(chromedp.CSS(`.chip[value="resolvido"]`)))
	b.until(`document.querySelector('.ticket-head .status.is-resolvido') !== null`)
	b.quiet("assets")
}

// What is wrong with a form is said in it, and what was chosen stays chosen; what is too large is said at once.
func TestFilesStayWhenTheFormComesBack(t *testing.T) {
	chromium(t)
	h := newHouse(t)
	b := newBrowser(t, h, h.ana)
	b.open("/chamados/novo")
	b.live()
	b.run(`(() => { const data = new DataTransfer();
		data.items.add(new File(['registro'], 'erro.log')); data.items.add(new File([new Uint8Array(21 << 20)], 'enorme.iso'));
		const input = document.querySelector('[data-files]'); input.files = data.files; input.dispatchEvent(new Event('change')); })()`)
	b.until(`document.querySelector('.toast.bad')?.textContent.includes('enorme.iso') && document.querySelectorAll('.chosen-file').length === 1`)
	b.do(chromedp.SendKeys(chromedp.CSS(`[name="titulo"]`), "Sem rede"), chromedp.Click(chromedp.CSS(`.ticket-form .primary`)))
	b.until(`document.querySelector('#problem-descricao') !== null && document.querySelector('.chosen-file')?.textContent.includes('erro.log')`)
	if got := b.text(`location.pathname + document.querySelector('[name="titulo"]').value + document.querySelector('[data-files]').files.length`); got != "/chamados/novoSem rede1" {
		t.Errorf("kept: %q", got)
	}
	b.do(chromedp.Click(chromedp.CSS(`[value="rede"] + span`)), chromedp.SendKeys(chromedp.CSS(`[name="descricao"]`), "d"),
		chromedp.SendKeys(chromedp.CSS(`[name="solicitante"]`), "cai"))
	b.until(`document.querySelector('#pessoas option')?.value === 'caio@exemplo.com.br'`)
	b.run(`document.querySelector('[name="solicitante"]').value = 'caio@exemplo.com.br'`)
	b.do(chromedp.Click(chromedp.CSS(`.ticket-form .primary`)))
	b.until(`document.querySelector('article.ticket .file-name')?.textContent === 'erro.log' && document.querySelector('.toast') !== null`)
	b.quiet("422")
}

// What is being written outlives a reload, until it is sent.
func TestDraftsOutliveAReload(t *testing.T) {
	chromium(t)
	h := newHouse(t)
	tk := h.ticket(t, h.caio, "Rascunho")
	b := newBrowser(t, h, h.ana)
	page := fmt.Sprintf("/chamados/%d", tk.ID)
	const draft = `document.querySelector('#comentario').value`
	b.open(page)
	b.live()
	// As a keyboard does it: chromedp's own would write the letter that was a command.
	key := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "n", Code: "KeyN", Text: "n", WindowsVirtualKeyCode: 'N'}
	if _, err := chromedp.Call(b.ctx, input.DispatchKeyEvent, key); err != nil {
		t.Fatal(err)
	}
	b.until(`document.activeElement.id === 'comentario' && document.querySelector('[name="interno"][value="1"]').checked`)
	b.do(chromedp.KeyEvent("quase pronto"))
	b.open(page)
	b.live()
	b.until(draft + ` === 'quase pronto'`)
	b.do(chromedp.Click(chromedp.CSS(`.composer .primary`)))
	b.until(draft + ` === ''`)
	b.open(page)
	b.live()
	if got := b.text(draft); got != "" {
		t.Errorf("what was sent is back: %q", got)
	}
}

// Two people in two browsers, and one of them by chat too, at the same ticket.
func TestTwoBrowsersAndTheChat(t *testing.T) {
	chromium(t)
	h := newHouse(t)
	tk := h.ticket(t, h.caio, "Disputado")
	page := fmt.Sprintf("/chamados/%d", tk.ID)
	ana, bia := newBrowser(t, h, h.ana), newBrowser(t, h, h.bia)
	for _, b := range []*browser{ana, bia} {
		b.open(page)
		b.live()
	}
	ana.until(`document.querySelector('[data-watching]').textContent.includes('Bia Rocha')`)
	ana.do(chromedp.SendKeys(chromedp.CSS("#comentario"), "rascunho"))
	bia.do(chromedp.Click(chromedp.CSS(`.chip[value="em_andamento"]`)))
	ana.until(`document.querySelector('.ticket-head .status.is-em_andamento') !== null`)
	h.move(t, h.bia, tk.ID, domain.StatusWaiting)
	for _, b := range []*browser{ana, bia} {
		b.until(`document.querySelector('.ticket-head .status.is-aguardando') !== null`)
	}
	if got := ana.text(`document.activeElement.id + document.activeElement.value`); got != "comentariorascunho" {
		t.Errorf("focus or draft lost: %q", got)
	}
	h.deaf.Store(true)
	h.lines.cut()
	ana.until(`!document.getElementById('away').hidden`) // which moves the page down
	high := domain.PriorityHigh
	if _, err := h.desk.Change(t.Context(), actor(h.bia), tk.ID, domain.TicketChange{Priority: &high}, 0); err != nil {
		t.Fatal(err)
	}
	ana.do(chromedp.Click(chromedp.CSS(`.chip[value="resolvido"]`)))
	ana.until(`document.querySelector('.ticket-head [role="alert"]')?.textContent.includes('Bia Rocha')`)
	if got := ana.text(`document.querySelector('#comentario').value`); got != "rascunho" {
		t.Errorf("draft lost when refused: %q", got)
	}
	ana.quiet("412", "WebSocket")
	bia.quiet("WebSocket")
}

// A screenshot from the clipboard and a dropped file go with the reply; one that was a mistake is taken back.
func TestFilesArePastedAndDropped(t *testing.T) {
	chromium(t)
	h := newHouse(t)
	tk := h.ticket(t, h.caio, "Arquivos")
	b := newBrowser(t, h, h.ana)
	b.open(fmt.Sprintf("/chamados/%d", tk.ID))
	b.live()
	b.until(`performance.getEntriesByType('resource').some((e) => e.name.endsWith('files.js'))`)
	b.run(`(async () => {
		const canvas = Object.assign(document.createElement('canvas'), { width: 20, height: 10 });
		canvas.getContext('2d').fillRect(0, 0, 9, 9);
		const shot = await new Promise((done) => canvas.toBlob(done));
		const give = (kind, name, ...files) => { const data = new DataTransfer(); for (const f of files) data.items.add(f);
			document.querySelector('#comentario').dispatchEvent(new (kind === 'paste' ? ClipboardEvent : DragEvent)(kind, { bubbles: true, cancelable: true, [name]: data })); };
		give('paste', 'clipboardData', new File([shot], 'tela.png', { type: 'image/png' }));
		give('drop', 'dataTransfer', new File(['x'], 'engano.txt'), new File(['registro'], 'log <b>.txt'));
	})()`)
	b.until(`document.querySelectorAll('.chosen-file').length === 3`)
	b.do(chromedp.Click(chromedp.CSS(`.chosen-file:nth-child(2) button`)))
	b.until(`document.querySelectorAll('.chosen-file').length === 2`)
	b.do(chromedp.SendKeys(chromedp.CSS("#comentario"), "veja"), chromedp.Click(chromedp.CSS(`.composer .primary`)))
	b.until(`document.querySelector('.entry .thumb img')?.naturalWidth === 20`)
	b.until(`document.querySelectorAll('.chosen-file').length === 0`)
	if got := b.text(`document.querySelector('.entry .files').textContent`); !strings.Contains(got, "log") || strings.Contains(got, "engano") {
		t.Errorf("files: %q", got)
	}
	b.quiet()
}
