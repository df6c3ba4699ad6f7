package frame

import (
	"cmp"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// The oracle of the engine is the obvious way: rows are maps, an expression is
// evaluated for one row at a time, a group is the list of its rows. It shares
// no code with the engine but the calendar, which has a test of its own.

// A hit maps columns to int64, float64, bool or string; a null is absent.
type hit map[string]any

var codedText = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}

// oracleSchema has a column of every type that the engine reads.
func oracleSchema() *arrow.Schema {
	bytesField := arrow.NewMetadata([]string{UnitKey}, []string{"bytes"})
	return arrow.NewSchema([]arrow.Field{
		{Name: "time", Type: arrow.FixedWidthTypes.Timestamp_us, Nullable: true},
		{Name: "host", Type: codedText, Nullable: true},
		{Name: "path", Type: codedText, Nullable: true},
		{Name: "note", Type: arrow.BinaryTypes.String, Nullable: true},
		{Name: "status", Type: arrow.PrimitiveTypes.Int16, Nullable: true},
		{Name: "tiny", Type: arrow.PrimitiveTypes.Int8, Nullable: true},
		{Name: "port", Type: arrow.PrimitiveTypes.Int32, Nullable: true},
		{Name: "bytes", Type: arrow.PrimitiveTypes.Int64, Nullable: true, Metadata: bytesField},
		{Name: "ratio", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
		{Name: "bot", Type: arrow.FixedWidthTypes.Boolean, Nullable: true},
	}, nil)
}

func randomHits(rng *rand.Rand, n int) []hit {
	rows := make([]hit, n)
	nulls := rng.IntN(3) // of a batch stream: none, few, many
	start := time.Date(2026, 10, 24, 20, 0, 0, 0, time.UTC).UnixMicro()
	for i := range rows {
		all := hit{
			"time":   start + rng.Int64N(72*hour),
			"host":   fmt.Sprintf("10.0.0.%d", rng.IntN(12)),
			"path":   "/" + strings.Repeat("p", rng.IntN(4)) + fmt.Sprint(rng.IntN(1+n/3)),
			"note":   []string{"", "a", "B", "ä", "long note"}[rng.IntN(5)],
			"status": []int64{200, 200, 304, 404, 500}[rng.IntN(5)],
			"tiny":   int64(rng.IntN(256) - 128),
			"port":   rng.Int64N(1<<20) - 1<<19,
			"bytes":  rng.Int64N(5000),
			"ratio":  []float64{0, -1.5, 0.1, 0.2, 1e17, -1e17, 3}[rng.IntN(7)],
			"bot":    rng.IntN(2) == 0,
		}
		for name := range all {
			if name != "time" && nulls > 0 && rng.IntN(24/nulls/nulls) == 0 {
				delete(all, name)
			}
		}
		rows[i] = all
	}
	return rows
}

// A batcher makes batches of rows as different producers do: with one
// dictionary that grows, with a new one for each batch, or with plain texts.
type batcher struct {
	schema *arrow.Schema
	style  int
	dicts  map[string][]string
}

func (b *batcher) batch(t testing.TB, rows []hit) arrow.Record {
	t.Helper()
	var columns []arrow.Array
	var fields []arrow.Field
	for _, f := range b.schema.Fields() {
		if b.style == 2 && f.Type == codedText {
			f.Type = arrow.BinaryTypes.String
		}
		fields = append(fields, f)
		columns = append(columns, b.column(t, f, rows))
	}
	return array.NewRecord(arrow.NewSchema(fields, nil), columns, int64(len(rows)))
}

func (b *batcher) column(t testing.TB, f arrow.Field, rows []hit) arrow.Array {
	t.Helper()
	if f.Type == codedText {
		return b.dictionary(f.Name, rows)
	}
	builder := array.NewBuilder(memory.DefaultAllocator, f.Type)
	defer builder.Release()
	for _, r := range rows {
		v, ok := r[f.Name]
		if !ok {
			builder.AppendNull()
			continue
		}
		switch builder := builder.(type) {
		case *array.Int8Builder:
			builder.Append(int8(v.(int64)))
		case *array.Int16Builder:
			builder.Append(int16(v.(int64)))
		case *array.Int32Builder:
			builder.Append(int32(v.(int64)))
		case *array.Int64Builder:
			builder.Append(v.(int64))
		case *array.TimestampBuilder:
			builder.Append(arrow.Timestamp(v.(int64)))
		case *array.Float64Builder:
			builder.Append(v.(float64))
		case *array.BooleanBuilder:
			builder.Append(v.(bool))
		case *array.StringBuilder:
			builder.Append(v.(string))
		default:
			t.Fatalf("no builder for %s", f.Type)
		}
	}
	return builder.NewArray()
}

func (b *batcher) dictionary(name string, rows []hit) arrow.Array {
	if b.style == 1 || len(b.dicts[name]) > 30 {
		b.dicts[name] = nil
	}
	indices := array.NewInt32Builder(memory.DefaultAllocator)
	defer indices.Release()
	for _, r := range rows {
		v, ok := r[name]
		if !ok {
			indices.AppendNull()
			continue
		}
		code := slices.Index(b.dicts[name], v.(string))
		if code < 0 {
			code = len(b.dicts[name])
			b.dicts[name] = append(b.dicts[name], v.(string))
		}
		indices.Append(int32(code))
	}
	values := array.NewStringBuilder(memory.DefaultAllocator)
	defer values.Release()
	values.AppendValues(b.dicts[name], nil)
	return array.NewDictionaryArray(codedText, indices.NewArray(), values.NewArray())
}

// eval is the value of an expression in one row; nil is null.
func (r hit) eval(e Expr, zone *time.Location) any {
	switch e := e.(type) {
	case *Name:
		if slices.Contains(units, e.Name) {
			return truncated(r["time"], e.Name, zone)
		}
		return r[e.Name]
	case *Literal:
		switch kindOf(e.Type) {
		case floatKind:
			return e.Float
		case textKind:
			return e.Text
		case flagKind:
			return e.Int != 0
		}
		return e.Int
	case *Unary:
		switch x := r.eval(e.X, zone).(type) {
		case bool:
			return !x
		case int64:
			return -x
		case float64:
			return -x
		}
		return nil
	case *Binary:
		return r.binary(e, zone)
	case *In:
		var any Expr
		for _, item := range e.List {
			any = joined("or", any, &Binary{Op: "=", X: e.X, Y: item})
		}
		if e.Not {
			any = &Unary{Op: "not", X: any}
		}
		return r.eval(any, zone)
	case *Call:
		switch x := r.eval(e.Args[0], zone).(type) {
		case string:
			return map[string]any{"lower": strings.ToLower(x), "upper": strings.ToUpper(x), "length": int64(len(x))}[e.Func]
		case int64:
			return max(x, -x)
		case float64:
			return max(x, -x)
		}
	}
	return nil
}

func truncated(at any, unit string, zone *time.Location) any {
	if at == nil {
		return nil
	}
	return spanOf(unit, time.UnixMicro(at.(int64)).In(zone)).value
}

func (r hit) binary(e *Binary, zone *time.Location) any {
	x := r.eval(e.X, zone)
	if givesNone(e.Y) {
		return (x == nil) == (e.Op == "=")
	}
	y := r.eval(e.Y, zone)
	switch {
	case e.Op == "and" && (x == false || y == false):
		return false
	case e.Op == "or" && (x == true || y == true):
		return true
	case x == nil || y == nil:
		return nil
	case e.Op == "and":
		return true
	case e.Op == "or":
		return false
	case e.Op == "~" || e.Op == "!~":
		return regexp.MustCompile(y.(string)).MatchString(x.(string)) == (e.Op == "~")
	}
	xi, xInt := x.(int64)
	yi, yInt := y.(int64)
	if slices.Contains([]string{"+", "-", "*", "/"}, e.Op) {
		if xInt && yInt && e.Op != "/" {
			return map[string]int64{"+": xi + yi, "-": xi - yi, "*": xi * yi}[e.Op]
		}
		xf, yf := float(x), float(y)
		if e.Op == "/" {
			if yf == 0 {
				return nil
			}
			return xf / yf
		}
		return map[string]float64{"+": xf + yf, "-": xf - yf, "*": xf * yf}[e.Op]
	}
	c := compareAny(x, y)
	return map[string]bool{"=": c == 0, "!=": c != 0, "<": c < 0, "<=": c <= 0, ">": c > 0, ">=": c >= 0}[e.Op]
}

func float(v any) float64 {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case float64:
		return v
	}
	panic(fmt.Sprintf("%T is no number", v))
}

