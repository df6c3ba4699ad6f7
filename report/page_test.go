package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"logbook/frame"
	"logbook/templates"
)

var update = flag.Bool("update", false, "write the golden files anew")

// pageOf writes a page of the fixture.
func pageOf(t testing.TB, n *Notebook, run Run) string {
	t.Helper()
	var b bytes.Buffer
	if err := (&Result{n, fixture(t, n), nil, run}).WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var assets = regexp.MustCompile(`(?s)<(style|script)( type="text/plain" id="echarts-js")?>.*?</(style|script)>`)

// TestGolden checks the page of a small notebook, without style and scripts.
// Read the difference as carefully as code.
func TestGolden(t *testing.T) {
	src, err := os.ReadFile("testdata/small.md")
	if err != nil {
		t.Fatal(err)
	}
	n := notebook(t, "small", string(src))
	got := assets.ReplaceAllString(pageOf(t, n, fixtureRun()), "<$1></$1>")
	got = regexp.MustCompile(`( &#39;sha256-[^ ]*?&#39;)+`).ReplaceAllString(got, " …") // one script, or two with ECharts
	got = strings.ReplaceAll(got, "<script></script>\n", "")
	got = regexp.MustCompile(`(?s)<p class="note">This logbook was built.*?</p>\n`).ReplaceAllString(got, "")
	golden := filepath.Join("testdata", "small.html")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("page differs from %s (-want +got):\n%s", golden, diff)
	}
}

// TestDeterministic checks that equal arguments give equal bytes.
func TestDeterministic(t *testing.T) {
	for _, name := range templates.Notebooks() {
		if a, b := pageOf(t, notebook(t, name, ""), fixtureRun()), pageOf(t, notebook(t, name, ""), fixtureRun()); a != b {
			t.Errorf("%s: two pages differ", name)
		}
	}
}

