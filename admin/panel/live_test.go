package panel_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"chamados/admin/session"
	"chamados/domain"
)

const inColumn = `document.querySelector('[data-cards="%s"] #cartao-%d') !== null`

// at returns the upper left corner of an element.
func (b *browser) at(selector string) (x, y float64) {
	b.t.Helper()
	box := b.text(fmt.Sprintf(`(() => { const r = document.querySelector('%s').getBoundingClientRect(); return r.left + " " + r.top; })()`, selector))
	if _, err := fmt.Sscan(box, &x, &y); err != nil {
		b.t.Fatal(err)
	}
	return x, y
}

// drag takes a card by its upper left and drops it on a column.
func (b *browser) drag(id int64, s domain.Status) {
	b.t.Helper()
	fromX, fromY := b.at(fmt.Sprintf("#cartao-%d", id))
	toX, toY := b.at("#coluna-" + string(s))
	b.do(chromedp.DragAndDropXY(fromX+20, fromY+12, toX+40, toY+150, 12))
}

func TestBoardInABrowser(t *testing.T) {
	chromium(t)
	h := newHouse(t)
	first, second := h.ticket(t, h.caio, hostile), h.ticket(t, h.caio, "Segundo")
	b := newBrowser(t, h, h.ana)
	b.open("/")
	b.live()

	b.drag(first.ID, domain.StatusInProgress)
	b.until(fmt.Sprintf(inColumn, "em_andamento", first.ID))
	b.until(`document.querySelector('.toast button') !== null`)
	b.until(`document.querySelector('.column-head [data-count="em_andamento"]').textContent === '1'`)
	if got, _ := h.desk.Visible(t.Context(), actor(h.ana), first.ID); got.Status != domain.StatusInProgress {
		t.Errorf("the drop did not reach the desk: %s", got.Status)
	}
	if b.text("location.pathname") != "/" {
		t.Error("the drop opened the ticket")
	}
	b.do(chromedp.Click(chromedp.CSS(".toast button")))
	b.until(fmt.Sprintf(inColumn, "aberto", first.ID))

	h.move(t, h.bia, second.ID, domain.StatusWaiting)
	b.until(fmt.Sprintf(inColumn, "aguardando", second.ID))

	third := h.ticket(t, h.du, "Terceiro")
	b.until(fmt.Sprintf(inColumn, "aberto", third.ID))
	b.until(`document.querySelector('.column-head [data-count="aberto"]').textContent === '2'`)
	b.quiet()
}

func TestBoardByKeyboardAndMenu(t *testing.T) {
	chromium(t)
	h := newHouse(t)
	tk := h.ticket(t, h.caio, "Teclado")
	b := newBrowser(t, h, h.ana)
	b.open("/")
	b.live()
	title := fmt.Sprintf("#cartao-%d .card-title", tk.ID)
	b.until(fmt.Sprintf(`document.querySelector('%s') !== null`, title))
	b.run(fmt.Sprintf(`document.querySelector('%s').focus()`, title))
	b.do(chromedp.KeyEvent(kb.ArrowRight, chromedp.KeyModifiers(kb.ModifierShift)))
	b.until(fmt.Sprintf(inColumn, "em_andamento", tk.ID))
	b.until(fmt.Sprintf(`document.activeElement.closest('.card')?.id === 'cartao-%d'`, tk.ID))
	b.until(`document.getElementById('announcer').textContent.includes('Em andamento') || document.getElementById('announcer').textContent.includes('In progress')`)
	b.do(chromedp.KeyEvent("m"))
	b.until(`document.querySelector('.popup:popover-open') !== null`)
	b.do(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Enter))
	b.until(fmt.Sprintf(inColumn, "aguardando", tk.ID))
	b.quiet()
}

