package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	devtools "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// The tests here know logbook as a command: a log that it has made goes through
// all of it into a browser.

// command builds logbook, and returns a function that runs it in a folder and
// returns what it prints.
func command(t testing.TB, dir string) func(args ...string) []byte {
	t.Helper()
	binary := filepath.Join(dir, "logbook")
	if out, err := exec.Command("go", "build", "-o", binary, "../cmd/logbook").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return func(args ...string) []byte {
		t.Helper()
		cmd := exec.Command(binary, args...)
		cmd.Dir = dir
		var said strings.Builder
		cmd.Stderr = &said
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("logbook %q: %v\n%s", args, err, said.String())
		}
		return out
	}
}

// strangers are the fields that whoever asks can write what they like into.
var strangers = []string{"path", "query", "referer", "agent", "user", "host", "method"}

// TestHostileLog writes pages of a log in which every second record has a text
// of the hostile corpus, in a file with a hostile name. In no page does a text
// run, ask for something or offend the policy; and where a table shows it, it
// reads as the log has it: escaped once, not twice.
func TestHostileLog(t *testing.T) {
	needsECharts(t)
	browser := openBrowser(t)
	dir := t.TempDir()
	run := command(t, dir)
	log := `<img src=x onerror=alert(1)>&lt;"'{{x}}.log`
	run("generate", "--from", "2026-11-02", "--days", "3", "--lines", "600", "--hostile", "50%", "--malformed", "5%", "--seed", "4", "-o", log)

	var plain strings.Builder // a notebook that shows all values of each field
	for _, f := range strangers {
		fmt.Fprintf(&plain, "## %s\n\n```logbook by_%s\ncount by %s\nlimit 1000\ntable %s, count show 1000\n```\n\n", f, f, f, f)
	}
	must(t, os.WriteFile(filepath.Join(dir, "plain.md"), []byte(plain.String()), 0o644))

	for _, notebook := range []string{"access", "bots", "security", "plain.md"} { // the others have nothing that these have not
		page := filepath.Join(dir, "page.html")
		run("report", "-q", "-n", notebook, "--site", hostile[0], "-o", page, log)
		b := open(t, browser, page, view{1280, 900, "light", false})
		b.drawAll()
		b.screenshot("hostile-log-" + strings.TrimSuffix(notebook, ".md"))
		if n := eval[int](b, `document.querySelectorAll('img, iframe, a[href]:not([href^="#"]), [onload], [onerror], section script:not([type="application/json"])').length`); n > 0 {
			t.Errorf("%s: %d elements are made of log texts", notebook, n)
		}
		b.checkSilent()
		if notebook == "plain.md" {
			for _, f := range strangers {
				checkShown(b, f, run("query", "-q", "--json", "count by "+f+" | limit 1000", log))
			}
		}
	}
}

// checkShown checks that a table of the page has the very texts of a field that
// the query found.
func checkShown(b *tab, field string, found []byte) {
	b.t.Helper()
	var answer struct{ Rows []map[string]any }
	must(b.t, json.Unmarshal(found, &answer))
	shown := make(map[string]int)
	for _, s := range eval[[]string](b, `[...document.querySelectorAll('#by_`+field+` tbody th')].map(c => c.textContent)`) {
		shown[s]++
	}
	if len(answer.Rows) < 3 {
		b.t.Errorf("%s has only %d values: the test tests nothing", field, len(answer.Rows))
	}
	for _, row := range answer.Rows {
		text, ok := row[field].(string)
		if !ok {
			text = "unknown"
		}
		if want := visible(text); shown[want] == 0 {
			b.t.Errorf("%s: the page does not show %.80q as %.80q", field, text, want)
		}
	}
}

// TestPicture makes the picture of README anew, of the page that $PAGE names;
// see "make picture".
func TestPicture(t *testing.T) {
	page := os.Getenv("PAGE")
	if page == "" {
		t.Skip("$PAGE names no page to make a picture of")
	}
	b := open(t, openBrowser(t), page, view{1400, 1072, "light", false})
	must(t, chromedp.Do(b, chromedp.EmulateViewport(1400, 1072, chromedp.EmulateScale(1.25))))
	b.drawAll()
	picture, err := chromedp.Run(b, chromedp.CaptureScreenshot())
	must(t, err)
	must(t, os.WriteFile("../testdata/report.png", picture, 0o644))
	if n := len(picture); n > 400_000 {
		t.Errorf("the picture has %d bytes, want at most 400,000", n)
	}
}

