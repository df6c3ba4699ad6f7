package frame

import (
	"bytes"
	"io"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// TestParquetSameBytes checks the property that makes exports comparable:
// neither batches nor workers nor goroutines show in the file.
func TestParquetSameBytes(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	rng := rand.New(rand.NewPCG(1, 2))
	rows := randomRows(rng, 20_000)
	var want []byte
	for round := range 4 {
		var file bytes.Buffer
		w, err := NewParquetWriter(&file, logSchema, ParquetOptions{RowGroup: 12000, Jobs: 1 + round%3})
		if err != nil {
			t.Fatal(err)
		}
		writeRandomly(t, rng, mem, 1+round, rows, w)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if round == 0 {
			want = bytes.Clone(file.Bytes())
		}
		if !bytes.Equal(file.Bytes(), want) {
			t.Fatalf("round %d: %d bytes differ from the first round's %d", round, file.Len(), len(want))
		}
	}
}

// rowSink gathers the rows of batches.
type rowSink struct{ rows []row }

func (s *rowSink) Write(batch arrow.Record) error {
	s.rows = append(s.rows, rowsOf(batch)...)
	return nil
}

// TestParquetRoundTrip checks that what is read is what was written, for all
// compressions, row group sizes, and columns in any order.
func TestParquetRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for i, compression := range []string{"zstd", "snappy", "none", "", "zstd"} {
		rows := randomRows(rng, []int{1, 7, 100, 20_000, 70_000}[i])
		opts := ParquetOptions{Compression: compression, RowGroup: []int{1, 3, 0, 9000, 0}[i]}
		data := writeTwice(t, rows, func(w io.Writer) (closingSink, error) { return NewParquetWriter(w, logSchema, opts) })
		f, err := newParquetFile("test", bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if !f.Schema().Equal(logSchema) {
			t.Errorf("schema is %v, want %v", f.Schema(), logSchema)
		}
		if f.Rows() != int64(len(rows)) {
			t.Errorf("%d rows, want %d", f.Rows(), len(rows))
		}
		order := rng.Perm(logSchema.NumFields())[:1+rng.IntN(logSchema.NumFields())]
		var columns []string
		for _, c := range order {
			columns = append(columns, logSchema.Field(c).Name)
		}
		var all, some rowSink
		for g := range f.Pieces() {
			if _, _, err := f.Read(g, fieldNames(logSchema), nil, &all); err != nil {
				t.Fatal(err)
			}
			if _, _, err := f.Read(g, columns, nil, &some); err != nil {
				t.Fatal(err)
			}
		}
		checkRows(t, compression, all.rows, rows)
		for i, r := range rows {
			var want row
			for _, c := range order {
				want = append(want, r[c])
			}
			if !slices.Equal(want, some.rows[i]) {
				t.Fatalf("%s: row %d of %v is %v, want %v", compression, i, columns, some.rows[i], want)
			}
		}
	}
}

func fieldNames(schema *arrow.Schema) (names []string) {
	for _, f := range schema.Fields() {
		names = append(names, f.Name)
	}
	return names
}
