package report

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"logbook/templates"
)

// A tab is a page in a headless browser, and what it complained of.
type tab struct {
	context.Context
	t        *testing.T
	home     string // the address
	mu       sync.Mutex
	console  []string
	requests []string
}

// openBrowser starts Chromium for a test, or skips the test where there is none.
func openBrowser(t testing.TB) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser is slow to start, and the tests are short")
	}
	var browser string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		t.Skip("no Chromium on this machine")
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), chromedp.ExecPath(browser), chromedp.Headless, chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.UserDataDir(t.TempDir()))
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Skipf("Chromium does not start: %v", err)
	}
	return ctx
}

// A view is how a page is looked at.
type view struct {
	width, height int64
	scheme        string // of colours: light or dark
	noScript      bool
}

// open opens a file in a tab of its own.
func open(t *testing.T, browser context.Context, file string, v view) *tab {
	t.Helper()
	return visit(t, browser, "file://"+file, v)
}

// visit opens an address in a tab of its own.
func visit(t *testing.T, browser context.Context, address string, v view) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	b := &tab{Context: ctx, t: t, home: address}
	must(t, chromedp.Do(ctx, chromedp.EmulateViewport(v.width, v.height)))
	call := func(_ any, err error) { t.Helper(); must(t, err) }
	call(chromedp.Call(ctx, network.Enable, network.EnableParams{}))
	call(chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: v.scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}}))
	call(chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: v.noScript}))
	must(t, chromedp.Listen(ctx, b.hear))
	must(t, chromedp.Do(ctx, chromedp.Navigate(address)))
	return b
}

// hear notes what a page must not do: speak on the console, or ask for anything
// but itself.
func (b *tab) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		b.console = append(b.console, fmt.Sprint(e.Type))
	case *runtime.EventExceptionThrown:
		b.console = append(b.console, e.ExceptionDetails.Text+" "+e.ExceptionDetails.Exception.Description)
	case *log.EventEntryAdded:
		b.console = append(b.console, e.Entry.Text)
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, b.home) && !strings.HasPrefix(e.Request.URL, "blob:") {
			b.requests = append(b.requests, e.Request.URL)
		}
	}
}

func (b *tab) checkSilent() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.console) > 0 || len(b.requests) > 0 {
		b.t.Errorf("the page said %q and asked for %q, want nothing", b.console, b.requests)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func eval[T any](b *tab, script string) T {
	b.t.Helper()
	v, err := tryEval[T](b, script)
	if err != nil {
		b.t.Fatalf("%.80s: %v", script, err)
	}
	return v
}

// tryEval is eval for a page that may go away meanwhile.
func tryEval[T any](b *tab, script string) (T, error) {
	ctx, cancel := context.WithTimeout(b, 60*time.Second)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
}

// drawAll scrolls through the page, so that every chart is drawn.
func (b *tab) drawAll() {
	eval[int](b, `(async () => {
		document.documentElement.style.scrollBehavior = 'auto'
		for (let y = 0; y < document.body.scrollHeight; y += 300) {
			scrollTo(0, y)
			await new Promise(r => setTimeout(r, 30))
		}
		scrollTo(0, 0)
		await new Promise(r => setTimeout(r, 100))
		return document.querySelectorAll('.chart svg').length
	})()`)
}

// pictures is the folder for what a person may want to look at: $SCREENSHOTS,
// or where go test -artifacts keeps things; "" if nobody asks.
func pictures(t *testing.T) string {
	if kept := flag.Lookup("test.artifacts"); kept != nil && kept.Value.String() == "true" {
		return t.ArtifactDir()
	}
	return os.Getenv("SCREENSHOTS")
}

// screenshot saves the whole page for a person to look at.
func (b *tab) screenshot(name string) {
	b.t.Helper()
	dir := pictures(b.t)
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(b, chromedp.FullScreenshot(100))
	must(b.t, err)
	must(b.t, os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644))
}

// written writes a page of the fixture to a file.
func written(t testing.TB, n *Notebook) string {
	t.Helper()
	var b bytes.Buffer
	must(t, (&Result{n, fixture(t, n), nil, fixtureRun()}).WriteHTML(&b))
	file := filepath.Join(t.TempDir(), "report.html")
	must(t, os.WriteFile(file, b.Bytes(), 0o644))
	return file
}

func needsECharts(t testing.TB) {
	t.Helper()
	if _, _, ok := templates.ECharts(); !ok {
		t.Skip("built without ECharts: npm ci && npm run build in templates/")
	}
}

