package panel_test

import (
	"bytes"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"chamados/admin/session"
	"chamados/domain"
)

// keepAnswers lets a test keep answers within the page: the next one to an address with one of window.keep in it goes
// on when the function in window.kept is called.
const keepAnswers = `(() => {
	const real = window.fetch;
	window.keep = [];
	window.kept = [];
	window.fetch = async (url, options) => {
		const rule = window.keep.findIndex((part) => String(url).includes(part));
		if (rule >= 0) window.keep.splice(rule, 1);
		const response = await real(url, options);
		if (rule >= 0) await new Promise((go) => window.kept.push(go));
		return response;
	};
})()`

// keepOnTicket opens a ticket's page and keeps the next answer to an address there.
func (b *browser) keepOnTicket(id int64, part string) {
	b.t.Helper()
	b.open(fmt.Sprintf("/chamados/%d", id))
	b.live()
	b.run(keepAnswers)
	b.run(fmt.Sprintf(`window.keep.push('%s')`, part))
}

// where lists the columns that show a card of a ticket.
func where(id int64) string {
	return fmt.Sprintf(`[...document.querySelectorAll('[id="cartao-%d"]')].map((card) => card.closest('[data-cards]').dataset.cards).join('+')`, id)
}

// shownIn waits until a ticket's card is in a column, and nowhere else.
func (b *browser) shownIn(id int64, s domain.Status) {
	b.t.Helper()
	b.until(fmt.Sprintf(`%s === '%s'`, where(id), s))
}

// abreast waits until the board has dealt with all that has happened so far.
func (b *browser) abreast(h *house) {
	b.t.Helper()
	b.shownIn(h.ticket(b.t, h.du, "Depois").ID, domain.StatusOpen)
	b.live()
}

func (b *browser) press(x, y float64) {
	b.t.Helper()
	b.do(chromedp.MouseEvent(chromedp.MousePressed, x, y, chromedp.ButtonLeft, chromedp.ClickCount(1)))
}

func (b *browser) carry(x, y float64) {
	b.t.Helper()
	b.do(chromedp.MouseEvent(chromedp.MouseMoved, x, y, chromedp.ButtonLeft))
}

func (b *browser) release(x, y float64) {
	b.t.Helper()
	b.do(chromedp.MouseEvent(chromedp.MouseReleased, x, y, chromedp.ButtonLeft, chromedp.ClickCount(1)))
}

// cutOff has the browser hear nothing until hearAgain.
func (h *house) cutOff(b *browser) {
	b.t.Helper()
	h.deaf.Store(true)
	h.lines.cut()
	b.until(`!document.getElementById('away').hidden`)
}

func (h *house) hearAgain(b *browser) {
	b.t.Helper()
	h.deaf.Store(false)
	b.live()
}

func (h *house) say(t testing.TB, u domain.User, id int64, text string) {
	t.Helper()
	if _, err := h.desk.Comment(t.Context(), actor(u), id, domain.NewComment{Text: text}); err != nil {
		t.Fatal(err)
	}
}

func (h *house) assign(t testing.TB, id int64, to domain.User) {
	t.Helper()
	if _, err := h.desk.Change(t.Context(), actor(h.bia), id, domain.TicketChange{Assignee: &domain.Assignment{UserID: to.ID}}, 0); err != nil {
		t.Fatal(err)
	}
}

// board is Ana's, with some open tickets of which the first is returned.
func board(t *testing.T, tickets int) (*house, *browser, domain.Ticket) {
	t.Helper()
	chromium(t)
	h := newHouse(t)
	first := h.ticket(t, h.caio, "Primeiro")
	for i := range tickets - 1 {
		h.ticket(t, h.caio, fmt.Sprintf("Mais %d", i))
	}
	b := newBrowser(t, h, h.ana)
	b.open("/")
	b.live()
	return h, b, first
}

// Of what happened while nothing was heard the board shows all: also what a full first page has no place for, what only
// adds a mark, and what was further down.
func TestTheBoardShowsAllThatWasMissed(t *testing.T) {
	h, b, first := board(t, 30)
	b.run(`document.querySelector('[data-cards="aberto"] [data-more] a').click()`)
	b.shownIn(30, domain.StatusOpen)
	b.run(`document.querySelector('#cartao-29 .card-title').focus()`)
	h.cutOff(b)
	missed := h.ticket(t, h.du, "Perdido")
	h.say(t, h.caio, first.ID, "alguém?")
	h.move(t, h.bia, 30, domain.StatusWaiting)
	h.hearAgain(b)
	b.shownIn(30, domain.StatusWaiting)
	b.until(fmt.Sprintf(`document.querySelector('#cartao-%d.has-news') !== null`, first.ID))
	b.until(fmt.Sprintf(`document.querySelector('#cartao-%d') !== null || document.querySelector('[data-cards="aberto"] [data-more]') !== null`, missed.ID))
	if got := b.text(`document.activeElement.closest('.card')?.id`); got != "cartao-29" {
		t.Errorf("the keyboard is at %s", got)
	}
}

