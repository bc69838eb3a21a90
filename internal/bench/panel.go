package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

const (
	// watch runs before a page's own scripts: it notes when the page hears the desk, after which all of it
	// can be used.
	watch = `window.bench = { ready: 0 };
		new MutationObserver(() => { if (document.documentElement.dataset.live === 'on' && !bench.ready) bench.ready = performance.now(); }).observe(document, { attributes: true, subtree: true, attributeFilter: ['data-live'] });`
	// weigh sums up what this page and its parts weighed on the wire.
	weigh = `Object.fromEntries(performance.getEntries().filter((e) => e.encodedBodySize).map((e) => [new URL(e.name).pathname, e.encodedBodySize]))`

	dragMoves = 90 // steps of the hand, one in each frame
	scrolled  = 200
	felt      = 50 // milliseconds from which a task is felt
)

// visit is what one fresh browser saw of the board.
type visit struct {
	Paint float64 `json:"paint"` // milliseconds until something is seen
	Ready float64 `json:"ready"` // and until all of it can be used
}

// panel measures the board in Chromium, each time with an empty cache.
func (b *bench) panel(ctx context.Context) error {
	return b.with(ctx, func(p *program) error {
		var paints, readies []float64
		for range 2*b.rounds + 1 {
			v, err := b.visitBoard(ctx, p)
			if err != nil {
				return err
			}
			paints, readies = append(paints, v.Paint), append(readies, v.Ready)
		}
		b.add(row{Name: "panel: board, first contentful paint", Ours: median(paints), Unit: "ms", Value: median(paints), Bar: 1000, AtMost: true, Note: spread(paints)})
		b.add(row{Name: "panel: board, interactive and live", Ours: median(readies), Unit: "ms", Value: median(readies), Bar: 1500, AtMost: true, Note: spread(readies)})
		return errors.Join(b.scrollAndDrag(ctx, p), b.weighPanel(ctx, p))
	})
}

func spread(ms []float64) string {
	low, high := ms[0], ms[0]
	for _, v := range ms {
		low, high = min(low, v), max(high, v)
	}
	return fmt.Sprintf("%.0f to %.0f", low, high)
}

// window opens a browser with an empty cache in which IT is logged in.
func (b *bench) window(ctx context.Context, p *program, do func(ctx context.Context) error) error {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.WindowSize(1440, 900), chromedp.Flag("disable-background-networking", true))
	ctx, stop := chromedp.NewExecAllocator(ctx, options...)
	defer stop()
	ctx, closeWindow := chromedp.NewContext(ctx)
	defer closeWindow()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	name, value, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(asCookie(b.actors.it[0]), "Cookie: ")), "=")
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		return err
	}
	_, cookie := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: "http://" + p.addr})
	_, script := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watch})
	if err := errors.Join(cookie, script); err != nil {
		return err
	}
	return do(ctx)
}

// openBoard goes to the board and waits until it can be used.
func openBoard(ctx context.Context, p *program) error {
	return errors.Join(chromedp.Do(ctx, chromedp.Navigate("http://"+p.addr+"/")), until(ctx, `bench.ready > 0`))
}

func until(ctx context.Context, condition string) error {
	_, err := chromedp.Run(ctx, chromedp.Poll[bool](condition, chromedp.WithPollingInterval(20*time.Millisecond)))
	return err
}

func (b *bench) visitBoard(ctx context.Context, p *program) (v visit, err error) {
	err = b.window(ctx, p, func(ctx context.Context) error {
		if err := openBoard(ctx, p); err != nil {
			return err
		}
		v, err = chromedp.Run(ctx, chromedp.Evaluate[visit](`({ paint: performance.getEntriesByName('first-contentful-paint')[0].startTime, ready: bench.ready })`))
		return err
	})
	return v, err
}