// TestBrowser opens the default report at four sizes: it draws all charts,
// says nothing on the console, asks for nothing, and never scrolls sideways.
func TestBrowser(t *testing.T) {
	needsECharts(t)
	browser := openBrowser(t)
	file := written(t, notebook(t, "access", ""))
	for name, v := range map[string]view{
		"desktop-light": {1280, 900, "light", false},
		"desktop-dark":  {1280, 900, "dark", false},
		"tablet":        {820, 1100, "light", false},
		"phone":         {390, 844, "light", false},
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t, browser, file, v)
			b.drawAll()
			b.screenshot(name)
			if n := eval[int](b, `[...document.querySelectorAll('.chart')].filter(c => c.offsetParent && !c.querySelector('svg[aria-label]')).length`); n > 0 {
				t.Errorf("%d charts are not drawn", n)
			}
			if w := eval[int64](b, `document.documentElement.scrollWidth`); w > v.width {
				t.Errorf("the page is %d wide on a screen of %d", w, v.width)
			}
			b.checkSilent()
		})
	}
}

// TestAxe checks every built-in notebook against axe-core: WCAG 2.2 AA and best
// practice in light; in dark what colours can make worse.
func TestAxe(t *testing.T) {
	needsECharts(t)
	axe, err := os.ReadFile("../templates/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Skip("no axe-core: npm ci in templates/")
	}
	browser := openBrowser(t)
	for _, name := range templates.Notebooks() {
		t.Run(name, func(t *testing.T) {
			b := open(t, browser, written(t, notebook(t, name, "")), view{1280, 900, "light", false})
			b.drawAll()
			eval[bool](b, string(axe)+"; true")
			check := func(scheme, only string) {
				t.Helper()
				for _, v := range eval[[]string](b, `axe.run({runOnly: `+only+`}).then(r =>
					r.violations.map(v => v.id + ': ' + v.help + ' ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + ' ' + n.failureSummary).join(' | ')))`) {
					t.Errorf("%s: %s", scheme, v)
				}
			}
			check("light", `['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']`)
			_, err := chromedp.Call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
			must(t, err)
			if dark := eval[string](b, `getComputedStyle(document.body).backgroundColor`); dark != "rgb(20, 23, 26)" {
				t.Fatalf("the page is not dark but %s", dark)
			}
			check("dark", `{type: 'rule', values: ['color-contrast', 'link-in-text-block']}`)
		})
	}
}

