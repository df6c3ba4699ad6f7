package frame

import (
	"bytes"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

// TestParquetSameBytes checks the property that makes exports comparable:
// neither batches nor workers nor goroutines show in the file.
func TestParquetSameBytes(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	rng := rand.New(rand.NewPCG(1, 2))
	rows := randomRows(rng, 30000)
	var want []byte
	for round := range 8 {
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
			if name := os.Getenv("KEEP"); name != "" {
				os.WriteFile(name, want, 0o644)
			}
		}
		if !bytes.Equal(file.Bytes(), want) {
			t.Fatalf("round %d: %d bytes differ from the first round's %d", round, file.Len(), len(want))
		}
	}
}
