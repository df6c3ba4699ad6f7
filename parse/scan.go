package parse

import (
	"context"

	"logbook/frame"
)

// A Scanner reads logs into batches. Its fields are options; the zero value
// recognises the format, uses all cores and gives all record fields.
type Scanner struct {
	Format    Format            // nil: recognise it, file by file
	Rules     *Rules            // books, clutter and other derived fields; nil: the defaults
	Columns   []string          // projection, from frame.Plan.Columns; nil: all fields of a record
	Filter    *frame.Filter     // pushed down from the plan; nil keeps all
	Jobs      int               // workers; 0: one a core
	BlockSize int               // bytes of whole lines a batch is made of; 0: the default
	Ordered   bool              // one sink gets all batches in log order (see Scan)
	Rejects   RejectFunc        // called for each rejected line; nil: only counted
	Progress  func(bytes int64) // called now and then, from any worker, with the bytes read since the last call
}

// A RejectFunc receives a line that was not a record. It is called by one
// goroutine at a time, in log order if the scan is ordered; line is good until
// it returns.
type RejectFunc func(file string, lineno int64, reason Reason, line []byte)

// Scan reads the inputs and writes their records to sinks as Arrow batches
// with the scanner's Columns, of the schema that [Schema] describes.
//
// It runs one worker for each sink, so that no sink is shared and none needs a
// lock; newSink is called Jobs times, before the first line is read. If
// s.Ordered is set newSink is called once, and batches reach that sink in the
// order of inputs and lines, whatever the number of workers.
//
// A line that is no record, and a file that is damaged, are counted in the
// [Summary] and are no error. The error is the context's, a sink's, or that
// of an input that cannot be opened; the summary is right up to there.
func (s *Scanner) Scan(ctx context.Context, inputs []Input, newSink func() frame.Sink) (*Summary, error) {
	panic("to come")
}

// A Summary accounts for every line: Total = Kept + Filtered + Rejected +
// Blank, for each file and for the whole.
type Summary struct {
	Counts
	Files []FileSummary // in the order of the inputs
}

// Counts are numbers of lines.
type Counts struct {
	Total    int64 // lines
	Kept     int64 // records that reached a sink
	Filtered int64 // records that the filter dropped
	Rejected int64 // lines that are no record
	Blank    int64 // empty lines and directives
	Reasons  [NumReasons]int64
	Bytes    int64 // of text, after decompression
}

// A FileSummary says what was found in one input.
type FileSummary struct {
	Counts
	Name       string
	Format     string  // name of the format
	Confidence float64 // share of sampled lines that it could parse
	First      int64   // earliest and latest time of a record, µs; None if there is no record
	Last       int64
	Unordered  int64 // records older than the one before by more than a minute... see Scan
	Examples   [NumReasons]Example
	Err        error // damage: what could not be read, and where
}

// An Example is the first line that was rejected for a reason.
type Example struct {
	Line int64  // 1-based; 0 if there is none
	Text string // at most 200 bytes of it
}
