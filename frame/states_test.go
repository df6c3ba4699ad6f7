package frame

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// TestQuantileBuckets checks the stated error: the middle of a value's bucket
// is within 1/256 of it, small whole numbers have buckets of their own, and
// buckets are in the order of their values.
func TestQuantileBuckets(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	ints, floats := quantiles{kind: intKind}, quantiles{kind: floatKind}
	var last int64
	for i := range 100_000 {
		v := rng.Int64N(1 << (1 + rng.IntN(62)))
		if i%2 == 1 {
			v = -v
		}
		got := ints.middle(ints.bucket(v))
		if math.Abs(float64(got)-float64(v)) > math.Abs(float64(v))/256 || v > -128 && v < 128 && got != v {
			t.Fatalf("%d is counted as %d", v, got)
		}
		if (v < last) != (rankOf(ints.bucket(v)) < rankOf(ints.bucket(last))) && ints.bucket(v) != ints.bucket(last) {
			t.Fatalf("buckets of %d and %d are in the wrong order", v, last)
		}
		f := math.Ldexp(rng.Float64()-0.5, rng.IntN(200)-100)
		if got := fromOrderedBits(floats.middle(floats.bucket(orderedBits(f)))); math.Abs(got-f) > math.Abs(f)/256 {
			t.Fatalf("%g is counted as %g", f, got)
		}
		last = v
	}
}

// TestQuantilesOfMany checks percentiles of a group that is in buckets against
// the sorted values.
func TestQuantilesOfMany(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	s := quantiles{kind: intKind}
	s.grow(2)
	var values []int64
	for range 10_000 {
		v := int64(rng.ExpFloat64()*50_000) - 10_000
		values = append(values, v)
		s.add(1, v)
	}
	slices.Sort(values)
	for _, n := range []int{1, 25, 50, 75, 90, 95, 99, 100} {
		var c Column
		s.column(&c, []int32{1}, &result{n: n})
		want := values[len(values)*n/100-1]
		if !near(float64(c.Ints[0]), float64(want)) {
			t.Errorf("p%d = %d, want %d", n, c.Ints[0], want)
		}
	}
}

// TestExactSum checks that sums of floats do not depend on the order, even
// where the sum as you go would lose all that is small, and that they are
// rounded but once.
func TestExactSum(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	for range 300 {
		var values []float64
		for range 1 + rng.IntN(30) {
			v := math.Ldexp(rng.Float64()-0.5, rng.IntN(140)-70)
			values = append(values, v)
			if rng.IntN(3) == 0 {
				values = append(values, -v, v/3)
			}
		}
		var want exactSum
		for _, v := range values {
			want.add(v)
		}
		rng.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
		var got exactSum
		for _, v := range values {
			got.add(v)
		}
		if !slices.Equal(got.canonical(), want.canonical()) {
			t.Fatalf("%v adds up to %v and to %v", values, got.canonical(), want.canonical())
		}
		if g, w := got.float(), oracleAggregate(checkedAgg{agg: Agg{Func: "sum"}, arg: field("v"), typ: Float}, hitsOf(values), Options{}); g != w {
			t.Fatalf("%v adds up to %v, want %v", values, g, w)
		}
	}
}

func hitsOf(values []float64) []hit {
	var hits []hit
	for _, v := range values {
		hits = append(hits, hit{"v": v})
	}
	return hits
}

// TestTotal checks that sums beyond 64 bits are neither wrapped nor dependent
// on the order, and that the table says that it cannot show them.
func TestTotal(t *testing.T) {
	s := summing{}
	s.grow(2)
	for range 3 {
		s.totals[1].add(math.MaxInt64, 0, 1)
	}
	c := Column{Name: "bytes", Type: Bytes}
	if note := s.column(&c, []int32{1}, &result{}); c.Ints[0] != math.MaxInt64 || note == "" {
		t.Errorf("an overflow shows as %d with note %q", c.Ints[0], note)
	}
	for range 2 {
		low := int64(-math.MaxInt64)
		s.totals[1].add(uint64(low), -1, 1)
	}
	c = Column{Name: "bytes", Type: Bytes}
	if note := s.column(&c, []int32{1}, &result{}); c.Ints[0] != math.MaxInt64 || note != "" {
		t.Errorf("after it went back: %d with note %q", c.Ints[0], note)
	}
}