func TestBoardPutsBackWhatIsRefused(t *testing.T) {
	chromium(t)
	h := newHouse(t)
	tk := h.ticket(t, h.caio, "Disputado")
	b := newBrowser(t, h, h.ana)
	b.open("/")
	b.live()
	h.deaf.Store(true) // the board must not hear what Bia does
	h.lines.cut()
	b.until(`!document.getElementById('away').hidden`) // which moves the cards down
	s := domain.StatusWaiting
	if _, err := h.desk.Change(t.Context(), actor(h.bia), tk.ID, domain.TicketChange{Status: &s}, 0); err != nil {
		t.Fatal(err)
	}
	b.drag(tk.ID, domain.StatusResolved)
	b.until(`document.querySelector('.toast.bad')?.textContent.includes('Bia Rocha')`)
	b.until(fmt.Sprintf(inColumn, "aguardando", tk.ID))
	if got, _ := h.desk.Visible(t.Context(), actor(h.ana), tk.ID); got.Status != domain.StatusWaiting {
		t.Errorf("a stale drop went through: %s", got.Status)
	}
	b.quiet("412", "WebSocket")
}

func TestBoardCatchesUpAfterALostConnection(t *testing.T) {
	chromium(t)
	h := newHouse(t)
	tk := h.ticket(t, h.caio, "Perdido")
	b := newBrowser(t, h, h.ana)
	b.open("/")
	b.live()
	h.deaf.Store(true)
	h.lines.cut()
	b.until(`!document.getElementById('away').hidden`)
	s := domain.StatusResolved
	if _, err := h.desk.Change(t.Context(), actor(h.bia), tk.ID, domain.TicketChange{Status: &s}, 0); err != nil {
		t.Fatal(err)
	}
	h.deaf.Store(false)
	b.until(fmt.Sprintf(inColumn, "resolvido", tk.ID))
	b.live()
	b.until(`document.getElementById('away').hidden && document.querySelector('.toast') !== null`)
}

// What is heard, or done here, while everything is fetched again is newer than what that brings.
func TestTheBoardsNewsAreNotOvertaken(t *testing.T) {
	chromium(t)
	h := newHouse(t)
	mine, gone := h.ticket(t, h.caio, "Meu"), h.ticket(t, h.caio, "Resolvido por outra")
	b := newBrowser(t, h, h.ana)
	b.open("/?situacao=abertos")
	b.live()
	answer := h.holdBack("")
	h.lines.cut()
	<-answer.made

	heard := h.ticket(t, h.caio, "Novo")
	b.until(fmt.Sprintf(inColumn, "aberto", heard.ID))
	h.move(t, h.bia, gone.ID, domain.StatusWaiting)
	b.until(fmt.Sprintf(inColumn, "aguardando", gone.ID))
	b.drag(mine.ID, domain.StatusInProgress)
	b.until(`document.querySelector('.toast button') !== null`)

	close(answer.letGo)
	b.until(`!document.querySelector('.board[aria-busy]')`)
	for column, id := range map[string]int64{"aberto": heard.ID, "aguardando": gone.ID, "em_andamento": mine.ID} {
		if b.text(fmt.Sprintf(inColumn, column, id)) != "true" {
			t.Errorf("#%d is no longer in column %s", id, column)
		}
	}
	b.quiet("WebSocket")
}

// An answer that comes late takes nothing away from a ticket's page.
func TestTheTicketsNewsAreNotOvertaken(t *testing.T) {
	chromium(t)
	h := newHouse(t)
	tk := h.ticket(t, h.caio, "Conversa")
	b := newBrowser(t, h, h.ana)
	b.open(fmt.Sprintf("/chamados/%d", tk.ID))
	b.live()
	said := `document.querySelector('.entries').textContent.includes('%s')`
	answer := h.holdBack("")
	if _, err := h.desk.Comment(t.Context(), actor(h.caio), tk.ID, domain.NewComment{Text: "primeiro"}); err != nil {
		t.Fatal(err)
	}
	<-answer.made
	if _, err := h.desk.Comment(t.Context(), actor(h.caio), tk.ID, domain.NewComment{Text: "segundo"}); err != nil {
		t.Fatal(err)
	}
	b.until(fmt.Sprintf(said, "segundo"))
	b.run(fmt.Sprintf(`document.addEventListener('swap:merged', () => { window.overtaken ||= !`+said+`; })`, "segundo"))
	close(answer.letGo)
	<-answer.gone.Done()
	if _, err := h.desk.Comment(t.Context(), actor(h.caio), tk.ID, domain.NewComment{Text: "terceiro"}); err != nil {
		t.Fatal(err)
	}
	b.until(fmt.Sprintf(said, "terceiro"))
	if b.text(`window.overtaken`) != "false" {
		t.Error("the late answer was shown")
	}
	b.quiet()
}

