package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"logbook/frame"
)

// TestQuestionsInDuckDB asks questions of the sample log, and the same of
// DuckDB over the Parquet file that export makes of that log. The tables are
// equal: columns, rows, order, nulls; in a week that is compared with the one
// before, and over all time in a zone whose clocks change meanwhile.
func TestQuestionsInDuckDB(t *testing.T) {
	if testing.Short() {
		t.Skip("DuckDB takes seconds to answer two hundred questions")
	}
	data, err := os.ReadFile("testdata/questions.txt")
	if err != nil {
		t.Fatal(err)
	}
	var allTime, inWeek []string
	for text := range strings.Lines(string(data)) {
		if text = strings.TrimSpace(text); !strings.Contains(text, "compare") {
			allTime = append(allTime, text)
		}
		inWeek = append(inWeek, text)
	}
	random := rand.New(rand.NewPCG(2026, 11))
	for range 60 {
		allTime, inWeek = append(allTime, randomQuestion(random)), append(inWeek, randomQuestion(random))
	}
	askBoth(t, "America/New_York", "all", allTime)
	askBoth(t, "Europe/Berlin", "2026-W46", inWeek)
}

// randomQuestion makes a question of the fields that the sample has.
func randomQuestion(random *rand.Rand) string {
	one := func(list ...string) string { return list[random.IntN(len(list))] }
	var steps []string
	for random.IntN(3) > 0 && len(steps) < 2 {
		steps = append(steps, "where "+one("", "not ")+"("+one("status >= 400", "kind = page", "who = bot", "clutter", "bytes > 20kB", "book != none", "site = none",
			"path ~ \"index|html$\"", "method in (GET, HEAD)", "hour_of_day < 9", "day >= 2026-11-11", "referer != none", "client = none", "length(agent) < 40")+")")
	}
	group := "count"
	for i := range random.IntN(3) {
		group += fmt.Sprintf(", %s as x%d", one("sum bytes", "avg bytes", "max bytes", "distinct host", "distinct path", "daily distinct host", "min path",
			"top 2 kind", "count if status = 404", "p90 bytes if status = 200", "last status", "first client if who != bot"), i)
	}
	var keys []string
	for _, key := range random.Perm(10)[:random.IntN(4)] {
		keys = append(keys, []string{"book", "kind", "who", "status", "client", "day", "hour", "weekday", "method", "site"}[key])
	}
	if keys != nil {
		group += " by " + strings.Join(keys, ", ")
	}
	steps = append(steps, group)
	if random.IntN(3) == 0 {
		steps = append(steps, one("add share = count / sum(count)", "keep count > 3", "add r = rank(count)"))
	}
	return strings.Join(append(steps, one("limit 50", "sort count | limit 20", "limit 200")), " | ")
}

// askBoth compares the answers of logbook and DuckDB.
func askBoth(t *testing.T, zone, period string, texts []string) {
	t.Helper()
	const log = "../../testdata/sample.log.gz"
	flags := readFlags{Zone: zone, Format: "auto", Quiet: true}
	env := &environment{context.Background(), strings.NewReader(""), io.Discard, io.Discard, nil, func(string) string { return "" }}
	r, err := flags.open(env, []string{log})
	if err != nil {
		t.Fatal(err)
	}
	var queries []*frame.Query
	compared := &frame.Query{}
	for _, text := range texts {
		q, err := frame.ParseQuery(text)
		if err != nil {
			t.Fatal(err)
		}
		queries, compared.Result = append(queries, q), append(compared.Result, q.Result...)
	}
	if err := r.setPeriod(period, compared); err != nil {
		t.Fatal(err)
	}
	plan, err := r.plan(texts, queries)
	if err != nil {
		t.Fatal(err)
	}
	parquet := filepath.Join(t.TempDir(), "access.parquet")
	logbook(t, "export", "-q", "--columns", strings.Join(plan.Columns(), ","), "-o", parquet, log)
	partial, _, err := r.run(plan)
	if err != nil {
		t.Fatal(err)
	}
	tables, errs := partial.Tables()
	statements := make([]string, len(texts))
	for i := range texts {
		if errs[i] != nil {
			t.Fatal(errs[i])
		}
		if statements[i], err = plan.SQL(i, parquet); err != nil {
			t.Fatal(err)
		}
	}
	for i, got := range askDuckDB(t, statements) {
		if diff := unlike(tables[i], got); diff != "" {
			t.Errorf("%s, %s: %s\n%s\n%s", zone, period, texts[i], diff, statements[i])
		}
	}
}

// A duckTable is an answer of DuckDB's.
type duckTable struct {
	Columns []string
	Rows    [][]any
	Error   string
}

// askDuckDB has DuckDB answer statements.
func askDuckDB(t *testing.T, statements []string) (tables []duckTable) {
	t.Helper()
	in, err := json.Marshal(statements)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("python3", "../../frame/testdata/answer.py")
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), &stderr
	out, err := cmd.Output()
	var exit *exec.ExitError
	switch {
	case errors.Is(err, exec.ErrNotFound), errors.As(err, &exit) && exit.ExitCode() == 77:
		t.Skip("DuckDB is not here (pip install -r testdata/requirements.txt)")
	case err != nil:
		t.Fatalf("%v: %s", err, stderr.String())
	}
	d := json.NewDecoder(bytes.NewReader(out))
	d.UseNumber()
	if err := d.Decode(&tables); err != nil {
		t.Fatal(err)
	}
	return tables
}

// unlike tells where two tables differ first.
func unlike(t *frame.Table, duck duckTable) string {
	var names []string
	for _, c := range t.Columns {
		names = append(names, c.Name)
	}
	switch {
	case duck.Error != "":
		return duck.Error
	case !slices.Equal(names, duck.Columns):
		return fmt.Sprintf("columns %v, DuckDB has %v", names, duck.Columns)
	case t.Rows != len(duck.Rows):
		return fmt.Sprintf("%d rows, DuckDB has %d", t.Rows, len(duck.Rows))
	}
	for i := range t.Columns {
		c, tolerance := &t.Columns[i], 1e-9
		if slices.ContainsFunc(t.Notes, func(note string) bool { return strings.HasPrefix(note, c.Name+" is approximate") }) {
			tolerance = 0.005
		}
		for row := range t.Rows {
			if !sameCell(c, row, duck.Rows[row][i], tolerance) {
				return fmt.Sprintf("row %d: %s is not %v in %v", row, names[i], duck.Rows[row][i], duck.Rows[row])
			}
		}
	}
	return ""
}

// sameCell compares a value with DuckDB's. Numbers may be off by a share.
func sameCell(c *frame.Column, row int, duck any, tolerance float64) bool {
	switch {
	case c.Null(row):
		return duck == nil
	case c.Texts != nil:
		return duck == c.Texts[row]
	case c.Type == frame.Flag:
		return duck == (c.Ints[row] != 0)
	}
	n, ok := duck.(json.Number)
	got, _ := n.Float64()
	if c.Floats != nil {
		return ok && math.Abs(got-c.Floats[row]) <= tolerance*math.Abs(got)
	}
	return ok && math.Abs(got-float64(c.Ints[row])) <= tolerance*math.Abs(got)
}