// scrollAndDrag walks down a column until it shows some hundred cards, then carries one over the whole board and
// drops it, and counts the tasks that would have been felt.
func (b *bench) scrollAndDrag(ctx context.Context, p *program) error {
	return b.window(ctx, p, func(ctx context.Context) error {
		if err := openBoard(ctx, p); err != nil {
			return err
		}
		begin := time.Now()
		err := until(ctx, fmt.Sprintf(`(() => { const c = document.querySelector('#coluna-aberto .column-body'); c.scrollTop = c.scrollHeight;
			return c.querySelectorAll('.card').length >= %d; })()`, scrolled))
		if err != nil {
			return err
		}
		scroll := float64(time.Since(begin).Milliseconds())
		if err := until(ctx, `(document.querySelector('#coluna-aberto .column-body').scrollTop = 0) === 0`); err != nil {
			return err
		}
		tasks, err := traced(ctx, func(ctx context.Context) error {
			for range b.rounds + 1 {
				if err := dragFirstCard(ctx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		b.add(row{Name: fmt.Sprintf("panel: column scrolled to %d cards", scrolled), Ours: scroll, Unit: "ms", Value: scroll, Bar: 5000, AtMost: true})
		b.addTasks(tasks)
		return nil
	})
}

// addTasks says which of the tasks would have been felt.
func (b *bench) addTasks(tasks []task) {
	var long, waited int
	var longest task
	for _, t := range tasks {
		if t.cpu > felt {
			long++
		}
		if t.clock > felt {
			waited++
		}
		longest = task{max(longest.clock, t.clock), max(longest.cpu, t.cpu)}
	}
	b.add(row{
		Name: "panel: tasks over 50 ms in drags, by CPU", Ours: float64(long), Value: float64(long), Bar: 0, AtMost: true,
		Note: fmt.Sprintf("of %d; longest %.0f ms; by the clock %d, longest %.0f ms", len(tasks), longest.cpu, waited, longest.clock),
	})
}

// dragFirstCard takes the first open card across all columns and drops it into the second.
func dragFirstCard(ctx context.Context) error {
	if err := until(ctx, `document.getElementById('toasts').replaceChildren() === undefined`); err != nil {
		return err
	}
	at, err := chromedp.Run(ctx, chromedp.Evaluate[[4]float64](`(() => { const c = document.querySelector('#coluna-aberto .card').getBoundingClientRect();
		const t = document.querySelector('#coluna-em_andamento').getBoundingClientRect(); return [c.left + 20, c.top + 12, t.left + 40, t.top + 160]; })()`))
	if err != nil {
		return err
	}
	mouse := func(kind input.DispatchMouseEventType, x, y float64) error {
		_, err := chromedp.Call(ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: x, Y: y, Button: input.MouseButtonLeft, ClickCount: 1})
		time.Sleep(16 * time.Millisecond)
		return err
	}
	if err := mouse(input.DispatchMouseEventTypeMousePressed, at[0], at[1]); err != nil {
		return err
	}
	for i := range dragMoves {
		x := at[0] + 1100*float64(i)/dragMoves
		if err := mouse(input.DispatchMouseEventTypeMouseMoved, x, at[1]+float64(i*3)); err != nil {
			return err
		}
	}
	return errors.Join(
		mouse(input.DispatchMouseEventTypeMouseMoved, at[2], at[3]), mouse(input.DispatchMouseEventTypeMouseReleased, at[2], at[3]),
		until(ctx, `document.querySelector('.toast') !== null && !document.documentElement.classList.contains('dragging')`),
	)
}

// weighPanel adds up all modules, styles and signs of all pages, and the board's page, as they were sent.
func (b *bench) weighPanel(ctx context.Context, p *program) error {
	return b.window(ctx, p, func(ctx context.Context) error {
		files, board := map[string]float64{}, 0.0
		for _, path := range []string{"/", "/chamados", "/chamados/1", "/chamados/novo", "/pessoas", "/pessoas/importar", "/estatisticas", "/sistema", "/conta"} {
			if err := chromedp.Do(ctx, chromedp.Navigate("http://"+p.addr+path)); err != nil {
				return err
			}
			if err := until(ctx, `bench.ready > 0`); err != nil {
				return err
			}
			sizes, err := chromedp.Run(ctx, chromedp.Evaluate[map[string]float64](weigh))
			if err != nil {
				return err
			}
			if path == "/" {
				board = sizes["/"]
			}
			for name, size := range sizes {
				if strings.HasPrefix(name, "/assets/") {
					files[name] = size
				}
			}
		}
		total := board
		for _, size := range files {
			total += size
		}
		b.add(row{
			Name: "panel: all of it, compressed", Ours: total / 1000, Unit: "KB", Value: total / 1000, Bar: 150, AtMost: true,
			Note: fmt.Sprintf("%d files, the board's page %.1f KB", len(files), board/1000),
		})
		return nil
	})
}