// What a busy server refuses is asked for again.
func TestWhatABusyServerRefusesIsAskedForAgain(t *testing.T) {
	chromium(t)
	h := newHouse(t)
	tk := h.ticket(t, h.caio, "Conversa")
	board := newBrowser(t, h, h.ana)
	board.open("/")
	board.live()
	h.busy.Store(1)
	board.until(fmt.Sprintf(inColumn, "aberto", h.ticket(t, h.caio, "Novo").ID))

	h.deaf.Store(true)
	h.lines.cut()
	board.until(`!document.getElementById('away').hidden`)
	missed := h.ticket(t, h.caio, "Perdido")
	h.busy.Store(1)
	h.deaf.Store(false)
	board.until(fmt.Sprintf(inColumn, "aberto", missed.ID))

	page := newBrowser(t, h, h.ana)
	page.open(fmt.Sprintf("/chamados/%d", tk.ID))
	page.live()
	h.busy.Store(1)
	if _, err := h.desk.Comment(t.Context(), actor(h.caio), tk.ID, domain.NewComment{Text: "cheguei"}); err != nil {
		t.Fatal(err)
	}
	page.until(`document.querySelector('.entries').textContent.includes('cheguei')`)
	if left := h.busy.Load(); left > 0 {
		t.Errorf("%d requests were not refused", left)
	}
}

// A session that ends while one is away is told from a connection that is lost.
func TestAnEndedSessionIsSaid(t *testing.T) {
	chromium(t)
	h := newHouse(t)
	h.ticket(t, h.caio, "Perdido")
	b := newBrowser(t, h, h.ana)
	b.cookie("idioma", "pt-BR")
	b.open("/?prioridade=media")
	b.live()
	h.deaf.Store(true)
	h.lines.cut()
	b.until(`!document.getElementById('away').hidden && document.querySelector('#away a').hidden`)
	b.cookie(session.CookieName, "none")
	b.until(`document.querySelector('#away a').checkVisibility()`)
	if got := b.text(`document.querySelector('#away').textContent + document.querySelector('#away a').getAttribute('href')`); !strings.Contains(got, "Sua sessão terminou") || !strings.HasSuffix(got, "/entrar?proximo=%2F%3Fprioridade%3Dmedia") {
		t.Errorf("%q", got)
	}
}

// A session that has ended elsewhere is said at once, and forgotten when there is one again.
func TestASessionThatEndsElsewhereIsSaid(t *testing.T) {
	chromium(t)
	h := newHouse(t)
	b := newBrowser(t, h, h.ana)
	b.open("/")
	b.live()
	b.cookie(session.CookieName, "none")
	h.lines.cut()
	b.until(`document.querySelector('#away a').checkVisibility()`)
	token, err := h.keeper.Issue(h.ana)
	if err != nil {
		t.Fatal(err)
	}
	b.cookie(session.CookieName, token)
	b.until(`document.getElementById('away').hidden`)
	b.live()
}

