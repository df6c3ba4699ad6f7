package frame

import (
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// sameTree compares syntax trees by all but their offsets.
var sameTree = cmp.Options{
	cmpopts.EquateEmpty(),
	cmpopts.IgnoreUnexported(Query{}),
	cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Offset" || p.Last().String() == ".Places" }, cmp.Ignore()),
}

func parse(t testing.TB, text string) *Query {
	t.Helper()
	q, err := ParseQuery(text)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// checkRoundTrip checks that the text of a tree parses to an equal tree.
func checkRoundTrip(t testing.TB, q *Query) {
	t.Helper()
	again, err := ParseQuery(q.String())
	if err != nil {
		t.Fatalf("%q does not parse: %v", q, err)
	}
	if diff := cmp.Diff(q, again, sameTree); diff != "" {
		t.Fatalf("%q parses to another query (-want +got):\n%s", q, diff)
	}
}

// TestString checks that queries print as they are written here, or as after
// the arrow.
func TestString(t *testing.T) {
	data, err := os.ReadFile("testdata/print.txt")
	if err != nil {
		t.Fatal(err)
	}
	for c := range strings.SplitSeq(strings.TrimSpace(string(data)), "\n\n") {
		text, want, arrow := strings.Cut(c, "\n=>\n")
		if !arrow {
			want = text
		}
		q := parse(t, text)
		if got := q.String(); got != want {
			t.Errorf("ParseQuery(%q).String() = %q, want %q", text, got, want)
		}
		checkRoundTrip(t, q)
	}
}

// TestSyntaxErrors checks the message, the place and the hint of every kind of
// error. The cases are queries followed by their error.
func TestSyntaxErrors(t *testing.T) {
	data, err := os.ReadFile("testdata/errors.txt")
	if err != nil {
		t.Fatal(err)
	}
	for c := range strings.SplitSeq(strings.TrimSpace(string(data)), "\n---\n") {
		text, want, _ := strings.Cut(c, "\n=>\n")
		_, err := ParseQuery(text)
		if err == nil {
			t.Errorf("ParseQuery(%q) succeeded, want %s", text, want)
			continue
		}
		if got := err.Error(); got != want {
			t.Errorf("ParseQuery(%q):\n%s\nwant\n%s", text, got, want)
		}
	}
}

// TestSyntaxErrorIsPrintable checks that an error obeys no terminal escape of
// the query that it shows.
func TestSyntaxErrorIsPrintable(t *testing.T) {
	_, err := ParseQuery("count by path \"\x1b[31m\u202e\x00\"")
	if err == nil || strings.ContainsAny(err.Error(), "\x1b\u202e\x00") {
		t.Errorf("error %q holds control characters", err)
	}
}

var cells = regexp.MustCompile("(?s)```logbook [^\n]*\n(.*?)```")

// TestNotebooks checks that every cell of the built-in notebooks parses.
func TestNotebooks(t *testing.T) {
	files, _ := filepath.Glob("../templates/notebooks/*.md")
	if len(files) == 0 {
		t.Skip("no notebooks in ../templates/notebooks yet")
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range cells.FindAllStringSubmatch(string(data), -1) {
			q, err := Params{"min": "20", "quiet": "10 %"}.ParseQuery(m[1])
			if err != nil {
				t.Errorf("%s: %v", file, err)
				continue
			}
			checkRoundTrip(t, q)
		}
	}
}

// FuzzParseQuery checks that no text makes the parser panic, that what it takes
// prints as text that parses to an equal query, and that what the checker takes
// can be planned, answered and printed as SQL.
func FuzzParseQuery(f *testing.F) {
	for _, name := range []string{"testdata/print.txt", "testdata/errors.txt", "testdata/check.txt", "testdata/queries.txt"} {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, c := range regexp.MustCompile(`\n(---|=>)?\n`).Split(string(data), -1) {
			f.Add(c)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := ParseQuery(text)
		if err != nil {
			_ = err.Error()
			return
		}
		checkRoundTrip(t, q)
		checkAnswers(t, q)
	})
}

// checkAnswers has a query answered for a few rows, if it can be asked.
func checkAnswers(t *testing.T, q *Query) {
	t.Helper()
	plan, err := NewPlan(visits, []string{"fuzz"}, []*Query{q}, weeks(t))
	if err != nil {
		if _, ok := errors.AsType[*SyntaxError](err); !ok {
			t.Fatalf("%q: %v is no syntax error", q, err)
		}
		return
	}
	batch := randomBatch(rand.New(rand.NewPCG(5, 6)), 20)
	defer batch.Release()
	p := plan.NewPartial()
	if err := p.Write(batch); err != nil {
		t.Fatalf("%q: %v", q, err)
	}
	tables, errs := p.Tables()
	if errs[0] == nil {
		_ = tables[0].WriteText(io.Discard, TextOptions{})
		_ = tables[0].WriteJSON(io.Discard, nil)
	}
	_, _ = plan.SQL(0, "visits.parquet")
	_ = plan.Explain(io.Discard)
}

// BenchmarkParseQuery parses a query such as a notebook has twenty of.
func BenchmarkParseQuery(b *testing.B) {
	text := `where kind in (page, download) and status >= 400 or not (path ~ "^/book/" and bytes > 2000) | count, count if kind = page and who = person as pages, sum bytes by path, status | sort count desc | limit 20`
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseQuery(text); err != nil {
			b.Fatal(err)
		}
	}
}