// compareAny orders values of one type; null comes last.
func compareAny(x, y any) int {
	switch {
	case x == nil && y == nil:
		return 0
	case x == nil:
		return 1
	case y == nil:
		return -1
	}
	switch x := x.(type) {
	case string:
		return cmp.Compare(x, y.(string))
	case bool:
		return cmp.Compare(flag(x), flag(y.(bool)))
	case int64:
		if y, ok := y.(int64); ok {
			return cmp.Compare(x, y)
		}
	}
	return cmp.Compare(float(x), float(y))
}

// oracleTable groups rows the obvious way. Aggregates that it does not know
// are errors of the test.
func oracleTable(q *checkedQuery, rows []hit, opts Options) *Table {
	type group struct {
		key  []any
		rows []hit
	}
	groups := map[string]*group{}
	if len(q.keys) == 0 {
		groups[""] = &group{}
	}
	for _, r := range rows {
		if opts.Where != nil && r.eval(opts.Where, opts.Zone) != true {
			continue
		}
		if q.where != nil && r.eval(q.where, opts.Zone) != true {
			continue
		}
		var key []any
		for _, k := range q.keys {
			if k.unit != "" {
				key = append(key, truncated(r["time"], k.unit, opts.Zone))
				continue
			}
			v := r.eval(k.expr, opts.Zone)
			if v == 0.0 {
				v = 0.0 // of -0, which is equal, but printed differently
			}
			key = append(key, v)
		}
		name := ""
		if len(key) > 0 {
			name = fmt.Sprintf("%#v", key)
		}
		if groups[name] == nil {
			groups[name] = &group{key: key}
		}
		groups[name].rows = append(groups[name].rows, r)
	}
	var sorted []*group
	for _, g := range groups {
		sorted = append(sorted, g)
	}
	slices.SortFunc(sorted, func(a, b *group) int { return slices.CompareFunc(a.key, b.key, compareAny) })

	out := &Table{Name: q.name, Rows: len(sorted)}
	for i, k := range q.keys {
		c := Column{Name: k.name, Type: k.typ, Key: true, Unit: k.unit}
		for at, g := range sorted {
			c.set(at, len(sorted), g.key[i])
		}
		out.Columns = append(out.Columns, c)
	}
	for _, a := range q.aggs {
		c := Column{Name: a.column, Type: a.typ, Unit: a.unit}
		for i, g := range sorted {
			of := g.rows
			if a.cond != nil {
				of = slices.DeleteFunc(slices.Clone(of), func(r hit) bool { return r.eval(a.cond, opts.Zone) != true })
			}
			c.set(i, len(sorted), oracleAggregate(a, of, opts))
		}
		out.Columns = append(out.Columns, c)
	}
	return out
}