// What was wrong with somebody's own action is still to be read when a colleague does something.
func TestProblemsOutlastTheNews(t *testing.T) {
	chromium(t)
	h := newHouse(t)
	tk := h.ticket(t, h.caio, "Conversa")
	b := newBrowser(t, h, h.ana)
	b.open(fmt.Sprintf("/chamados/%d", tk.ID))
	b.live()
	b.do(chromedp.Click(chromedp.CSS("#responder button.primary")))
	b.until(`document.querySelector('#problem-comentario') !== null`)
	h.deaf.Store(true)
	h.lines.cut()
	b.until(`!document.getElementById('away').hidden`)
	s := domain.StatusWaiting
	if _, err := h.desk.Change(t.Context(), actor(h.bia), tk.ID, domain.TicketChange{Status: &s}, 0); err != nil {
		t.Fatal(err)
	}
	b.run(`document.querySelector('#propriedades button[name="status"][value="resolvido"]').click()`)
	b.until(`document.querySelector('.ticket-head .problem')?.textContent.includes('Bia Rocha')`)
	h.deaf.Store(false)
	if _, err := h.desk.Comment(t.Context(), actor(h.caio), tk.ID, domain.NewComment{Text: "chegou"}); err != nil {
		t.Fatal(err)
	}
	b.until(`document.querySelector('.entries').textContent.includes('chegou')`)
	if got := b.text(`document.querySelector('.ticket-head .problem')?.textContent ?? ''`); !strings.Contains(got, "Bia Rocha") {
		t.Errorf("the explanation is gone: %q", got)
	}
	b.run(`document.querySelector('#propriedades button[name="status"][value="resolvido"]').click()`)
	b.until(`document.querySelector('.ticket-head .problem') === null`)
	b.quiet("412", "422", "WebSocket")
}

func TestTicketPageKeepsWhatIsTyped(t *testing.T) {
	chromium(t)
	h := newHouse(t)
	tk := h.ticket(t, h.caio, "Conversa")
	b := newBrowser(t, h, h.ana)
	b.open(fmt.Sprintf("/chamados/%d", tk.ID))
	b.live()
	b.do(chromedp.SendKeys(chromedp.CSS("#comentario"), "rascunho meu"))
	if _, err := h.desk.Comment(t.Context(), actor(h.caio), tk.ID, domain.NewComment{Text: "chegou " + hostile}); err != nil {
		t.Fatal(err)
	}
	b.until(`document.querySelector('.entries').textContent.includes('chegou <script>')`)
	if got := b.text(`document.querySelector('#comentario').value + document.activeElement.id`); got != "rascunho meucomentario" {
		t.Errorf("typed text or focus lost: %q", got)
	}
	b.do(chromedp.Click(chromedp.CSS(`[value="1"] + span`)), chromedp.KeyEvent("x"))
	b.run(`document.querySelector('#responder').requestSubmit()`)
	b.until(`document.querySelector('.entry.note') !== null && document.querySelector('#comentario').value === ''`)
	if got := b.text(`document.querySelector('.entry.note .prose').textContent`); !strings.HasPrefix(got, "rascunho meu") {
		t.Errorf("note: %q", got)
	}
	b.do(chromedp.Click(chromedp.CSS(`.chip[value="resolvido"]`)))
	b.until(`document.querySelector('.ticket-head .status.is-resolvido') !== null`)
	b.quiet()
}

func TestBoardByFinger(t *testing.T) {
	chromium(t)
	h := newHouse(t)
	tk := h.ticket(t, h.caio, "Dedo")
	b := newBrowser(t, h, h.ana)
	b.fingers()
	b.open("/")
	b.live()
	x, y := b.at(fmt.Sprintf("#cartao-%d", tk.ID))
	toX, toY := b.at("#coluna-em_andamento")
	b.touch(input.DispatchTouchEventTypeTouchStart, x+30, y+20)
	b.until(`document.documentElement.classList.contains('dragging')`)
	for i := range 8 {
		part := float64(i+1) / 8
		b.touch(input.DispatchTouchEventTypeTouchMove, x+30+(toX+10-x)*part, y+20+(toY+100-y)*part)
	}
	b.until(`document.querySelector('#coluna-em_andamento').classList.contains('over')`)
	b.touch(input.DispatchTouchEventTypeTouchEnd, 0, 0)
	b.until(fmt.Sprintf(inColumn, "em_andamento", tk.ID))
	b.quiet()
}

