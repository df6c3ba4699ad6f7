package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"logbook/parse"
)

// logbook runs a command line and returns what it prints.
func logbook(t testing.TB, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	env := &environment{context.Background(), strings.NewReader(""), &stdout, &stderr, args, func(string) string { return "" }}
	if code := run(env); code != 0 {
		t.Fatalf("logbook %s: exit code %d\n%s", strings.Join(args, " "), code, stderr.String())
	}
	return stdout.String()
}

// read runs readers.py once for all calls, each a reader and a path, and
// returns its answers. Starting Python and its libraries takes seconds.
func read(t *testing.T, stdin io.Reader, calls ...string) []json.RawMessage {
	t.Helper()
	cmd := exec.Command("python3", append([]string{"testdata/readers.py"}, calls...)...)
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = stdin, &stderr
	out, err := cmd.Output()
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip(err)
	}
	var answers []json.RawMessage
	if err == nil {
		err = json.Unmarshal(out, &answers)
	}
	if err != nil {
		t.Fatalf("readers.py: %v\n%s", err, stderr.String())
	}
	return answers
}

// answerOf takes one answer of readers.py. It skips the test if this Python
// lacks the reader.
func answerOf[T any](t *testing.T, text json.RawMessage) (got T) {
	t.Helper()
	var failed struct{ Lacks, Fails string }
	if json.Unmarshal(text, &failed) == nil && failed.Lacks != "" {
		t.Skipf("no %s (pip install -r testdata/requirements.txt)", failed.Lacks)
	}
	if failed.Fails != "" {
		t.Fatal(failed.Fails)
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	return got
}

// seen is what a reader sees of an export. readers.py prints it.
type seen struct {
	Rows   int
	Texts  string // hash of all texts, in order
	Status map[string]int
	Books  map[string]int // of datasets
	Bytes  int64
	Nulls  map[string]int
	First  int64
	Last   int64
	Types  map[string]string
}

var textColumns = []parse.Field{parse.Host, parse.Path, parse.Query, parse.Referer, parse.Agent}

// look reads a combined log line by line, as simply as can be.
func look(t *testing.T, log string, ordered bool) seen {
	t.Helper()
	s := seen{Status: map[string]int{}, Nulls: map[string]int{"host": 0, "path": 0, "query": 0, "referer": 0, "agent": 0, "bytes": 0, "user": 0}}
	var rows [][]string
	for line := range strings.Lines(log) {
		var r parse.Record
		if parse.Combined.NewParser(nil).Parse([]byte(strings.TrimRight(line, "\r\n")), &r) != parse.OK {
			continue
		}
		var row []string
		for i, f := range textColumns {
			name := []string{"host", "path", "query", "referer", "agent"}[i]
			if r.Text[f] == nil {
				s.Nulls[name]++
				row = append(row, "\xff")
				continue
			}
			row = append(row, strings.ToValidUTF8(string(r.Text[f]), "\uFFFD")+"\xfe")
		}
		rows = append(rows, row)
		if r.Text[parse.User] == nil {
			s.Nulls["user"]++
		}
		s.Status[fmt.Sprint(r.Status)]++
		if r.Bytes == parse.None {
			s.Nulls["bytes"]++
		} else {
			s.Bytes += r.Bytes
		}
		if s.Rows++; s.Rows == 1 {
			s.First, s.Last = r.Time, r.Time
		}
		s.First, s.Last = min(s.First, r.Time), max(s.Last, r.Time)
	}
	if !ordered {
		slices.SortFunc(rows, func(a, b []string) int {
			return slices.CompareFunc(a, b, func(x, y string) int { // as Python compares (is null, text)
				if c := boolCompare(x == "\xff", y == "\xff"); c != 0 {
					return c
				}
				return cmp.Compare(strings.TrimSuffix(x, "\xfe"), strings.TrimSuffix(y, "\xfe"))
			})
		})
	}
	h := sha256.New()
	for _, row := range rows {
		fmt.Fprint(h, strings.Join(row, ""))
	}
	s.Texts = hex.EncodeToString(h.Sum(nil))
	return s
}

func boolCompare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// hostileTexts are texts that some format or reader gets wrong.
var hostileTexts = []string{"x", "=1+1", "@x", "+1", "a,b", "a;b", `\"`, `\\`, "'", "NULL", "null", "None", "NaN", "nan", "true", "0", "1e5",
	"2026-11-03", "</script><script>alert(1)</script>", "ä", "日本語", "😀", "\xff\xfe", "\u2028", "\ufeff", "a\tb", `a\tb`, strings.Repeat("x", 5000), " ", "#", "%00"}

// hostileLog writes a log of several days with hostile texts in every place.
func hostileLog() string {
	var b strings.Builder
	at := time.Date(2026, 11, 2, 12, 0, 0, 0, time.FixedZone("", 3600))
	for i := range 3000 {
		at = at.Add(time.Minute)
		text := func(k int) string {
			if (i+k)%3 == 0 {
				return "-"
			}
			return hostileTexts[(i*7+k)%len(hostileTexts)]
		}
		size := fmt.Sprint(i * 1000)
		if i%10 == 0 {
			size = "-"
		}
		target := strings.NewReplacer(" ", "%20", "\t", "%09").Replace(text(1))
		fmt.Fprintf(&b, "192.0.2.%d - %s [%s] \"GET /%s?%s HTTP/1.1\" %d %s \"%s\" \"%s\"\n", i%250, []string{"-", "eva"}[i%2],
			at.Format("02/Jan/2006:15:04:05 -0700"), target, strings.Trim(target, "-"), 200+i%5*100, size, text(2), text(3))
	}
	return b.String()
}

// An export of the hostile log, as TestOtherReaders makes it.
type exported struct {
	name   string
	flags  []string
	byBook bool
	none   bool // no row is left
}

var exports = []exported{
	{name: "a.parquet"}, {name: "snappy.parquet", flags: []string{"--compression", "snappy"}}, {name: "none.parquet", flags: []string{"--compression", "none"}},
	{name: "a.arrow"}, {name: "a.arrows"}, {name: "a.jsonl"}, {name: "a.csv", flags: []string{"--raw-csv"}},
	{name: "empty.parquet", flags: []string{"--where", "status = 999"}, none: true}, {name: "empty.arrow", flags: []string{"--where", "status = 999"}, none: true},
	{name: "day", flags: []string{"--partition", "day"}}, {name: "book", flags: []string{"--partition", "book"}, byBook: true},
}

// readers are the exports that each reader reads, and the types that it then
// sees, if they are of interest.
var readers = []struct {
	name  string
	files []string
	types map[string]string
}{
	{"pyarrow", []string{"a.parquet", "snappy.parquet", "none.parquet", "a.arrow", "a.arrows", "empty.parquet", "empty.arrow", "day", "book"},
		map[string]string{"time": "timestamp[us, tz=UTC]", "offset": "int32", "status": "int32", "bytes": "int64", "duration": "int64", "path": "string", "vhost": "string"}},
	{"pandas", []string{"a.parquet", "a.arrow", "empty.parquet", "empty.arrow", "day", "book"}, map[string]string{"time": "datetime64[us, UTC]"}},
	{"polars", []string{"a.parquet", "a.arrow", "empty.parquet", "empty.arrow", "day", "book"},
		map[string]string{"time": "Datetime(time_unit='us', time_zone='UTC')", "status": "Int32", "bytes": "Int64", "path": "String"}},
	{"duckdb", []string{"a.parquet", "snappy.parquet", "none.parquet", "empty.parquet", "day", "book"},
		map[string]string{"time": "TIMESTAMP WITH TIME ZONE", "status": "INTEGER", "bytes": "BIGINT", "duration": "BIGINT", "path": "VARCHAR"}},
	{"duckdb", []string{"a.jsonl", "a.csv"}, map[string]string{"status": "BIGINT", "path": "VARCHAR"}},
	{"spark", []string{"a.parquet", "snappy.parquet", "empty.parquet", "day", "book"},
		map[string]string{"time": "timestamp", "status": "int", "bytes": "bigint", "duration": "bigint", "path": "string"}},
}

// A call is one answer that TestOtherReaders wants of readers.py.
type call struct {
	reader string
	export exported
	types  map[string]string
}

// TestOtherReaders checks that other tools see in every export what is in the
// log: rows and their order, types, nulls, times, sums, groups, texts.
func TestOtherReaders(t *testing.T) {
	dir, log := t.TempDir(), hostileLog()
	path := writeLog(t, dir, log)
	ordered, unordered := look(t, log, true), look(t, log, false)
	if ordered.Rows != 3000 {
		t.Fatalf("%d records of 3000", ordered.Rows)
	}
	for _, e := range exports {
		logbook(t, append([]string{"export", "-q", "--book", "/{book}", "-o", filepath.Join(dir, e.name), path}, e.flags...)...)
	}
	var python, spark []call
	for _, r := range readers {
		for _, name := range r.files {
			c := call{r.name, exports[slices.IndexFunc(exports, func(e exported) bool { return e.name == name })], r.types}
			if r.name == "spark" {
				spark = append(spark, c)
			} else {
				python = append(python, c)
			}
		}
	}
	byBook, nothing := books(t, path), look(t, "", true)
	want := func(c call) seen {
		of := ordered
		if c.reader == "spark" || !strings.Contains(c.export.name, ".") {
			of = unordered // neither Spark nor a dataset promises an order
		}
		switch {
		case c.export.none:
			of = nothing
		case c.export.byBook:
			of.Books = byBook
		}
		return of
	}
	check := func(t *testing.T, calls []call) {
		var args []string
		for _, c := range calls {
			args = append(args, c.reader+":"+filepath.Join(dir, c.export.name))
		}
		for i, text := range read(t, nil, args...) {
			c := calls[i]
			t.Run(c.reader+" "+c.export.name, func(t *testing.T) {
				got := answerOf[seen](t, text)
				if !c.export.byBook {
					got.Books = nil
				}
				compare(t, got, want(c), c.types)
			})
		}
	}
	t.Run("python", func(t *testing.T) { check(t, python) })
	t.Run("jvm", func(t *testing.T) { needJava(t); check(t, spark) })
	t.Run("stdout", func(t *testing.T) {
		stream := logbook(t, "export", "-q", "--to", "arrows", "-o", "-", path)
		compare(t, answerOf[seen](t, read(t, strings.NewReader(stream), "pyarrow:-")[0]), ordered, nil)
	})
}

// books returns how often each book is asked for, as logbook sees it.
func books(t *testing.T, path string) map[string]int {
	t.Helper()
	var table struct {
		Rows []struct {
			Book  *string
			Count int
		}
	}
	text := logbook(t, "query", "-q", "--json", "--book", "/{book}", "count by book", path)
	if err := json.Unmarshal([]byte(text), &table); err != nil {
		t.Fatal(err)
	}
	of := map[string]int{}
	for _, r := range table.Rows {
		// What cannot name a folder is in the one of null.
		if r.Book == nil || len(url.QueryEscape(*r.Book)) > 200 || strings.ContainsAny(*r.Book, "\u2028\ufeff") {
			of["null"] += r.Count
		} else {
			of[*r.Book] += r.Count
		}
	}
	return of
}

func writeLog(t *testing.T, dir, log string) (path string) {
	t.Helper()
	path = filepath.Join(dir, "access.log")
	if err := os.WriteFile(path, []byte(log), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestReportFromExport checks that the page of an export is the page of its
// log, byte for byte, apart from the lines that name what was read.
func TestReportFromExport(t *testing.T) {
	t.Chdir(t.TempDir()) // a long path has marks in it where it may break
	const log = "access.log"
	writeLog(t, ".", hostileLog())
	page := func(input string) []string {
		logbook(t, "report", "-q", "-o", "page.html", input)
		text, err := os.ReadFile("page.html")
		if err != nil {
			t.Fatal(err)
		}
		return slices.DeleteFunc(strings.Split(string(text), "\n"), func(line string) bool { return strings.Contains(line, input) })
	}
	want := page(log)
	for _, name := range []string{"access.parquet", "access.arrow", "access.arrows", "accessdays"} {
		flags := []string{"export", "-q", "-o", name, log}
		if name == "accessdays" {
			flags = append(flags, "--partition", "day")
		}
		logbook(t, flags...)
		got := page(name)
		if !slices.Equal(got, want) {
			t.Errorf("%s (-log +export):\n%s", name, gocmp.Diff(want, got))
		}
	}
}

// TestStatistics checks that a file's footer claims what is true and claims
// enough: bounds and null counts of every column, order of time only where
// there is one, as pyarrow and DuckDB understand it.
func TestStatistics(t *testing.T) {
	dir, log := t.TempDir(), hostileLog()
	file := filepath.Join(dir, "a.parquet")
	logbook(t, "export", "-q", "-o", file, writeLog(t, dir, log))
	lines := slices.Collect(strings.Lines(log))
	slices.Reverse(lines)
	back := filepath.Join(dir, "back.parquet")
	logbook(t, "export", "-q", "--compression", "snappy", "-o", back, writeLog(t, dir, strings.Join(lines, "")))

	answers := read(t, nil, "statistics:"+file, "statistics:"+back)
	type footer struct {
		Wrong, Unknown, Sorted []any
		Encodings              map[string][]string
		CreatedBy, Compression string
		Metadata               map[string]string
	}
	got := answerOf[footer](t, answers[0])
	if len(got.Wrong) > 0 || len(got.Unknown) > 0 {
		t.Errorf("wrong: %v; without statistics: %v", got.Wrong, got.Unknown)
	}
	if diff := gocmp.Diff([]any{"time"}, got.Sorted); diff != "" {
		t.Errorf("sorted by (-want +got):\n%s", diff)
	}
	if !slices.Contains(got.Encodings["time"], "DELTA_BINARY_PACKED") || !slices.Contains(got.Encodings["path"], "RLE_DICTIONARY") {
		t.Errorf("encodings are %v", got.Encodings)
	}
	if !strings.HasPrefix(got.CreatedBy, "logbook version ") || got.Compression != "ZSTD" || got.Metadata[parse.SchemaKey] != schemaVersion {
		t.Errorf("created by %q, compressed as %s, metadata %v", got.CreatedBy, got.Compression, got.Metadata)
	}
	got = answerOf[footer](t, answers[1])
	if len(got.Wrong) > 0 || len(got.Sorted) > 0 || got.Compression != "SNAPPY" {
		t.Errorf("of times that go back: wrong %v, sorted by %v, compressed as %s", got.Wrong, got.Sorted, got.Compression)
	}

}

// compare compares what a reader sees with what is in the log; of the columns'
// types, those wanted.
func compare(t *testing.T, got, want seen, types map[string]string) {
	t.Helper()
	for name, want := range types {
		if got.Types[name] != want {
			t.Errorf("type of %s is %s, want %s", name, got.Types[name], want)
		}
	}
	got.Types = nil
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-log +reader):\n%s", diff)
	}
}

func needJava(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("Spark takes ten seconds to start")
	}
	if _, err := exec.LookPath("java"); err != nil {
		t.Skip("Spark needs Java: ", err)
	}
}