// A card that was in the hand while everything was fetched is fetched when it is let go of.
func TestACardInTheHandCatchesUp(t *testing.T) {
	h, b, tk := board(t, 1)
	h.cutOff(b)
	h.move(t, h.bia, tk.ID, domain.StatusWaiting)
	answer := h.holdBack("")
	x, y := b.at(fmt.Sprintf("#cartao-%d", tk.ID))
	b.press(x+20, y+12)
	b.carry(x+40, y+42)
	b.until(`document.querySelector('.ghost') !== null`)
	h.deaf.Store(false)
	<-answer.made
	b.do(chromedp.KeyEvent(kb.Escape))
	b.until(`document.querySelector('.ghost') === null`)
	b.release(x+40, y+42)
	close(answer.letGo)
	b.shownIn(tk.ID, domain.StatusWaiting)
}

// News may replace a card between any two moments of somebody's hand: there is one card of a ticket all the same.
func TestThereIsOneCardOfATicket(t *testing.T) {
	news := func(h *house, b *browser, id int64) {
		h.say(t, h.caio, id, "e agora?")
		b.until(fmt.Sprintf(`document.querySelector('#cartao-%d.has-news') !== null`, id))
	}
	t.Run("while its menu is open", func(t *testing.T) {
		h, b, tk := board(t, 1)
		b.do(chromedp.Click(chromedp.CSS(fmt.Sprintf("#cartao-%d [data-menu]", tk.ID))))
		b.until(`document.querySelector('.popup:popover-open') !== null`)
		news(h, b, tk.ID)
		b.do(chromedp.KeyEvent(kb.Enter))
		b.until(`document.querySelector('.toast') !== null`)
		b.abreast(h)
		b.shownIn(tk.ID, domain.StatusInProgress)
	})
	t.Run("between press and drag", func(t *testing.T) {
		h, b, tk := board(t, 1)
		x, y := b.at(fmt.Sprintf("#cartao-%d", tk.ID))
		toX, toY := b.at("#coluna-aguardando")
		b.press(x+20, y+12)
		news(h, b, tk.ID)
		b.carry(x+40, y+32)
		b.until(`document.querySelector('.ghost')?.getBoundingClientRect().width > 100`)
		b.carry(toX+40, toY+150)
		b.release(toX+40, toY+150)
		b.until(`document.querySelector('.toast') !== null`)
		b.abreast(h)
		b.shownIn(tk.ID, domain.StatusWaiting)
	})
	t.Run("while it is moved again", func(t *testing.T) {
		h, b, tk := board(t, 1)
		b.run(keepAnswers)
		b.run(`window.keep.push('/status')`)
		b.drag(tk.ID, domain.StatusInProgress)
		b.until(`window.kept.length === 1`)
		b.until(fmt.Sprintf(`document.getElementById('cartao-%d').getAnimations().length === 0`, tk.ID))
		x, y := b.at(fmt.Sprintf("#cartao-%d", tk.ID))
		toX, toY := b.at("#coluna-aguardando")
		b.press(x+20, y+12)
		b.carry(x+40, y+32)
		b.until(`document.querySelector('.ghost') !== null`)
		b.run(`window.kept[0]()`)
		b.until(`document.querySelector('.toast') !== null`)
		b.carry(toX+40, toY+150)
		b.release(toX+40, toY+150)
		b.until(`document.querySelectorAll('.toast').length === 2`)
		b.abreast(h)
		b.shownIn(tk.ID, domain.StatusWaiting)
	})
}

// Moves by keyboard that follow each other are done one after the other, and the keyboard stays with the card; beside
// it where the card went out of sight.
func TestMovesByKeyboardInARow(t *testing.T) {
	h, b, tk := board(t, 2)
	right := chromedp.KeyEvent(kb.ArrowRight, chromedp.KeyModifiers(kb.ModifierShift))
	b.run(fmt.Sprintf(`document.querySelector('#cartao-%d .card-title').focus()`, tk.ID))
	b.do(right, right)
	b.shownIn(tk.ID, domain.StatusWaiting)
	b.until(`document.querySelectorAll('.toast:not(.bad)').length === 2`)
	b.until(fmt.Sprintf(`document.activeElement.closest('.card')?.id === 'cartao-%d'`, tk.ID))
	b.do(right)
	b.shownIn(tk.ID, domain.StatusResolved)
	b.until(`document.querySelectorAll('.toast').length === 3`)
	b.do(right)
	b.shownIn(tk.ID, domain.StatusClosed)
	b.until(`document.activeElement.closest('.card')?.id === 'cartao-2'`)
	b.until(`/Fechado|Closed/.test(document.querySelector('.toast:last-child').textContent)`)
	if got, _ := h.desk.Visible(t.Context(), actor(h.ana), tk.ID); got.Status != domain.StatusClosed {
		t.Errorf("the desk has %s", got.Status)
	}
}