// TestPolicy checks that the policy allows exactly what the page holds: the
// hash of each script and of the style, no more and no fewer.
func TestPolicy(t *testing.T) {
	page := pageOf(t, notebook(t, "access", ""), fixtureRun())
	policy := html.UnescapeString(regexp.MustCompile(`http-equiv="Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)[1])
	for kind, directive := range map[string]string{"script": "script-src", "style": "style-src"} {
		var want []string
		for _, m := range regexp.MustCompile(`(?s)<`+kind+`(?: type="text/plain" id="echarts-js")?>(.*?)</`+kind+`>`).FindAllStringSubmatch(page, -1) {
			sum := sha256.Sum256([]byte(m[1]))
			want = append(want, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
		}
		m := regexp.MustCompile(directive + ` ([^;]*);`).FindStringSubmatch(policy)
		if m == nil {
			t.Fatalf("no %s in the policy", directive)
		}
		if diff := cmp.Diff(want, strings.Fields(m[1])); diff != "" {
			t.Errorf("%s (-content +policy):\n%s", directive, diff)
		}
	}
	for _, bad := range []string{` style="`, ` onclick=`, ` src=`, `<link`, `<iframe`, `href="http`} {
		if strings.Contains(assets.ReplaceAllString(page, ""), bad) {
			t.Errorf("the page has %q", bad)
		}
	}
}

// hostile are texts that a stranger may write into a log.
var hostile = []string{
	`</script><script>alert(1)</script>`, `<!--<script>`, `<img src=x onerror=alert(1)>`, `"><svg onload=alert(1)>`,
	`{{x}}`, `{{ total.count }}`, `[x](javascript:alert(1))`, `![x](http://attacker.example/a.png)`, `**bold**`, "`code`", `<b>`,
	`__f__alert(1)__f__`, `%MY_ECHARTS%`, `@c-ink`, `@f:int`, `=cmd|'/c calc'!A1`, `+1+1`, `-2+3`, `@SUM(A1)`,
	"a\u2028b\u2029c", "\u202egnp.exe", "\u200f\u200e\ufeff", "a\x00b", "\x1b[31mred\x1b[0m\x07", "\xff\xfe\x80", "\r\nSet-Cookie: a=b",
	"&amp;&lt;", "' or 1=1 --", "/" + strings.Repeat("a/", 32<<10), "\U0001F600\u0301", `</style><style>*{display:none}`, `</title>`, "",
}

// poison puts hostile texts in the place of every text of the tables.
func poison(tables []*frame.Table) {
	next := 0
	for _, t := range tables {
		for c := range t.Columns {
			texts := t.Columns[c].Texts
			for i := range texts {
				texts[i] = hostile[next%len(hostile)]
				next++
			}
		}
	}
}

// hostileResult is a result in which every text is hostile.
func hostileResult(t testing.TB, n *Notebook) *Result {
	t.Helper()
	tables := fixture(t, n)
	poison(tables)
	run := fixtureRun()
	run.Site, run.Command, run.Notes = hostile[0], strings.Join(hostile[:8], " "), hostile
	for i := range run.Inputs {
		run.Inputs[i].Name, run.Inputs[i].Err = hostile[i], hostile[i+2]
	}
	run.Rejects = nil
	for _, h := range hostile {
		run.Rejects = append(run.Rejects, Reject{Reason: "malformed time", Count: 1, File: h, Line: 1, Text: h})
	}
	return &Result{n, tables, nil, run}
}

// hostilePage writes a page in which every text is hostile.
func hostilePage(t testing.TB, n *Notebook) string {
	t.Helper()
	var b bytes.Buffer
	if err := hostileResult(t, n).WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestHostile checks that no text of a log becomes markup, in any notebook:
// once what the template writes is known, nothing else opens a tag.
func TestHostile(t *testing.T) {
	for _, name := range templates.Notebooks() {
		page := assets.ReplaceAllString(hostilePage(t, notebook(t, name, "")), "")
		for _, bad := range []string{"<script>", "<img", "onload=alert(1)>", "<b>bold", "<!--", "<a href=\"javascript", "\x00", "\x1b", "\u202e", "\u2028", "&amp;lt;script", "</style"} {
			if i := strings.Index(page, bad); i >= 0 {
				t.Errorf("%s: the page has %q: %q", name, bad, page[max(0, i-80):min(len(page), i+80)])
			}
		}
		for _, m := range regexp.MustCompile(`(?s)<script type="application/json"[^>]*>(.*?)</script>`).FindAllStringSubmatch(page, -1) {
			var v any
			if err := json.Unmarshal([]byte(m[1]), &v); err != nil {
				t.Errorf("%s: a chart's options are not JSON: %v", name, err)
			}
		}
	}
}

// TestBroken checks that a cell that fails leaves a box in its place, with the
// line at fault, and that the rest of the page is whole.
func TestBroken(t *testing.T) {
	n := notebook(t, "a", "# x\n\n```logbook one\nwhere stauts > 1\ncount by path\n```\n\n## Good\n\n```logbook two\ncount by site\n```\n")
	tables := fixture(t, n)
	tables[0] = nil
	var b bytes.Buffer
	err := (&Result{n, tables, []error{&frame.SyntaxError{Offset: 6, Length: 6, Msg: `unknown field "stauts"`, Hint: "did you mean status?"}, nil}, fixtureRun()}).WriteHTML(&b)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"This cell failed", "a.md:4 │ where stauts &gt; 1", "^~~~~~", "did you mean status?", `<table id="two"`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page has no %q", want)
		}
	}
	b.Reset()
	if err := (&Result{n, tables, []error{errors.New("too many groups"), nil}, fixtureRun()}).WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "too many groups") {
		t.Error("the page does not say why the cell failed")
	}
}

// TestEmpty checks that a log without a record makes a page that says so.
func TestEmpty(t *testing.T) {
	for _, name := range templates.Notebooks() {
		n := notebook(t, name, "")
		tables := fixture(t, n)
		for _, tb := range tables {
			tb.Rows = 0
			for c := range tb.Columns {
				col := &tb.Columns[c]
				col.Ints, col.Floats, col.Texts, col.Series, col.Nulls = col.Ints[:0], col.Floats[:0], col.Texts[:0], col.Series[:0], nil
			}
		}
		var b bytes.Buffer
		if err := (&Result{n, tables, nil, Run{Version: "1"}}).WriteHTML(&b); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		page := assets.ReplaceAllString(b.String(), "")
		if !strings.Contains(page, "Nothing to show") || strings.Contains(page, "NaN") {
			t.Errorf("%s: an empty log does not give a quiet page", name)
		}
	}
}

// TestLacking checks that a cell about a field that these logs never hold says
// so instead of showing a table of nothing.
func TestLacking(t *testing.T) {
	n := notebook(t, "performance", "")
	tables := fixture(t, n)
	for _, tb := range tables {
		for i := range tb.Columns {
			if c := &tb.Columns[i]; slices.Contains([]string{"p50", "p95", "p99", "duration", "vhost"}, c.Name) {
				c.Nulls = slices.Repeat([]bool{true}, tb.Rows)
			}
		}
	}
	var b bytes.Buffer
	if err := (&Result{n, tables, nil, fixtureRun()}).WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"These logs do not record how long an answer took.", "These logs do not record virtual hosts."} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page has no %q", want)
		}
	}
}

