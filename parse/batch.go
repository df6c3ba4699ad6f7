package parse

import (
	"fmt"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// A projection is what a scan reads of its logs: the columns of the batches
// and of the filter, and the record's fields behind them. All workers share it.
type projection struct {
	schema      *arrow.Schema // of the batches
	columns     map[string]column
	derivations []derivation
	fields      []Field // text fields that some column needs
}

// A column says how to make one column. It is a text field, a derived column
// or a number.
type column struct {
	arrow      arrow.Field
	from       columnKind
	field      Field // columnText
	derivation int   // columnDerived: index of the derivation …
	part       int   // … and of its column
}

type columnKind uint8

const (
	columnText columnKind = iota
	columnDerived
	columnTime
	columnOffset
	columnStatus
	columnStatusClass
	columnBytes
	columnReceived
	columnDuration
	columnUpTime
	columnFile
	columnLine
	columnStored // of a table
)

var numberColumns = map[string]columnKind{
	"time": columnTime, "offset": columnOffset, "status": columnStatus, "status_class": columnStatusClass,
	"bytes": columnBytes, "received": columnReceived, "duration": columnDuration, "upstream_time": columnUpTime,
	"file": columnFile, "line": columnLine,
}

// newProjection resolves the columns of the batches and those that only the
// filter reads. Nil wanted stands for the fields of a record.
func newProjection(rules *Rules, wanted, filter []string) (*projection, error) {
	p := &projection{columns: map[string]column{}, derivations: rules.derivations()}
	if wanted == nil {
		for _, f := range recordFields {
			wanted = append(wanted, f.Name)
		}
		for _, f := range numberFields {
			wanted = append(wanted, f.Name)
		}
	}
	schema := Schema(rules)
	fields := make([]arrow.Field, 0, len(wanted))
	var needed [NumFields]bool
	for i, name := range append(slices.Clip(wanted), filter...) {
		at := schema.FieldIndices(name)
		if len(at) != 1 {
			return nil, fmt.Errorf("unknown column %q", name)
		}
		c := p.resolve(schema.Field(at[0]))
		switch c.from {
		case columnText:
			needed[c.field] = true
		case columnDerived:
			needed[p.derivations[c.derivation].source] = true
		}
		p.columns[name] = c
		if i < len(wanted) {
			fields = append(fields, c.arrow)
		}
	}
	for f, needed := range needed {
		if needed {
			p.fields = append(p.fields, Field(f))
		}
	}
	p.schema = arrow.NewSchema(fields, nil)
	return p, nil
}

// resolve finds out how to make a column of the schema. A derived column that
// has a field's name stands in for it.
func (p *projection) resolve(f arrow.Field) column {
	for d := range p.derivations {
		for part, name := range p.derivations[d].columns {
			if name == f.Name {
				return column{arrow: f, from: columnDerived, derivation: d, part: part}
			}
		}
	}
	if kind, ok := numberColumns[f.Name]; ok {
		return column{arrow: f, from: kind}
	}
	for i, doc := range recordFields {
		if doc.Name == f.Name {
			return column{arrow: f, from: columnText, field: Field(i)}
		}
	}
	panic("parse: the schema has a column that nothing makes: " + f.Name)
}

// A batcher makes batches of rows. It belongs to one worker, which may share its
// lexicons with others: the dictionary of a column in one batch extends that in the
// worker's batch before byte for byte, or it is a new one.
type batcher struct {
	*projection
	lexicons     *lexicons
	needs        needs  // of the batches
	values       values // of the batch in the making
	dictionaries [NumFields]*dictionary
	raw          [NumFields]*rawTexts
	derived      []*derived
	classes      *dictionary
	files        *dictionary
	stored       map[string]arrow.Array // columns of the table's batch at hand that are taken as they are
	file         string                 // of the rows at hand
	firstLine    int64                  // number of the line before the block
}

func newBatcher(p *projection, l *lexicons) *batcher {
	b := &batcher{projection: p, lexicons: l, derived: make([]*derived, len(p.derivations)), stored: map[string]arrow.Array{}}
	b.values.pool = new(pool)
	for _, f := range p.schema.Fields() {
		b.needs.add(p.columns[f.Name], p.derivations)
	}
	return b
}

// needs says what columns are made of.
type needs struct {
	fields  []Field
	numbers [columnStored + 1]bool // by kind of column
}

func (n *needs) add(c column, derivations []derivation) {
	field := c.field
	switch c.from {
	case columnText:
	case columnDerived:
		field = derivations[c.derivation].source
		if derivations[c.derivation].daily != nil {
			n.numbers[columnTime] = true
		}
	case columnStatusClass:
		n.numbers[columnStatus] = true
		return
	case columnStored:
		n.numbers[columnLine] = true
		return
	default:
		n.numbers[c.from] = true
		return
	}
	if !slices.Contains(n.fields, field) {
		n.fields = append(n.fields, field)
	}
}

// collect appends rows to the batch in the making, which gets some room when
// it begins.
func (b *batcher) collect(r *rows, room int) {
	v := &b.values
	for _, f := range b.needs.fields {
		if v.codes[f] == nil {
			v.codes[f] = newNumbers[int32](v.pool, max(room, r.n))[:0]
		}
		n := len(v.codes[f])
		v.codes[f] = slices.Grow(v.codes[f], r.n)[:n+r.n]
		v.nulls[f] += b.codesOf(f, r, v.codes[f][n:])
	}
	v.append(r, &b.needs, room)
}

// batch returns the rows that were collected as a record batch of the
// projection's columns. There must be some.
func (b *batcher) batch() arrow.Record {
	batch := b.record(b.schema, &b.values)
	b.values.clear()
	return batch
}

// A part is some columns of rows, for a filter.
type part struct {
	schema *arrow.Schema
	needs  needs
}

func (b *batcher) newPart(names []string) part {
	var p part
	fields := make([]arrow.Field, len(names))
	for i, name := range names {
		fields[i] = b.columns[name].arrow
		p.needs.add(b.columns[name], b.derivations)
	}
	p.schema = arrow.NewSchema(fields, nil)
	return p
}

// part returns a part of the rows as a record batch, which is good until they
// change.
func (b *batcher) part(p *part, r *rows) arrow.Record {
	for _, f := range p.needs.fields {
		b.intern(f, r)
	}
	lent := r.values
	return b.record(p.schema, &lent)
}

// record makes a record batch of values, which takes their memory: what is made
// of several comes first.
func (b *batcher) record(schema *arrow.Schema, v *values) arrow.Record {
	arrays := make([]arrow.Array, schema.NumFields())
	for _, taking := range []bool{false, true} {
		for i, f := range schema.Fields() {
			if c := b.columns[f.Name]; c.from.takes() == taking {
				arrays[i] = b.array(c, v)
			}
		}
	}
	batch := array.NewRecord(schema, arrays, int64(v.n))
	for _, a := range arrays {
		a.Release()
	}
	return batch
}

// begin starts on a new block: dictionaries that are full give way.
func (b *batcher) begin(file string) {
	b.file = file
	for f, d := range b.dictionaries {
		if d != nil && d.full() {
			b.dictionaries[f] = nil
			for i := range b.derived {
				if b.derivations[i].source == Field(f) {
					b.derived[i] = nil
				}
			}
		}
	}
	for i, d := range b.derived {
		if d != nil && d.full() {
			b.derived[i] = nil
		}
	}
}

func (b *batcher) array(c column, v *values) arrow.Array {
	switch c.from {
	case columnText:
		return b.textArray(c.field, v)
	case columnDerived:
		return b.derivedArray(c, v)
	case columnTime:
		return numberArray(c.arrow.Type, take(&v.time, v.n), v.pool)
	case columnOffset:
		return numberArray(c.arrow.Type, take(&v.offset, v.n), v.pool)
	case columnStatus:
		return numberArray(c.arrow.Type, take(&v.status, v.n), v.pool)
	case columnStatusClass:
		return b.classArray(v)
	case columnBytes:
		return numberArray(c.arrow.Type, take(&v.bytes, v.n), v.pool)
	case columnReceived:
		return numberArray(c.arrow.Type, take(&v.received, v.n), v.pool)
	case columnDuration:
		return numberArray(c.arrow.Type, take(&v.duration, v.n), v.pool)
	case columnUpTime:
		return numberArray(c.arrow.Type, take(&v.upTime, v.n), v.pool)
	case columnLine:
		return b.lineArray(c, v)
	case columnStored:
		return storedArray(b.stored[c.arrow.Name], v.line[:v.n], v.pool)
	}
	return b.fileArray(v)
}

// takes reports whether a column is but one of the values, and takes its memory.
func (k columnKind) takes() bool {
	switch k {
	case columnText, columnTime, columnOffset, columnStatus, columnBytes, columnReceived, columnDuration, columnUpTime:
		return true
	}
	return false
}

// take returns n values and forgets them.
func take[T any](values *[]T, n int) []T {
	taken := (*values)[:n]
	*values = nil
	return taken
}

// intern sees to it that a field's texts have codes in the rows.
func (b *batcher) intern(f Field, r *rows) {
	if !r.coded[f] {
		r.nulls[f] = b.codesOf(f, r, r.codes[f])
		r.coded[f] = true
	}
}

// codesOf sets codes to those of the rows' texts, and says how many are null.
func (b *batcher) codesOf(f Field, r *rows, codes []int32) (nulls int) {
	codes = codes[:r.n]
	if r.coded[f] {
		copy(codes, r.codes[f])
		return r.nulls[f]
	}
	if b.dictionaries[f] == nil {
		b.dictionaries[f] = b.lexicons.dictionary(f)
	}
	switch {
	case r.filled.has(f) && r.raw.has(f):
		return b.rawTexts(f).intern(r, f, codes)
	case r.filled.has(f):
		return b.dictionaries[f].intern(r, r.views[f][:r.n], codes)
	}
	for i := range codes {
		codes[i] = -1
	}
	return r.n
}

// rawTexts returns what is known of a field's texts before they are undone.
func (b *batcher) rawTexts(f Field) *rawTexts {
	if t := b.raw[f]; t == nil || t.of != b.dictionaries[f] || t.texts.full() {
		b.raw[f] = newRawTexts(b.dictionaries[f])
	}
	return b.raw[f]
}

func (b *batcher) textArray(f Field, v *values) arrow.Array {
	codes, nulls := take(&v.codes[f], v.n), v.nulls[f]
	if v.pool == nil && nulls > 0 {
		codes = slices.Clone(codes) // whoever lent them needs to see the nulls
	}
	return dictionaryArray(codes, nulls, b.dictionaries[f], v.pool)
}

func (b *batcher) derivedArray(c column, v *values) arrow.Array {
	field := b.derivations[c.derivation].source
	codes, source := v.codes[field][:v.n], b.dictionaries[field]
	d := b.derived[c.derivation]
	if d == nil {
		d = newDerived(&b.derivations[c.derivation])
		b.derived[c.derivation] = d
	}
	source.refresh()
	d.extend(source)
	switch {
	case d.flag != nil:
		return d.flagColumn(codes, source)
	case d.daily != nil:
		return d.dailyTexts(codes, v.time, source, v.pool)
	}
	return d.textColumn(c.part, codes, source, v.pool)
}

// lineArray returns the lines' numbers in their file.
func (b *batcher) lineArray(c column, v *values) arrow.Array {
	lines := newNumbers[int64](v.pool, v.n)
	for i, n := range v.line[:v.n] {
		lines[i] = b.firstLine + n
	}
	return numberArray(c.arrow.Type, lines, v.pool)
}

// storedArray returns those rows of a table's column that are left, by their
// numbers from 1.
func storedArray(column arrow.Array, rows []int64, p *pool) arrow.Array {
	if flags, ok := column.(*array.Boolean); ok {
		valid, nulls := validRows(flags, rows)
		bits := bitmap(len(rows), func(i int) bool { return flags.Value(int(rows[i]) - 1) })
		data := array.NewData(arrow.FixedWidthTypes.Boolean, len(rows), []*memory.Buffer{valid, bits}, nil, nulls, 0)
		defer data.Release()
		return array.NewBooleanData(data)
	}
	texts := column.(*array.Dictionary)
	codes := newNumbers[int32](p, len(rows))
	for i, row := range rows {
		codes[i] = -1
		if texts.IsValid(int(row) - 1) {
			codes[i] = int32(texts.GetValueIndex(int(row) - 1))
		}
	}
	values := texts.Dictionary().(*array.String)
	return dictionaryArray(codes, countNulls(codes), dictionaryView(values), p)
}

// validRows returns a bit for each row that is not null; nil if none is null.
func validRows(column arrow.Array, rows []int64) (valid *memory.Buffer, nulls int) {
	for _, row := range rows {
		if column.IsNull(int(row) - 1) {
			nulls++
		}
	}
	if nulls == 0 {
		return nil, 0
	}
	return bitmap(len(rows), func(i int) bool { return column.IsValid(int(rows[i]) - 1) }), nulls
}

func (b *batcher) classArray(v *values) arrow.Array {
	if b.classes == nil {
		b.classes = newDictionary()
		for _, class := range classes {
			b.classes.codeOf(class)
		}
	}
	codes := newNumbers[int32](v.pool, v.n)
	for i, status := range v.status[:v.n] {
		codes[i] = -1
		if statusClass(status) != "" {
			codes[i] = status / 100
		}
	}
	return dictionaryArray(codes, countNulls(codes), b.classes, v.pool)
}

func (b *batcher) fileArray(v *values) arrow.Array {
	if b.files == nil || b.files.full() {
		b.files = newDictionary()
	}
	code := b.files.codeOf(b.file)
	codes := newNumbers[int32](v.pool, v.n)
	for i := range codes {
		codes[i] = code
	}
	return dictionaryArray(codes, 0, b.files, v.pool)
}
