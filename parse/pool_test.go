package parse

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"

	"logbook/frame"
)

// A holdingSink holds some of the batches, or columns of them, beside what they
// are when they come.
type holdingSink struct {
	rng     *rand.Rand
	columns []arrow.Array
	texts   [][]string
	memory  map[*byte]bool // of codes and numbers
}

func (s *holdingSink) Write(batch arrow.Record) error {
	for _, column := range batch.Columns() {
		if column.DataType().ID() != arrow.BOOL {
			s.memory[&column.Data().Buffers()[1].Bytes()[0]] = true
		}
		if s.rng.IntN(9) == 0 {
			column.Retain()
			s.columns = append(s.columns, column)
			s.texts = append(s.texts, cells(column))
		}
	}
	return nil
}

func cells(column arrow.Array) []string {
	texts := make([]string, column.Len())
	for i := range texts {
		texts[i] = cell(column, i)
	}
	return texts
}

// TestPool checks that what a sink holds on to stays as it was, while the memory
// of what it does not is used again.
func TestPool(t *testing.T) {
	in := writeFile(t, "access.log", benchLog(20_000))
	where, err := frame.ParseExpr("status < 400 and query = none")
	if err != nil {
		t.Fatal(err)
	}
	some, err := frame.NewFilter(Schema(nil), where, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, columns := range [][]string{nil, {"path", "book", "host", "query", "clutter", "client", "status", "status_class", "time", "line", "file"}, {"book"}} {
		for _, filter := range []*frame.Filter{nil, some} {
			sink := &holdingSink{rng: rand.New(rand.NewPCG(5, 5)), memory: map[*byte]bool{}}
			s := Scanner{Format: Combined, Columns: columns, Filter: filter, Jobs: 1, BlockSize: 16 << 10}
			if _, err := s.Scan(context.Background(), []Input{in}, func() frame.Sink { return sink }); err != nil {
				t.Fatal(err)
			}
			for i, column := range sink.columns {
				if !slices.Equal(cells(column), sink.texts[i]) {
					t.Fatalf("columns %v: a column of %s that was held changed", columns, column.DataType())
				}
			}
			if held := len(sink.columns); held == 0 || len(sink.memory) > held+4*(len(columns)+len(combinedColumns)) {
				t.Errorf("columns %v: %d are held, and there were %d", columns, held, len(sink.memory))
			}
		}
	}
}