// set appends a value to the column, as row i of rows.
func (c *Column) set(i, rows int, v any) {
	if v == nil {
		c.setNull(i, rows)
	}
	switch kindOf(c.Type) {
	case textKind:
		text, _ := v.(string)
		c.Texts = append(c.Texts, text)
	case floatKind:
		f, _ := v.(float64)
		c.Floats = append(c.Floats, f)
	default:
		n, _ := v.(int64)
		if b, ok := v.(bool); ok {
			n = int64(flag(b))
		}
		c.Ints = append(c.Ints, n)
	}
}

// oracleAggregate is the value of an aggregate over a group's rows.
func oracleAggregate(a checkedAgg, rows []hit, opts Options) any {
	if a.agg.Func == "count" {
		return int64(len(rows))
	}
	type timed struct{ value, at any }
	var values []timed // that are not null
	for _, r := range rows {
		if a.arg == nil {
			continue
		}
		if v := r.eval(a.arg, opts.Zone); v != nil {
			values = append(values, timed{v, r["time"]})
		}
	}
	if a.agg.Func == "distinct" {
		seen := map[any]bool{}
		for _, v := range values {
			if a.agg.Daily {
				seen[[2]any{v.value, truncated(v.at, "day", opts.Zone)}] = true
			} else {
				seen[v.value] = true
			}
		}
		return int64(len(seen))
	}
	if len(values) == 0 {
		return nil
	}
	slices.SortFunc(values, func(x, y timed) int {
		if a.agg.Func == "first" || a.agg.Func == "last" {
			return cmp.Or(compareAny(x.at, y.at), compareAny(x.value, y.value))
		}
		return compareAny(x.value, y.value)
	})
	switch a.agg.Func {
	case "min", "first":
		return values[0].value
	case "max", "last":
		return values[len(values)-1].value
	case "p":
		rank := (len(values)*a.agg.N + 99) / 100
		return values[max(rank, 1)-1].value
	case "sum", "avg":
		sum := new(big.Rat)
		for _, v := range values {
			if n, ok := v.value.(int64); ok {
				sum.Add(sum, new(big.Rat).SetInt64(n))
			} else {
				sum.Add(sum, new(big.Rat).SetFloat64(v.value.(float64)))
			}
		}
		f, _ := sum.Float64()
		if a.agg.Func == "avg" {
			f /= float64(len(values))
		}
		if kindOf(a.typ) == intKind {
			return int64(math.RoundToEven(f))
		}
		return f
	case "top":
		count := map[string]int{}
		var distinct []string
		for _, v := range values {
			text := fmt.Sprint(v.value)
			if count[text]++; count[text] == 1 {
				distinct = append(distinct, text)
			}
		}
		slices.SortFunc(distinct, func(x, y string) int { return cmp.Or(count[y]-count[x], cmp.Compare(x, y)) })
		return strings.Join(distinct[:min(a.agg.N, len(distinct))], ", ")
	}
	panic("no oracle for " + a.agg.Func)
}

