package report

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"logbook/frame"
)

// readBack writes a result as JSON and reads it.
func readBack(t testing.TB, r *Result) *Result {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	back, err := ReadResult(&b)
	if err != nil {
		t.Fatal(err)
	}
	return back
}

// TestJSONRoundTrip checks that a result that is read back gives the same
// bytes in every form, whatever the log says.
func TestJSONRoundTrip(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip(err)
	}
	for _, name := range []string{"access", "books", "errors"} {
		n := notebook(t, name, "")
		plain, bad := &Result{n, fixture(t, n), nil, fixtureRun()}, hostileResult(t, n)
		poisonUTF8(bad)
		failed := &Result{n, fixture(t, n), make([]error, len(plain.Tables)), fixtureRun()}
		failed.Errs[0], failed.Errs[1] = errors.New("too many groups"), &frame.SyntaxError{Offset: 3, Length: 2, Msg: "no such field", Hint: "did you mean x?"}
		failed.Run.Period, _ = ParsePeriod("2026-W46", fixtureLast, berlin)
		for _, r := range []*Result{plain, bad, failed} {
			r.Run.Zone = berlin
			back := readBack(t, r)
			for form, write := range map[string]func(*Result, *bytes.Buffer) error{
				"html": func(r *Result, b *bytes.Buffer) error { return r.WriteHTML(b) },
				"txt":  func(r *Result, b *bytes.Buffer) error { return r.WriteText(b) },
				"md":   func(r *Result, b *bytes.Buffer) error { return r.WriteMarkdown(b) },
				"json": func(r *Result, b *bytes.Buffer) error { return r.WriteJSON(b) },
			} {
				var want, got bytes.Buffer
				if err := errors.Join(write(r, &want), write(back, &got)); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(want.Bytes(), got.Bytes()) {
					t.Errorf("%s as %s, read back (-want +got):\n%s", name, form, cmp.Diff(firstDifference(want.String(), got.String())))
				}
			}
		}
	}
}

func firstDifference(a, b string) (string, string) {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	return a[max(0, i-60):min(len(a), i+60)], b[max(0, i-60):min(len(b), i+60)]
}

// poisonUTF8 makes texts valid: logs' bytes that are no UTF-8 never reach a
// result.
func poisonUTF8(r *Result) {
	valid := func(s *string) { *s = strings.ToValidUTF8(*s, "\uFFFD") }
	for _, t := range r.Tables {
		for c := range t.Columns {
			for i := range t.Columns[c].Texts {
				valid(&t.Columns[c].Texts[i])
			}
		}
	}
	r.Run.Notes = append([]string{}, r.Run.Notes...)
	for i := range r.Run.Notes {
		valid(&r.Run.Notes[i])
	}
	for i := range r.Run.Inputs {
		valid(&r.Run.Inputs[i].Name)
		valid(&r.Run.Inputs[i].Err)
	}
	for i := range r.Run.Rejects {
		valid(&r.Run.Rejects[i].File)
		valid(&r.Run.Rejects[i].Text)
	}
}

// TestReadResultErrors checks what is said of a file that cannot be read.
func TestReadResultErrors(t *testing.T) {
	n := notebook(t, "a", "```logbook total\ncount by day\n```\n")
	var b bytes.Buffer
	if err := (&Result{n, fixture(t, n), nil, fixtureRun()}).WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	whole := b.String()
	for _, c := range []struct{ json, want string }{
		{"", "damaged JSON: unexpected end"},
		{whole[:len(whole)/2], "damaged JSON: unexpected end"},
		{whole + "{}", "damaged JSON: invalid character '{' after"},
		{"{}", `no "schema"`},
		{"[]", "damaged: cannot unmarshal array"},
		{strings.Replace(whole, `"schema":1`, `"schema":2`, 1), "schema 2 is newer than this logbook knows, which is 1"},
		{`{"schema": 7, "run": 3}`, "schema 7 is newer"},
		{strings.Replace(whole, `Europe/Berlin`, `Nowhere/Here`, 1), `zone "Nowhere/Here" is not known`},
		{strings.Replace(whole, `count by day`, `count bye day`, 1), "its notebook: a.md:2:7"},
		{strings.Replace(whole, `"count": `, `"count": "x`+`",`+`"y": `, 1), `cell total: column "count": row 1: the value is not of the column's type`},
		{strings.Replace(whole, `"type": "number"`, `"type": "colour"`, 1), `unknown type "colour"`},
	} {
		_, err := ReadResult(strings.NewReader(c.json))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("ReadResult(%.40q…): %v, want %q", c.json, err, c.want)
		}
	}
}

