package parse

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"logbook/frame"
)

// A worker parses blocks. All that it needs is its own, but for what it learns of
// texts, see [lexicon].
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

	files    []*FileSummary // by input; nil if the worker had none of its blocks
	edges    []edge
	rejects  []reject         // of the block at hand; if nobody wants them, in the end none
	rejected [NumReasons]bool // for which there are some
}

// A reject is a line that is no record, on its way to a [RejectFunc].
type reject struct {
	lineno int64
	reason Reason
	line   []byte
}

func newWorker(s *Scanner, p *projection, l *lexicons, inputs int) *worker {
	w := &worker{Scanner: s, batcher: newBatcher(p, l), files: make([]*FileSummary, inputs), sample: newSample(s.Sample)}
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
	w.use(b)
	if w.ends = w.ends[:0]; w.usual != nil {
		w.ends = w.usual.lines(w.ends, text)
	} else {
		w.ends = lineEnds(w.ends, text)
	}
	b.tell(int64(len(w.ends)))
	early := w.filtersLines()
	if early {
		if err := w.number(ctx, b); err != nil {
			return nil, err
		}
	}

	f := w.files[b.source.index]
	if f == nil {
		f = newFileSummary()
		w.files[b.source.index] = f
	}
	f.Bytes += int64(len(text))
	w.batcher.begin(b.source.Name)
	records := w.parse(b, text, f)
	if !early { // by now there is hardly anything to wait for
		if err := w.number(ctx, b); err != nil {
			return nil, err
		}
	}
	w.numberRejects(f)
	batch, kept := w.finish()
	f.Total += records
	f.Kept += kept
	f.Filtered += records - kept
	return batch, nil
}

// filtersLines reports whether the filter reads the numbers of lines, so that they
// must be known before a block is parsed.
func (w *worker) filtersLines() bool {
	return slices.ContainsFunc(w.parts, func(p part) bool { return p.needs.numbers[columnLine] })
}

// number waits for the number of the block's first line.
func (w *worker) number(ctx context.Context, b *block) (err error) {
	w.batcher.firstLine, err = b.first(ctx)
	return err
}

// numberRejects makes the numbers of rejected lines those in their file.
func (w *worker) numberRejects(f *FileSummary) {
	for i := range w.rejects {
		r := &w.rejects[i]
		r.lineno += w.batcher.firstLine
		f.example(r.reason, r.lineno, r.line)
	}
	if w.Rejects == nil {
		w.rejects = w.rejects[:0]
	}
}

// A rowParser is a [Parser] that knows nearly all lines of its format at a
// glance, and tells them without a [Record], of which most would be empty.
type rowParser interface {
	// lines appends the ends of a block's lines, as [lineEnds] does, and prepares
	// to add them.
	lines(ends []int32, block []byte) []int32

	// add appends lines to the rows for as long as they are of that kind and
	// there is room, and says how many. The first begins at block[start], of that
	// number, and ends are theirs. The next is then to be parsed. Lines come in
	// order.
	add(block []byte, start int, ends []int32, line int64, r *rows) int
}

// addWhile is add for a parser that adds a line, which it says of each.
func addWhile(block []byte, start int, ends []int32, line int64, r *rows, add func(start, end int, line int64) bool) int {
	ends = ends[:min(len(ends), chunkRows-r.n)]
	for i, next := range ends {
		end := lineEnd(block, start, next)
		if end-start > maxLine || !add(start, end, line+int64(i)) {
			return i
		}
		start = int(next) + 1
	}
	return len(ends)
}

// lineEnd returns where a line ends without its carriage return.
func lineEnd(block []byte, start int, end int32) int {
	if int(end) > start && block[end-1] == '\r' {
		return int(end) - 1
	}
	return int(end)
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
func (w *worker) parse(b *block, text []byte, f *FileSummary) (records int64) {
	w.rows.reset(chunkRows, w.batcher.fields, text)
	w.rejects, w.rejected = w.rejects[:0], [NumReasons]bool{}
	whole, start, seen := w.ends, 0, newTimes()
	if b.cut && !bytes.HasSuffix(text, newline) {
		whole = whole[:max(len(whole)-1, 0)]
	}
	for done := 0; done < len(w.ends); {
		if w.usual != nil {
			n := w.usual.add(text, start, whole[min(done, len(whole)):], int64(done+1), &w.rows)
			seen.add(w.rows.time[w.rows.n-n : w.rows.n]...)
			if done += n; n > 0 {
				start = int(whole[done-1]) + 1
			}
		}
		if w.rows.n < chunkRows && done < len(w.ends) {
			end := lineEnd(text, start, w.ends[done])
			if w.careful(text[start:end], done >= len(whole), int64(done+1), f) {
				seen.add(w.record.Time)
			}
			start = int(w.ends[done]) + 1
			done++
		}
		if w.rows.n == chunkRows {
			w.keep(len(w.ends))
			w.rows.reset(chunkRows, w.batcher.fields, text)
		}
	}
	w.keep(len(w.ends))
	if seen.n > 0 {
		f.see(&seen)
		w.edges = append(w.edges, edge{b.source.index, b.index, seen.first, seen.last})
	}
	return seen.n
}

// careful parses a line that is not known at a glance, of a number within its
// block, and reports whether it is a record.
func (w *worker) careful(line []byte, cut bool, number int64, f *FileSummary) bool {
	if reason := w.line(line, cut); reason != OK {
		w.reject(reason, number, line, f)
		return false
	}
	if w.sample.holds(line) {
		w.rows.add(&w.record, number)
	}
	if w.record.More {
		f.Longer++
	}
	return true
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

// reject counts a line that is no record, of a number within its block. It keeps
// the first for each reason, and all for who wants them.
func (w *worker) reject(reason Reason, number int64, line []byte, f *FileSummary) {
	f.reject(reason)
	if reason != Blank && (w.Rejects != nil || !w.rejected[reason]) {
		w.rejects = append(w.rejects, reject{number, reason, line})
		w.rejected[reason] = true
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