// Random queries.

func field(n string) Expr           { return &Name{Name: n} }
func whole(n int64) *Literal        { return &Literal{Source: fmt.Sprint(n), Type: Int, Int: n} }
func text(s string) *Literal        { return &Literal{Source: fmt.Sprintf("%q", s), Type: Text, Text: s} }
func call(f string, x Expr) Expr    { return &Call{Func: f, Args: []Expr{x}} }
func bin(op string, x, y Expr) Expr { return &Binary{Op: op, X: x, Y: y} }

func oneOf[T any](rng *rand.Rand, list ...T) T { return list[rng.IntN(len(list))] }

func randomCondition(rng *rand.Rand, depth int) Expr {
	if depth > 0 && rng.IntN(2) == 0 {
		x, y := randomCondition(rng, depth-1), randomCondition(rng, depth-1)
		return oneOf[Expr](rng, bin("and", x, y), bin("or", x, y), &Unary{Op: "not", X: x})
	}
	op := oneOf(rng, "=", "!=", "<", "<=", ">", ">=")
	switch rng.IntN(9) {
	case 0:
		return bin(op, randomText(rng), text(oneOf(rng, "10.0.0.3", "/p1", "b", "")))
	case 1:
		return bin(op, randomNumber(rng, 1), randomNumber(rng, 1))
	case 2:
		return bin(oneOf(rng, "~", "!~"), randomText(rng), text(oneOf(rng, "^/p", "1$", "ä|B")))
	case 3:
		return bin(oneOf(rng, "=", "!="), oneOf(rng, randomText(rng), randomNumber(rng, 0), field("bot")), &Literal{Source: "none"})
	case 4:
		return &In{Not: rng.IntN(2) == 0, X: randomText(rng), List: []Expr{text("10.0.0.1"), text("a"), text("/p2")}}
	case 5:
		return &In{Not: rng.IntN(2) == 0, X: field("status"), List: []Expr{whole(200), whole(404)}}
	case 6:
		return field("bot")
	case 7:
		at := time.Date(2026, 10, 25, rng.IntN(24), 0, 0, 0, time.UTC).UnixMicro()
		return bin(op, field(oneOf(rng, "time", "hour", "day")), &Literal{Source: time.UnixMicro(at).UTC().Format("2006-01-02T15:04"), Type: Time, Int: at})
	}
	return bin(op, randomText(rng), randomText(rng))
}