// A mouse button that was let go of in another window carries nothing.
func TestADragEndsWithItsButton(t *testing.T) {
	h, b, tk := board(t, 1)
	x, y := b.at(fmt.Sprintf("#cartao-%d", tk.ID))
	b.press(x+20, y+12)
	b.carry(x+60, y+60)
	b.until(`document.querySelector('.ghost') !== null`)
	b.do(chromedp.MouseEvent(chromedp.MouseMoved, x+80, y+80))
	b.until(`document.querySelector('.ghost') === null`)
	b.abreast(h)
	b.shownIn(tk.ID, domain.StatusOpen)
}

// Answers about one card may overtake each other too.
func TestALateAnswerAboutACardIsOvertaken(t *testing.T) {
	t.Run("a ticket that is deleted", func(t *testing.T) {
		h, b, tk := board(t, 1)
		b.run(keepAnswers)
		b.run(fmt.Sprintf(`window.keep.push('/cartao/%d')`, tk.ID))
		h.say(t, h.caio, tk.ID, "oi")
		b.until(`window.kept.length === 1`)
		if err := h.desk.Delete(t.Context(), actor(h.bia), tk.ID); err != nil {
			t.Fatal(err)
		}
		b.until(where(tk.ID) + ` === ''`)
		b.run(`window.kept[0]()`)
		b.abreast(h)
		b.until(where(tk.ID) + ` === ''`)
	})
	t.Run("a ticket that has come back", func(t *testing.T) {
		h, b, tk := board(t, 1)
		h.assign(t, tk.ID, h.ana)
		b.open(fmt.Sprintf("/?responsavel=%d", h.ana.ID))
		b.live()
		b.shownIn(tk.ID, domain.StatusOpen)
		b.run(keepAnswers)
		b.run(fmt.Sprintf(`window.keep.push('/cartao/%d')`, tk.ID))
		h.assign(t, tk.ID, h.bia)
		b.until(`window.kept.length === 1`)
		h.assign(t, tk.ID, h.ana)
		b.until(fmt.Sprintf(`window.performance.getEntriesByType('resource').filter((entry) => entry.name.includes('/cartao/%d')).length === 2`, tk.ID))
		b.run(`window.kept[0]()`)
		later := h.ticket(t, h.caio, "Depois")
		h.assign(t, later.ID, h.ana)
		b.shownIn(later.ID, domain.StatusOpen)
		b.shownIn(tk.ID, domain.StatusOpen)
	})
}

// The rest of a column that a busy server refused is asked for again while its end is in sight.
func TestTheRestOfAColumnIsAskedForAgain(t *testing.T) {
	h, b, _ := board(t, 60)
	h.busy.Store(1)
	b.run(`document.querySelector('#coluna-aberto .column-body').scrollTo(0, 1e6)`)
	b.until(`document.querySelectorAll('[data-cards="aberto"] .card').length > 25`)
}

// wire lies between a browser and the server. Once it is dead it swallows what is on WebSockets without closing them.
type wire struct{ dead atomic.Bool }

func (w *wire) listen(t *testing.T, to string) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			end, err := net.Dial("tcp", to)
			if err != nil {
				_ = from.Close()
				continue
			}
			t.Cleanup(func() { _, _ = from.Close(), end.Close() })
			var socket atomic.Bool
			go w.carry(&socket, end, from)
			go w.carry(&socket, from, end)
		}
	}()
	return "http://" + listener.Addr().String()
}

func (w *wire) carry(socket *atomic.Bool, to, from net.Conn) {
	piece := make([]byte, 32<<10)
	for dead := false; ; {
		size, err := from.Read(piece)
		dead = dead || socket.Load() && w.dead.Load()
		if bytes.HasPrefix(piece[:size], []byte("GET /ws")) && !dead {
			socket.Store(!w.dead.Load()) // what is opened later lives
		}
		if err != nil && !dead {
			_ = to.Close()
		}
		if err != nil {
			return
		}
		if !dead {
			_, _ = to.Write(piece[:size])
		}
	}
}

// A line that has died without a word is noticed by its silence.
func TestALineThatDiesSilently(t *testing.T) {
	chromium(t)
	h := newHouse(t)
	var w wire
	b := newBrowser(t, h, h.ana)
	b.base = w.listen(t, strings.TrimPrefix(h.server.URL, "http://"))
	token, err := h.keeper.Issue(h.ana)
	if err != nil {
		t.Fatal(err)
	}
	b.cookie(session.CookieName, token)
	b.open("/")
	b.live()
	w.dead.Store(true)
	unheard := h.ticket(t, h.caio, "Ninguém ouviu")
	b.run(`document.dispatchEvent(new Event('visibilitychange'))`) // or half a minute
	b.shownIn(unheard.ID, domain.StatusOpen)
}