// On a phone the column is beside the screen: a card held at the edge brings it.
func TestBoardByFingerOnAPhone(t *testing.T) {
	chromium(t)
	h := newHouse(t)
	tk := h.ticket(t, h.caio, "Dedo")
	b := newBrowser(t, h, h.ana)
	b.fingers()
	b.resize(360)
	b.open("/")
	b.live()
	x, y := b.at(fmt.Sprintf("#cartao-%d", tk.ID))
	b.touch(input.DispatchTouchEventTypeTouchStart, x+30, y+20)
	b.until(`document.documentElement.classList.contains('dragging')`)
	b.touch(input.DispatchTouchEventTypeTouchMove, 352, y+60)
	b.until(`board.scrollLeft >= board.scrollWidth - board.clientWidth - 1`)
	b.touch(input.DispatchTouchEventTypeTouchMove, 180, y+60)
	b.until(`document.querySelector('#coluna-resolvido').classList.contains('over')`)
	b.touch(input.DispatchTouchEventTypeTouchEnd, 0, 0)
	b.until(fmt.Sprintf(inColumn, "resolvido", tk.ID))
	// A finger that moves at once scrolls, and takes no card along.
	x, y = b.at(fmt.Sprintf("#cartao-%d", tk.ID))
	b.touch(input.DispatchTouchEventTypeTouchStart, x+30, y+20)
	b.touch(input.DispatchTouchEventTypeTouchMove, x+30, y-40)
	b.touch(input.DispatchTouchEventTypeTouchEnd, 0, 0)
	if b.text(`document.documentElement.classList.contains('dragging')`) != "false" {
		t.Error("scrolling took the card")
	}
	b.quiet()
}

// Whoever asked for less motion gets none; the others do.
func TestMotionIsReducedWhenAsked(t *testing.T) {
	chromium(t)
	h := newHouse(t)
	tk := h.ticket(t, h.caio, "Calma")
	for _, asked := range []bool{true, false} {
		b := newBrowser(t, h, h.ana)
		if asked {
			_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}},
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		b.open("/")
		b.live()
		b.run(`window.moved = 0; const animate = Element.prototype.animate;
			Element.prototype.animate = function (...given) { window.moved++; return animate.apply(this, given); };
			addEventListener('animationstart', (event) => { if (parseFloat(getComputedStyle(event.target).animationDuration) > 0.001) window.moved++; });`)
		target := map[bool]domain.Status{true: domain.StatusInProgress, false: domain.StatusWaiting}[asked]
		b.drag(tk.ID, target)
		b.until(fmt.Sprintf(inColumn, target, tk.ID))
		b.until(`document.querySelector('.toast') !== null`)
		h.move(t, h.bia, tk.ID, domain.StatusResolved)
		b.until(fmt.Sprintf(inColumn+` && document.querySelector('#cartao-%d').classList.contains('fresh')`, "resolvido", tk.ID, tk.ID))
		if moved := b.text("window.moved > 0"); (moved == "true") == asked {
			t.Errorf("less motion asked for: %v, and something moves: %s", asked, moved)
		}
		slow := b.text(`[...document.querySelectorAll('*')].filter((e) => { const s = getComputedStyle(e); return parseFloat(s.transitionDuration) > 0.001 || parseFloat(s.animationDuration) > 0.001; }).length > 0`)
		if (slow == "true") == asked {
			t.Errorf("less motion asked for: %v, and styles take time: %s", asked, slow)
		}
		h.move(t, h.bia, tk.ID, domain.StatusOpen)
	}
}

// fingers makes the screen one that is touched.
func (b *browser) fingers() {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true}); err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) touch(kind input.DispatchTouchEventType, x, y float64) {
	b.t.Helper()
	points := []*input.TouchPoint{}
	if kind != input.DispatchTouchEventTypeTouchEnd {
		points = append(points, &input.TouchPoint{X: x, Y: y})
	}
	if _, err := chromedp.Call(b.ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: points}); err != nil {
		b.t.Fatal(err)
	}
}
