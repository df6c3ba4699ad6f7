package parse

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"

	"logbook/frame"
)

// A heapSink keeps the most memory that was in use when a batch came.
type heapSink struct{ most, batches uint64 }

func (s *heapSink) Write(arrow.Record) error {
	if s.batches++; s.batches%16 == 0 {
		runtime.GC() // or it would be the memory that waits for the collector
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		s.most = max(s.most, m.HeapAlloc)
	}
	return nil
}

// TestMemoryIsBounded checks that a log whose every path and agent is unique
// needs no more memory the longer it is: the dictionaries of a worker give way
// when they have passed 16 MiB of text.
func TestMemoryIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 100 MB")
	}
	const lines = 700_000
	r, w := io.Pipe()
	go func() {
		var block []byte
		for i := range lines {
			block = fmt.Appendf(block, "10.0.0.1 - - [17/May/2015:10:05:03 +0000] \"GET /book/%d/%d HTTP/1.1\" 200 5 \"-\" \"Mozilla/5.0 (X11; Linux x86_64; rv:%d.0) Gecko/20100101 Firefox/%d.0\"\n", i%7, i, i, i)
			if len(block) > 1<<16 || i == lines-1 {
				w.Write(block) //nolint:errcheck // the scan reads all
				block = block[:0]
			}
		}
		w.Close()
	}()
	sink := new(heapSink)
	s := Scanner{Format: Combined, Columns: []string{"path", "book", "chapter", "kind", "agent"}, Jobs: 1}
	summary, err := s.Scan(context.Background(), []Input{{Name: "log", R: r}}, func() frame.Sink { return sink })
	if err != nil || summary.Kept != lines {
		t.Fatalf("%d records, error %v", summary.Kept, err)
	}
	if sink.most > 128<<20 {
		t.Errorf("a worker had %d MiB in use, want 128 at most", sink.most>>20)
	}
}