func randomText(rng *rand.Rand) Expr {
	column := field(oneOf(rng, "host", "path", "note"))
	return oneOf(rng, column, column, column, call("lower", column), call("upper", column))
}

func randomNumber(rng *rand.Rand, depth int) Expr {
	if depth > 0 && rng.IntN(2) == 0 {
		return bin(oneOf(rng, "+", "-", "*", "/"), randomNumber(rng, depth-1), randomNumber(rng, depth-1))
	}
	column := field(oneOf(rng, "status", "tiny", "port", "bytes", "ratio", "hour_of_day"))
	return oneOf(rng, column, column, column, call("abs", column), call("length", randomText(rng)),
		Expr(&Unary{Op: "-", X: column}), Expr(whole(rng.Int64N(500))), Expr(&Literal{Source: "1.5", Type: Float, Float: 1.5}))
}

// typeOf is the type of a random expression.
func typeOf(e Expr) Type {
	switch e := e.(type) {
	case *Name:
		switch e.Name {
		case "host", "path", "note":
			return Text
		case "ratio":
			return Float
		case "bot":
			return Flag
		case "time", "minute", "hour", "day", "week", "month":
			return Time
		}
	case *Literal:
		return e.Type
	case *Unary:
		return typeOf(e.X)
	case *Binary:
		if e.Op == "/" || typeOf(e.X) == Float || typeOf(e.Y) == Float {
			return Float
		}
	case *Call:
		if e.Func == "lower" || e.Func == "upper" {
			return Text
		}
		if e.Func == "abs" {
			return typeOf(e.Args[0])
		}
	}
	return Int
}

func randomQuery(rng *rand.Rand, aggregates []string) *checkedQuery {
	q := &checkedQuery{name: "random", query: &Query{Group: &Group{}}}
	if rng.IntN(3) > 0 {
		q.where = randomCondition(rng, 2)
	}
	for range rng.IntN(4) {
		k := checkedKey{name: fmt.Sprint("k", len(q.keys))}
		if rng.IntN(3) == 0 {
			k.unit, k.expr, k.typ = oneOf(rng, units...), field("time"), Time
			if k.unit == "weekday" || k.unit == "hour_of_day" {
				k.typ = Int
			}
		} else {
			k.expr = oneOf(rng, field("host"), field("path"), field("note"), field("status"), field("bot"), field("ratio"), field("tiny"),
				field("port"), randomText(rng), randomNumber(rng, 1))
			k.typ = typeOf(k.expr)
		}
		q.keys = append(q.keys, k)
	}
	sort := ResultStep{Verb: "sort"} // finish adds the keys
	q.result = []checkedStep{{ResultStep: sort}}
	for range 1 + rng.IntN(4) {
		q.aggs = append(q.aggs, randomAggregate(rng, oneOf(rng, aggregates...), fmt.Sprint("a", len(q.aggs))))
	}
	return q
}

func randomAggregate(rng *rand.Rand, f, column string) checkedAgg {
	a := checkedAgg{agg: Agg{Func: f}, typ: Int, column: column}
	if rng.IntN(3) == 0 {
		a.cond = randomCondition(rng, 1)
	}
	switch f {
	case "count":
		return a
	case "sum", "avg", "p":
		a.arg = randomNumber(rng, 1)
	case "top":
		a.arg = oneOf(rng, randomText(rng), field("status"))
	default:
		a.arg = oneOf(rng, randomText(rng), randomNumber(rng, 1), field("time"), field("ratio"))
	}
	a.argType = typeOf(a.arg)
	switch a.typ = a.argType; f {
	case "distinct":
		a.agg.Daily, a.typ = rng.IntN(2) == 0, Int
	case "avg":
		a.typ = Float
	case "top":
		a.agg.N, a.typ = 1+rng.IntN(3), Text
	case "p":
		a.agg.N = oneOf(rng, 1, 50, 95, 99)
	}
	return a
}

