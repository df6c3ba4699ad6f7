package frame

import "github.com/apache/arrow/go/v17/arrow"

// A Sink consumes record batches. Write must not keep the batch after it
// returns unless it retains it. A Sink is used by one goroutine at a time:
// whoever produces batches in several goroutines gives each its own.
//
// A [Partial] is a Sink, and so are Arrow's IPC writers and this package's
// Parquet writer.
type Sink interface {
	Write(arrow.Record) error
}
