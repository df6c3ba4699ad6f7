package parse

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/apache/arrow/go/v17/arrow"

	"logbook/frame"
)

// A worker parses blocks. All that it needs is its own, so there is no lock.
type worker struct {
	*Scanner
	batcher *batcher
	filter  *frame.Filter
	rows    rows
	record  Record
	source  *source // of parser
	parser  Parser
	usual   rowParser // the parser, if it is one and all lines are wanted
	text    []byte    // of the range at hand
	ends    []int32   // of its lines
	parts   []part    // of the rows, by the filter's terms
	numbers []int32   // scratch of keep
	sample  sample

	files   []*FileSummary // by input; nil if the worker had none of its blocks
	edges   []edge
	rejects []reject // of the block at hand, if anyone wants them
}

// A reject is a line that is no record, on its way to a [RejectFunc].
type reject struct {
	lineno int64
	reason Reason
	line   []byte
}

func newWorker(s *Scanner, p *projection, inputs int) *worker {
	w := &worker{Scanner: s, batcher: newBatcher(p), files: make([]*FileSummary, inputs), sample: newSample(s.Sample)}
	w.batcher.escape = s.EscapeBytes
	if s.Filter != nil {
		w.filter = s.Filter.Clone()
		for _, term := range w.filter.Terms {
			w.parts = append(w.parts, w.batcher.newPart(term.Columns))
		}
	}
	return w
}

// block parses a block into a batch, which is nil if no record was kept.
// Rejected lines are in w.rejects until the next call.
func (w *worker) block(ctx context.Context, b *block) (arrow.Record, error) {
	text := b.text
	if b.file != nil {
		var err error
		if text, w.text, err = b.load(w.text); err != nil {
			b.damaged(err)
		}
		if b.start == 0 {
			text = bytes.TrimPrefix(text, byteOrderMark)
		}
		if w.Progress != nil {
			w.Progress(b.end - b.start)
		}
	}
	var before int64
	select {
	case before = <-b.before:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	w.ends = lineEnds(w.ends[:0], text)
	lines := int64(len(w.ends))
	if b.after != nil {
		b.after <- before + lines
	}

	f := w.files[b.source.index]
	if f == nil {
		f = newFileSummary()
		w.files[b.source.index] = f
	}
	f.Bytes += int64(len(text))
	w.batcher.begin(b.source.Name, before)
	records := w.parse(b, text, before, f)
	batch, kept := w.finish()
	f.Total += records
	f.Kept += kept
	f.Filtered += records - kept
	return batch, nil
}

// A rowParser is a [Parser] that knows nearly all lines of its format at a
// glance, and tells them without a [Record], of which most would be empty.
type rowParser interface {
	// add appends the line block[start:end], of that number, to the rows and
	// reports whether it is of that kind. If not, it is to be parsed. Lines come
	// in order.
	add(block []byte, start, end int, line int64, r *rows) bool
}

// use makes a block's parser the worker's.
func (w *worker) use(b *block) {
	if w.source != b.source || b.source.format.Directive() != "" {
		w.source = b.source
		w.parser = b.source.format.NewParser(b.directives)
		if w.usual = nil; w.sample.all() {
			w.usual, _ = w.parser.(rowParser)
		}
	}
	w.parser.Reset()
}

// parse collects the records of a block's text, and says how many there are.
func (w *worker) parse(b *block, text []byte, before int64, f *FileSummary) (records int64) {
	w.use(b)
	w.rows.reset(chunkRows, w.batcher.fields, text)
	w.rejects = w.rejects[:0]
	first, last, latest, earliest := int64(None), int64(None), int64(None), int64(None)
	next := 0
	for i, end := range w.ends {
		start, end, n := next, int(end), int64(i+1)
		next = end + 1
		if end > start && text[end-1] == '\r' {
			end--
		}
		cut := b.cut && next > len(text)
		var t int64
		if w.usual != nil && end-start <= maxLine && !cut && w.usual.add(text, start, end, n, &w.rows) {
			t = w.rows.time[w.rows.n-1]
		} else {
			line := text[start:end]
			if reason := w.line(line, cut); reason != OK {
				w.reject(reason, before+n, line, f)
				continue
			}
			if w.sample.holds(line) {
				w.rows.add(&w.record, n)
			}
			if w.record.More {
				f.Longer++
			}
			t = w.record.Time
		}
		records++
		if w.rows.n == chunkRows {
			w.keep(len(w.ends))
			w.rows.reset(chunkRows, w.batcher.fields, text)
		}
		switch {
		case first == None:
			first, earliest, latest = t, t, t
		case t < last-late:
			f.Unordered++
		}
		last = t
		earliest, latest = min(earliest, t), max(latest, t)
	}
	w.keep(len(w.ends))
	if first != None {
		f.span(earliest, latest)
		w.edges = append(w.edges, edge{b.source.index, b.index, first, last})
	}
	return records
}

// line parses a line into the worker's record.
func (w *worker) line(line []byte, cut bool) Reason {
	switch {
	case len(line) == 0:
		return Blank
	case len(line) > maxLine:
		return TooLong
	case cut:
		return Cut
	}
	reason := w.parser.Parse(line, &w.record)
	if reason > Blank && bytes.IndexByte(line, 0) >= 0 {
		return Binary // such as the zeros that a crash leaves in a log
	}
	return reason
}

// reject counts a line that is no record, and keeps it for who wants it.
func (w *worker) reject(reason Reason, lineno int64, line []byte, f *FileSummary) {
	f.reject(reason, lineno, line)
	if w.Rejects != nil && reason != Blank {
		w.rejects = append(w.rejects, reject{lineno, reason, line})
	}
}

// keep collects those of the rows that the filter keeps, for a batch that gets
// most of so many. The filter is applied term by term: columns that a term does
// not read are made only of the rows that it leaves.
func (w *worker) keep(most int) {
	read := w.rows.n
	for i := range w.parts {
		if w.rows.n == 0 {
			return
		}
		part := w.batcher.part(&w.parts[i], &w.rows)
		w.rows.keep(w.filter.Terms[i].Select(part, w.allRows()))
		part.Release()
	}
	if w.rows.n > 0 {
		w.batcher.collect(&w.rows, min(most, most*w.rows.n/read+chunkRows))
	}
}

// finish returns the batch of all that was collected, nil if nothing was.
func (w *worker) finish() (batch arrow.Record, rows int64) {
	if w.batcher.values.n == 0 {
		return nil, 0
	}
	batch = w.batcher.batch()
	return batch, batch.NumRows()
}

// allRows returns 0, 1 … of all rows, in the worker's memory.
func (w *worker) allRows() []int32 {
	if cap(w.numbers) < w.rows.n {
		w.numbers = make([]int32, len(w.rows.time))
	}
	numbers := w.numbers[:w.rows.n]
	for i := range numbers {
		numbers[i] = int32(i)
	}
	return numbers
}

// damaged keeps the error of a plain file that could not be read to its end.
func (b *block) damaged(err error) {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	b.source.fail(b.source.damage(err, b.start))
}