// An answer that never comes is not waited for.
func TestAnAnswerThatNeverComes(t *testing.T) {
	h, b, tk := board(t, 1)
	answer := h.holdBack("/fragmentos/cartao/")
	h.move(t, h.bia, tk.ID, domain.StatusWaiting)
	<-answer.made
	b.shownIn(tk.ID, domain.StatusWaiting)
}

// Whatever a laptop says when it wakes up, there is one connection.
func TestThereIsOneConnection(t *testing.T) {
	h, b, _ := board(t, 1)
	b.run(`(() => { const Real = WebSocket; window.lines = []; window.WebSocket = class extends Real { constructor(...all) { super(...all); window.lines.push(this); } }; })()`)
	h.cutOff(b)
	h.deaf.Store(false)
	b.run(`dispatchEvent(new Event('online')); document.dispatchEvent(new Event('visibilitychange'))`)
	b.live()
	b.until(`window.lines.filter((line) => line.readyState === 1).length === 1 && window.lines.every((line) => line.readyState !== 0)`)
	b.abreast(h)
}

// What is typed while a message is being sent is the next one.
func TestWhatIsTypedWhileSendingStays(t *testing.T) {
	h, b, tk := board(t, 1)
	b.keepOnTicket(tk.ID, "/comentarios")
	b.do(chromedp.SendKeys(chromedp.CSS("#comentario"), "primeira"), chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(kb.ModifierCtrl)))
	b.until(`window.kept.length === 1`)
	b.do(chromedp.KeyEvent(" segunda"))
	b.run(`window.kept[0]()`)
	b.until(`document.querySelector('#comentario').value === ' segunda'`)
	if v, err := h.desk.Ticket(t.Context(), actor(h.ana), tk.ID); err != nil || len(v.Comments) != 1 || v.Comments[0].Text != "primeira" {
		t.Errorf("sent %+v, %v", v.Comments, err)
	}
}

// The last of two choices counts, however quickly they follow.
func TestTheLastChoiceCounts(t *testing.T) {
	h, b, tk := board(t, 1)
	b.keepOnTicket(tk.ID, "/prioridade")
	choose := `(() => { const list = document.querySelector('select[name="prioridade"]'); list.focus(); list.value = '%s'; list.dispatchEvent(new Event('change', { bubbles: true })); })()`
	b.run(fmt.Sprintf(choose, "alta"))
	b.until(`window.kept.length === 1`)
	b.run(fmt.Sprintf(choose, "urgente"))
	b.run(`window.kept[0]()`)
	b.until(`document.querySelector('.ticket-head')?.parentElement.textContent.includes('Urgente') || document.body.textContent.includes('Urgent')`)
	b.until(`!document.querySelector('[data-sending]')`)
	if got, _ := h.desk.Visible(t.Context(), actor(h.ana), tk.ID); got.Priority != domain.PriorityUrgent {
		t.Errorf("the desk has %s", got.Priority)
	}
}

// An edit that is under way survives a refusal, other people's news, and the end of the session.
func TestAnEditSurvives(t *testing.T) {
	h, b, tk := board(t, 1)
	h.say(t, h.ana, tk.ID, "antes")
	b.open(fmt.Sprintf("/chamados/%d", tk.ID))
	b.live()
	b.do(chromedp.Click(chromedp.CSS(".edit-comment summary")), chromedp.SendKeys(chromedp.CSS(".edit-comment textarea"), " e depois"))
	h.busy.Store(10)
	b.run(`document.querySelector('.edit-comment form').requestSubmit()`)
	b.until(`document.querySelector('.toast.bad') !== null`)
	h.busy.Store(0)
	h.say(t, h.caio, tk.ID, "oi")
	b.until(`document.querySelectorAll('.entry').length === 2`)
	b.cookie(session.CookieName, "none")
	h.say(t, h.caio, tk.ID, "tem alguém?")
	b.until(`document.querySelector('#away a').checkVisibility()`)
	if got := b.text(`document.querySelector('.edit-comment').open + ' ' + document.querySelector('.edit-comment textarea').value`); got != "true  e depoisantes" {
		t.Errorf("the edit is %q", got)
	}
	token, err := h.keeper.Issue(h.ana)
	if err != nil {
		t.Fatal(err)
	}
	b.cookie(session.CookieName, token)
	b.until(`document.getElementById('away').hidden`)
	b.run(`document.querySelector('.edit-comment form').requestSubmit()`)
	b.until(`document.querySelector('.entry .prose').textContent.includes('e depoisantes') && !document.querySelector('.edit-comment').open`)
}