// TestPruning checks that DuckDB and Spark read of a dataset only the day that
// they are asked for, and that Java's reader believes the bounds by which it
// passes over row groups.
func TestPruning(t *testing.T) {
	needJava(t)
	dir, log := t.TempDir(), hostileLog()
	dataset := filepath.Join(dir, "site")
	logbook(t, "export", "-q", "-o", dataset, "--partition", "day", writeLog(t, dir, log))
	file := filepath.Join(dir, "a.parquet")
	logbook(t, "export", "-q", "-o", file, filepath.Join(dir, "access.log"))
	answers := read(t, nil, "pruning:"+dataset, "parquet_mr:"+file)
	believed := answerOf[map[string]bool](t, answers[1])
	for _, column := range []string{"time", "status", "bytes", "host", "path", "referer", "agent"} {
		if !believed[column] {
			t.Errorf("Java's reader sees no bounds of %s", column)
		}
	}
	got := answerOf[struct {
		DuckDB, Spark, Type string
		Rows                int
	}](t, answers[0])
	if got.Rows != 24*60 || got.Type != "date" {
		t.Errorf("%d rows on a day of %d minutes, dt is a %s", got.Rows, 24*60, got.Type)
	}
	if !strings.Contains(got.DuckDB, "1/3") && !strings.Contains(got.DuckDB, "Files Read: 1") {
		t.Errorf("DuckDB does not prune:\n%s", got.DuckDB)
	}
	if !strings.Contains(got.Spark, "PartitionFilters: [isnotnull(dt") {
		t.Errorf("Spark does not prune:\n%s", got.Spark)
	}
}
