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

// python runs readers.py, or skips the test if this Python lacks the reader.
func python(t *testing.T, stdin io.Reader, answers any, args ...string) {
	t.Helper()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip(err)
	}
	cmd := exec.Command("python3", append([]string{"testdata/readers.py"}, args...)...)
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = stdin, &stderr
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 77 {
		t.Skipf("%s (pip install -r testdata/requirements.txt)", strings.TrimSpace(stderr.String()))
	}
	if err == nil {
		err = json.Unmarshal(out, answers)
	}
	if err != nil {
		t.Fatalf("readers.py %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
}

// seen is what a reader sees of an export. readers.py prints it.
type seen struct {
	Rows   int
	Texts  string // hash of all texts, in order
	Status map[string]int
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

// TestOtherReaders checks that other tools see in every export what is in the
// log: rows and their order, types, nulls, times, sums, texts.
func TestOtherReaders(t *testing.T) {
	dir, log := t.TempDir(), hostileLog()
	path := filepath.Join(dir, "access.log")
	if err := os.WriteFile(path, []byte(log), 0o644); err != nil {
		t.Fatal(err)
	}
	want := look(t, log, true)
	if want.Rows != 3000 {
		t.Fatalf("%d records of 3000", want.Rows)
	}
	file := func(name string, flags ...string) string {
		name = filepath.Join(dir, name)
		logbook(t, append([]string{"export", "-q", "-o", name, path}, flags...)...)
		return name
	}
	parquet, arrow, stream := file("a.parquet"), file("a.arrow"), file("a.arrows")
	cases := []struct {
		reader string
		files  []string
		types  map[string]string
	}{
		{"pyarrow", []string{parquet, arrow, stream, file("snappy.parquet", "--compression", "snappy"), file("none.parquet", "--compression", "none")},
			map[string]string{"time": "timestamp[us, tz=UTC]", "offset": "int32", "status": "int32", "bytes": "int64", "path": "string", "book": "string"}},
		{"pandas", []string{parquet, arrow}, map[string]string{"time": "datetime64[us, UTC]"}},
		{"polars", []string{parquet, arrow},
			map[string]string{"time": "Datetime(time_unit='us', time_zone='UTC')", "status": "Int32", "bytes": "Int64", "path": "String"}},
		{"duckdb", []string{parquet}, map[string]string{"time": "TIMESTAMP WITH TIME ZONE", "status": "INTEGER", "bytes": "BIGINT", "path": "VARCHAR"}},
		{"duckdb", []string{file("a.jsonl")}, map[string]string{"status": "BIGINT", "path": "VARCHAR"}},
		{"spark", []string{parquet}, map[string]string{"time": "timestamp", "status": "int", "bytes": "bigint", "path": "string", "book": "string"}},
	}
	for _, c := range cases {
		t.Run(c.reader+filepath.Ext(c.files[0]), func(t *testing.T) {
			want := want
			if c.reader == "spark" {
				needJava(t)
				want.Texts = look(t, log, false).Texts // Spark promises no order
			}
			var got []seen
			python(t, nil, &got, append([]string{c.reader}, c.files...)...)
			for i, got := range got {
				compare(t, filepath.Base(c.files[i]), got, want, c.types)
			}
		})
	}
	t.Run("pyarrow from stdout", func(t *testing.T) {
		stream := logbook(t, "export", "-q", "--to", "arrows", "-o", "-", path)
		var got []seen
		python(t, strings.NewReader(stream), &got, "pyarrow", "-")
		compare(t, "stdout", got[0], want, nil)
	})
}

// compare compares what a reader sees with what is in the log; of the columns'
// types, those wanted.
func compare(t *testing.T, file string, got, want seen, types map[string]string) {
	t.Helper()
	for name, want := range types {
		if got.Types[name] != want {
			t.Errorf("%s: type of %s is %s, want %s", file, name, got.Types[name], want)
		}
	}
	got.Types = nil
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-log +reader):\n%s", file, diff)
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
// they are asked for.
func TestPruning(t *testing.T) {
	needJava(t)
	dir, log := t.TempDir(), hostileLog()
	path, dataset := filepath.Join(dir, "access.log"), filepath.Join(dir, "site")
	if err := os.WriteFile(path, []byte(log), 0o644); err != nil {
		t.Fatal(err)
	}
	logbook(t, "export", "-q", "-o", dataset, "--partition", "day", path)
	var answers []struct {
		DuckDB, Spark, Type string
		Rows                int
	}
	python(t, nil, &answers, "pruning", dataset)
	got := answers[0]
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
