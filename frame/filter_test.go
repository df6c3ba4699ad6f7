package frame

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// TestPushdown checks that a filter keeps the rows that the obvious evaluation
// keeps, term by term, and that a plan's tables are the same whether its filter
// has been applied to the rows before or not.
func TestPushdown(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 11))
		rows := randomHits(rng, 200)
		opts := Options{Zone: time.UTC}
		if rng.IntN(2) == 0 {
			opts.Where = randomCondition(rng, 2)
		}
		plan := randomPlan(t, rng, opts)
		filter := plan.Filter()
		if filter == nil {
			continue
		}
		producer := &batcher{oracleSchema(), rng.IntN(3), map[string][]string{}}
		var passed []hit
		for part := range slices.Chunk(rows, 37) {
			batch := producer.batch(t, part)
			var sel []int32
			kept := part
			for i := range filter.Terms {
				term := &filter.Terms[i]
				sel = term.Select(only(batch, term.Columns), sel)
				kept = slices.DeleteFunc(slices.Clone(kept), func(r hit) bool { return r.eval(term.expr, opts.Zone) != true })
			}
			if len(sel) != len(kept) {
				t.Fatalf("seed %d: %d rows pass, want %d", seed, len(sel), len(kept))
			}
			for i, row := range sel {
				if fmt.Sprint(part[row]) != fmt.Sprint(kept[i]) {
					t.Fatalf("seed %d: row %d passes, want %v", seed, row, kept[i])
				}
			}
			passed = append(passed, kept...)
		}
		got, _ := grouped(t, rng, plan, passed, 1).Tables()
		want, _ := grouped(t, rng, plan, rows, 1).Tables()
		for i := range want {
			checkTable(t, fmt.Sprintf("seed %d, query %d, filtered before", seed, i), got[i], want[i])
		}
	}
}

// only returns the batch with no other columns than the named: a term must not
// need more than it says.
func only(batch arrow.Record, names []string) arrow.Record {
	var fields []arrow.Field
	var columns []arrow.Array
	for i, f := range batch.Schema().Fields() {
		if slices.Contains(names, f.Name) {
			fields, columns = append(fields, f), append(columns, batch.Column(i))
		}
	}
	return array.NewRecord(arrow.NewSchema(fields, nil), columns, batch.NumRows())
}

// TestPeriods checks that a query that compares is grouped once for each
// period, overlapping ones too, that others see the first period alone, and
// that the plan asks for no row outside all of them.
func TestPeriods(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 12))
	rows := randomHits(rng, 500)
	at := func(hours int) time.Time { return time.Date(2026, 10, 24, 20+hours, 0, 0, 0, time.UTC) }
	periods := []Period{{"now", at(48), at(60)}, {"previous", at(36), at(48)}, {"usual 1", at(24), at(48)}, {"usual 2", at(36), at(48)}}
	opts := Options{Zone: time.UTC, Periods: periods}
	var queries []*checkedQuery
	for _, text := range []string{"count, sum bytes by status | compare previous, usual", "count by host"} {
		q, err := ParseQuery(text)
		if err != nil {
			t.Fatal(err)
		}
		c, err := checkQuery(oracleSchema(), text, q, opts)
		if err != nil {
			t.Fatal(err)
		}
		c.result = []checkedStep{{ResultStep: ResultStep{Verb: "sort"}}}
		queries = append(queries, c)
	}
	plan, err := newPlan(oracleSchema(), queries, opts)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(plan.cells[1].periods); n != 1 {
		t.Errorf("a query that does not compare has %d periods", n)
	}
	if n := len(plan.tables); n != 4 {
		t.Errorf("%d tables, want 4: equal periods share one", n)
	}
	p := grouped(t, rng, plan, rows, 3)
	for _, cell := range plan.cells {
		for i, period := range cell.periods {
			in := slices.DeleteFunc(slices.Clone(rows), func(r hit) bool {
				at := r["time"].(int64)
				return at < periods[i].Start.UnixMicro() || at >= periods[i].End.UnixMicro()
			})
			got, err := cell.query.finish(p.table(cell.query, period, nil), nil, opts)
			if err != nil {
				t.Fatal(err)
			}
			checkTable(t, period.name, got, oracleTable(cell.query, in, Options{Zone: time.UTC}))
		}
	}
	filter := plan.Filter()
	batch := (&batcher{oracleSchema(), 0, map[string][]string{}}).batch(t, rows)
	var sel []int32
	for i := range filter.Terms {
		sel = filter.Terms[i].Select(batch, sel)
	}
	for _, row := range sel {
		if at := rows[row]["time"].(int64); at < periods[2].Start.UnixMicro() || at >= periods[0].End.UnixMicro() {
			t.Errorf("the filter lets a row at %d pass", at)
		}
	}
}

// TestFollow checks when a dictionary counts as the one before, grown: in
// place, moved, the same again or with fewer texts; not when a text has changed.
func TestFollow(t *testing.T) {
	of := func(texts ...string) *array.String {
		b := array.NewStringBuilder(memory.DefaultAllocator)
		defer b.Release()
		b.AppendValues(texts, nil)
		return b.NewStringArray()
	}
	sliced := func(from, to int64) *array.String {
		s := of("x", "a", "b", "c")
		return array.NewSlice(s, from, to).(*array.String)
	}
	var f follower
	for _, step := range []struct {
		values *array.String
		kept   bool
	}{
		{of(), true},
		{of("a"), true},
		{of("a", "b"), true},
		{of("a", "b"), true},
		{of("a"), true}, // shorter: one of before
		{of(), true},
		{of("a", "bc"), false},     // extends the shorter one only
		{of("a", "b", "c"), false}, // same bytes, other texts
		{sliced(1, 4), false},      // other offsets: not recognised, but not confused
		{of("d", "b", "c"), false}, // same lengths, other bytes
	} {
		before := f.generation
		f.follow(step.values)
		if kept := f.generation == before; kept != step.kept {
			t.Errorf("%v: kept %v, want %v", step.values, kept, step.kept)
		}
		for i := range step.values.Len() {
			if got := string(f.at(int32(i))); got != step.values.Value(i) {
				t.Errorf("%v: text %d is %q", step.values, i, got)
			}
		}
	}
}

// TestBadBatch checks that a batch without a column, or with one of another
// type, is an error that names it, and that the partial says so from then on.
func TestBadBatch(t *testing.T) {
	plan := fuzzPlan(t)
	rng := rand.New(rand.NewPCG(1, 13))
	batch := (&batcher{oracleSchema(), 0, map[string][]string{}}).batch(t, randomHits(rng, 5))
	p := plan.NewPartial()
	if err := p.Write(only(batch, []string{"time", "host"})); err == nil {
		t.Error("a batch that lacks columns was written")
	}
	if _, errs := p.Tables(); errs[0] == nil {
		t.Error("the tables of a partial that failed have no error")
	}
	if _, err := p.MarshalBinary(); err == nil {
		t.Error("a partial that failed was encoded")
	}
}
