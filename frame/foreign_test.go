package frame

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// build makes an array of values as text, of which "" is null.
func build(t *testing.T, typ arrow.DataType, values ...string) arrow.Array {
	t.Helper()
	if d, ok := typ.(*arrow.DictionaryType); ok {
		return buildDictionary(t, d, values)
	}
	b := array.NewBuilder(memory.DefaultAllocator, typ)
	defer b.Release()
	for _, v := range values {
		if v == "" {
			b.AppendNull()
		} else if err := b.AppendValueFromString(v); err != nil {
			t.Fatal(err)
		}
	}
	return b.NewArray()
}

// buildDictionary is build for the dictionaries of all types, for which the
// library has no builder.
func buildDictionary(t *testing.T, typ *arrow.DictionaryType, values []string) arrow.Array {
	var texts []string
	codes := make([]string, len(values))
	for i, v := range values {
		if v == "" {
			continue
		}
		if !slices.Contains(texts, v) {
			texts = append(texts, v)
		}
		codes[i] = strconv.Itoa(slices.Index(texts, v))
	}
	return array.NewDictionaryArray(typ, build(t, typ.IndexType, codes...), build(t, typ.ValueType, texts...))
}

// TestOwn checks the values that columns of others' types are read as, of whole
// arrays and of slices.
func TestOwn(t *testing.T) {
	timestamp := func(u arrow.TimeUnit) arrow.DataType { return &arrow.TimestampType{Unit: u, TimeZone: "UTC"} }
	µs := func(text string) string {
		at, err := time.Parse("2006-01-02 15:04:05.999999", text)
		if err != nil {
			t.Fatal(err)
		}
		return strconv.FormatInt(at.UnixMicro(), 10)
	}
	large := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Uint8, ValueType: arrow.BinaryTypes.LargeString}
	for _, c := range []struct {
		of           arrow.DataType
		typ          Type
		values, want []string
	}{
		{arrow.PrimitiveTypes.Uint8, Int, []string{"0", "", "255"}, []string{"0", "", "255"}},
		{arrow.PrimitiveTypes.Uint16, Int, []string{"65535", ""}, []string{"65535", ""}},
		{arrow.PrimitiveTypes.Uint32, Int, []string{"4294967295"}, []string{"4294967295"}},
		{arrow.PrimitiveTypes.Uint64, Int, []string{"9223372036854775807", "9223372036854775808", "7"}, []string{"9223372036854775807", "", "7"}},
		{arrow.PrimitiveTypes.Float32, Float, []string{"0.5", "", "-3"}, []string{"0.5", "", "-3"}},
		{timestamp(arrow.Second), Time, []string{"2026-11-09 10:00:01", ""}, []string{µs("2026-11-09 10:00:01"), ""}},
		{timestamp(arrow.Millisecond), Time, []string{"1969-12-31 23:59:59.999"}, []string{"-1000"}},
		{timestamp(arrow.Nanosecond), Time, []string{"2026-11-09 10:00:01.000001999", "1969-12-31 23:59:59.999999999"}, []string{µs("2026-11-09 10:00:01.000001"), "-1"}},
		{arrow.FixedWidthTypes.Date32, Time, []string{"2026-11-09", "1969-12-31"}, []string{µs("2026-11-09 00:00:00"), "-86400000000"}},
		{arrow.FixedWidthTypes.Date64, Time, []string{"2026-11-09"}, []string{µs("2026-11-09 00:00:00")}},
		{arrow.FixedWidthTypes.Duration_ms, Duration, []string{"1500ms", ""}, []string{"1500000", ""}},
		{arrow.BinaryTypes.LargeString, Text, []string{"a", "", "Ω"}, []string{"a", "", "Ω"}},
		{arrow.BinaryTypes.StringView, Text, []string{"a", "", "longer than what a view holds itself"}, []string{"a", "", "longer than what a view holds itself"}},
		{large, Text, []string{"a", "b", "", "a"}, []string{"a", "b", "", "a"}},
	} {
		if got := TypeOf(arrow.Field{Type: c.of}); got != c.typ {
			t.Errorf("%s is %s, want %s", c.of, got, c.typ)
		}
		whole := build(t, c.of, c.values...)
		for from := range c.values {
			got := own(array.NewSlice(whole, int64(from), int64(len(c.values))))
			if !arrow.TypeEqual(got.DataType(), ownType(c.of)) {
				t.Errorf("%s became %s, want %s", c.of, got.DataType(), ownType(c.of))
			}
			if texts := textsOf(got); !slices.Equal(texts, c.want[from:]) {
				t.Errorf("%s from %d on: %q, want %q", c.of, from, texts, c.want[from:])
			}
		}
	}
	huge := build(t, arrow.PrimitiveTypes.Int64, strconv.Itoa(math.MaxInt64/1000))
	seconds := array.MakeFromData(array.NewData(timestamp(arrow.Second), 1, huge.Data().Buffers(), nil, 0, 0))
	if got := own(seconds); !got.IsNull(0) {
		t.Errorf("a second beyond the last microsecond is %v, want null", got)
	}
}

