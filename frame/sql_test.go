package frame

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// randomVisits returns batches of the schema visits: four weeks about the end
// of summer time in Berlin, with nulls, ties and texts that SQL must quote.
func randomVisits(random *rand.Rand, rows int) []arrow.Record {
	var batches []arrow.Record
	for rows > 0 {
		n := min(rows, 1+random.IntN(700))
		batches = append(batches, randomBatch(random, n))
		rows -= n
	}
	return batches
}

func randomBatch(random *rand.Rand, n int) arrow.Record {
	start := time.Date(2026, 10, 19, 22, 0, 0, 0, time.UTC)
	fields := visits.Fields()[:len(visits.Fields())-1] // raw is there to be refused
	b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(fields, nil))
	defer b.Release()
	text := func(column int, texts ...string) {
		if i := random.IntN(len(texts) + 1); i < len(texts) {
			_ = b.Field(column).(*array.BinaryDictionaryBuilder).AppendString(texts[i])
			return
		}
		b.Field(column).AppendNull()
	}
	integer := func(column int, v int64) {
		if random.IntN(8) == 0 {
			b.Field(column).AppendNull()
		} else if c, ok := b.Field(column).(*array.Int64Builder); ok {
			c.Append(v)
		} else {
			b.Field(column).(*array.Int32Builder).Append(int32(v))
		}
	}
	for range n {
		b.Field(0).(*array.TimestampBuilder).Append(arrow.Timestamp(start.Add(time.Duration(random.Int64N(int64(28 * 24 * time.Hour)))).UnixMicro()))
		integer(1, []int64{200, 200, 304, 404, 500}[random.IntN(5)])
		integer(2, random.Int64N(4000))
		integer(3, random.Int64N(1_000_000))
		text(4, "/a", "/ab", "/b'c", "/B", "/c\"d", "/ü/世界", "", "/f", "/g", "page")
		text(5, "page", "Page", "asset", "feed")
		text(6, "person", "bot")
		if v := random.IntN(5); v > 0 {
			b.Field(7).(*array.BooleanBuilder).Append(v > 2)
		} else {
			b.Field(7).AppendNull()
		}
		if v := random.IntN(20); v > 0 {
			b.Field(8).(*array.Float64Builder).Append(float64(v) / 16)
		} else {
			b.Field(8).AppendNull()
		}
	}
	return b.NewRecord()
}

// randomCell makes the text of a query of the schema visits.
func randomCell(random *rand.Rand) string {
	one := func(list ...string) string { return list[random.IntN(len(list))] }
	condition := func() string {
		return one("status >= 400", "kind = page", "who != bot", "clutter", "not clutter", "bytes > 1kB", "duration <= 500ms", "load < 50 %",
			"path ~ \"^/[a-c]\"", "kind in (page, feed)", "status not in (200, 304)", "kind = none", "who != none", "bytes / status > 5",
			"hour_of_day < 12", "weekday > 5", "day >= 2026-11-02", "time < 2026-11-11T09:30", "length(path) = 2", "path > kind", "abs(status - 300) < 50")
	}
	conditions := func() string {
		text := condition()
		for random.IntN(2) == 0 {
			text = one("("+text+") and "+condition(), "("+text+") or "+condition(), "not ("+text+")")
		}
		return text
	}
	var steps []string
	for random.IntN(2) == 0 {
		steps = append(steps, "where "+conditions())
	}
	aggs := []string{"count"}
	for i := range random.IntN(4) {
		agg := one("sum bytes", "avg bytes", "min load", "max duration", "sum load", "avg load", "distinct path", "p50 bytes", "p95 duration",
			"daily distinct kind", "top 2 kind", "first status", "last kind", "avg status", "count", "sum bytes / 2", "max time")
		if random.IntN(3) == 0 {
			agg += " if " + conditions()
		}
		aggs = append(aggs, fmt.Sprintf("%s as x%d", agg, i))
	}
	group := strings.Join(aggs, ", ")
	var keys []string
	for _, key := range random.Perm(9)[:random.IntN(4)] {
		keys = append(keys, []string{"path", "kind", "who", "status", "day", "week", "weekday", "hour_of_day", "hour"}[key])
	}
	if keys != nil {
		group += " by " + strings.Join(keys, ", ")
	}
	steps = append(steps, group)
	if random.IntN(3) == 0 {
		steps = append(steps, "compare "+one("previous", "usual", "previous, usual"))
	}
	if random.IntN(3) == 0 {
		steps = append(steps, one("add y = count / sum(count)", "add y = count * 2 + 1", "add y = rank(count)"))
	}
	if random.IntN(3) == 0 {
		steps = append(steps, one("keep count > 2", "keep count >= avg(count)", "keep not (count in (1, 2))"))
	}
	if random.IntN(2) == 0 {
		steps = append(steps, one("sort count", "sort count desc"))
	}
	if random.IntN(2) == 0 {
		steps = append(steps, one("limit 3", "limit 17"))
	}
	return strings.Join(steps, " | ")
}