// TestWeight checks that the page stays light: all but ECharts within 150 kB
// for two weeks, and the script within 12 kB.
func TestWeight(t *testing.T) {
	if n := len(templates.Head() + templates.Script()); n >= 12_000 {
		t.Errorf("the scripts have %d bytes, want less than 12,000", n)
	}
	page := pageOf(t, notebook(t, "access", ""), fixtureRun())
	if n := len(assets.ReplaceAllString(page, "")); n > 150_000 {
		t.Errorf("the page has %d bytes beside its assets, want at most 150,000", n)
	}
}

// TestFormats checks how numbers are written.
func TestFormats(t *testing.T) {
	check := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	pct := func(v float64, d int) string { return join(percent(v, d)) }
	of := func(number, unit string) string { return number + "|" + unit }
	check(grouped(161936), "161,936")
	check(grouped(-1000), "−1,000")
	check(grouped(999), "999")
	check(of(compact(309028)), "309.0|k")
	check(of(compact(8954)), "8,954|")
	check(of(compact(9999.6)), "10.0|k")
	check(of(compact(1.26e6)), "1.3|M")
	check(of(size(15.3e9)), "15.3|GB")
	check(of(size(879e6)), "879|MB")
	check(of(size(999_600)), "1.0|MB")
	check(of(size(0)), "0|B")
	check(pct(0.0301, 1), "3.0"+thin+"%")
	check(pct(0.0001, 1), "<0.1"+thin+"%")
	check(pct(0, 1), "0"+thin+"%")
	check(pct(1, 1), "100"+thin+"%")
	check(pct(0.3923, 0), "39"+thin+"%")
	check(elapsed(850), "850"+thin+"µs")
	check(elapsed(12_000), "12"+thin+"ms")
	check(elapsed(1_250_000), "1.25"+thin+"s")
	check(elapsed(6000e6), "1"+thin+"h 40"+thin+"min")
	check(counted(1, "file"), "1 file")
	check(counted(1200, "file"), "1,200 files")
	check(visible("a\x1bb\u202e\xff\n"), `a\x1bb\u202e\xff\x0a`)
	check(visible("käse/日本"), "käse/日本")
}

// TestNiceStep checks that an axis has three to five ticks that cover its
// values, for values of all sizes.
func TestNiceStep(t *testing.T) {
	for v := 0.001; v < 1e12; v *= 1.07 {
		step, end := niceStep(v)
		if n := end / step; end < v*0.999 || n < 2 || n > 5 || end > v*2 {
			t.Errorf("niceStep(%g) = %g, %g", v, step, end)
		}
	}
}

// TestGaps checks that silence in a busy log is a gap, and that the quiet hours
// of a small one are not.
func TestGaps(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   [][2]int
	}{
		{[]float64{50, 60, 0, 0, 70, 40}, [][2]int{{2, 3}}},
		{[]float64{0, 60, 50, 70, 40, 0}, nil},
		{[]float64{3, 0, 0, 5, 1, 2}, nil},
	} {
		pl := &plot{axis: axis{unit: hours, labels: make([]string, len(c.values))}, series: []trace{{values: slices.Clone(c.values)}}}
		pl.findGaps()
		if diff := cmp.Diff(c.want, pl.gaps); diff != "" {
			t.Errorf("gaps of %v (-want +got):\n%s", c.values, diff)
		}
	}
}

// BenchmarkWriteHTML writes the default report, and says what it weighs.
func BenchmarkWriteHTML(b *testing.B) {
	n := notebook(b, "access", "")
	tables := fixture(b, n)
	b.ReportAllocs()
	var page bytes.Buffer
	for b.Loop() {
		page.Reset()
		if err := (&Result{n, tables, nil, fixtureRun()}).WriteHTML(&page); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(page.Len())/1e3, "kB/page")
	b.ReportMetric(float64(len(assets.ReplaceAll(page.Bytes(), nil)))/1e3, "kB/data")
}

// TestIDs checks that each id of a page is of one element.
func TestIDs(t *testing.T) {
	for _, name := range templates.Notebooks() {
		seen := make(map[string]bool)
		for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(assets.ReplaceAllString(pageOf(t, notebook(t, name, ""), fixtureRun()), ""), -1) {
			if seen[m[1]] {
				t.Errorf("%s: two elements have the id %q", name, m[1])
			}
			seen[m[1]] = true
		}
	}
}