// textsOf returns the values of an array of our types, null as "".
func textsOf(a arrow.Array) []string {
	texts := make([]string, a.Len())
	for i := range texts {
		if a.IsNull(i) {
			continue
		}
		if times, ok := a.(*array.Timestamp); ok {
			texts[i] = strconv.FormatInt(int64(times.Value(i)), 10)
		} else {
			texts[i] = a.ValueStr(i)
		}
	}
	return texts
}

// TestForeignBatches groups the same rows in our types and in others', whose
// dictionaries are new in each batch, and compares all that is known of them;
// and once more from a file.
func TestForeignBatches(t *testing.T) {
	ours := []arrow.Field{{Name: "host", Type: textType}, {Name: "time", Type: arrow.FixedWidthTypes.Timestamp_us}, {Name: "bytes", Type: arrow.PrimitiveTypes.Int64}, {Name: "ratio", Type: arrow.PrimitiveTypes.Float64}}
	theirs := []arrow.Field{
		{Name: "host", Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.LargeString}},
		{Name: "time", Type: arrow.FixedWidthTypes.Timestamp_ns}, {Name: "bytes", Type: arrow.PrimitiveTypes.Uint32}, {Name: "ratio", Type: arrow.PrimitiveTypes.Float32},
	}
	q, err := ParseQuery("let large = bytes > 50 | count, sum bytes, avg ratio, distinct host, first host, top 3 host by hour, large")
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	start := time.Date(2026, 11, 9, 0, 0, 0, 0, time.UTC)
	var values [20][4][]string
	for i := range values {
		for range 300 {
			row := []string{"host" + strconv.Itoa(rng.IntN(50)), start.Add(time.Duration(rng.IntN(7200)) * time.Second).Format("2006-01-02 15:04:05"), strconv.Itoa(rng.IntN(100)), strconv.Itoa(rng.IntN(9)) + ".5"}
			if rng.IntN(9) == 0 {
				row[rng.IntN(4)] = ""
			}
			for k, v := range row {
				values[i][k] = append(values[i][k], v)
			}
		}
	}
	answer := func(fields []arrow.Field, write func(*Plan, []arrow.Record) *Partial) []byte {
		plan, err := NewPlan(arrow.NewSchema(fields, nil), []string{"q"}, []*Query{q}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var batches []arrow.Record
		for i := range values {
			var columns []arrow.Array
			for k, f := range fields {
				columns = append(columns, build(t, f.Type, values[i][k]...))
			}
			batches = append(batches, array.NewRecord(arrow.NewSchema(fields, nil), columns, 300))
		}
		p := write(plan, batches)
		tables, errs := p.Tables()
		if errs[0] != nil {
			t.Fatal(errs[0])
		}
		var out bytes.Buffer
		if err := tables[0].WriteCSV(&out, time.UTC); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	direct := func(plan *Plan, batches []arrow.Record) *Partial {
		p := plan.NewPartial()
		p.folding = foldings{window: 100}
		for _, b := range batches {
			if err := p.Write(b); err != nil {
				t.Fatal(err)
			}
		}
		return p
	}
	fromFile := func(plan *Plan, batches []arrow.Record) *Partial {
		path := filepath.Join(t.TempDir(), "rows.arrows")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		w := ipc.NewWriter(f, ipc.WithSchema(batches[0].Schema()))
		for _, b := range batches {
			if err := w.Write(b); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		source, err := openArrow(path)
		if err != nil {
			t.Fatal(err)
		}
		defer source.Close()
		p := plan.NewPartial()
		if _, _, err := source.Read(0, plan.Columns(), nil, p); err != nil {
			t.Fatal(err)
		}
		return p
	}
	want := answer(ours, direct)
	if got := answer(theirs, direct); !bytes.Equal(got, want) {
		t.Errorf("in others' types:\n%s\nin ours:\n%s", got, want)
	}
	if got := answer(theirs, fromFile); !bytes.Equal(got, want) {
		t.Errorf("from a file:\n%s\nin ours:\n%s", got, want)
	}
}
