package parse

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"golang.org/x/sync/errgroup"

	"logbook/frame"
)

// isTable reports whether an input is no log but what a log was exported to.
func isTable(in Input) bool {
	if in.Path != "" {
		return frame.IsSource(in.Path)
	}
	b, ok := in.R.(*bufio.Reader)
	if !ok {
		return false // no stream of the scan's, see buffered
	}
	head, _ := b.Peek(6) // what is wrong shows when it is read
	return frame.IsSourceStream(head)
}

// buffered returns the inputs with streams that can be looked into.
func buffered(inputs []Input) []Input {
	inputs = slices.Clone(inputs)
	for i, in := range inputs {
		if in.R != nil {
			inputs[i].R = bufio.NewReader(in.R)
		}
	}
	return inputs
}

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
				whole.Append(logs)
			}
			if err != nil {
				return whole, err
			}
			inputs = inputs[n:]
			continue
		}
		table, err := s.scanTable(ctx, inputs[0], sinks)
		whole.Append(&Summary{Counts: table.Counts, Files: []FileSummary{*table}})
		if err != nil {
			return whole, err
		}
		inputs = inputs[1:]
	}
	return whole, nil
}

// Append adds the summary of a scan of the inputs that follow.
func (s *Summary) Append(more *Summary) {
	s.add(&more.Counts)
	s.Files = append(s.Files, more.Files...)
}