// TestDistinctBeyondExact checks the law of distinct: exact to 100,000 values,
// a sketch from there on, the same sketch in whatever order, and within 3 % of
// the truth.
func TestDistinctBeyondExact(t *testing.T) {
	d := &domain{kind: intKind}
	fill := func(values []int64) *distinct {
		s := newDistinct(d)
		s.grow(3)
		for _, v := range values {
			s.add([]int32{1, 2}, []int32{d.ints.number(v), d.ints.number(v % 100)})
		}
		return s
	}
	rng := rand.New(rand.NewPCG(4, 1))
	values := make([]int64, 150_000)
	for i := range values {
		values[i] = int64(i) * 7919
	}
	exact := fill(values[:maxDistinct])
	if got := exact.count(1); got != maxDistinct {
		t.Errorf("%d values counted as %d", maxDistinct, got)
	}
	whole := fill(values)
	if got := whole.count(1); math.Abs(float64(got)-150_000) > 4500 {
		t.Errorf("150,000 values counted as %d", got)
	}
	if got := whole.count(2); got != 100 {
		t.Errorf("100 values beside a sketch counted as %d", got)
	}
	rng.Shuffle(len(values), func(i, j int) { values[i], values[j] = values[j], values[i] })
	parts := newDistinct(d)
	parts.grow(3)
	same := []int32{0, 1, 2}
	for _, part := range [][]int64{values[:1000], values[500:120_000], values[100_000:]} {
		parts.merge(fill(part), same, remaps{arg: &remap{}})
	}
	if parts.sketches[1].ranks != whole.sketches[1].ranks || parts.count(2) != whole.count(2) {
		t.Error("parts merge to another state than the whole")
	}
}

// TestLimitGroups checks what [Options.MaxGroups] promises: at most so many
// rows and one for the others, totals exact, the largest groups kept; and the
// same table whatever the order and the number of partials, even when groups
// had to go before the end.
func TestLimitGroups(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 1))
	var rows []hit
	for path := range 400 {
		for range 1 + path%7*path%11 {
			rows = append(rows, hit{"path": "/" + string(rune('a'+path%26)) + time.Duration(path).String(), "bytes": int64(path), "host": "h", "status": int64(path % 5)})
		}
	}
	q, err := ParseQuery("count, sum bytes, distinct status, p50 bytes by path, host")
	if err != nil {
		t.Fatal(err)
	}
	for _, limit := range []int{1000, 100, 40, 3} { // up to 8 times as many are held: 40 and 3 prune
		opts := Options{Zone: time.UTC, MaxGroups: limit}
		plan, err := NewPlan(oracleSchema(), []string{"q"}, []*Query{q}, opts)
		if err != nil {
			t.Fatal(err)
		}
		var first *Table
		for _, n := range []int{1, 2, 7} {
			p := grouped(t, rng, plan, rows, n)
			if held := p.tables[0].n - 1; held > 8*limit {
				t.Errorf("limit %d: %d groups are held", limit, held)
			}
			tables, errs := p.Tables()
			if errs[0] != nil {
				t.Fatal(errs[0])
			}
			if first == nil {
				first = tables[0]
				checkLimited(t, first, plan, rows, opts)
			}
			checkTable(t, "another order", tables[0], first)
		}
	}
}

