package frame

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// dictType is the type of text columns in batches.
var dictType = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}

// logSchema is a schema with every type that batches of a scan have.
var logSchema = arrow.NewSchema([]arrow.Field{
	{Name: "host", Type: dictType, Nullable: true},
	{Name: "path", Type: dictType, Nullable: true},
	{Name: "user", Type: dictType, Nullable: true},
	{Name: "request_id", Type: dictType, Nullable: true},
	{Name: "time", Type: arrow.FixedWidthTypes.Timestamp_us, Nullable: true},
	{Name: "offset", Type: arrow.PrimitiveTypes.Int32, Nullable: true},
	{Name: "status", Type: arrow.PrimitiveTypes.Int32, Nullable: true},
	{Name: "bytes", Type: arrow.PrimitiveTypes.Int64, Nullable: true, Metadata: arrow.NewMetadata([]string{UnitKey}, []string{"bytes"})},
	{Name: "duration", Type: arrow.PrimitiveTypes.Int64, Nullable: true, Metadata: arrow.NewMetadata([]string{UnitKey}, []string{"duration"})},
	{Name: "ratio", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
	{Name: "clutter", Type: arrow.FixedWidthTypes.Boolean, Nullable: true},
}, nil)

// A row is one row of logSchema: string, int64, float64, bool or nil.
type row []any

// hostile are texts that some reader or format gets wrong.
var hostile = []string{"", " ", "-", "NULL", "null", "\\N", "a,b", `"`, `""`, "'", "a\nb", "\r\n", "\t", "=1+1", "+1", "-1", "@x", "\x00", "\x1b[31m",
	"</script><script>alert(1)</script>", "<!--", "{{.}}", "ä ö ü", "日本語", "😀", "\u2028", "\ufeff", "\uffff", "\U0010ffff", strings.Repeat("x", 5000), "é" + strings.Repeat("é", 300)}

// randomRows makes rows like those of a log: some texts repeat, some never,
// some columns are mostly null, times mostly grow.
func randomRows(rng *rand.Rand, n int) []row {
	rows := make([]row, n)
	now := int64(1_795_000_000_000_000)
	null := func(p float64, v any) any {
		if rng.Float64() < p {
			return nil
		}
		return v
	}
	for i := range rows {
		now += rng.Int64N(2_000_000)
		path := any(fmt.Sprintf("/book/%d/chapter/%d", rng.IntN(20), rng.IntN(1+i/4)))
		if rng.IntN(20) == 0 {
			path = hostile[rng.IntN(len(hostile))]
		}
		user := any(nil)
		if i > n/2 {
			user = null(0.9, fmt.Sprintf("user%d", rng.IntN(3)))
		}
		rows[i] = row{
			fmt.Sprintf("10.0.%d.%d", rng.IntN(4), rng.IntN(250)), null(0.05, path), user, fmt.Sprintf("%016x", rng.Uint64()),
			now, int64(60 * rng.IntN(3)), null(0.01, int64(200+100*rng.IntN(4))), null(0.3, rng.Int64N(1<<40)),
			nil, null(0.5, rng.NormFloat64()), null(0.1, rng.IntN(2) == 0),
		}
	}
	return rows
}

// A fakeWorker makes batches as one worker of a scan does: the dictionaries of
// its text columns grow from batch to batch.
type fakeWorker struct {
	mem   memory.Allocator
	texts [][]string
	codes []map[string]int32
}

func newFakeWorker(mem memory.Allocator, schema *arrow.Schema) *fakeWorker {
	if mem == nil {
		mem = memory.DefaultAllocator
	}
	w := &fakeWorker{mem: mem, texts: make([][]string, schema.NumFields())}
	for range schema.Fields() {
		w.codes = append(w.codes, map[string]int32{})
	}
	return w
}

// batch returns the rows as a batch of logSchema.
func (w *fakeWorker) batch(rows []row) arrow.Record {
	columns := make([]arrow.Array, logSchema.NumFields())
	for i, f := range logSchema.Fields() {
		if f.Type.ID() == arrow.DICTIONARY {
			columns[i] = w.textColumn(i, rows)
			defer columns[i].Release()
			continue
		}
		b := array.NewBuilder(w.mem, f.Type)
		for _, r := range rows {
			appendAny(b, r[i])
		}
		columns[i] = b.NewArray()
		b.Release()
		defer columns[i].Release()
	}
	return array.NewRecord(logSchema, columns, int64(len(rows)))
}

func (w *fakeWorker) textColumn(i int, rows []row) arrow.Array {
	codes := array.NewInt32Builder(w.mem)
	defer codes.Release()
	for _, r := range rows {
		if r[i] == nil {
			codes.AppendNull()
			continue
		}
		text := r[i].(string)
		code, ok := w.codes[i][text]
		if !ok {
			code = int32(len(w.texts[i]))
			w.codes[i][text] = code
			w.texts[i] = append(w.texts[i], text)
		}
		codes.Append(code)
	}
	texts := array.NewStringBuilder(w.mem)
	defer texts.Release()
	texts.AppendValues(w.texts[i], nil)
	c, d := codes.NewArray(), texts.NewArray()
	defer c.Release()
	defer d.Release()
	return array.NewDictionaryArray(dictType, c, d)
}

func appendAny(b array.Builder, v any) {
	if v == nil {
		b.AppendNull()
		return
	}
	switch b := b.(type) {
	case *array.TimestampBuilder:
		b.Append(arrow.Timestamp(v.(int64)))
	case *array.Int32Builder:
		b.Append(int32(v.(int64)))
	case *array.Int64Builder:
		b.Append(v.(int64))
	case *array.Float64Builder:
		b.Append(v.(float64))
	case *array.BooleanBuilder:
		b.Append(v.(bool))
	case *array.StringBuilder:
		b.Append(v.(string))
	}
}

// writeRandomly writes the rows to the sink as batches of random sizes, made
// by so many workers.
func writeRandomly(t testing.TB, rng *rand.Rand, mem memory.Allocator, workers int, rows []row, sink Sink) {
	t.Helper()
	var team []*fakeWorker
	for range workers {
		team = append(team, newFakeWorker(mem, logSchema))
	}
	for len(rows) > 0 {
		n := min(len(rows), rng.IntN(1+len(rows)/3+rng.IntN(10)))
		batch := team[rng.IntN(workers)].batch(rows[:n])
		err := sink.Write(batch)
		batch.Release()
		if err != nil {
			t.Fatal(err)
		}
		rows = rows[n:]
	}
}

// rowsOf returns a batch's rows.
func rowsOf(batch arrow.Record) []row {
	rows := make([]row, batch.NumRows())
	for i := range rows {
		for _, c := range batch.Columns() {
			rows[i] = append(rows[i], valueOf(c, i))
		}
	}
	return rows
}

func valueOf(c arrow.Array, i int) any {
	if c.IsNull(i) {
		return nil
	}
	switch c := c.(type) {
	case *array.Dictionary:
		return valueOf(c.Dictionary(), c.GetValueIndex(i))
	case *array.String:
		return c.Value(i)
	case *array.Timestamp:
		return int64(c.Value(i))
	case *array.Int32:
		return int64(c.Value(i))
	case *array.Int64:
		return c.Value(i)
	case *array.Float64:
		return c.Value(i)
	case *array.Boolean:
		return c.Value(i)
	}
	panic(fmt.Sprintf("column of type %s", c.DataType()))
}

// checkRows compares rows; go-cmp takes a minute for so many.
func checkRows(t *testing.T, what string, got, want []row) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d rows, want %d", what, len(got), len(want))
		return
	}
	for i := range want {
		if !slices.Equal(got[i], want[i]) {
			t.Errorf("%s: row %d is %v, want %v", what, i, got[i], want[i])
			return
		}
	}
}