// busy makes the default report of four busy weeks, of which every eleventh line
// is of a host and for a path that no other is.
func busy(t testing.TB, lines int) (file string) {
	t.Helper()
	dir := t.TempDir()
	run := command(t, dir)
	log := run("generate", "--from", "2026-10-26", "--days", "28", "--lines", strconv.Itoa(lines), "--seed", "7", "-o", "-")
	out, err := os.Create(filepath.Join(dir, "busy.log"))
	must(t, err)
	w := bufio.NewWriter(out)
	n := 0
	for line := range bytes.Lines(log) {
		w.Write(line) //nolint:errcheck // Flush says it
		_, rest, _ := bytes.Cut(line, []byte(" "))
		before, path, ok := bytes.Cut(rest, []byte(` "GET /`))
		if n++; n%10 == 0 && ok { // and one more whose host and path nobody else has
			_, after, _ := bytes.Cut(path, []byte(" "))
			fmt.Fprintf(w, "2001:db8:%x::%x %s \"GET /archive/2026/%05d-the-title-of-an-article.html %s", n, n%251, before, n/10, after)
		}
	}
	must(t, w.Flush())
	must(t, out.Close())
	run("report", "-q", "-o", "page.html", "busy.log")
	return filepath.Join(dir, "page.html")
}

// TestWeightOfLog checks what the default report of a busy site weighs: all of
// it within 0.9 MB, and all but style and scripts within 150 kB.
func TestWeightOfLog(t *testing.T) {
	if testing.Short() {
		t.Skip("a busy log takes seconds, and the tests are short")
	}
	page, err := os.ReadFile(busy(t, 60_000))
	must(t, err)
	if n := len(page); n > 900_000 {
		t.Errorf("the page has %d bytes, want at most 900,000", n)
	}
	if n := len(assets.ReplaceAll(page, nil)); n > 150_000 {
		t.Errorf("the page has %d bytes beside its assets, want at most 150,000", n)
	}
}

// BenchmarkInteractive opens the default report of a busy site, with 440,000 lines
// of 60,000 hosts for 40,000 paths, in a new tab, and says how long it takes until the page can be used: all of it is there, its
// handlers are installed, the first frame with them is on the screen, and the
// main thread has taken up a task that was given to it then, so that it would have
// answered a click. It says too when the first chart is drawn and what the longest
// task after the first moment is, for which a click may have to wait.
func BenchmarkInteractive(b *testing.B) {
	needsECharts(b)
	browser := openBrowser(b)
	file := busy(b, 400_000)
	sums := make([]float64, 3)
	for b.Loop() {
		b.StopTimer()
		ctx, cancel := chromedp.NewContext(browser)
		must(b, chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900)))
		_, err := chromedp.Call(ctx, devtools.AddScriptToEvaluateOnNewDocument, devtools.AddScriptToEvaluateOnNewDocumentParams{Source: `
			new PerformanceObserver(list => list.getEntries().forEach(e => (window.tasks ??= []).push(e))).observe({type: 'longtask', buffered: true})
			addEventListener('DOMContentLoaded', () => requestAnimationFrame(() => setTimeout(() => { window.interactive = performance.now() })))`})
		must(b, err)
		b.StartTimer()
		must(b, chromedp.Do(ctx, chromedp.Navigate("file://"+file)))
		times, err := chromedp.Run(ctx, chromedp.Evaluate[[]float64](`(async () => {
			while (!document.querySelector('.chart svg path')) await new Promise(requestAnimationFrame)
			const drawn = performance.now()
			await new Promise(r => setTimeout(r, 100))
			return [interactive, drawn, Math.max(0, ...(window.tasks ?? []).filter(t => t.startTime >= interactive).map(t => t.duration))]
		})()`, chromedp.EvalAwaitPromise))
		must(b, err)
		for i, t := range times {
			sums[i] += t
		}
		cancel()
	}
	for i, unit := range []string{"ms-interactive", "ms-drawn", "ms-longest-task"} {
		b.ReportMetric(sums[i]/float64(b.N), unit)
	}
	bytes, err := os.ReadFile(file)
	must(b, err)
	b.ReportMetric(float64(len(bytes))/1e3, "kB/page")
	b.ReportMetric(float64(len(assets.ReplaceAll(bytes, nil)))/1e3, "kB/data")
}