// FuzzReadResult reads hostile JSON: it never panics, and what it makes of it
// has no markup but the page's own. The seeds are small, one for each thing
// that a cell can show: a mutation of a large one is hardly ever JSON.
func FuzzReadResult(f *testing.F) {
	for _, cell := range []string{
		"count\nhide", "count by day, who\nchart area x day, y count, stack who\ntable day, bar count, spark day",
		"count by hour_of_day, weekday\nchart heatmap x hour_of_day, y weekday", "count by book, chapter\nchart treemap book > chapter, size count",
		"count by status\nchart strip status, share count", "count by path\ntable path, share count show 1", "numbers\n  t.count \"Hits\" delta",
		"findings limit 5",
	} {
		n := notebook(f, "a", "---\nlogbook: 1\n---\n{{ t.sum(count) }} [x](https://a.example)\n\n```logbook t\ncount\n```\n## A\n```logbook u\n"+cell+"\n```\n")
		tables := fixture(f, n)
		for _, t := range tables {
			firstRows(t, 2)
		}
		var b bytes.Buffer
		if err := (&Result{n, tables, nil, Run{Zone: time.UTC}}).WriteJSON(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ReadResult(bytes.NewReader(data))
		if err != nil {
			return
		}
		pg, err := r.page()
		if err != nil {
			return
		}
		h, err := pg.markup()
		if err != nil {
			return
		}
		page, err := execute("page", h)
		if err != nil {
			t.Fatal(err)
		}
		checkInert(t, assets.ReplaceAllString(string(page), ""))
		if err := errors.Join(r.WriteText(io.Discard), r.WriteMarkdown(io.Discard)); err != nil {
			t.Error(err)
		}
	})
}

// firstRows cuts a table to its first rows.
func firstRows(t *frame.Table, n int) {
	t.Rows, t.Other = min(t.Rows, n), false
	for i := range t.Columns {
		c := &t.Columns[i]
		c.Ints, c.Floats, c.Texts = c.Ints[:min(n, len(c.Ints))], c.Floats[:min(n, len(c.Floats))], c.Texts[:min(n, len(c.Texts))]
		c.Series, c.Nulls = c.Series[:min(n, len(c.Series))], c.Nulls[:min(n, len(c.Nulls))]
	}
}

var (
	anyTag    = regexp.MustCompile(`<[^ \t\n>]*[^>]*>`)
	knownTag  = regexp.MustCompile(`^</?(?:!doctype|html|head|meta|title|style|body|a|div|header|span|svg|rect|path|h[1-6]|p|nav|ol|ul|li|main|section|footer|table|caption|thead|tbody|tr|th|td|dl|dt|dd|code|pre|kbd|button|label|input|figure|figcaption|b|small|details|summary|em|strong|br|wbr|hr|blockquote|img|g|line|text|circle|abbr|mark|time|data|noscript)\b[^>]*>$|^<!-- raw HTML omitted -->$|^<script type="application/json" id="[a-z0-9_-]*">$|^</script>$`)
	eventAttr = regexp.MustCompile(`[ \t\n"'/]on[a-z]+\s*=|(?:href|src)="\s*(?:javascript|data|vbscript):`)
	attrText  = regexp.MustCompile(`(data-label|aria-label|content|title|placeholder|alt|data-v)="[^"]*"`)
)

// checkInert checks that a page has no tags but those of the template and of
// Markdown, no handler of events and no script that runs.
func checkInert(t *testing.T, page string) {
	t.Helper()
	for _, tag := range anyTag.FindAllString(page, -1) {
		if !knownTag.MatchString(tag) || eventAttr.MatchString(attrText.ReplaceAllString(tag, "")) {
			t.Errorf("the page has %.200q", tag)
		}
	}
}