// TestKeyboard walks through a page without a mouse.
func TestKeyboard(t *testing.T) {
	needsECharts(t)
	b := open(t, openBrowser(t), written(t, notebook(t, "access", "")), view{1280, 900, "light", false})
	press := func(keys string) {
		t.Helper()
		must(t, chromedp.Do(b, chromedp.KeyEvent(keys)))
		must(t, chromedp.Do(b, chromedp.Sleep(60*time.Millisecond)))
	}
	check := func(what, script, want string) {
		t.Helper()
		if got := eval[string](b, script); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	const focus = `document.activeElement.textContent || document.activeElement.type`
	press("\t")
	check("the first tab", focus, "Skip to the report")
	press("j")
	check("j", focus, "Traffic")
	press("j")
	check("j again", focus, "Weekdays and hours")
	press("k")
	check("k", focus, "Traffic")
	press("d")
	check("d", `'' + document.querySelector('#hours-data').hidden`, "false")
	press("d")
	check("d again", `'' + document.querySelector('#hours-data').hidden`, "true")
	press("/")
	check("/", focus, "search")
	press("j")
	check("j in the filter", focus, "search")
	check("a sort by click", `(() => {
		const head = [...document.querySelectorAll('#by_page th button')].find(b => b.textContent === 'By people')
		head.click()
		return head.parentNode.getAttribute('aria-sort') + ' ' + document.querySelector('#said').textContent
	})()`, "descending Sorted by By people, descending")
	check("a book opened, and all rows shown", `(() => {
		const shown = selector => [...document.querySelectorAll(selector)].filter(r => r.offsetParent).length
		const folded = [shown('#by_book .child'), shown('#hosts-table tbody tr')]
		document.querySelector('#by_book .toggle').click()
		document.querySelector('[data-more=hosts-table]')?.click()
		return '' + (folded[0] === 0 && shown('#by_book .child') > 0 && shown('#hosts-table tbody tr') === document.querySelectorAll('#hosts-table tbody tr').length)
	})()`, "true")
	check("the CSV of a table whose section has its name", `(() => {
		document.querySelector('[data-csv=hosts-table]').click()
		return document.querySelector('#said').textContent
	})()`, "CSV saved")
	check("a link to something folded", `(() => { location.hash = '#hours'; return new Promise(r => setTimeout(() => r('' + document.querySelector('#hours-data').hidden), 100)) })()`, "false")
	b.checkSilent()
}

// TestNoScript checks that the page reads in full without script: every row of
// every table is there, and no control that would do nothing.
func TestNoScript(t *testing.T) {
	browser := openBrowser(t)
	file := written(t, notebook(t, "access", ""))
	b := open(t, browser, file, view{1280, 900, "light", true})
	b.screenshot("no-script")
	shown := func(selector string) int {
		t.Helper()
		return eval[int](b, `[...document.querySelectorAll('`+selector+`')].filter(e => e.offsetParent).length`)
	}
	for _, selector := range []string{"button", "input", ".chart"} {
		if n := shown(selector); n > 0 {
			t.Errorf("%d of %q are shown without script", n, selector)
		}
	}
	if n := shown("#by_page tbody tr"); n < 12 {
		t.Errorf("%d rows of pages are shown, want all", n)
	}
	b.checkSilent()
}

var pdfPage = regexp.MustCompile(`/Type\s*/Page\b[^s]`)

// TestPrint checks that the report fits on a few sheets of A4, with its charts.
func TestPrint(t *testing.T) {
	needsECharts(t)
	b := open(t, openBrowser(t), written(t, notebook(t, "access", "")), view{1280, 900, "dark", false})
	pdf, err := chromedp.Run(b, chromedp.PrintToPDF(chromedp.PDFPrintBackground(), chromedp.PDFPreferCSSPageSize()))
	must(t, err)
	if dir := pictures(t); dir != "" {
		must(t, os.WriteFile(filepath.Join(dir, "print.pdf"), pdf, 0o644))
	}
	if n := len(pdfPage.FindAll(pdf, -1)); n < 3 || n > 5 {
		t.Errorf("the report prints on %d sheets, want 3 to 5", n)
	}
	b.checkSilent()
}

// TestTooltip checks that a tooltip appears and offends nothing.
func TestTooltip(t *testing.T) {
	needsECharts(t)
	b := open(t, openBrowser(t), written(t, notebook(t, "access", "")), view{1280, 900, "light", false})
	b.drawAll()
	for chart, want := range map[string]string{"#hours-chart": `^\w+ \d+ Nov, \d\d:00`, "#week_clock-chart": `^\w+, \d\d:00`, "#by_book-chart": `\d`, "#by_class-chart": `^\w+ \d+ Nov`} {
		at := eval[[]float64](b, `(() => {
			const c = document.querySelector('`+chart+`')
			c.scrollIntoView({block: 'center'})
			const r = c.getBoundingClientRect()
			return [r.left + r.width * .45, r.top + r.height * .55]
		})()`)
		must(t, chromedp.Do(b, chromedp.MouseEvent("mouseMoved", at[0], at[1]), chromedp.MouseEvent("mouseMoved", at[0]+3, at[1]), chromedp.Sleep(150*time.Millisecond)))
		if text := eval[string](b, `document.querySelector('`+chart+` .tip')?.textContent ?? ''`); !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("%s: the tooltip says %q, want %q", chart, text, want)
		}
	}
	b.checkSilent()
}

// TestHostileBrowser opens pages in which a stranger has written every text:
// nothing runs, nothing is asked for, and the policy has nothing to stop.
func TestHostileBrowser(t *testing.T) {
	needsECharts(t)
	browser := openBrowser(t)
	for _, name := range []string{"access", "security"} {
		file := filepath.Join(t.TempDir(), "hostile.html")
		must(t, os.WriteFile(file, []byte(hostilePage(t, notebook(t, name, ""))), 0o644))
		b := open(t, browser, file, view{1280, 900, "light", false})
		eval[bool](b, `window.alert = () => console.error('alert'), true`)
		b.drawAll()
		b.screenshot("hostile-" + name)
		if n := eval[int](b, `document.querySelectorAll('img, iframe, main a[href^="javascript"], svg [onload], main b:not(figcaption b, .bar-tools b, .moved > b), section script:not([type="application/json"])').length`); n > 0 {
			t.Errorf("%s: %d elements are made of log texts", name, n)
		}
		if n := eval[int](b, `[...document.querySelectorAll('tbody :is(th, td)')].filter(c => c.textContent.includes('&amp;lt;') || c.textContent.includes('&lt;script')).length`); n > 0 {
			t.Errorf("%s: %d cells are escaped twice", name, n)
		}
		if got := eval[string](b, `[...document.querySelectorAll('.chart svg text')].map(e => e.textContent).join('').includes('alert') + ' ' + document.title`); !strings.HasSuffix(got, hostile[0]) {
			t.Errorf("%s: the title is %q", name, got)
		}
		b.checkSilent()
	}
}
