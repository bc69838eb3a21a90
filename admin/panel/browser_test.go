package panel_test

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"chamados/admin/session"
	"chamados/domain"
)

// chrome is the one headless browser of all tests: each has a window of its own in it, with its own cookies.
var chrome struct {
	once sync.Once
	ctx  context.Context
	err  error
	stop func()
}

func startChrome() {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.Flag("disable-background-networking", true), chromedp.WindowSize(1440, 900))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, closeFirst := chromedp.NewContext(alloc)
	chrome.ctx, chrome.err = ctx, chromedp.Do(ctx, chromedp.Navigate("about:blank"))
	chrome.stop = func() { closeFirst(); stop() }
}

// TestMain lets more tests run side by side than there are processors: they mostly wait.
func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "4")
	code := m.Run()
	if chrome.stop != nil {
		chrome.stop()
	}
	os.Exit(code)
}

// browser is one headless window.
type browser struct {
	t    *testing.T
	ctx  context.Context
	base string

	mu      sync.Mutex
	console []string
}

// newBrowser opens a window in which u has logged in.
func newBrowser(t *testing.T, h *house, u domain.User) *browser {
	t.Helper()
	chromium(t)
	if chrome.once.Do(startChrome); chrome.err != nil {
		t.Fatal(chrome.err)
	}
	ctx, closeWindow := chromedp.NewContext(chrome.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(closeWindow)
	b := &browser{t: t, ctx: ctx, base: h.server.URL}
	b.do(chromedp.Navigate("about:blank"))
	// Every window believes that it is the one in front.
	if _, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		t.Fatal(err)
	}
	go b.listen()
	token, err := h.keeper.Issue(u)
	if err != nil {
		t.Fatal(err)
	}
	_, err = chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: session.CookieName, Value: token, URL: b.base})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// chromium skips the test where there is no browser, loudly, and fails it in CI.
func chromium(t *testing.T) {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome", "headless_shell"} {
		if _, err := exec.LookPath(name); err == nil {
			return
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("no Chromium: the browser test must run in CI")
	}
	t.Skip("*** NO CHROMIUM ON THIS MACHINE: THE PANEL WAS NOT TRIED IN A BROWSER ***")
}

// listen keeps what the page complains about: a refused style or script shows up here.
func (b *browser) listen() {
	for m, err := range chromedp.Console(b.ctx) {
		if err != nil {
			return
		}
		if m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleException || m.Type == chromedp.ConsoleWarning {
			b.mu.Lock()
			b.console = append(b.console, m.Text+" "+m.URL)
			b.mu.Unlock()
		}
	}
}

// quiet fails the test if the page complained of anything but the named matters.
func (b *browser) quiet(except ...string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
next:
	for _, line := range b.console {
		for _, known := range except {
			if strings.Contains(line, known) {
				continue next
			}
		}
		b.t.Errorf("console: %s", line)
	}
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.base + path))
}

// live waits until the page hears the desk and shows what it missed before.
func (b *browser) live() {
	b.t.Helper()
	b.until(`document.documentElement.dataset.live === 'on' && !document.querySelector('.board[aria-busy]')`)
}

// until polls a condition in the page, with a deadline; the page may be left for another one meanwhile.
func (b *browser) until(condition string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+condition+")"))
		if err == nil && ok {
			return
		}
		select {
		case <-ctx.Done():
			b.t.Fatalf("never true: %s (%v)", condition, err)
		case <-tick.C:
		}
	}
}

// text evaluates an expression to a text.
func (b *browser) text(expression string) string {
	b.t.Helper()
	out, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return out
}

func (b *browser) run(script string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[chromedp.Void](script)); err != nil {
		b.t.Fatalf("%s: %v", script, err)
	}
}