// TestDuckDB checks that written and random queries, asked of the engine over
// batches and of DuckDB over a Parquet file of the same rows, have equal
// tables: equal columns, rows and order.
func TestDuckDB(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 2))
	batches := randomVisits(random, 4000)
	data, err := os.ReadFile("testdata/queries.txt")
	if err != nil {
		t.Fatal(err)
	}
	texts := strings.Split(strings.TrimSpace(string(data)), "\n")
	for range 240 {
		texts = append(texts, randomCell(random))
	}
	parquet := filepath.Join(t.TempDir(), "visits.parquet")
	writeParquet(t, parquet, batches)

	var statements []string
	var tables []*Table
	var approximate []map[string]bool
	for i, text := range texts {
		opts := weeks(t)
		if i%2 == 0 && !strings.Contains(text, "compare") {
			opts.Periods = nil // all time, the change of the clock included
		}
		plan, err := NewPlan(visits, []string{text}, []*Query{parse(t, text)}, opts)
		if err != nil {
			t.Fatal(err)
		}
		statement, err := plan.SQL(0, parquet)
		if err != nil {
			t.Fatal(err)
		}
		statements = append(statements, statement)
		tables = append(tables, answer(t, plan, batches))
		approximate = append(approximate, percentiles(plan.cells[0].query))
	}
	for i, got := range askDuckDB(t, statements) {
		if got.Error != "" {
			t.Errorf("%s\n%s\n%s", texts[i], got.Error, statements[i])
			continue
		}
		if diff := difference(tables[i], got, approximate[i]); diff != "" {
			t.Errorf("%s\n%s\n%s", texts[i], diff, statements[i])
		}
	}
}

// percentiles returns the columns that may be off by the stated error.
func percentiles(c *checkedQuery) map[string]bool {
	columns := map[string]bool{}
	for _, a := range c.aggs {
		if a.agg.Func == "p" {
			for _, prefix := range []string{"", "was.", "was_usual."} {
				columns[prefix+a.column] = true
			}
		}
	}
	return columns
}

func writeParquet(t *testing.T, path string, batches []arrow.Record) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, err := NewParquetWriter(f, batches[0].Schema(), ParquetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range batches {
		if err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// answer runs a plan of one query over batches, in two partials.
func answer(t *testing.T, plan *Plan, batches []arrow.Record) *Table {
	t.Helper()
	parts := []*Partial{plan.NewPartial(), plan.NewPartial()}
	for i, b := range batches {
		if err := parts[i%2].Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := parts[0].Merge(parts[1]); err != nil {
		t.Fatal(err)
	}
	tables, errs := parts[0].Tables()
	if errs[0] != nil {
		t.Fatal(errs[0])
	}
	return tables[0]
}

type duckTable struct {
	Columns []string
	Rows    [][]any
	Error   string
}

// askDuckDB has statements answered by DuckDB's Python package.
func askDuckDB(t *testing.T, statements []string) []duckTable {
	t.Helper()
	in, err := json.Marshal(statements)
	if err != nil {
		t.Fatal(err)
	}
	python := exec.Command("python3", "testdata/answer.py")
	python.Stdin = bytes.NewReader(in)
	var message bytes.Buffer
	python.Stderr = &message
	out, err := python.Output()
	var exit *exec.ExitError
	switch {
	case errors.Is(err, exec.ErrNotFound):
		t.Skip("there is no python3 on this machine")
	case errors.As(err, &exit) && exit.ExitCode() == 77:
		t.Skip("there is no DuckDB on this machine: pip install duckdb")
	case err != nil:
		t.Fatalf("%v: %s", err, &message)
	}
	var tables []duckTable
	d := json.NewDecoder(bytes.NewReader(out))
	d.UseNumber()
	if err := d.Decode(&tables); err != nil {
		t.Fatal(err)
	}
	return tables
}

// difference tells where two tables differ first.
func difference(want *Table, got duckTable, approximate map[string]bool) string {
	var columns []string
	for _, c := range want.Columns {
		columns = append(columns, c.Name)
	}
	if fmt.Sprint(columns) != fmt.Sprint(got.Columns) {
		return fmt.Sprintf("columns %v, DuckDB has %v", columns, got.Columns)
	}
	for row := range min(want.Rows, len(got.Rows)) {
		for i := range want.Columns {
			v := want.Columns[i].value(row)
			tolerance := 1e-9
			if approximate[columns[i]] {
				tolerance = 0.005
			}
			if !sameValue(v, got.Rows[row][i], tolerance) {
				return fmt.Sprintf("row %d, %s: %+v, DuckDB has %v in %v", row, columns[i], v, got.Rows[row][i], got.Rows[row])
			}
		}
	}
	if want.Rows != len(got.Rows) {
		return fmt.Sprintf("%d rows, DuckDB has %d", want.Rows, len(got.Rows))
	}
	return ""
}

func sameValue(v value, duck any, tolerance float64) bool {
	switch duck := duck.(type) {
	case nil:
		return v.null()
	case bool:
		return v.typ == Flag && v.isTrue() == duck
	case string:
		return v.typ == Text && v.text == duck
	case json.Number:
		f, _ := duck.Float64()
		return isNumber(v.typ) && math.Abs(v.number()-f) <= tolerance*math.Abs(f) || v.typ == Time && fmt.Sprint(v.int) == duck.String()
	}
	return false
}