// checkLimited compares a limited table with the whole.
func checkLimited(t *testing.T, got *Table, plan *Plan, rows []hit, opts Options) {
	t.Helper()
	whole := oracleTable(plan.cells[0].query, rows, opts)
	if whole.Rows <= opts.MaxGroups {
		if got.Other || len(got.Notes) > 0 {
			t.Errorf("limit %d: %d rows, and notes %q", opts.MaxGroups, got.Rows, got.Notes)
		}
		return
	}
	if got.Rows > opts.MaxGroups+1 || !got.Other || len(got.Notes) == 0 {
		t.Errorf("limit %d: %d rows, other %v, notes %q", opts.MaxGroups, got.Rows, got.Other, got.Notes)
	}
	for _, name := range []string{"count", "bytes"} {
		if g, w := sumOf(got.Column(name)), sumOf(whole.Column(name)); g != w {
			t.Errorf("limit %d: %s adds up to %d, want %d", opts.MaxGroups, name, g, w)
		}
	}
	if whole.Rows > 8*opts.MaxGroups {
		return // the choice was not by size
	}
	counts := slices.Clone(whole.Column("count").Ints)
	slices.SortFunc(counts, func(a, b int64) int { return int(b - a) })
	kept := slices.Clone(got.Column("count").Ints[:got.Rows-1])
	slices.SortFunc(kept, func(a, b int64) int { return int(b - a) })
	if !slices.Equal(kept, counts[:opts.MaxGroups]) {
		t.Errorf("limit %d: kept groups of %v rows, want %v", opts.MaxGroups, kept, counts[:opts.MaxGroups])
	}
}

func sumOf(c *Column) (sum int64) {
	for _, v := range c.Ints {
		sum += v
	}
	return sum
}

// TestTallyCarries checks counts beyond 32 bits, added and merged.
func TestTallyCarries(t *testing.T) {
	const number = 7
	s := &tally{}
	s.add(1, number, math.MaxUint32)
	s.add(1, number, 1)
	s.add(1, number, 5<<32)
	other := &tally{}
	s.each(other.add)
	s.each(other.add)
	pairs := 0
	other.each(func(g, v int32, got int64) {
		pairs++
		if want := int64(12 << 32); g != 1 || v != number || got != want {
			t.Errorf("group %d has the value %d, want %d; counted %d, want %d", g, v, number, got, want)
		}
	})
	if pairs != 1 {
		t.Errorf("%d pairs", pairs)
	}
}

// TestTally checks tallies of few and of very many pairs against a map.
func TestTally(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 11))
	for _, spread := range []int{1, 30, 3000, 1 << 20} {
		s, want := &tally{}, map[uint64]int64{}
		for range 150_000 {
			g, number, n := int32(rng.IntN(1+spread/20)), int32(rng.IntN(spread)), 1+rng.Int64N(3)
			s.add(g, number, n)
			want[uint64(g)<<32|uint64(number)] += n
		}
		last, pairs := int64(-1), 0
		s.each(func(g, number int32, n int64) {
			key := uint64(g)<<32 | uint64(number)
			if int64(key) <= last || n != want[key] {
				t.Fatalf("spread %d: group %d has the value %d %d times, want %d; the pair before was %#x", spread, g, number, n, want[key], last)
			}
			last, pairs = int64(key), pairs+1
		})
		if pairs != len(want) {
			t.Errorf("spread %d: %d pairs, want %d", spread, pairs, len(want))
		}
	}
}

// TestClean checks that the values of groups that had to give way do not stay
// in memory, that cleaning does not change the answer, and that what is held
// does not grow with the rows.
func TestClean(t *testing.T) {
	q, err := ParseQuery("count, max bytes by bytes")
	if err != nil {
		t.Fatal(err)
	}
	schema := arrow.NewSchema([]arrow.Field{{Name: "bytes", Type: arrow.PrimitiveTypes.Int64}}, nil)
	plan, err := NewPlan(schema, []string{"q"}, []*Query{q}, Options{MaxGroups: 100})
	if err != nil {
		t.Fatal(err)
	}
	p := plan.NewPartial()
	const batches, rows = 30, 100_000
	for i := range int64(batches) {
		values := make([]int64, rows)
		for j := range values {
			values[j] = i*rows + int64(j)
		}
		column := numbers(arrow.PrimitiveTypes.Int64, arrow.Int64Traits.CastToBytes(values), rows)
		if err := p.Write(array.NewRecord(schema, []arrow.Array{column}, rows)); err != nil {
			t.Fatal(err)
		}
	}
	if held := p.domains[0].size(); held > minClean+rows {
		t.Errorf("%d values are held for %d groups", held, p.tables[0].n)
	}
	tables, errs := p.Tables()
	if errs[0] != nil {
		t.Fatal(errs[0])
	}
	if got := sumOf(tables[0].Column("count")); got != batches*rows {
		t.Errorf("counts add up to %d, want %d", got, batches*rows)
	}
}
