package parse

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"golang.org/x/sync/errgroup"

	"logbook/frame"
)

// isTable reports whether an input is no log but what a log was exported to.
func isTable(in Input) bool { return in.Path != "" && frame.IsSource(in.Path) }

// scanMixed scans inputs some of which are tables, in their order.
func (s *Scanner) scanMixed(ctx context.Context, inputs []Input, newSink func() frame.Sink) (*Summary, error) {
	s = s.withDefaults()
	sinks := []frame.Sink{newSink()}
	for !s.Ordered && len(sinks) < s.Jobs {
		sinks = append(sinks, newSink())
	}
	whole := &Summary{}
	for len(inputs) > 0 {
		n := slices.IndexFunc(inputs, isTable)
		if n < 0 {
			n = len(inputs)
		}
		if n > 0 {
			i := -1
			logs, err := s.Scan(ctx, inputs[:n], func() frame.Sink { i++; return sinks[i] })
			if logs != nil {
				whole.append(logs)
			}
			if err != nil {
				return whole, err
			}
			inputs = inputs[n:]
			continue
		}
		table, err := s.scanTable(ctx, inputs[0], sinks)
		whole.append(&Summary{Counts: table.Counts, Files: []FileSummary{*table}})
		if err != nil {
			return whole, err
		}
		inputs = inputs[1:]
	}
	return whole, nil
}

// append adds a scan of the inputs that follow.
func (s *Summary) append(more *Summary) {
	s.add(&more.Counts)
	s.Files = append(s.Files, more.Files...)
}

// scanTable scans one table, its pieces in as many goroutines as there are
// sinks. That it cannot be read is told by the summary; the error is the
// context's or a sink's.
func (s *Scanner) scanTable(ctx context.Context, in Input, sinks []frame.Sink) (*FileSummary, error) {
	f := newFileSummary()
	f.Name, f.Format, f.Confidence = in.Name, "table", 1
	if fi, err := os.Stat(in.Path); err == nil && fi.Mode().IsRegular() {
		f.Bytes = fi.Size()
	}
	source, err := frame.OpenSource(in.Path)
	if err != nil {
		f.Err = err
		return f, nil
	}
	defer source.Close()
	t, err := s.newTable(in, source)
	if err != nil {
		f.Err = err
		return f, nil
	}
	var next atomic.Int64
	var group errgroup.Group
	readers := make([]*tableReader, len(sinks))
	for i, sink := range sinks {
		r := t.newReader(s, sink)
		readers[i] = r
		group.Go(func() error {
			for ctx.Err() == nil {
				piece := int(next.Add(1)) - 1
				if piece >= source.Pieces() {
					return nil
				}
				if err := r.read(piece); err != nil {
					return err
				}
			}
			return ctx.Err()
		})
	}
	err = group.Wait()
	for _, r := range readers {
		f.merge(r.summary)
		if f.Err == nil {
			f.Err = r.summary.Err
		}
	}
	if s.Progress != nil {
		s.Progress(f.Bytes)
	}
	return f, err
}

// A table is how a scan reads a source: which of its columns, and what of the
// filter it can apply itself. Derived columns are derived anew from the texts
// that they come from, so that today's rules hold and not those of the export.
type table struct {
	name    string
	source  frame.Source
	project *projection
	columns []string
	terms   []int // of the scanner's filter, that read only columns of the source
}

