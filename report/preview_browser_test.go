package report

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// servePreview starts logbook preview as a process of its own, on the sample
// log, and returns the page's address.
func servePreview(t *testing.T, notebook string, args ...string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "logbook")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "logbook/cmd/logbook").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	ctx, stop := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, binary, append([]string{"preview", notebook, "../testdata/sample.log.gz"}, args...)...)
	stderr, err := cmd.StderrPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		stop()
		cmd.Wait() //nolint:errcheck // it was killed
	})
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		if m := regexp.MustCompile(`at (http://\S+) \(Ctrl`).FindStringSubmatch(lines.Text()); m != nil {
			go io.Copy(io.Discard, stderr) //nolint:errcheck // so that it never waits for a reader
			return m[1]
		}
	}
	t.Fatal("the preview did not say where it is")
	return ""
}

// wait waits until a script's value is what it should be.
func (b *tab) wait(script, want string) {
	b.t.Helper()
	var got string
	var err error // of a page that is loaded again just now
	for range 200 {
		if got, err = tryEval[string](b, script); err == nil && got == want {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatalf("%s: %q, %v; want %q", script, got, err, want)
}

// TestPreviewBrowser edits a notebook while a browser shows its preview: the
// reader's place and what was open stay, the cell that changed is outlined,
// what is wrong is shown over the last good page and goes when it is right.
func TestPreviewBrowser(t *testing.T) {
	needsECharts(t)
	browser := openBrowser(t)
	source, err := os.ReadFile("../templates/notebooks/access.md")
	must(t, err)
	notebook := filepath.Join(t.TempDir(), "work.md")
	save := func(text string) { t.Helper(); must(t, os.WriteFile(notebook, []byte(text), 0o644)) }
	save(string(source))
	b := visit(t, browser, servePreview(t, notebook), view{1280, 900, "light", false})
	b.drawAll()
	const place = `document.querySelector('#by_class-data').getBoundingClientRect().top`
	before := eval[float64](b, `(() => {
		document.querySelector('[data-fold=hours-data]').click()
		document.querySelector('[data-fold=by_class-data]').click()
		document.querySelectorAll('details')[1].open = true
		document.querySelector('[data-more=by_page]').click()
		;[...document.querySelectorAll('#by_page th button')].find(b => b.textContent === 'By people').click()
		document.querySelector('#by_class-data').scrollIntoView({block: 'center', behavior: 'instant'})
		return `+place+`
	})()`)
	const state = `JSON.stringify([
		document.querySelectorAll('.data:not([hidden])').length, [...document.querySelectorAll('details')].findIndex(d => d.open),
		document.querySelectorAll('#by_page tbody tr:not([hidden])').length,
		document.querySelector('#by_page [aria-sort]').textContent + document.querySelector('#by_page [aria-sort]').ariaSort])`
	open := eval[string](b, state)

	edit := strings.Replace(string(source), "\n## ", "\nA paragraph that was not there, and one that is long enough to move all that comes below it by more than a line or two.\n\n## ", 1)
	edit = strings.Replace(edit, "```logbook by_class half\n", "```logbook by_class half\nwhere status > 0\n", 1)
	save(edit)
	b.wait(`[...document.querySelectorAll('.changed')].map(e => e.id).join()`, "cell-by_class")
	if after := eval[float64](b, place); after < before-8 || after > before+8 {
		t.Errorf("what was read was %.0f pixels from the top, and is now %.0f", before, after)
	}
	if got := eval[string](b, state); got != open {
		t.Errorf("open is %s, and was %s", got, open)
	}
	b.screenshot("preview-changed")

	save(edit + "\n```logbook wrong\ncount by stauts\n```\n")
	b.wait(`document.querySelector('#problem')?.hidden + ' ' + /did you mean status/.test(document.querySelector('#problem')?.textContent)`, "false true")
	if got := eval[string](b, state); got != open {
		t.Errorf("under a problem, open is %s, and was %s", got, open)
	}
	b.screenshot("preview-problem")
	save(edit)
	b.wait(`'' + document.querySelector('#problem')?.hidden`, "true")
	b.checkSilent()
}

// TestPreviewAxe checks what a preview has besides a page against axe-core.
func TestPreviewAxe(t *testing.T) {
	needsECharts(t)
	axe, err := os.ReadFile("../templates/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Skip("no axe-core: npm ci in templates/")
	}
	browser := openBrowser(t)
	notebook := filepath.Join(t.TempDir(), "work.md")
	const good = "---\nlogbook: 1\nzone: UTC\n---\n## Days\n\n```logbook by_day\ncount by day\nchart line x day, y count\n```\n"
	must(t, os.WriteFile(notebook, []byte(good), 0o644))
	address := servePreview(t, notebook, "--sample", "20%")
	must(t, os.WriteFile(notebook, []byte(strings.Replace(good, "chart line", "chart lien", 1)), 0o644))
	for _, scheme := range []string{"light", "dark"} {
		b := visit(t, browser, address, view{1280, 900, scheme, false})
		b.wait(`'' + document.querySelector('#problem')?.hidden`, "false")
		b.screenshot(fmt.Sprintf("preview-%s", scheme))
		eval[bool](b, string(axe)+"; true")
		for _, v := range eval[[]string](b, `axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(r =>
			r.violations.map(v => v.id + ': ' + v.help + ' ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + ' ' + n.failureSummary).join(' | ')))`) {
			t.Error(v)
		}
		b.checkSilent()
	}
}