var oracleAggregates = []string{"count", "sum", "avg", "min", "max", "first", "last", "distinct", "top", "p"}

// TestOracle checks that random queries over random batches give the tables
// that the obvious evaluation gives, whatever the sizes and dictionaries of
// the batches and over however many partials they are spread.
func TestOracle(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones on this machine")
	}
	for seed := range uint64(100) {
		rng := rand.New(rand.NewPCG(seed, 1))
		rows := randomHits(rng, rng.IntN(300))
		opts := Options{Zone: oneOf(rng, time.UTC, berlin)}
		if rng.IntN(3) == 0 {
			opts.Where = randomCondition(rng, 1)
		}
		var queries []*checkedQuery
		for range 1 + rng.IntN(4) {
			queries = append(queries, randomQuery(rng, oracleAggregates))
		}
		plan, err := newPlan(oracleSchema(), queries, opts)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{1, 2, 7} {
			got := grouped(t, rng, plan, rows, n)
			tables, errs := got.Tables()
			for i, q := range queries {
				if errs[i] != nil {
					t.Fatal(errs[i])
				}
				table, want := tables[i], oracleTable(q, rows, opts)
				forgive(table, want, q)
				checkTable(t, fmt.Sprintf("seed %d, %d partials, query %d", seed, n, i), table, want)
			}
		}
		if t.Failed() {
			return
		}
	}
}

// forgive puts the oracle's percentiles in place of those that are as near as
// the table's notes promise.
func forgive(got, want *Table, q *checkedQuery) {
	if len(got.Notes) == 0 {
		return
	}
	got.Notes = nil
	for i, a := range q.aggs {
		if a.agg.Func != "p" {
			continue
		}
		g, w := &got.Columns[len(q.keys)+i], &want.Columns[len(q.keys)+i]
		for row := range g.Ints {
			if near(float64(g.Ints[row]), float64(w.Ints[row])) {
				g.Ints[row] = w.Ints[row]
			}
		}
		for row := range g.Floats {
			if near(g.Floats[row], w.Floats[row]) {
				g.Floats[row] = w.Floats[row]
			}
		}
	}
}

func near(got, want float64) bool { return math.Abs(got-want) <= math.Abs(want)/256 }

// grouped writes the rows in random batches to n partials and merges them.
func grouped(t testing.TB, rng *rand.Rand, plan *Plan, rows []hit, n int) *Partial {
	t.Helper()
	partials := make([]*Partial, n)
	batchers := make([]*batcher, n)
	for i := range partials {
		partials[i] = plan.NewPartial()
		partials[i].folding = randomFoldings(rng)
		batchers[i] = &batcher{oracleSchema(), rng.IntN(3), map[string][]string{}}
	}
	rows = slices.Clone(rows)
	rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	for len(rows) > 0 {
		size, i := 1+rng.IntN(min(len(rows), 64)), rng.IntN(n)
		if err := partials[i].Write(batchers[i].batch(t, rows[:size])); err != nil {
			t.Fatal(err)
		}
		rows = rows[size:]
	}
	for len(partials) > 1 { // in a random order
		i, j := rng.IntN(len(partials)), rng.IntN(len(partials)-1)
		if j >= i {
			j++
		}
		if err := partials[i].Merge(partials[j]); err != nil {
			t.Fatal(err)
		}
		partials = slices.Delete(partials, j, j+1)
	}
	return partials[0]
}

func checkTable(t *testing.T, what string, got, want *Table) {
	t.Helper()
	if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.EquateApprox(1e-12, 0)); diff != "" {
		t.Errorf("%s: table differs (-want +got):\n%s", what, diff)
	}
}