func (s *Scanner) newTable(in Input, source frame.Source) (*table, error) {
	var filtered []string
	if s.Filter != nil {
		for _, term := range s.Filter.Terms {
			filtered = append(filtered, term.Columns...)
		}
	}
	p, err := newProjection(s.Rules, s.Columns, filtered)
	if err != nil {
		return nil, err
	}
	t := &table{name: in.Name, source: source, project: p}
	need := func(name, what string) error {
		if !source.Schema().HasField(name) {
			return fmt.Errorf("%s: it was exported without the column %s%s", in.Name, name, what)
		}
		if !slices.Contains(t.columns, name) {
			t.columns = append(t.columns, name)
		}
		return nil
	}
	if err := need("time", ""); err != nil {
		return nil, err
	}
	for name, c := range p.columns {
		var err error
		switch c.from {
		case columnText:
			err = need(name, "")
		case columnDerived:
			err = need(recordFields[p.derivations[c.derivation].source].Name, ", from which "+name+" derives")
		case columnStatusClass:
			err = need("status", ", from which status_class derives")
		case columnFile, columnLine: // of the table itself
		default:
			err = need(name, "")
		}
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(t.columns)
	if s.Filter != nil {
		for i, term := range s.Filter.Terms {
			if !slices.ContainsFunc(term.Columns, func(name string) bool {
				return !source.Schema().HasField(name) || p.columns[name].from == columnDerived ||
					p.columns[name].from == columnFile || p.columns[name].from == columnLine
			}) {
				t.terms = append(t.terms, i)
			}
		}
	}
	return t, nil
}

// A tableReader is a [frame.Sink] that turns the rows of a source into the
// scan's batches. To do so it fills a worker's rows as parsing would.
type tableReader struct {
	*table
	worker  *worker
	filter  *frame.Filter // what the source applies
	sink    frame.Sink
	err     error // of the sink, as distinct from those of the source
	summary *FileSummary
	texts   [NumFields]*array.String // behind the worker's dictionaries
	line    int64                    // of the row before the batch; within the piece
}

func (t *table) newReader(s *Scanner, sink frame.Sink) *tableReader {
	r := &tableReader{table: t, worker: newWorker(s, t.project, 0), sink: sink, summary: newFileSummary()}
	r.filter = &frame.Filter{}
	if s.Filter != nil {
		clone := s.Filter.Clone()
		for _, i := range t.terms {
			r.filter.Terms = append(r.filter.Terms, clone.Terms[i])
		}
	}
	return r
}

func (r *tableReader) read(piece int) error {
	f, filter := r.summary, r.filter
	bounds := r.source.Bounds(piece)
	if bounds.Timed {
		f.span(bounds.First, bounds.Last)
	} else {
		filter = nil // or Write would not see all times
	}
	if bounds.Rows >= 0 && !r.source.MayHold(piece, filter) {
		f.Total += bounds.Rows
		f.Filtered += bounds.Rows
		return nil
	}
	r.line = 0
	for before := range piece {
		r.line += max(r.source.Bounds(before).Rows, 0)
	}
	rows, kept, err := r.source.Read(piece, r.columns, filter, r)
	if r.err != nil {
		return r.err
	}
	f.Total += rows
	f.Filtered += rows - kept // and those that Write has dropped since
	f.Err = err
	return nil
}

// Write makes the scan's batch of a batch of the source.
func (r *tableReader) Write(batch arrow.Record) error {
	w := r.worker
	w.rows.reset(int(batch.NumRows()), w.batcher.fields)
	w.rows.n = int(batch.NumRows())
	for i, column := range batch.Columns() {
		r.fill(batch.ColumnName(i), column)
	}
	for i := range w.rows.n {
		w.rows.line[i] = int64(i) + 1
	}
	before := r.line
	r.line += batch.NumRows()
	for _, t := range w.rows.time[:w.rows.n] {
		if t != None {
			r.summary.span(t, t)
		}
	}
	w.draw(before)
	made := w.keep(r.name, before)
	r.summary.Kept += int64(w.rows.n)
	r.summary.Filtered += batch.NumRows() - int64(w.rows.n)
	if made == nil {
		return nil
	}
	defer made.Release()
	r.err = r.sink.Write(made)
	return r.err
}

// draw drops the rows of a table that do not belong to the sample.
func (w *worker) draw(before int64) {
	if w.sample.all() {
		return
	}
	drawn := w.allRows()[:0]
	for i := range int32(w.rows.n) {
		if w.sample.holdsRow(before + w.rows.line[i]) {
			drawn = append(drawn, i)
		}
	}
	w.rows.keep(drawn, w.batcher.fields)
}

// fill copies a column into the rows.
func (r *tableReader) fill(name string, column arrow.Array) {
	rows := &r.worker.rows
	switch column := column.(type) {
	case *array.Dictionary:
		for f, doc := range recordFields {
			if doc.Name == name {
				r.fillTexts(Field(f), column)
			}
		}
	case *array.Timestamp:
		if name == "time" {
			fillNumbers(rows.time, arrow.Int64Traits.CastFromBytes(arrow.TimestampTraits.CastToBytes(column.TimestampValues())), column)
		}
	case *array.Int32:
		switch name {
		case "offset":
			fillNumbers(rows.offset, column.Int32Values(), column)
		case "status":
			fillNumbers(rows.status, column.Int32Values(), column)
		}
	case *array.Int64:
		switch name {
		case "bytes":
			fillNumbers(rows.bytes, column.Int64Values(), column)
		case "received":
			fillNumbers(rows.received, column.Int64Values(), column)
		case "duration":
			fillNumbers(rows.duration, column.Int64Values(), column)
		case "upstream_time":
			fillNumbers(rows.upTime, column.Int64Values(), column)
		}
	}
}

func fillNumbers[T int32 | int64](dst, src []T, nulls arrow.Array) {
	copy(dst, src)
	if nulls.NullN() == 0 {
		return
	}
	for i := range src {
		if nulls.IsNull(i) {
			dst[i] = None
		}
	}
}

// fillTexts copies codes, and lets the worker's dictionary be that of the
// source. Whatever was derived of the one before is forgotten.
func (r *tableReader) fillTexts(f Field, column *array.Dictionary) {
	w, texts := r.worker, column.Dictionary().(*array.String)
	if r.texts[f] != texts && (r.texts[f] == nil || !sharesTexts(r.texts[f], texts)) {
		w.batcher.dictionaries[f] = &dictionary{offsets: texts.ValueOffsets(), text: texts.ValueBytes(), array: texts}
		for i := range w.batcher.derived {
			if w.batcher.derivations[i].source == f {
				w.batcher.derived[i] = nil
			}
		}
		texts.Retain()
		if r.texts[f] != nil {
			r.texts[f].Release()
		}
		r.texts[f] = texts
	}
	codes := w.rows.codes[f][:column.Len()]
	fillNumbers(codes, column.Indices().(*array.Int32).Int32Values(), column)
	for i := range codes {
		codes[i] = max(codes[i], -1) // None is no code
	}
	w.rows.coded[f] = true
	w.rows.nulls[f] = column.NullN()
}

// sharesTexts reports whether two dictionaries are views of the same memory.
func sharesTexts(a, b *array.String) bool {
	return a.Len() == b.Len() && a.Len() > 0 && &a.ValueOffsets()[0] == &b.ValueOffsets()[0]
}