// scanTable scans one table, its pieces in as many goroutines as there are
// sinks. That it cannot be read is told by the summary; the error is the
// context's or a sink's.
func (s *Scanner) scanTable(ctx context.Context, in Input, sinks []frame.Sink) (*FileSummary, error) {
	f := newFileSummary()
	f.Name = in.Name
	source, err := s.openTable(in, f)
	if err != nil {
		f.Err = err
		return f, nil
	}
	defer source.Close()
	f.Format = tableFormat(source)
	if source.Schema() == nil {
		return f, nil // an empty dataset
	}
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

// openTable opens a table, and says how large a file it is.
func (s *Scanner) openTable(in Input, f *FileSummary) (frame.Source, error) {
	if in.Path == "" {
		return frame.OpenSourceStream(in.Name, in.R)
	}
	if fi, err := os.Stat(in.Path); err == nil && fi.Mode().IsRegular() {
		f.Bytes = fi.Size()
	}
	return frame.OpenSource(in.Path)
}

// tableFormat returns what a source is called where logs have a format.
func tableFormat(source frame.Source) string {
	switch source.(type) {
	case *frame.ParquetFile:
		return "parquet"
	case *frame.Dataset:
		return "dataset"
	}
	return "arrow"
}

// A table is how a scan reads a source: which of its columns, and what of the
// filter it can apply itself. Derived columns are derived anew from the texts
// that they come from, so that today's rules hold and not those of the export;
// only where such a text was not exported, the column that was is taken as it
// is, if it followed the same rules.
type table struct {
	name    string
	source  frame.Source
	project *projection
	columns []string
	before  []int64 // rows before each piece
	rules   string  // fingerprint of the scan's rules

	noNetworks bool // by the policy on hosts, which would not derive them

	// Terms of the scanner's filter by their numbers: those that the source
	// can apply, as they read only its columns, and those by which it can rule
	// out pieces too, if its derived columns followed the rules of the scan.
	terms, ruling []int
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
	t := &table{name: in.Name, source: source, project: p, rules: s.Rules.Fingerprint()}
	t.noNetworks = s.Rules.Hosts == HashHosts || s.Rules.Hosts == DropHosts
	if err := t.need(source.Schema(), Schema(s.Rules)); err != nil {
		return nil, fmt.Errorf("%s: %w", in.Name, err)
	}
	if s.Filter != nil {
		for i, term := range s.Filter.Terms {
			if !slices.ContainsFunc(term.Columns, func(name string) bool { return !t.stored(name) }) {
				t.terms = append(t.terms, i)
			}
			if !slices.ContainsFunc(term.Columns, func(name string) bool { return !t.stored(name) && !t.ruled(name) }) {
				t.ruling = append(t.ruling, i)
			}
		}
	}
	rows := int64(0)
	for piece := range source.Pieces() {
		t.before = append(t.before, rows)
		rows += max(source.Bounds(piece).Rows, 0)
	}
	return t, nil
}

// need finds out which columns the source has to give. An error says which one
// it lacks, always the same.
func (t *table) need(schema, types *arrow.Schema) error {
	has := func(name string) bool {
		at := schema.FieldIndices(name)
		return len(at) == 1 && serves(schema.Field(at[0]).Type, types.Field(types.FieldIndices(name)[0]).Type)
	}
	wanted := slices.Sorted(maps.Keys(t.project.columns))
	for _, name := range append([]string{"time"}, wanted...) {
		from := name
		c := t.project.columns[name]
		switch c.from {
		case columnDerived:
			from = recordFields[t.project.derivations[c.derivation].source].Name
		case columnStatusClass:
			from = "status"
		case columnFile, columnLine: // of the table itself
			continue
		}
		switch {
		case !has(from) && (!has(name) || name == "network" && t.noNetworks):
			return t.lacks(name, from)
		case !has(from):
			if !t.follows() {
				return fmt.Errorf("%w, and its %s follows other rules than these (--book, --own, --rules)", t.lacks(name, from), name)
			}
			t.project.columns[name] = column{arrow: c.arrow, from: columnStored}
			from = name
		}
		if !slices.Contains(t.columns, from) {
			t.columns = append(t.columns, from)
		}
	}
	slices.Sort(t.columns)
	return nil
}

// serves reports whether a column can be read as one of another type. Others
// give a status 64 bits, or 16.
func serves(have, want arrow.DataType) bool {
	return arrow.TypeEqual(have, want) || arrow.IsInteger(have.ID()) && arrow.IsInteger(want.ID())
}

// follows reports whether the derived columns of the source follow the rules of
// the scan. Of a table that others have made nobody knows, and they do.
func (t *table) follows() bool {
	for piece := range t.source.Pieces() {
		if rules := t.source.Metadata(piece, RulesKey); rules != "" && rules != t.rules {
			return false
		}
	}
	return true
}

// lacks says that a column, or one that it derives from, is not in the source.
func (t *table) lacks(name, from string) error {
	why := "it was exported without the column " + from
	if t.source.Metadata(0, SchemaKey) == "" {
		why = "this is no export of logbook: it has no column " + from + " of the right type"
	}
	if from != name {
		why += ", from which " + name + " derives"
	}
	return errors.New(why)
}

// stored reports whether the source has a column as the scan wants it.
func (t *table) stored(name string) bool {
	switch t.project.columns[name].from {
	case columnDerived, columnFile, columnLine:
		return false
	}
	return t.source.Schema().HasField(name)
}

// ruled reports whether a column is one that the rules alone derive from what
// is stored, and that may be stored too: as a book is, in a folder's name.
func (t *table) ruled(name string) bool {
	c := t.project.columns[name]
	if c.from != columnDerived || !t.source.Schema().HasField(name) {
		return false
	}
	source := t.project.derivations[c.derivation].source
	return source == Path || source == Referer
}

// A tableReader is a [frame.Sink] that turns the rows of a source into the
// scan's batches. To do so it fills a worker's rows as parsing would.
type tableReader struct {
	*table
	worker  *worker
	filter  *frame.Filter // what the source applies
	ruling  *frame.Filter // what it may rule out pieces by, if the rules are the same
	sink    frame.Sink
	err     error // of the sink, as distinct from those of the source
	summary *FileSummary
	texts   [NumFields]*array.String // behind the worker's dictionaries
	line    int64                    // of the row before the batch; within the piece
}

func (t *table) newReader(s *Scanner, sink frame.Sink) *tableReader {
	r := &tableReader{table: t, worker: newWorker(s, t.project, &lexicons{escape: s.EscapeBytes}, 0), sink: sink, summary: newFileSummary()}
	r.filter, r.ruling = &frame.Filter{}, &frame.Filter{}
	if s.Filter != nil {
		clone := s.Filter.Clone()
		for _, i := range t.terms {
			r.filter.Terms = append(r.filter.Terms, clone.Terms[i])
		}
		for _, i := range t.ruling {
			r.ruling.Terms = append(r.ruling.Terms, clone.Terms[i])
		}
	}
	return r
}

func (r *tableReader) read(piece int) error {
	f, filter, ruling := r.summary, r.filter, r.filter
	if r.source.Metadata(piece, RulesKey) == r.rules {
		ruling = r.ruling
	}
	bounds := r.source.Bounds(piece)
	if bounds.Timed {
		f.span(bounds.First, bounds.Last)
	} else {
		filter, ruling = nil, nil // or Write would not see all times
	}
	if bounds.Rows >= 0 && !r.source.MayHold(piece, ruling) {
		f.Total += bounds.Rows
		f.Filtered += bounds.Rows
		return nil
	}
	r.line = r.before[piece]
	rows, kept, err := r.source.Read(piece, r.columns, filter, r)
	if r.err != nil {
		return r.err
	}
	f.Total += rows
	f.Filtered += rows - kept // and those that Write has dropped since
	if f.Err == nil {
		f.Err = err
	}
	return nil
}

// Write makes the scan's batch of a batch of the source.
func (r *tableReader) Write(batch arrow.Record) error {
	w := r.worker
	w.rows.reset(int(batch.NumRows()), w.batcher.fields, nil)
	w.rows.n, w.rows.timed = int(batch.NumRows()), true
	for i, column := range batch.Columns() {
		name := batch.ColumnName(i)
		if r.project.columns[name].from == columnStored {
			w.batcher.stored[name] = column
		} else {
			r.fill(name, column)
		}
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
	w.batcher.begin(r.name)
	w.batcher.firstLine = before
	w.keep(w.rows.n)
	made, kept := w.finish()
	r.summary.Kept += kept
	r.summary.Filtered += batch.NumRows() - kept
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
	w.rows.keep(drawn)
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
	default:
		r.fillNumbers(name, column)
	}
}

func (r *tableReader) fillNumbers(name string, column arrow.Array) {
	rows := &r.worker.rows
	switch name {
	case "offset":
		fillWhole(rows.offset, column)
	case "status":
		fillWhole(rows.status, column)
	case "bytes":
		fillWhole(rows.bytes, column)
	case "received":
		fillWhole(rows.received, column)
	case "duration":
		fillWhole(rows.duration, column)
	case "upstream_time":
		fillWhole(rows.upTime, column)
	}
}

// fillWhole copies whole numbers of any width.
func fillWhole[T int32 | int64](dst []T, column arrow.Array) {
	switch column := column.(type) {
	case *array.Int8:
		fillNumbers(dst, column.Int8Values(), column)
	case *array.Int16:
		fillNumbers(dst, column.Int16Values(), column)
	case *array.Int32:
		fillNumbers(dst, column.Int32Values(), column)
	case *array.Int64:
		fillNumbers(dst, column.Int64Values(), column)
	}
}

// fillNumbers copies numbers; null, and what is too large, becomes None.
func fillNumbers[T int32 | int64, S int8 | int16 | int32 | int64](dst []T, src []S, nulls arrow.Array) {
	if same, ok := any(src).([]T); ok {
		copy(dst, same)
	} else {
		for i, v := range src {
			if dst[i] = T(v); int64(dst[i]) != int64(v) {
				dst[i] = None
			}
		}
	}
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
		w.batcher.dictionaries[f] = dictionaryView(texts)
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
